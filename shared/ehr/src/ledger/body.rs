//! What an entry of the ledger holds.

use directory::effective::{Schedule, split};
use directory::{Field, NativeId, Record};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use state::store::LedgerEntry;

use crate::connector::{Error, Stored};

/// The newest schema. Version 2 has a schedule, version 3 names a kind of employment; without either, 1 is written, which
/// older readers know.
const SCHEMA: u32 = 3;

/// An entry's body.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Body {
    v: u32,
    /// As it was when it was stored; [`Body::on`] says how it is on a day.
    pub(super) record: Record,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dingtalk: Option<NativeId>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub(super) schedule: Schedule,
}

fn is_empty(schedule: &Schedule) -> bool {
    *schedule == Schedule::default()
}

impl Body {
    pub(super) fn new(record: Record) -> Self {
        Self { v: 1, record, dingtalk: None, schedule: Schedule::default() }
    }

    pub(super) fn read(entry: &LedgerEntry) -> Result<Self, Error> {
        let body: Self =
            serde_json::from_str(&entry.body).map_err(|_| Error::Malformed("a ledger entry is not JSON"))?;
        if body.v > SCHEMA {
            return Err(Error::Malformed("a ledger entry has a newer schema"));
        }
        Ok(body)
    }

    pub(super) fn text(&self) -> Result<String, Error> {
        let v = match (self.names_employment(), is_empty(&self.schedule)) {
            (true, _) => SCHEMA,
            (false, false) => 2,
            (false, true) => 1,
        };
        let body = Self { v, ..self.clone() };
        serde_json::to_string(&body).map_err(|_| Error::Malformed("a ledger entry has no JSON form"))
    }

    fn names_employment(&self) -> bool {
        let ahead = self.schedule.changes.iter().map(|change| &change.values);
        ahead.chain([&self.record.values]).any(|values| values.shown().contains(Field::Employment))
    }

    /// The same with everything applied that is due by a day: what a write begins with.
    pub(super) fn settled(&self, today: Date) -> Self {
        let split = split(&self.record, &self.schedule, today);
        Self { record: split.settled(), schedule: split.waiting, ..self.clone() }
    }

    /// As it is on a day.
    pub(super) fn on(&self, today: Date, version: u64) -> Stored {
        let split = split(&self.record, &self.schedule, today);
        Stored {
            record: split.record,
            dingtalk: self.dingtalk.clone(),
            version,
            presence: split.presence,
            upcoming: split.upcoming,
        }
    }
}
