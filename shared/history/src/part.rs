//! The bytes of a part: entries one after the other, each sealed for its own record.
//!
//! `BDS1`, the number of entries (4 bytes), then for each: link id (16), kind (1), number of departments (2), their link ids
//! (16 each), length of the sealed record (4), the sealed record. Numbers are big-endian.

use directory::{Kind, LinkId};

use crate::sealer::{SealRefusal, SnapshotSealer};
use crate::snapshot_record::SnapshotRecord;

/// How a part begins; the digit is the version.
const MAGIC: &[u8; 4] = b"BDS1";
const LINK_BYTES: usize = 16;

/// A part's bytes, opened once around; the records inside are still sealed.
#[derive(Debug, Clone)]
pub struct PartReader {
    bytes: Vec<u8>,
    entries: Vec<PartEntry>,
}

/// What is clear about an entry, and where its sealed record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartEntry {
    /// The link.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// Departments that it was in; of a department, its parent.
    pub departments: Vec<LinkId>,
    sealed: std::ops::Range<usize>,
}

impl PartReader {
    /// Reads the layout; opens nothing inside.
    ///
    /// # Errors
    /// [`SealRefusal::NotOpened`] for anything but a whole part of a version that is known.
    pub fn new(bytes: Vec<u8>) -> Result<Self, SealRefusal> {
        let entries = read_entries(&bytes).ok_or(SealRefusal::NotOpened)?;
        Ok(Self { bytes, entries })
    }

    /// The entries, in the order of the sweep.
    #[must_use]
    pub fn entries(&self) -> &[PartEntry] {
        &self.entries
    }

    /// The entry of a record.
    #[must_use]
    pub fn find(&self, link: LinkId) -> Option<&PartEntry> {
        self.entries.iter().find(|entry| entry.link == link)
    }

    /// Entries of a department: its people and the departments below it.
    pub fn members_of(&self, department: LinkId) -> impl Iterator<Item = &PartEntry> {
        self.entries
            .iter()
            .filter(move |entry| entry.departments.contains(&department))
    }

    /// Opens one record.
    ///
    /// # Errors
    /// [`SealRefusal::Erased`] if its key is gone, [`SealRefusal::NotOpened`] if it does not open or is not the record that
    /// the entry names.
    pub fn open(
        &self,
        entry: &PartEntry,
        sealer: &impl SnapshotSealer,
    ) -> Result<SnapshotRecord, SealRefusal> {
        let sealed = self
            .bytes
            .get(entry.sealed.clone())
            .ok_or(SealRefusal::NotOpened)?;
        let body = sealer.open_record(entry.link, sealed.to_vec())?;
        let record: SnapshotRecord =
            serde_json::from_slice(&body).map_err(|_| SealRefusal::NotOpened)?;
        (record.link == entry.link)
            .then_some(record)
            .ok_or(SealRefusal::NotOpened)
    }
}

fn read_entries(bytes: &[u8]) -> Option<Vec<PartEntry>> {
    let mut at = 0;
    let mut take = |length: usize| {
        let end = at + length;
        let part = bytes.get(at..end)?;
        at = end;
        Some((part, end))
    };
    let (magic, _) = take(MAGIC.len())?;
    if magic != MAGIC {
        return None;
    }
    let count = u32::from_be_bytes(take(4)?.0.try_into().ok()?);
    let mut entries = Vec::new();
    for _ in 0..count {
        let link = LinkId(take(LINK_BYTES)?.0.try_into().ok()?);
        let kind = match take(1)?.0 {
            [0] => Kind::Person,
            [1] => Kind::Department,
            _ => return None,
        };
        let several = u16::from_be_bytes(take(2)?.0.try_into().ok()?);
        let mut departments = Vec::new();
        for _ in 0..several {
            departments.push(LinkId(take(LINK_BYTES)?.0.try_into().ok()?));
        }
        let length = u32::from_be_bytes(take(4)?.0.try_into().ok()?) as usize;
        let (_, end) = take(length)?;
        let sealed = end - length..end;
        entries.push(PartEntry {
            link,
            kind,
            departments,
            sealed,
        });
    }
    (at == bytes.len()).then_some(entries)
}

/// A part that is being written.
#[derive(Debug, Default)]
pub(crate) struct PartBuilder {
    body: Vec<u8>,
    count: u32,
}

impl PartBuilder {
    /// Adds a sealed record. Departments above 65,535 are left out of the clear part.
    pub(crate) fn add(&mut self, link: LinkId, kind: Kind, departments: &[LinkId], sealed: &[u8]) {
        self.body.extend(link.0);
        self.body.push(match kind {
            Kind::Person => 0,
            Kind::Department => 1,
        });
        let shown = u16::try_from(departments.len()).unwrap_or(u16::MAX);
        self.body.extend(shown.to_be_bytes());
        for department in departments.iter().take(usize::from(shown)) {
            self.body.extend(department.0);
        }
        // A record is a few hundred bytes; one of 4 GiB is not reached.
        let length = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        self.body.extend(length.to_be_bytes());
        self.body.extend(sealed);
        self.count += 1;
    }

    pub(crate) fn len(&self) -> (u32, usize) {
        (self.count, self.body.len())
    }

    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let body = std::mem::take(&mut self.body);
        let count = std::mem::take(&mut self.count);
        [MAGIC.as_slice(), &count.to_be_bytes(), &body].concat()
    }
}
