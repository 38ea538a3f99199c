//! What the wizard knows, and what an answer changes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::step::WizardStep;
use crate::desk_port::{ChangeCounts, PlanPhase};

/// Whether something was proven by experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofState {
    /// Not tried yet.
    #[default]
    Untried,
    /// It was carried out.
    Proven,
    /// It was refused.
    Refused,
    /// It could not be tried: DingTalk did not answer.
    Unreachable,
}

/// Credentials that were typed, without the secret, and what was proven of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CredentialFacts {
    /// CorpId.
    pub corp_id: String,
    /// AgentId.
    pub agent_id: String,
    /// AppKey.
    pub app_key: String,
    /// AppKey and AppSecret give an access token.
    pub secret: ProofState,
    /// The app belongs to this company.
    pub company: ProofState,
    /// The app has this AgentId.
    pub agent: ProofState,
}

impl CredentialFacts {
    /// Whether all three are proven.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        [self.secret, self.company, self.agent]
            .iter()
            .all(|proof| *proof == ProofState::Proven)
    }
}

/// Where DingTalk sends events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CallbackFacts {
    /// The public address; `None` where there is none.
    pub url: Option<String>,
    /// The token to paste; only in the reply that made it.
    #[serde(skip_deserializing, default)]
    pub token: Option<String>,
    /// The `aes_key` to paste; only in the reply that made it.
    #[serde(skip_deserializing, default)]
    pub aes_key: Option<String>,
    /// DingTalk's `check_url` was answered.
    pub is_verified: bool,
    /// Sweeps carry the changes instead.
    pub is_skipped: bool,
}

/// A permission of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PermissionFact {
    /// DingTalk's code, for example `qyapi_get_member`.
    pub scope: String,
    /// What a harmless call said.
    pub state: ProofState,
    /// The chosen direction needs it.
    pub is_needed: bool,
}

/// What the app sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RangeFacts {
    /// Departments.
    pub departments_seen: u64,
    /// People.
    pub people_seen: u64,
    /// The company's people, as DingTalk counts them; `None` if it does not say.
    pub people_in_all: Option<u64>,
}

/// An administrator who authorised on DingTalk's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuthorisedBy {
    /// Their `userid`.
    pub user_id: String,
    /// The company that they chose is the one of the credentials.
    pub is_own_company: bool,
    /// Their range covers everyone.
    pub covers_everyone: bool,
}

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncDirection {
    /// DingTalk decides every field, and who joins and leaves.
    DingtalkIsMaster,
    /// The eHR does.
    EhrIsMaster,
}

/// The first plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WizardPlan {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub phase: PlanPhase,
    /// What it would do.
    pub counts: ChangeCounts,
    /// What the guard held.
    pub held: u64,
    /// Items that were applied, and items in all.
    pub applied: AppliedFigures,
}

/// How far a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct AppliedFigures {
    /// Done.
    pub done: u64,
    /// In all.
    pub total: u64,
    /// Items a second; `None` before that is known.
    pub per_second: Option<u32>,
}

impl WizardPlan {
    /// Whether it can still be approved or applied.
    #[must_use]
    pub fn is_current(&self) -> bool {
        !matches!(self.phase, PlanPhase::Superseded | PlanPhase::Failed)
    }
}

/// What the wizard knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct WizardState {
    /// The app exists, and a version of it is published (`true`) or waits for an administrator (`false`).
    #[serde(default)]
    pub is_app_published: Option<bool>,
    /// The chosen connector.
    #[serde(default)]
    pub ehr: Option<String>,
    /// Connectors that can be chosen.
    #[serde(default)]
    pub ehr_offered: Vec<String>,
    /// Credentials.
    #[serde(default)]
    pub credentials: Option<CredentialFacts>,
    /// The callback.
    #[serde(default)]
    pub callback: CallbackFacts,
    /// Permissions; empty before they were tried.
    #[serde(default)]
    pub permissions: Vec<PermissionFact>,
    /// What the app sees; `None` before that was tried.
    #[serde(default)]
    pub ranges: Option<RangeFacts>,
    /// Who authorised.
    #[serde(default)]
    pub authorised: Option<AuthorisedBy>,
    /// Who decides.
    #[serde(default)]
    pub direction: Option<SyncDirection>,
    /// The first plan.
    #[serde(default)]
    pub plan: Option<WizardPlan>,
    /// The report was read.
    #[serde(default)]
    pub is_report_read: bool,
}

/// An answer to a step's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WizardAnswer {
    /// The app was made.
    AppMade {
        /// A version is published.
        is_published: bool,
    },
    /// This eHR.
    EhrChosen(String),
    /// No public address: sweeps carry the changes.
    CallbackSkipped,
    /// This one decides.
    DirectionChosen(SyncDirection),
    /// The report was read.
    ReportRead,
}

/// Why an answer is refused. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WizardFault {
    /// A step before it is not done.
    #[error("a step before it is not done: {}", .0.key())]
    TooEarly(WizardStep),
    /// This eHR is not offered.
    #[error("this eHR is not offered")]
    UnknownEhr,
    /// The first plan is approved: what it was made from does not change any more here.
    #[error("the first plan is approved already")]
    Approved,
}

impl WizardFault {
    /// The id of its text in the catalogue.
    #[must_use]
    pub fn text_id(self) -> &'static str {
        match self {
            Self::TooEarly(_) => "wizard-fault-too-early",
            Self::UnknownEhr => "wizard-fault-unknown-ehr",
            Self::Approved => "wizard-fault-approved",
        }
    }
}

impl WizardAnswer {
    /// The step whose question it answers.
    #[must_use]
    pub fn step(&self) -> WizardStep {
        match self {
            Self::AppMade { .. } => WizardStep::MakeApp,
            Self::EhrChosen(_) => WizardStep::ChooseEhr,
            Self::CallbackSkipped => WizardStep::Callback,
            Self::DirectionChosen(_) => WizardStep::Direction,
            Self::ReportRead => WizardStep::Report,
        }
    }
}

impl WizardState {
    /// Refuses what cannot be done at this step now.
    ///
    /// # Errors
    /// [`WizardFault::TooEarly`] with the first step that is missing; [`WizardFault::Approved`].
    pub fn check_step(&self, step: WizardStep) -> Result<(), WizardFault> {
        let current = self.current_step();
        if step > current {
            return Err(WizardFault::TooEarly(current));
        }
        if step < WizardStep::Approve && WizardStep::Approve.is_done(self) {
            return Err(WizardFault::Approved);
        }
        Ok(())
    }

    /// The state after an answer. What was proven from an earlier answer of the same step is forgotten with it: another
    /// direction drops the plan.
    ///
    /// # Errors
    /// [`WizardFault`].
    pub fn answer(&self, answer: WizardAnswer) -> Result<Self, WizardFault> {
        self.check_step(answer.step())?;
        let mut state = self.clone();
        match answer {
            WizardAnswer::AppMade { is_published } => state.is_app_published = Some(is_published),
            WizardAnswer::EhrChosen(ehr) => {
                if !self.ehr_offered.contains(&ehr) {
                    return Err(WizardFault::UnknownEhr);
                }
                state.plan = state.plan.filter(|_| self.ehr.as_ref() == Some(&ehr));
                state.ehr = Some(ehr);
            }
            WizardAnswer::CallbackSkipped => state.callback.is_skipped = true,
            WizardAnswer::DirectionChosen(direction) => {
                state.plan = state.plan.filter(|_| self.direction == Some(direction));
                state.direction = Some(direction);
            }
            WizardAnswer::ReportRead => state.is_report_read = true,
        }
        Ok(state)
    }

    /// The state after credentials were tried. Another company or app forgets what was proven about the one before.
    ///
    /// # Errors
    /// [`WizardFault`].
    pub fn with_credentials(&self, facts: CredentialFacts) -> Result<Self, WizardFault> {
        self.check_step(WizardStep::Credentials)?;
        let is_same = self.credentials.as_ref().is_some_and(|before| {
            before.corp_id == facts.corp_id && before.app_key == facts.app_key
        });
        let mut state = self.clone();
        if !is_same {
            state = Self {
                is_app_published: self.is_app_published,
                ehr: self.ehr.clone(),
                ehr_offered: self.ehr_offered.clone(),
                ..Self::default()
            };
        }
        state.credentials = Some(facts);
        Ok(state)
    }
}

#[cfg(test)]
mod tests;
