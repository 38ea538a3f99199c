//! Replies: what an order leads to. An `Option` that is `None` is not known; pages say so.

use directory::{Field, Kind, Reason, Side, Timestamp};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::doctor::DoctorEvidence;
use crate::wizard::WizardState;

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

/// Records that a run saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeenRecords {
    /// People.
    pub people: u64,
    /// Departments.
    pub departments: u64,
}

/// Calls of one interface of DingTalk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InterfaceCalls {
    /// Its path.
    pub interface: String,
    /// How many.
    pub calls: u64,
}

/// One field of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchField {
    /// Which.
    #[schema(value_type = String)]
    pub field: Field,
    /// Its value, masked; `None` is empty.
    pub value: Option<String>,
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

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Both sides were read in full and everything was written.
    Complete,
    /// Something was not read: nothing was removed.
    Partial,
    /// It waits for a person.
    Waits,
    /// It stopped.
    Failed,
    /// It goes on now.
    Running,
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunRow {
    /// Its id.
    pub id: String,
    /// When it began.
    #[schema(value_type = i64)]
    pub began: Timestamp,
    /// When it ended; `None` while it runs, or if it was cut off.
    #[schema(value_type = Option<i64>)]
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Records created, updated, removed.
    pub counts: ChangeCounts,
    /// Records that did not get there.
    pub troubles: u64,
}

/// One record's trouble in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunTrouble {
    /// Whose; `None` where no link exists yet.
    pub record: Option<RecordLabel>,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunDetail {
    /// As in the list.
    pub row: RunRow,
    /// People and departments that were seen; `None` where the list broke off.
    pub seen: Option<SeenRecords>,
    /// Calls to DingTalk, by interface.
    pub calls: Vec<InterfaceCalls>,
    /// Throttled answers.
    pub throttled: u64,
    /// What went differently.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub notes: Vec<Reason>,
    /// Records that did not get there.
    pub troubles: Vec<RunTrouble>,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HoldRow {
    /// Its id.
    pub id: String,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// How many records.
    pub count: u64,
    /// The first of them.
    pub records: Vec<RecordLabel>,
    /// Since when.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// It was released and has not been applied yet.
    pub is_released: bool,
}

/// A conflict; values masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConflictRow {
    /// Its id.
    pub id: String,
    /// Whose.
    pub record: RecordLabel,
    /// Which field.
    #[schema(value_type = String)]
    pub field: Field,
    /// DingTalk's value.
    pub dingtalk: Option<String>,
    /// The eHR's value.
    pub ehr: Option<String>,
    /// Whose value stands.
    #[schema(value_type = String)]
    pub stands: Side,
    /// Since when.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// Somebody decided it.
    pub is_resolved: bool,
}

/// A quarantined record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuarantineRow {
    /// Its id.
    pub id: String,
    /// Whose.
    pub record: RecordLabel,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// Since when.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again.
    #[schema(value_type = Option<i64>)]
    pub next: Option<Timestamp>,
}

/// One side of a proposed match; values masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchCandidate {
    /// Name.
    pub name: Option<String>,
    /// Fields and their values.
    pub fields: Vec<MatchField>,
}

/// Two records that may be one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchRow {
    /// Its id.
    pub id: String,
    /// Why nobody decides it but a person.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// DingTalk's.
    pub dingtalk: MatchCandidate,
    /// The eHR's.
    pub ehr: MatchCandidate,
}

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanPhase {
    /// It is being made.
    Making,
    /// It waits for an approval.
    Open,
    /// It is approved.
    Approved,
    /// It is being applied.
    Applying,
    /// It was applied.
    Applied,
    /// A newer one took its place.
    Superseded,
    /// It could not be made.
    Failed,
}

/// A plan in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanRow {
    /// Its id.
    pub id: String,
    /// When it was made.
    #[schema(value_type = i64)]
    pub made: Timestamp,
    /// Where it stands.
    pub phase: PlanPhase,
    /// Records created, updated, removed.
    pub counts: ChangeCounts,
    /// What the guard held.
    pub held: u64,
    /// Who approved it.
    pub approved_by: Option<String>,
}

/// What is done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlannedVerb {
    /// It is created.
    Create,
    /// Fields change.
    Update,
    /// It is marked as left, or closed.
    Remove,
    /// Only the link is stored.
    Link,
}

/// One field's change; values masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedChange {
    /// Which field.
    #[schema(value_type = String)]
    pub field: Field,
    /// The side that is written to.
    #[schema(value_type = String)]
    pub to: Side,
    /// What it has.
    pub before: Option<String>,
    /// What it gets.
    pub after: Option<String>,
}

/// A record of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanItemRow {
    /// Whose.
    pub record: RecordLabel,
    /// What is done.
    pub verb: PlannedVerb,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// Field by field.
    pub changes: Vec<PlannedChange>,
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanDetail {
    /// As in the list.
    pub row: PlanRow,
    /// Both lists arrived in full.
    pub is_complete: bool,
    /// Calls that applying it takes.
    pub calls: u64,
    /// Of these, calls that count against the monthly quota.
    pub metered: u64,
    /// Seconds that applying it takes.
    pub seconds: u64,
    /// Items that were applied; `None` before it is applied.
    pub applied: Option<u64>,
    /// Items in all.
    pub items_total: u64,
    /// A page of them.
    pub items: Vec<PlanItemRow>,
    /// The first item of the page.
    pub from: usize,
    /// What is held, with its reasons.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub held: Vec<Reason>,
}

/// A person in a list; values masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonRow {
    /// The link's id.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// Job number.
    pub job_number: Option<String>,
    /// Mobile number, masked.
    pub mobile: Option<String>,
    /// Departments as paths.
    pub departments: Vec<String>,
    /// Title.
    pub title: Option<String>,
    /// In service; otherwise left.
    pub is_here: bool,
}

/// Who decides a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldOwnership {
    /// DingTalk.
    Dingtalk,
    /// The eHR.
    Ehr,
    /// Both may change it.
    Shared,
}

/// One field of a person on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldRow {
    /// Which.
    #[schema(value_type = String)]
    pub field: Field,
    /// DingTalk's value; `None` is empty.
    pub dingtalk: Option<String>,
    /// DingTalk does not show the field.
    pub is_hidden: bool,
    /// The eHR's value; `None` is empty.
    pub ehr: Option<String>,
    /// Who decides.
    pub owner: FieldOwnership,
    /// Since when the value stands.
    #[schema(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
}

/// Something that happened to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineRow {
    /// When.
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// Which field; `None` for the whole record.
    #[schema(value_type = Option<String>)]
    pub field: Option<Field>,
    /// The side that was written to.
    #[schema(value_type = String)]
    pub side: Side,
    /// What it had; masked.
    pub before: Option<String>,
    /// What it got; masked.
    pub after: Option<String>,
    /// Why.
    #[schema(value_type = serde_json::Value)]
    pub reason: Reason,
    /// The run.
    pub run: String,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonDetail {
    /// As in the list.
    pub row: PersonRow,
    /// DingTalk's id.
    pub dingtalk_id: Option<String>,
    /// The eHR's id.
    pub ehr_id: Option<String>,
    /// Every field.
    pub fields: Vec<FieldRow>,
    /// What happened, newest first.
    pub timeline: Vec<TimelineRow>,
    /// Values are shown as they are.
    pub is_revealed: bool,
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
