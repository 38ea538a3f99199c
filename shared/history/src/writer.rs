//! Records in the order of the sweep become parts and an index. At no time is more than one part in memory.

use std::collections::{BTreeMap, BTreeSet};

use directory::hash::HashKey;
use directory::{Field, Kind, LinkId, Side};
use jiff::civil::Date;

use crate::index::{IndexedRecord, SnapshotIndex};
use crate::part::PartBuilder;
use crate::sealer::{SealRefusal, SnapshotSealer};
use crate::snapshot_record::SnapshotRecord;

/// Records of a part at most.
const PART_RECORDS: u32 = 500;
/// Bytes of a part after which it ends.
const PART_BYTES: usize = 1024 * 1024;

/// A body for the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPart {
    /// Its name under the archive's kind `snapshot`: `2026-03-01/0001`, `2026-03-01/index`.
    pub name: String,
    /// Sealed bytes.
    pub body: Vec<u8>,
}

/// The name of a part of a day.
#[must_use]
pub fn part_name(day: Date, part: u16) -> String {
    format!("{day}/{part:04}")
}

/// The name of the index of a day. It is stored last: a day without it is not a snapshot.
#[must_use]
pub fn index_name(day: Date) -> String {
    format!("{day}/index")
}

/// Writes the snapshot of one day.
#[derive(Debug)]
pub struct SnapshotWriter {
    day: Date,
    key: HashKey,
    part: PartBuilder,
    number: u16,
    records: Vec<IndexedRecord>,
    departments: BTreeMap<LinkId, BTreeSet<u16>>,
}

impl SnapshotWriter {
    /// A writer for a day. `key` is the binding's hash key.
    #[must_use]
    pub fn new(day: Date, key: HashKey) -> Self {
        Self {
            day,
            key,
            part: PartBuilder::default(),
            number: 1,
            records: Vec::new(),
            departments: BTreeMap::new(),
        }
    }

    /// Adds a record. Gives a part out when one is full; the caller stores it.
    ///
    /// # Errors
    /// [`SealRefusal`] if the record or the part cannot be sealed. An erased record is left out and is no error.
    pub fn add(
        &mut self,
        record: &SnapshotRecord,
        sealer: &impl SnapshotSealer,
    ) -> Result<Option<SealedPart>, SealRefusal> {
        // A record always has a JSON form: its keys are text.
        let body = serde_json::to_vec(record).map_err(|_| SealRefusal::NotOpened)?;
        let sealed = match sealer.seal_record(record.link, body) {
            Ok(sealed) => sealed,
            Err(SealRefusal::Erased) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        let departments = departments_of(record);
        self.part
            .add(record.link, record.kind, &departments, &sealed);
        self.records.push(IndexedRecord {
            link: record.link,
            part: self.number,
            hash: record.content_hash(&self.key),
        });
        for department in departments {
            self.departments
                .entry(department)
                .or_default()
                .insert(self.number);
        }
        let (count, bytes) = self.part.len();
        if count >= PART_RECORDS || bytes >= PART_BYTES {
            return self.end_part(sealer).map(Some);
        }
        Ok(None)
    }

    fn end_part(&mut self, sealer: &impl SnapshotSealer) -> Result<SealedPart, SealRefusal> {
        let name = part_name(self.day, self.number);
        let body = sealer.seal_body(&name, self.part.finish())?;
        // 65,535 parts hold 32 million records.
        self.number = self.number.saturating_add(1);
        Ok(SealedPart { name, body })
    }

    /// Ends the snapshot: the last part, if there is one, and the index, to be stored in this order. Of a record that was added
    /// twice the last one counts.
    ///
    /// # Errors
    /// [`SealRefusal`] if something cannot be sealed.
    pub fn finish(mut self, sealer: &impl SnapshotSealer) -> Result<Vec<SealedPart>, SealRefusal> {
        let mut bodies = Vec::new();
        if self.part.len().0 > 0 {
            bodies.push(self.end_part(sealer)?);
        }
        let last: BTreeMap<LinkId, IndexedRecord> = self
            .records
            .into_iter()
            .map(|record| (record.link, record))
            .collect();
        let index = SnapshotIndex {
            day: self.day,
            parts: self.number - 1,
            records: last.into_values().collect(),
            departments: self.departments,
        };
        let name = index_name(self.day);
        let body = sealer.seal_body(&name, index.to_bytes())?;
        bodies.push(SealedPart { name, body });
        Ok(bodies)
    }
}

/// The departments of a person on either side, or the parent of a department.
fn departments_of(record: &SnapshotRecord) -> Vec<LinkId> {
    let field = match record.kind {
        Kind::Person => Field::Departments,
        Kind::Department => Field::Parent,
    };
    let sides = [Side::DingTalk, Side::Ehr];
    let values = sides.into_iter().filter_map(|side| record.values(side));
    let found: BTreeSet<LinkId> = values
        .flat_map(|values| values.refs(field))
        .filter_map(|reference| reference.parse().ok())
        .collect();
    found.into_iter().collect()
}
