//! What was asked and what went wrong, so that a run can say it in a sentence.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

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
    /// Failed attempts by kind, see [`Trouble::key`](crate::Trouble::key); those that a retry cured count too.
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
        troubles: owned(&counters.troubles),
    }
}
