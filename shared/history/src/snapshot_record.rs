//! One person or department as of a day.

use std::collections::BTreeMap;

use directory::hash::{FieldHash, HashKey, hash_bytes, hash_field};
use directory::{Field, FieldValues, Kind, LinkId, NativeId, Side};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A record as the sweep of a day knew it. References are link ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// The link.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// DingTalk's id on that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dingtalk: Option<NativeId>,
    /// The eHR's id on that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ehr: Option<NativeId>,
    /// Whether the person worked here.
    pub active: bool,
    /// What each side showed.
    pub sides: BTreeMap<SideName, FieldValues>,
    /// Fields whose value was read on an earlier day and carried on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub older: BTreeMap<SideName, BTreeMap<Field, Date>>,
}

/// A side as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SideName {
    /// 钉钉.
    #[serde(rename = "dt")]
    DingTalk,
    /// The eHR.
    #[serde(rename = "ehr")]
    Ehr,
}

impl From<Side> for SideName {
    fn from(side: Side) -> Self {
        match side {
            Side::DingTalk => Self::DingTalk,
            Side::Ehr => Self::Ehr,
        }
    }
}

impl SnapshotRecord {
    /// What a side showed; `None` if it had no such record.
    #[must_use]
    pub fn values(&self, side: Side) -> Option<&FieldValues> {
        self.sides.get(&side.into())
    }

    /// Since when a value is known to be so; `None` if it was read on the day itself.
    #[must_use]
    pub fn read_on(&self, side: Side, field: Field) -> Option<Date> {
        self.older.get(&side.into())?.get(&field).copied()
    }

    /// Carries deep values on: of each side, a field that this day's read did not show and that was known the day before
    /// is taken over with the day on which it was read. A side that has no record now carries nothing.
    pub fn carry_from(&mut self, before: &Self, day_before: Date) {
        for (side, values) in &mut self.sides {
            let Some(known) = before.sides.get(side) else {
                continue;
            };
            for (field, value) in known.iter() {
                if values.shown_fields().contains(field) {
                    continue;
                }
                values.show(field, value.cloned());
                let older = before.older.get(side).and_then(|days| days.get(&field));
                let day = older.copied().unwrap_or(day_before);
                self.older.entry(*side).or_default().insert(field, day);
            }
        }
    }

    /// The keyed hash of what it says, without the days of reading: two days that say the same have the same hash.
    #[must_use]
    pub fn content_hash(&self, key: &HashKey) -> FieldHash {
        let mut content = vec![u8::from(self.active)];
        for id in [&self.dingtalk, &self.ehr] {
            let id = id.as_ref().map_or("", |id| id.as_str());
            content.extend((id.len() as u64).to_be_bytes());
            content.extend(id.as_bytes());
        }
        for (side, values) in &self.sides {
            content.push(match side {
                SideName::DingTalk => b'd',
                SideName::Ehr => b'e',
            });
            for (field, value) in values.iter() {
                content.push(field as u8);
                content.extend(hash_field(key, field, value));
            }
        }
        hash_bytes(key, "snapshot-record", &content)
    }
}
