//! What was asked and what went wrong, so that a run can say it in a sentence.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::wire_person::UnreadableRow;

/// Counters of one client since it was made or last taken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallTally {
    /// Requests sent, per interface; retries count.
    pub calls: BTreeMap<String, u64>,
    /// Answers that asked to slow down.
    pub throttled: u64,
    /// Requests sent again after a transient failure.
    pub retried: u64,
    /// Tokens renewed because one was refused.
    pub renewed_tokens: u64,
    /// Departments left out of a list because the contact API refuses them (negative ids).
    pub dropped_departments: u64,
    /// Records that were read by their id with a field that could not be read.
    #[serde(default)]
    pub unreadable_records: u64,
    /// Records that were read by their id with a value that stands for "not known", such as a day of entry in 9999.
    #[serde(default)]
    pub implausible_records: u64,
    /// Failed attempts by kind, see [`counter_key`](crate::DingTalkErrorKind::counter_key); those that a retry cured count too.
    pub troubles: BTreeMap<String, u64>,
}

impl CallTally {
    /// Requests sent, all interfaces.
    #[must_use]
    pub fn calls_total(&self) -> u64 {
        self.calls.values().sum()
    }
}

#[derive(Debug, Default)]
struct Counters {
    calls: BTreeMap<&'static str, u64>,
    throttled: u64,
    retried: u64,
    renewed_tokens: u64,
    dropped_departments: u64,
    unreadable_records: u64,
    implausible_records: u64,
    troubles: BTreeMap<&'static str, u64>,
}

/// The counters behind a client.
#[derive(Debug, Default)]
pub(super) struct CallLog(Mutex<Counters>);

impl CallLog {
    pub(super) fn count_call(&self, interface: &'static str) {
        *self.lock_counters().calls.entry(interface).or_default() += 1;
    }

    pub(super) fn count_throttled(&self) {
        self.lock_counters().throttled += 1;
    }

    pub(super) fn count_retry(&self) {
        self.lock_counters().retried += 1;
    }

    pub(super) fn count_renewed_token(&self) {
        self.lock_counters().renewed_tokens += 1;
    }

    pub(super) fn count_dropped_department(&self) {
        self.lock_counters().dropped_departments += 1;
    }

    /// Counts a record that was read by its id, where something of it could not be read.
    pub(super) fn count_odd_row(&self, odd: Option<&UnreadableRow>) {
        let Some(odd) = odd else { return };
        let mut counters = self.lock_counters();
        counters.unreadable_records += u64::from(!odd.fields.is_empty());
        counters.implausible_records += u64::from(!odd.implausible.is_empty());
    }

    pub(super) fn count_error(&self, key: &'static str) {
        *self.lock_counters().troubles.entry(key).or_default() += 1;
    }

    pub(super) fn read_tally(&self) -> CallTally {
        tally_of(&self.lock_counters())
    }

    pub(super) fn take_tally(&self) -> CallTally {
        tally_of(&std::mem::take(&mut *self.lock_counters()))
    }

    /// Counters stay usable after a panic elsewhere: they are sums.
    fn lock_counters(&self) -> MutexGuard<'_, Counters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tally_of(counters: &Counters) -> CallTally {
    let owned = |counts: &BTreeMap<&'static str, u64>| {
        counts
            .iter()
            .map(|(key, n)| ((*key).to_owned(), *n))
            .collect()
    };
    CallTally {
        calls: owned(&counters.calls),
        throttled: counters.throttled,
        retried: counters.retried,
        renewed_tokens: counters.renewed_tokens,
        dropped_departments: counters.dropped_departments,
        unreadable_records: counters.unreadable_records,
        implausible_records: counters.implausible_records,
        troubles: owned(&counters.troubles),
    }
}
