//! A plan's head: what is known of it without opening its body, and where it stands.

use std::collections::BTreeMap;

use directory::plan::{ActionCounts, HeldItem};
use directory::reason::{Reason, ReasonCode};
use directory::{BindingId, Kind, RunId, Timestamp};
use serde::{Deserialize, Serialize};

use super::forecast::Forecast;
use super::plan_run::PlanCheckpoint;

/// A plan that is older than this, in hours, is not begun any more: make a new one. A command may say otherwise.
pub const AGE_MAX_HOURS: u32 = 24;

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// Made, and waits for an approval.
    Open,
    /// Somebody approved it.
    Approved,
    /// It was begun: it runs, or was interrupted and goes on from where it stood.
    Applying,
    /// Every item was applied, or refused with its reason.
    Applied,
    /// A newer plan took its place before anybody approved it.
    Superseded,
    /// It could not be made.
    Failed,
}

/// Who approved what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The hash of the plan that was approved: another body is not approved.
    pub hash: String,
}

/// How far it was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanExecution {
    /// The run that its changes stand under in the journal.
    pub run: RunId,
    /// When it was begun.
    pub began_at: Timestamp,
    /// When it was done.
    pub ended_at: Option<Timestamp>,
    /// Where it stands.
    pub place: PlanCheckpoint,
    /// Why it stopped before its end; nothing while it runs.
    pub stopped: Option<Reason>,
}

/// A plan without its items. No value of a person is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanHead {
    /// Its id; ids sort by time.
    pub id: RunId,
    /// The binding.
    pub binding: BindingId,
    /// When it was made.
    pub made_at: Timestamp,
    /// Why it was made, in a word.
    pub because: String,
    /// The version of the policy that it was made under; 0 is the one that `up` binds with.
    pub policy: u64,
    /// Both lists arrived in full: the plan is all there is to do.
    pub complete: bool,
    /// Records created, updated and removed.
    pub counts: ActionCounts,
    /// The same, people and departments apart.
    pub by_kind: BTreeMap<Kind, ActionCounts>,
    /// Links that are stored because others refer to them: no side is written to.
    pub links: u64,
    /// Items in the body.
    pub items: u64,
    /// Parts of the body in the archive.
    pub parts: u32,
    /// What waits for a person and is not applied: how many.
    pub held: u64,
    /// The first of them, with their reasons.
    pub held_first: Vec<HeldItem>,
    /// What the approval is bound to.
    pub hash: String,
    /// What applying it costs.
    pub forecast: Forecast,
    /// One reason for everything that went differently.
    pub notes: Vec<Reason>,
    /// Where it stands.
    pub state: PlanState,
    /// Who approved it.
    #[serde(default)]
    pub approved: Option<Approval>,
    /// How far it was applied.
    #[serde(default)]
    pub applied: Option<PlanExecution>,
    /// Why it was not made, or why the last try to apply it did not begin or ended without saying where it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Reason>,
}

/// Why a plan is not applied now. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanNotReadyError {
    /// Nobody approved it.
    #[error("nobody approved this plan: look at it and approve it first")]
    Unapproved,
    /// Its body is not what was approved.
    #[error("the plan's body is not the one that was approved: make a new plan")]
    NotWhatWasApproved,
    /// The policy changed since.
    #[error(
        "the plan was made under policy version {plan}, and version {active} is active: make a new plan"
    )]
    OtherPolicy {
        /// The plan's.
        plan: u64,
        /// The active one.
        active: u64,
    },
    /// It is old.
    #[error("the plan is {hours} hours old, and {max} are allowed: make a new plan")]
    Expired {
        /// Its age.
        hours: i64,
        /// What is allowed.
        max: u32,
    },
    /// A newer one took its place.
    #[error("a newer plan took its place: look at that one")]
    Superseded,
    /// It was applied.
    #[error("the plan was applied already")]
    Done,
    /// It could not be made.
    #[error("the plan could not be made: make a new one")]
    Failed,
}

impl From<&PlanNotReadyError> for Reason {
    fn from(err: &PlanNotReadyError) -> Self {
        match *err {
            PlanNotReadyError::Unapproved => Self::new(ReasonCode::PlanUnapproved),
            PlanNotReadyError::NotWhatWasApproved => Self::new(ReasonCode::PlanNotAsApproved),
            PlanNotReadyError::OtherPolicy { plan, active } => {
                Self::new(ReasonCode::PlanOtherPolicy)
                    .number("plan", plan)
                    .number("active", active)
            }
            PlanNotReadyError::Expired { hours, max } => Self::new(ReasonCode::PlanExpired)
                .number("hours", hours)
                .number("limit", max),
            PlanNotReadyError::Superseded => Self::new(ReasonCode::PlanSuperseded),
            PlanNotReadyError::Done => Self::new(ReasonCode::PlanAlreadyApplied),
            PlanNotReadyError::Failed => Self::new(ReasonCode::PlanFailed),
        }
    }
}

impl PlanHead {
    /// Whether the plan can be approved now.
    ///
    /// # Errors
    /// [`PlanNotReadyError`].
    pub fn may_be_approved(
        &self,
        policy: u64,
        now: Timestamp,
        hours_max: u32,
    ) -> Result<(), PlanNotReadyError> {
        match self.state {
            PlanState::Open | PlanState::Approved => self.is_current(policy, now, hours_max),
            PlanState::Applying | PlanState::Applied => Err(PlanNotReadyError::Done),
            PlanState::Superseded => Err(PlanNotReadyError::Superseded),
            PlanState::Failed => Err(PlanNotReadyError::Failed),
        }
    }

    /// Whether the plan can be applied now. What was begun goes on whatever its age: each item is looked at afresh.
    ///
    /// # Errors
    /// [`PlanNotReadyError`].
    pub fn may_be_applied(
        &self,
        policy: u64,
        now: Timestamp,
        hours_max: u32,
    ) -> Result<(), PlanNotReadyError> {
        match self.state {
            PlanState::Open => return Err(PlanNotReadyError::Unapproved),
            PlanState::Superseded => return Err(PlanNotReadyError::Superseded),
            PlanState::Failed => return Err(PlanNotReadyError::Failed),
            PlanState::Applied => return Err(PlanNotReadyError::Done),
            PlanState::Applying if self.policy == policy => {}
            PlanState::Approved | PlanState::Applying => self.is_current(policy, now, hours_max)?,
        }
        match &self.approved {
            None => Err(PlanNotReadyError::Unapproved),
            Some(approval) if approval.hash != self.hash => {
                Err(PlanNotReadyError::NotWhatWasApproved)
            }
            Some(_) => Ok(()),
        }
    }

    fn is_current(
        &self,
        policy: u64,
        now: Timestamp,
        hours_max: u32,
    ) -> Result<(), PlanNotReadyError> {
        if self.policy != policy {
            return Err(PlanNotReadyError::OtherPolicy {
                plan: self.policy,
                active: policy,
            });
        }
        let hours = now.millis().saturating_sub(self.made_at.millis()) / 3_600_000;
        if hours >= i64::from(hours_max) {
            Err(PlanNotReadyError::Expired {
                hours,
                max: hours_max,
            })
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(state: PlanState) -> PlanHead {
        PlanHead {
            id: RunId::new("1780000000000-9c01f3aa").unwrap(),
            binding: BindingId::new("b-1").unwrap(),
            made_at: Timestamp(0),
            because: "command".to_owned(),
            policy: 2,
            complete: true,
            counts: ActionCounts::default(),
            by_kind: BTreeMap::new(),
            links: 0,
            items: 0,
            parts: 0,
            held: 0,
            held_first: Vec::new(),
            hash: "aa".to_owned(),
            forecast: Forecast::default(),
            notes: Vec::new(),
            state,
            approved: None,
            applied: None,
            failure: None,
        }
    }

    fn approved(hash: &str, state: PlanState) -> PlanHead {
        let approved = Some(Approval {
            by: "li".to_owned(),
            at: Timestamp(1),
            hash: hash.to_owned(),
        });
        PlanHead {
            approved,
            ..head(state)
        }
    }

    #[test]
    fn only_the_approved_body_may_be_applied() {
        let now = Timestamp(3_600_000);
        assert_eq!(
            head(PlanState::Open).may_be_applied(2, now, 24),
            Err(PlanNotReadyError::Unapproved)
        );
        assert_eq!(
            head(PlanState::Approved).may_be_applied(2, now, 24),
            Err(PlanNotReadyError::Unapproved)
        );
        assert_eq!(
            approved("bb", PlanState::Approved).may_be_applied(2, now, 24),
            Err(PlanNotReadyError::NotWhatWasApproved)
        );
        assert_eq!(
            approved("aa", PlanState::Approved).may_be_applied(2, now, 24),
            Ok(())
        );
        assert_eq!(
            approved("aa", PlanState::Applied).may_be_applied(2, now, 24),
            Err(PlanNotReadyError::Done)
        );
        assert_eq!(
            approved("aa", PlanState::Superseded).may_be_applied(2, now, 24),
            Err(PlanNotReadyError::Superseded)
        );
    }

    #[test]
    fn a_new_policy_or_old_age_blocks_a_plan_that_has_not_begun() {
        let late = Timestamp(25 * 3_600_000);
        let plan = approved("aa", PlanState::Approved);
        assert_eq!(
            plan.may_be_applied(3, Timestamp(0), 24),
            Err(PlanNotReadyError::OtherPolicy { plan: 2, active: 3 })
        );
        assert_eq!(
            plan.may_be_applied(2, late, 24),
            Err(PlanNotReadyError::Expired { hours: 25, max: 24 })
        );
        assert_eq!(plan.may_be_applied(2, late, 48), Ok(()));
        assert_eq!(
            plan.may_be_approved(2, late, 24),
            Err(PlanNotReadyError::Expired { hours: 25, max: 24 })
        );
        let begun = approved("aa", PlanState::Applying);
        assert_eq!(begun.may_be_applied(2, late, 24), Ok(()));
        assert_eq!(
            begun.may_be_applied(3, late, 24),
            Err(PlanNotReadyError::OtherPolicy { plan: 2, active: 3 })
        );
    }
}
