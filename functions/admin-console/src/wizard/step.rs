//! The steps, and where each stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::state::{CredentialFacts, ProofState, WizardState};
use crate::desk_port::PlanPhase;

/// A step.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum WizardStep {
    /// Make the app in DingTalk, and publish it.
    MakeApp,
    /// Choose the eHR.
    ChooseEhr,
    /// CorpId, AgentId, AppKey, AppSecret.
    Credentials,
    /// The callback address.
    Callback,
    /// Permissions and both ranges.
    Permissions,
    /// An administrator authorises.
    Authorise,
    /// Who decides.
    Direction,
    /// What the first sync would do.
    Plan,
    /// Approve it.
    Approve,
    /// It is being applied.
    Progress,
    /// What came of it.
    Report,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Done.
    Done,
    /// Left out on purpose.
    Skipped,
    /// It is its turn.
    Current,
    /// A step before it is not done.
    Later,
}

impl WizardStep {
    /// Every step, in order.
    pub const ALL: [Self; 11] = [
        Self::MakeApp,
        Self::ChooseEhr,
        Self::Credentials,
        Self::Callback,
        Self::Permissions,
        Self::Authorise,
        Self::Direction,
        Self::Plan,
        Self::Approve,
        Self::Progress,
        Self::Report,
    ];

    /// Its spelling in addresses and in ids of texts.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::MakeApp => "make-app",
            Self::ChooseEhr => "choose-ehr",
            Self::Credentials => "credentials",
            Self::Callback => "callback",
            Self::Permissions => "permissions",
            Self::Authorise => "authorise",
            Self::Direction => "direction",
            Self::Plan => "plan",
            Self::Approve => "approve",
            Self::Progress => "progress",
            Self::Report => "report",
        }
    }

    /// The step with this spelling.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.key() == key)
    }

    /// Whether it is proven done.
    #[must_use]
    pub fn is_done(self, state: &WizardState) -> bool {
        match self {
            Self::MakeApp => state.is_app_published == Some(true),
            Self::ChooseEhr => state.ehr.is_some(),
            Self::Credentials => state
                .credentials
                .as_ref()
                .is_some_and(CredentialFacts::is_proven),
            Self::Callback => state.callback.is_verified || state.callback.is_skipped,
            Self::Permissions => state.has_permissions(),
            Self::Authorise => state
                .authorised
                .as_ref()
                .is_some_and(|by| by.is_own_company && by.covers_everyone),
            Self::Direction => state.direction.is_some(),
            Self::Plan => state
                .plan
                .as_ref()
                .is_some_and(|plan| plan.phase != PlanPhase::Making && plan.is_current()),
            Self::Approve => state.plan.as_ref().is_some_and(|plan| {
                matches!(
                    plan.phase,
                    PlanPhase::Approved | PlanPhase::Applying | PlanPhase::Applied
                )
            }),
            Self::Progress => state
                .plan
                .as_ref()
                .is_some_and(|plan| plan.phase == PlanPhase::Applied),
            Self::Report => state.is_report_read,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn status(self, state: &WizardState) -> StepStatus {
        if self == Self::Callback && state.callback.is_skipped && !state.callback.is_verified {
            return StepStatus::Skipped;
        }
        let current = state.current_step();
        if self == current && !self.is_done(state) {
            StepStatus::Current
        } else if self.is_done(state) && self <= current {
            StepStatus::Done
        } else {
            StepStatus::Later
        }
    }

    /// The step behind it; the last one is followed by none.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let place = Self::ALL.iter().position(|step| *step == self)?;
        Self::ALL.get(place + 1).copied()
    }
}

impl WizardState {
    /// The first step that is not done: where somebody who comes back goes on. When all are done, the last one.
    #[must_use]
    pub fn current_step(&self) -> WizardStep {
        WizardStep::ALL
            .into_iter()
            .find(|step| !step.is_done(self))
            .unwrap_or(WizardStep::Report)
    }

    /// Whether reading is proven. A permission to write is only needed where DingTalk is written to.
    fn has_permissions(&self) -> bool {
        !self.permissions.is_empty()
            && self
                .permissions
                .iter()
                .filter(|fact| fact.is_needed)
                .all(|fact| fact.state == ProofState::Proven)
            && self.ranges.is_some_and(|ranges| ranges.people_seen > 0)
    }
}
