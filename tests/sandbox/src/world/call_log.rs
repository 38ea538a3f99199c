//! The log of calls.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::fault::FaultKind;

/// Number of calls that are kept. The oldest are dropped first.
const CALLS_KEPT: usize = 500_000;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Number of the call, counted from 1 since the world was made.
    pub n: u64,
    /// When it arrived, in milliseconds since 1970.
    pub at: i64,
    /// Path of the interface; an id in it is replaced by `{corpId}`.
    pub interface: String,
    /// `0`, or the code: `60121`, `88/90018`, `400 InvalidAuthentication`, `lost_connection`.
    pub outcome: String,
    /// Whether it was refused for its frequency.
    pub throttled: bool,
    /// Subject of the call, for example `dept 42 cursor 100` or `user manager4220`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Faults that hit the call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultKind>,
}

/// The log of the last calls.
#[derive(Debug, Clone, Default)]
pub(super) struct CallLog {
    records: VecDeque<CallRecord>,
    count: u64,
}

impl CallLog {
    pub(super) fn add(&mut self, mut record: CallRecord) {
        self.count += 1;
        record.n = self.count;
        if self.records.len() == CALLS_KEPT {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &CallRecord> + ExactSizeIterator {
        self.records.iter()
    }

    pub(super) fn clear(&mut self) {
        self.records.clear();
    }
}
