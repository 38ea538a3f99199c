//! The record of every call.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::fault::FaultKind;

/// How many calls are kept; the oldest go first.
const CALLS_KEPT: usize = 500_000;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Number of the call since the world began, from 1.
    pub n: u64,
    /// When it arrived, milliseconds.
    pub at: i64,
    /// Path of the interface; an id in it is replaced by `{corpId}`.
    pub interface: String,
    /// `0`, or the code: `60121`, `88/90018`, `400 InvalidAuthentication`, `lost_connection`.
    pub outcome: String,
    /// Refused for its frequency.
    pub throttled: bool,
    /// What it was about: `dept 42 cursor 100`, `user manager4220`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Faults that befell it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultKind>,
}

/// The log.
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
