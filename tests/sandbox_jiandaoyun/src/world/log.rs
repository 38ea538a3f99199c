//! The tenant's own log of calls, and the limits that are counted in it.

use std::collections::{BTreeMap, VecDeque};

const SECOND: i64 = 1000;

/// One call as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// The path after `/api`.
    pub path: String,
    /// The code of a refusal; `None`: it was carried out.
    pub code: Option<i64>,
}

#[derive(Debug, Default)]
pub(crate) struct CallLog {
    calls: Vec<LoggedCall>,
    tenant: VecDeque<i64>,
    by_path: BTreeMap<String, VecDeque<i64>>,
}

impl CallLog {
    pub(crate) fn calls(&self) -> &[LoggedCall] {
        &self.calls
    }

    pub(crate) fn forget(&mut self) {
        self.calls.clear();
    }

    pub(crate) fn add(&mut self, at: i64, path: &str, code: Option<i64>) {
        let path = path.to_owned();
        self.calls.push(LoggedCall { at, path, code });
    }

    /// Counts an arrival; the code of the limit that it passes.
    pub(crate) fn count_arrival(
        &mut self,
        at: i64,
        path: &str,
        (tenant, interface): (usize, usize),
    ) -> Option<i64> {
        let lane = self.by_path.entry(path.to_owned()).or_default();
        let too_many = |arrivals: &mut VecDeque<i64>, limit: usize| {
            while arrivals.front().is_some_and(|then| then + SECOND <= at) {
                arrivals.pop_front();
            }
            arrivals.push_back(at);
            arrivals.len() > limit
        };
        let passed_interface = too_many(lane, interface);
        let passed_tenant = too_many(&mut self.tenant, tenant);
        match (passed_tenant, passed_interface) {
            (true, _) => Some(8303),
            (false, true) => Some(8304),
            (false, false) => None,
        }
    }
}
