//! What a figure rests on.

use serde::{Deserialize, Serialize};

/// Names one punch, planned punch or request, so that a figure leads back to it: `punch/…`, `plan/…`, `request/…`. It holds
/// DingTalk's numbers only, never a name or a reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EvidenceId(String);

impl EvidenceId {
    /// A punch, by its record's number.
    #[must_use]
    pub fn of_punch(record_id: i64) -> Self {
        Self(format!("punch/{record_id}"))
    }

    /// A planned punch and what came of it, by the plan's number.
    #[must_use]
    pub fn of_plan(plan_id: i64) -> Self {
        Self(format!("plan/{plan_id}"))
    }

    /// A request, by its instance id.
    #[must_use]
    pub fn of_request(instance: &str) -> Self {
        Self(format!("request/{instance}"))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
