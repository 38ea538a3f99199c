//! What is asked of whoever has the state in its hands, and what it answers.

use directory::RunId;
use directory::reason::Reason;
use engine::plans::{PlanBody, PlanHead, PlanNotReadyError};
use serde::{Deserialize, Serialize};

use crate::records::order as records;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanOrder {
    /// Make a plan.
    Make,
    /// The newest plans.
    List,
    /// One plan's head.
    Head(RunId),
    /// One plan's head and its items from this one on.
    Show {
        /// Which.
        id: RunId,
        /// The first item, from 0.
        from: usize,
    },
    /// Approve a plan.
    Approve {
        /// Which.
        id: RunId,
        /// Who approves.
        by: String,
        /// The greatest age in hours.
        hours_max: u32,
    },
    /// Apply a plan, or go on with it.
    Apply {
        /// Which.
        id: RunId,
        /// The greatest age in hours.
        hours_max: u32,
    },
    /// Stop all writes.
    Pause {
        /// Who.
        by: String,
    },
    /// Go on.
    Resume,
    /// Shadow mode on or off.
    Shadow(bool),
    /// Check a policy document and make it the active one.
    SetPolicy {
        /// The document.
        text: String,
        /// Who.
        by: String,
    },
    /// Make a former policy the active one.
    Rollback {
        /// Which version; the one before unless given.
        to: Option<u64>,
    },
    /// The active policy.
    ActivePolicy,
    /// About records that wait.
    Records(records::RecordOrder),
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanReply {
    /// It was asked for; this plan's head says how it goes on.
    Asked(RunId),
    /// Heads, newest first.
    Heads(Vec<PlanHead>),
    /// One head.
    Head(Box<PlanHead>),
    /// A head and some of its items.
    Plan {
        /// The head.
        head: Box<PlanHead>,
        /// Items, names, and what is held.
        body: Box<PlanBody>,
    },
    /// All writes are stopped.
    Paused {
        /// Plans that were being applied and stopped where they stood.
        stopped: Vec<RunId>,
        /// Plans that did not say that they stopped: what applied them is gone, or still busy with its last write.
        silent: Vec<RunId>,
    },
    /// Writing goes on.
    Resumed {
        /// Plans that go on from where they stood.
        goes_on: Vec<RunId>,
    },
    /// Shadow mode is on or off.
    Shadow(bool),
    /// A policy is active.
    Policy {
        /// Its version; 0 is the one that `up` binds with.
        version: u64,
        /// It writes nothing before a plan under it was approved and applied.
        pending: bool,
        /// It was active before: nothing changed.
        same: bool,
        /// The document, as it holds.
        document: String,
    },
    /// About records that wait.
    Records(Box<records::RecordReply>),
}

/// Why an order was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PlanOrderError {
    /// There is no state.
    #[error("there is no state in {data}: run `bangding up` first, or give its --data")]
    NoState {
        /// Which directory.
        data: String,
    },
    /// Nothing is bound.
    #[error("no company is bound yet: run `bangding up` first")]
    Unbound,
    /// There is no such plan.
    #[error("there is no such plan: `bangding plan list` shows those there are")]
    NoPlan,
    /// It is not the time for it.
    #[error("{why}")]
    NotNow {
        /// Why.
        why: Reason,
    },
    /// Somebody else changed the plan meanwhile.
    #[error("somebody else changed the plan a moment ago: look at it again")]
    Stale,
    /// It failed.
    #[error("it failed: {why}")]
    Failed {
        /// Why.
        why: Reason,
    },
    /// The policy document is refused, every fault at its line.
    #[error("the policy was refused and the active one stays")]
    PolicyRefused,
    /// A record that waits stays as it is.
    #[error(transparent)]
    Record(records::RecordOrderError),
    /// There is no such version of the policy.
    #[error("there is no policy version {0}")]
    NoVersion(u64),
    /// Somebody holds the directory and does not answer.
    #[error(
        "another bangding holds {data} and does not answer: it may be starting; try again, or stop it"
    )]
    Held {
        /// Which directory.
        data: String,
    },
    /// The state cannot be used.
    #[error("it is not possible now: {why}")]
    Unusable {
        /// Why.
        why: Reason,
    },
}

impl From<PlanNotReadyError> for PlanOrderError {
    fn from(why: PlanNotReadyError) -> Self {
        Self::NotNow {
            why: Reason::from(&why),
        }
    }
}
