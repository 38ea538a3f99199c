//! The index of a snapshot: where each record is, which parts a department is in, and a keyed hash per record.
//!
//! `BDI1`, the day (`YYYYMMDD` as 4 bytes), the number of parts (2), of records (4), then for each record, in order of its link
//! id: link id (16), part (2), hash (12); then the number of departments (4) and for each: link id (16), number of parts (2),
//! parts (2 each). Numbers are big-endian. 200,000 records take 6 MB.

use std::collections::{BTreeMap, BTreeSet};

use directory::LinkId;
use directory::hash::FieldHash;
use jiff::civil::Date;

use crate::sealer::SealRefusal;

const MAGIC: &[u8; 4] = b"BDI1";

/// Where everything of a day is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotIndex {
    /// The day, in Asia/Shanghai.
    pub day: Date,
    /// How many parts there are, numbered from 1.
    pub parts: u16,
    pub(crate) records: Vec<IndexedRecord>,
    pub(crate) departments: BTreeMap<LinkId, BTreeSet<u16>>,
}

/// One record in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexedRecord {
    /// The link.
    pub link: LinkId,
    /// The part that it is in.
    pub part: u16,
    /// The keyed hash of what it says.
    pub hash: FieldHash,
}

impl SnapshotIndex {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Every record, in order of its link id.
    #[must_use]
    pub fn records(&self) -> &[IndexedRecord] {
        &self.records
    }

    /// The part that a record is in; `None` if the day does not have it.
    #[must_use]
    pub fn find(&self, link: LinkId) -> Option<u16> {
        let at = self
            .records
            .binary_search_by_key(&link, |record| record.link)
            .ok()?;
        Some(self.records[at].part)
    }

    /// The parts with people of a department or with departments right below it, in their order.
    pub fn parts_of(&self, department: LinkId) -> impl Iterator<Item = u16> {
        self.departments
            .get(&department)
            .into_iter()
            .flatten()
            .copied()
    }

    /// As bytes, to be sealed and stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let day = &self.day;
        let number = u32::from(day.year().unsigned_abs()) * 10_000
            + u32::from(day.month().unsigned_abs()) * 100
            + u32::from(day.day().unsigned_abs());
        bytes.extend(number.to_be_bytes());
        bytes.extend(self.parts.to_be_bytes());
        bytes.extend(counted(self.records.len()));
        for record in &self.records {
            bytes.extend(record.link.0);
            bytes.extend(record.part.to_be_bytes());
            bytes.extend(record.hash);
        }
        bytes.extend(counted(self.departments.len()));
        for (department, parts) in &self.departments {
            bytes.extend(department.0);
            bytes.extend(u16::try_from(parts.len()).unwrap_or(u16::MAX).to_be_bytes());
            parts
                .iter()
                .for_each(|part| bytes.extend(part.to_be_bytes()));
        }
        bytes
    }

    /// From bytes.
    ///
    /// # Errors
    /// [`SealRefusal::NotOpened`] for anything but a whole index of a version that is known.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealRefusal> {
        read_index(bytes).ok_or(SealRefusal::NotOpened)
    }
}

fn counted(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes()
}

/// What is left to read.
struct Rest<'b>(&'b [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (part, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*part)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn part(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }
}

fn read_index(bytes: &[u8]) -> Option<SnapshotIndex> {
    let mut rest = Rest(bytes);
    if rest.take()? != *MAGIC {
        return None;
    }
    let number = rest.number()?;
    let part_of = |number: u32| i8::try_from(number % 100).ok();
    let year = i16::try_from(number / 10_000).ok()?;
    let day = Date::new(year, part_of(number / 100)?, part_of(number)?).ok()?;
    let parts = rest.part()?;
    let mut records: Vec<IndexedRecord> = Vec::new();
    for _ in 0..rest.number()? {
        let record = IndexedRecord {
            link: LinkId(rest.take()?),
            part: rest.part()?,
            hash: rest.take()?,
        };
        if records.last().is_some_and(|last| last.link >= record.link) {
            return None;
        }
        records.push(record);
    }
    let mut departments = BTreeMap::new();
    for _ in 0..rest.number()? {
        let department = LinkId(rest.take()?);
        let mut within = BTreeSet::new();
        for _ in 0..rest.part()? {
            within.insert(rest.part()?);
        }
        departments.insert(department, within);
    }
    let whole = rest.0.is_empty();
    whole.then_some(SnapshotIndex {
        day,
        parts,
        records,
        departments,
    })
}
