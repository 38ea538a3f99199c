//! The gate of a binding: whether its corp may be written to, as the binding says now.

use std::sync::Arc;

use async_trait::async_trait;
use dingtalk::client::Clock;
use directory::reason::{Reason, ReasonCode};
use directory::{BindingId, Timestamp};
use futures::lock::Mutex;
use state::{Binding, Store, StoreError};

use crate::ports::Gate;

/// How long an answer counts, in milliseconds: a pause takes effect at most this much later, and an import of thousands of
/// records asks five times a second instead of once a record.
pub const ANSWER_VALID_MS: i64 = 200;

/// Who goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WritePurpose {
    /// Sweeps and wakes, which follow what changes.
    Follow,
    /// An approved plan of this policy version: what a changed policy waits for.
    Plan(u64),
}

impl WritePurpose {
    /// Why a binding lets nobody through with this purpose; `None` where it does. `read_under` is the policy's version that
    /// decisions were made under: another one may decide otherwise.
    #[must_use]
    pub fn closed_reason(self, binding: &Binding, read_under: u64) -> Option<Reason> {
        let closed = match self {
            Self::Follow if binding.write_block().is_none() && binding.policy != read_under => {
                let reason = Reason::new(ReasonCode::GatePolicyChanged)
                    .number("read_under", read_under)
                    .number("active", binding.policy);
                return Some(reason);
            }
            Self::Follow => binding.write_block(),
            Self::Plan(policy) if policy == binding.policy => binding.plan_block(),
            Self::Plan(policy) => {
                let reason = Reason::new(ReasonCode::PlanOtherPolicy)
                    .number("plan", policy)
                    .number("active", binding.policy);
                return Some(reason);
            }
        };
        closed.map(Reason::from)
    }
}

/// Reads the binding, strongly consistent, at most once in [`ANSWER_VALID_MS`].
pub struct BindingGate {
    store: Store,
    binding: BindingId,
    purpose: WritePurpose,
    policy: u64,
    clock: Arc<dyn Clock>,
    answer: Mutex<Option<(Timestamp, Option<Reason>)>>,
}

impl BindingGate {
    /// The gate of a binding for a purpose, under the policy's version that decisions are made by.
    #[must_use]
    pub fn new(
        store: Store,
        binding: BindingId,
        (purpose, policy): (WritePurpose, u64),
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            binding,
            purpose,
            policy,
            clock,
            answer: Mutex::new(None),
        }
    }
}

#[async_trait]
impl Gate for BindingGate {
    async fn closed_reason(&self) -> Result<Option<Reason>, StoreError> {
        // Whoever comes meanwhile waits for the one answer.
        let mut answer = self.answer.lock().await;
        let now = self.clock.now();
        if let Some((at, closed)) = answer.as_ref()
            && (0..ANSWER_VALID_MS).contains(&now.millis().saturating_sub(at.millis()))
        {
            return Ok(closed.clone());
        }
        let closed = match self.store.get_binding(&self.binding).await? {
            Some(stored) => self.purpose.closed_reason(&stored.body, self.policy),
            None => Some(Reason::new(ReasonCode::GateBindingRemoved)),
        };
        // As of before it was asked.
        *answer = Some((now, closed.clone()));
        Ok(closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::CorpId;

    #[test]
    fn a_run_stops_writing_when_another_policy_was_applied_meanwhile() {
        let id = BindingId::new("b1").unwrap();
        let mut binding = Binding::new(id, CorpId::new("ding1").unwrap());
        binding.policy = 1;
        binding.policy_applied = 1;
        assert_eq!(WritePurpose::Follow.closed_reason(&binding, 1), None);
        binding.policy = 2;
        assert!(WritePurpose::Follow.closed_reason(&binding, 1).is_some());
        binding.policy_applied = 2;
        let why = WritePurpose::Follow.closed_reason(&binding, 1).unwrap();
        assert_eq!(why.code(), Some(ReasonCode::GatePolicyChanged));
        assert_eq!(WritePurpose::Follow.closed_reason(&binding, 2), None);
        assert_eq!(WritePurpose::Plan(2).closed_reason(&binding, 2), None);
    }
}
