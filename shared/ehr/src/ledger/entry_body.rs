//! What an entry of the ledger holds.

use directory::effective_dates::{RecordSchedule, split_by_day};
use directory::{Field, NativeId, Record};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use state::store::LedgerEntry;

use crate::connector::{EhrError, StoredRecord};

/// The newest schema. Version 2 has a schedule, version 3 names a kind of employment; without either, 1 is written, which
/// older readers know.
const SCHEMA_VERSION: u32 = 3;

/// An entry's body.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EntryBody {
    v: u32,
    /// As it was when it was stored; [`Body::on`] says how it is on a day.
    pub(super) record: Record,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dingtalk: Option<NativeId>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) schedule: RecordSchedule,
}

fn is_empty(schedule: &RecordSchedule) -> bool {
    *schedule == RecordSchedule::default()
}

impl EntryBody {
    pub(super) fn new(record: Record) -> Self {
        Self {
            v: 1,
            record,
            dingtalk: None,
            schedule: RecordSchedule::default(),
        }
    }

    pub(super) fn from_entry(entry: &LedgerEntry) -> Result<Self, EhrError> {
        let body: Self =
            serde_json::from_str(&entry.body).map_err(|_| EhrError::Malformed("entry"))?;
        if body.v > SCHEMA_VERSION {
            return Err(EhrError::Malformed("schema"));
        }
        Ok(body)
    }

    pub(super) fn to_json(&self) -> Result<String, EhrError> {
        let v = match (self.names_employment(), is_empty(&self.schedule)) {
            (true, _) => SCHEMA_VERSION,
            (false, false) => 2,
            (false, true) => 1,
        };
        let body = Self { v, ..self.clone() };
        serde_json::to_string(&body).map_err(|_| EhrError::Malformed("entry"))
    }

    fn names_employment(&self) -> bool {
        let ahead = self.schedule.changes.iter().map(|change| &change.values);
        ahead
            .chain([&self.record.values])
            .any(|values| values.shown_fields().contains(Field::Employment))
    }

    /// The same with everything applied that is due by a day: what a write begins with.
    pub(super) fn settled_on(&self, today: Date) -> Self {
        let split = split_by_day(&self.record, &self.schedule, today);
        Self {
            record: split.settled_record(),
            schedule: split.waiting,
            ..self.clone()
        }
    }

    /// As it is on a day.
    pub(super) fn record_on(&self, today: Date, version: u64) -> StoredRecord {
        let split = split_by_day(&self.record, &self.schedule, today);
        StoredRecord {
            record: split.record,
            dingtalk: self.dingtalk.clone(),
            version,
            presence: split.presence,
            upcoming: split.upcoming,
        }
    }
}
