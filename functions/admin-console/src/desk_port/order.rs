//! Orders: everything that a page of the console asks for, as values.

use directory::{BindingId, Side};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::actor::ConsoleActor;
use crate::wizard::{WizardAnswer, WizardStep};

/// An order: in which binding, who asks, what for.
#[derive(Debug, Clone)]
pub struct ConsoleOrder {
    /// Which binding; `None` before one exists.
    pub binding: Option<BindingId>,
    /// Who orders.
    pub actor: ConsoleActor,
    /// What is asked for.
    pub request: ConsoleRequest,
}

/// A queue of decisions.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum QueueName {
    /// Changes that the guard stopped.
    Holds,
    /// Both sides changed a shared field.
    Conflicts,
    /// Records that cannot be decided, or that a side refuses.
    Quarantine,
    /// Who may be the same person.
    Matches,
}

impl QueueName {
    /// Every queue, in the order of the tabs.
    pub const ALL: [Self; 4] = [
        Self::Holds,
        Self::Conflicts,
        Self::Quarantine,
        Self::Matches,
    ];

    /// Its spelling in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Conflicts => "conflicts",
            Self::Quarantine => "quarantine",
            Self::Matches => "matches",
        }
    }
}

/// A decision about one entry of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionTarget {
    /// Let a hold pass.
    ReleaseHold(String),
    /// Take that back.
    TakeBackRelease(String),
    /// Let one side's value stand.
    ResolveConflict(String, Side),
    /// Take that back.
    ReopenConflict(String),
    /// Try a quarantined record now.
    RetryRecord(String),
    /// These two are the same person, or are not.
    DecideMatch {
        /// Which proposal.
        id: String,
        /// They are.
        is_same: bool,
    },
}

/// Credentials as they were typed. `Debug` hides the secret.
#[derive(Debug, Clone)]
pub struct CredentialInput {
    /// CorpId.
    pub corp_id: String,
    /// AgentId.
    pub agent_id: String,
    /// AppKey, also called Client ID.
    pub app_key: String,
    /// AppSecret, also called Client Secret. It goes to the vault and is never shown again.
    pub app_secret: SecretString,
}

/// About the binding's wizard.
#[derive(Debug, Clone)]
pub enum WizardRequest {
    /// Where it stands.
    Load,
    /// An answer to a step's question.
    Answer(WizardAnswer),
    /// Credentials, to be proven and stored.
    Credentials(CredentialInput),
    /// Look again whether a step that waits for DingTalk is done.
    Probe(WizardStep),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub enum ConsoleRequest {
    /// The figures of the first page.
    Dashboard,
    /// Runs, newest first.
    Runs {
        /// Where the page before it ended.
        cursor: Option<String>,
    },
    /// One run.
    Run(String),
    /// A page of a queue.
    Queue {
        /// Which.
        queue: QueueName,
        /// Where the page before it ended.
        cursor: Option<String>,
    },
    /// A decision.
    Decide(DecisionTarget),
    /// Plans, newest first.
    Plans,
    /// One plan and a page of its items.
    Plan {
        /// Which.
        id: String,
        /// The first item, counted from 0.
        from: usize,
    },
    /// Make a plan.
    MakePlan,
    /// Approve a plan.
    ApprovePlan(String),
    /// Apply a plan.
    ApplyPlan(String),
    /// Find people. Values are masked.
    FindPeople {
        /// What was typed; nothing lists everyone.
        query: String,
        /// Where the page before it ended.
        cursor: Option<String>,
    },
    /// One person with timeline, values masked.
    Person(String),
    /// One person, values as they are. The journal keeps who looked.
    RevealPerson(String),
    /// The journal, newest first.
    Journal {
        /// What is looked for.
        query: String,
        /// Where the page before it ended.
        cursor: Option<String>,
    },
    /// What the doctor knows.
    Doctor,
    /// Check the binding now.
    Examine,
    /// Stop all writes.
    PauseWrites,
    /// Let writing continue.
    ResumeWrites,
    /// The wizard.
    Wizard(WizardRequest),
}

/// What an order does, for menus and roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsoleAction {
    /// Read the dashboard.
    ReadDashboard,
    /// Read runs.
    ReadRuns,
    /// Read queues.
    ReadQueues,
    /// Decide conflicts, matches and retries.
    DecideRecords,
    /// Release what the guard held. Needs a second proof.
    ReleaseHolds,
    /// Read plans.
    ReadPlans,
    /// Make and approve plans.
    MakePlans,
    /// Apply plans. Needs a second proof.
    ApplyPlans,
    /// Find people, values masked.
    ReadPeople,
    /// See values as they are.
    RevealValues,
    /// Read the journal.
    ReadJournal,
    /// Read and run the doctor.
    UseDoctor,
    /// Stop writing.
    PauseWrites,
    /// Let writing continue. Needs a second proof.
    ResumeWrites,
    /// Read where the wizard stands.
    ReadWizard,
    /// Bind.
    Bind,
}

impl ConsoleAction {
    /// Every action.
    pub const ALL: [Self; 16] = [
        Self::ReadDashboard,
        Self::ReadRuns,
        Self::ReadQueues,
        Self::DecideRecords,
        Self::ReleaseHolds,
        Self::ReadPlans,
        Self::MakePlans,
        Self::ApplyPlans,
        Self::ReadPeople,
        Self::RevealValues,
        Self::ReadJournal,
        Self::UseDoctor,
        Self::PauseWrites,
        Self::ResumeWrites,
        Self::ReadWizard,
        Self::Bind,
    ];

    /// Its spelling in the journal.
    #[must_use]
    pub fn journal_key(self) -> &'static str {
        match self {
            Self::ReadDashboard => "read-dashboard",
            Self::ReadRuns => "read-runs",
            Self::ReadQueues => "read-queues",
            Self::DecideRecords => "decide-record",
            Self::ReleaseHolds => "release-hold",
            Self::ReadPlans => "read-plans",
            Self::MakePlans => "make-plan",
            Self::ApplyPlans => "apply-plan",
            Self::ReadPeople => "read-people",
            Self::RevealValues => "reveal-values",
            Self::ReadJournal => "read-journal",
            Self::UseDoctor => "use-doctor",
            Self::PauseWrites => "pause-writes",
            Self::ResumeWrites => "resume-writes",
            Self::ReadWizard => "read-wizard",
            Self::Bind => "bind",
        }
    }

    /// Whether a second proof is needed, whatever the role.
    #[must_use]
    pub fn needs_step_up(self) -> bool {
        matches!(
            self,
            Self::ReleaseHolds | Self::ApplyPlans | Self::ResumeWrites
        )
    }
}

impl ConsoleRequest {
    /// What it does.
    #[must_use]
    pub fn action(&self) -> ConsoleAction {
        match self {
            Self::Dashboard => ConsoleAction::ReadDashboard,
            Self::Runs { .. } | Self::Run(_) => ConsoleAction::ReadRuns,
            Self::Queue { .. } => ConsoleAction::ReadQueues,
            Self::Decide(DecisionTarget::ReleaseHold(_) | DecisionTarget::TakeBackRelease(_)) => {
                ConsoleAction::ReleaseHolds
            }
            Self::Decide(_) => ConsoleAction::DecideRecords,
            Self::Plans | Self::Plan { .. } => ConsoleAction::ReadPlans,
            Self::MakePlan | Self::ApprovePlan(_) => ConsoleAction::MakePlans,
            Self::ApplyPlan(_) => ConsoleAction::ApplyPlans,
            Self::FindPeople { .. } | Self::Person(_) => ConsoleAction::ReadPeople,
            Self::RevealPerson(_) => ConsoleAction::RevealValues,
            Self::Journal { .. } => ConsoleAction::ReadJournal,
            Self::Doctor | Self::Examine => ConsoleAction::UseDoctor,
            Self::PauseWrites => ConsoleAction::PauseWrites,
            Self::ResumeWrites => ConsoleAction::ResumeWrites,
            Self::Wizard(WizardRequest::Load) => ConsoleAction::ReadWizard,
            Self::Wizard(_) => ConsoleAction::Bind,
        }
    }
}
