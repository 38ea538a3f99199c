//! Replies: what an order leads to. An `Option` that is `None` is not known; pages say so.

mod people;
mod plans;
mod queues;
mod runs;

use directory::{Field, Kind, Reason, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::doctor::DoctorEvidence;
use crate::wizard::WizardState;

pub use people::{FieldOwnership, FieldRow, PersonDetail, PersonRow, TimelineRow};
pub use plans::{PlanDetail, PlanItemRow, PlanPhase, PlanRow, PlannedChange, PlannedVerb};
pub use queues::{ConflictRow, HoldRow, MatchCandidate, MatchField, MatchRow, QuarantineRow};
pub use runs::{InterfaceCalls, RunDetail, RunOutcome, RunRow, RunTrouble, SeenRecords};

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReplyPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many there are in all, where that is known.
    pub total: Option<u64>,
}

/// What an order leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum ConsoleReply {
    /// The first page.
    Dashboard(Box<DashboardFigures>),
    /// Runs.
    Runs(ReplyPage<RunRow>),
    /// One run.
    Run(Box<RunDetail>),
    /// Holds.
    Holds(ReplyPage<HoldRow>),
    /// Conflicts.
    Conflicts(ReplyPage<ConflictRow>),
    /// Quarantined records.
    Quarantine(ReplyPage<QuarantineRow>),
    /// Proposed matches.
    Matches(ReplyPage<MatchRow>),
    /// Plans.
    Plans(ReplyPage<PlanRow>),
    /// One plan.
    Plan(Box<PlanDetail>),
    /// The work is queued under this id.
    PlanQueued(String),
    /// People.
    People(ReplyPage<PersonRow>),
    /// One person.
    Person(Box<PersonDetail>),
    /// The journal.
    Journal(ReplyPage<JournalRow>),
    /// What the doctor knows.
    Doctor(Box<DoctorEvidence>),
    /// The wizard.
    Wizard(Box<WizardState>),
    /// It is done.
    Done,
}

/// Records that were, or would be, changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ChangeCounts {
    /// Created.
    pub created: u64,
    /// Updated.
    pub updated: u64,
    /// Marked as left, or closed.
    pub removed: u64,
}

/// What a record is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordLabel {
    /// The link's id: what addresses name.
    pub id: String,
    /// Person or department.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// Its name; `None` where no side gives one.
    pub name: Option<String>,
    /// The job number of a person.
    pub job_number: Option<String>,
}

/// How well the two sides agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgreementFigures {
    /// Records on both sides.
    pub compared: u64,
    /// Records that are the same.
    pub equal: u64,
    /// Field by field.
    pub fields: Vec<FieldAgreement>,
    /// Equal records per thousand, a day each, oldest first; a day without a complete sweep is `None`.
    pub per_mille_by_day: Vec<Option<u16>>,
}

/// How well the two sides agree in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldAgreement {
    /// Which.
    #[schema(value_type = String)]
    pub field: Field,
    /// Records that differ; `None` while DingTalk does not show the field.
    pub different: Option<u64>,
}

/// What waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct WaitingFigures {
    /// Conflicts.
    pub conflicts: u64,
    /// Proposed matches.
    pub matches: u64,
    /// Holds.
    pub holds: u64,
    /// Quarantined records.
    pub quarantined: u64,
}

/// Metered calls of this month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuotaFigures {
    /// Used.
    pub used: u64,
    /// Granted.
    pub granted: u64,
}

/// The figures of the first page.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DashboardFigures {
    /// The company.
    pub company: String,
    /// The two sides; `None` before the first complete sweep.
    pub agreement: Option<AgreementFigures>,
    /// The last complete sweep.
    #[schema(value_type = Option<i64>)]
    pub swept_at: Option<Timestamp>,
    /// The next one.
    #[schema(value_type = Option<i64>)]
    pub next_sweep: Option<Timestamp>,
    /// The last event that DingTalk delivered.
    #[schema(value_type = Option<i64>)]
    pub last_event: Option<Timestamp>,
    /// Events of the last 24 hours, an hour each, oldest first; `None` where they are not counted.
    pub events_by_hour: Option<Vec<u32>>,
    /// What waits; `None` if it could not be read.
    pub waiting: Option<WaitingFigures>,
    /// Metered calls; `None` where DingTalk's grant is not known.
    pub quota: Option<QuotaFigures>,
    /// Writing is paused since then.
    #[schema(value_type = Option<i64>)]
    pub paused_since: Option<Timestamp>,
    /// The last runs.
    pub runs: Vec<RunRow>,
    /// The last changes.
    pub changes: Vec<JournalRow>,
}

/// How an order or a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderOutcome {
    /// Done.
    Done,
    /// Refused.
    Refused,
    /// Failed.
    Failed,
    /// It was cut off: what happened is not known.
    Unknown,
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JournalRow {
    /// When.
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// Who; `None` is the sync itself.
    pub actor: Option<String>,
    /// What, as the catalogue's id of an action.
    pub action: String,
    /// Whose record.
    pub record: Option<RecordLabel>,
    /// Which field.
    #[schema(value_type = Option<String>)]
    pub field: Option<Field>,
    /// How it ended.
    pub outcome: OrderOutcome,
    /// Why.
    #[schema(value_type = Option<serde_json::Value>)]
    pub reason: Option<Reason>,
    /// The run.
    pub run: String,
}
