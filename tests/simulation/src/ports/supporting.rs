//! Ports for the journal, the gate, the budget, the clock and randomness.

use std::time::Duration;

use async_trait::async_trait;
use dingtalk::client::Clock;
use directory::budget::BudgetState;
use directory::reason::Reason;
use directory::{RunId, Timestamp};
use engine::budget::GuardBudget;
use engine::ports::{Gate, Journal, JournalEntry, Randomness};
use state::store::JournalError;
use state::{Cause, StoreError};

use crate::fault::Fault;
use crate::world::SharedWorld;

/// The journal, as one invocation sees it.
pub(crate) struct JournalPort {
    pub(crate) shared: SharedWorld,
}

#[async_trait]
impl Journal for JournalPort {
    async fn append(&self, run: &RunId, entries: Vec<JournalEntry>) -> Result<(), JournalError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.shared.yield_polls().await;
        let answer = {
            let state = &mut *self.shared.lock_world();
            let fails = state.fault_strikes(Fault::JournalFails);
            if !fails || state.dice.chance(500) {
                state
                    .journal
                    .extend(entries.into_iter().map(|entry| (run.clone(), entry)));
            }
            let source = Cause::new("simulated");
            let error = StoreError::Unavailable {
                call: "append to the journal",
                source,
            };
            if fails {
                Err(JournalError::Store(error))
            } else {
                Ok(())
            }
        };
        self.shared.yield_polls().await;
        answer
    }

    async fn close(&self, _: &RunId) -> Result<(), JournalError> {
        self.shared.yield_polls().await;
        Ok(())
    }
}

/// The gate: whether the corp may be written to.
pub(crate) struct GatePort {
    pub(crate) shared: SharedWorld,
}

#[async_trait]
impl Gate for GatePort {
    async fn closed_reason(&self) -> Result<Option<Reason>, StoreError> {
        self.shared.yield_polls().await;
        Ok(self.shared.lock_world().closed.map(Reason::new))
    }
}

/// The guard's budget.
pub(crate) struct BudgetPort {
    pub(crate) shared: SharedWorld,
}

#[async_trait]
impl GuardBudget for BudgetPort {
    async fn read_budget(&self) -> Result<(BudgetState, Option<u64>), StoreError> {
        self.shared.yield_polls().await;
        let state = &mut *self.shared.lock_world();
        if state.fault_strikes(Fault::StoreThrottled) {
            return Err(StoreError::Throttled {
                call: "read the budget",
            });
        }
        let (budget, version) = state.budget.clone();
        Ok((budget, (version > 0).then_some(version)))
    }

    async fn put_budget(
        &self,
        budget: &BudgetState,
        over: Option<u64>,
    ) -> Result<bool, StoreError> {
        self.shared.yield_polls().await;
        let state = &mut *self.shared.lock_world();
        if state.fault_strikes(Fault::StoreThrottled) {
            return Err(StoreError::Throttled {
                call: "write the budget",
            });
        }
        let (stored, version) = &mut state.budget;
        if over.unwrap_or_default() != *version {
            state.faults.count_fault(Fault::StoreConflict);
            return Ok(false);
        }
        *stored = budget.clone();
        *version += 1;
        Ok(true)
    }
}

/// The clock, with an error in milliseconds.
pub(crate) struct ClockPort {
    pub(crate) shared: SharedWorld,
    pub(crate) skew: i64,
}

#[async_trait]
impl Clock for ClockPort {
    fn now(&self) -> Timestamp {
        self.shared
            .lock_world()
            .current_time()
            .plus_millis(self.skew)
    }

    async fn sleep(&self, duration: Duration) {
        let until = self
            .now()
            .plus_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX));
        while self.now() < until {
            self.shared.yield_polls().await;
        }
    }
}

/// The source of random versions.
pub(crate) struct RandomnessPort {
    pub(crate) shared: SharedWorld,
}

impl Randomness for RandomnessPort {
    fn bytes(&self) -> [u8; 16] {
        self.shared.lock_world().dice.bytes()
    }
}
