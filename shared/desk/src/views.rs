//! What people read about records: what waits, what changed, and what was ordered.

use directory::guard::ExceededLimit;
use directory::{Field, Kind, Reason, Side, Timestamp, WriteAction};
use engine::reviews::{ConflictState, HoldState, QuarantineCause, QuarantineState};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use state::store::{FieldOwner, OrderStage};

/// Who a record is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordIdentity {
    /// The link's id.
    pub link: String,
    /// Person or department.
    pub kind: Kind,
    /// What the eHR calls it; a department by its path.
    pub name: Option<String>,
    /// DingTalk's id.
    pub dingtalk: Option<String>,
    /// The eHR's id.
    pub ehr: Option<String>,
}

/// A conflict, opened; in a list the values are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictView {
    /// Its id.
    pub id: String,
    /// Whose.
    pub record: RecordIdentity,
    /// Which field.
    pub field: Field,
    /// DingTalk's value.
    pub dingtalk: Option<String>,
    /// The eHR's value.
    pub ehr: Option<String>,
    /// Whose value stood on both sides when it was found.
    pub won: Side,
    /// Whose value stands now.
    pub stands: Side,
    /// Since when.
    pub since: Timestamp,
    /// The run that saw it last.
    pub run: String,
    /// How often it was seen while it was open.
    pub times: u32,
    /// Where it stands.
    pub state: ConflictState,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    /// Its id: the fingerprint of all of it.
    pub id: String,
    /// People or departments.
    pub kind: Kind,
    /// What would have been done.
    pub action: WriteAction,
    /// How many records.
    pub count: u64,
    /// What was too much.
    pub too_much: Vec<ExceededLimit>,
    /// The same as a reason.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
    /// The run that held it.
    pub run: String,
    /// Where it stands.
    pub state: HoldState,
}

/// A quarantined record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineView {
    /// Its id.
    pub id: String,
    /// Whose.
    pub record: RecordIdentity,
    /// Why.
    pub cause: QuarantineCause,
    /// Why, as the record or the run says it.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Not tried again by itself before.
    pub next: Option<Timestamp>,
    /// Where it stands.
    pub state: QuarantineState,
}

/// For what something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// 即将生效: dated ahead, for its day.
    Day,
    /// A field that only the employee can change in DingTalk.
    Employee,
    /// A value, or a record, that is tried again later.
    Retry,
    /// A person: it cannot be said whose record it is.
    Person,
    /// The next complete sweep: the last one did not see the record.
    Sweep,
    /// The end of the grace period.
    Grace,
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingItem {
    /// Whose record.
    pub record: RecordIdentity,
    /// For what.
    pub waits_for: WaitsFor,
    /// Which field; none where it is about the whole record.
    pub field: Option<Field>,
    /// Of what is dated ahead: `entry`, `change` or `leaving`.
    pub what: Option<String>,
    /// The fields of a change that is dated ahead.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Why.
    pub reason: Option<Reason>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// When it goes on by itself.
    pub next: Option<Timestamp>,
    /// The day from which on it holds, in Asia/Shanghai.
    pub on: Option<Date>,
}

/// One change of one field, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// Which field.
    pub field: Field,
    /// When.
    pub at: Timestamp,
    /// The run.
    pub run: String,
    /// The entry's place in the run.
    pub entry: u64,
    /// The side that was written to.
    pub side: Side,
    /// What was done to the record.
    pub action: WriteAction,
    /// Who decided, as the policy of then said.
    pub owner: FieldOwner,
    /// What the side had.
    pub before: Option<String>,
    /// What it got.
    pub after: Option<String>,
    /// The edit that was written over: it is the same as `before`, and somebody had made it.
    pub lost: Option<String>,
    /// Both sides had changed a shared field.
    pub conflict: bool,
    /// Why.
    pub reason: Reason,
    /// Why it was not written after all.
    pub refused: Option<Reason>,
}

/// What an audit of the journal found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditView {
    /// Closed runs, each as it was chained.
    pub closed: u64,
    /// Runs that nobody closed.
    pub open: u64,
    /// Entries of all of them.
    pub entries: u64,
    /// Copies of the head in the archive that agree.
    #[serde(default)]
    pub copies: u64,
    /// The first thing that is wrong.
    pub broken: Option<JournalBreak>,
}

/// Where the journal is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalBreak {
    /// The run; none where its name is gone with its head.
    pub run: Option<String>,
    /// The entry's place in the run; of the chain of runs, the run's place.
    pub entry: u64,
    /// What is wrong there.
    pub why: Reason,
}

/// An order, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    /// The order's run.
    pub run: String,
    /// When it was begun; of one that was found by its record, when it ended.
    pub at: Timestamp,
    /// Who ordered.
    pub actor: String,
    /// How they signed in, as stored.
    pub signed_in: String,
    /// In which roles, as stored.
    pub roles: Vec<String>,
    /// What was ordered: the key of an `OrderAction`.
    pub action: String,
    /// How it ended; `Begun` if that is not known.
    pub outcome: OrderStage,
    /// The record that it is about.
    pub record: Option<RecordIdentity>,
    /// What else it is about: the id of a plan, a hold, a conflict or a policy version.
    pub target: Option<String>,
    /// The fields that an edit of the ledger set.
    pub fields: Vec<Field>,
    /// Why it was refused or failed.
    pub reason: Option<Reason>,
}

/// One person. `departments` are paths below the company, `A/B`; `manager` is the manager's `userid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRow {
    /// DingTalk's id.
    pub userid: String,
    /// Name.
    pub name: String,
    /// 工号.
    pub job_number: String,
    /// E.164.
    pub mobile: String,
    /// Personal e-mail address.
    pub email: String,
    /// Title.
    pub title: String,
    /// Paths, sorted.
    pub departments: Vec<String>,
    /// The manager's `userid`.
    pub manager: String,
    /// `yyyy-mm-dd`.
    pub hired_on: String,
    /// `active` or `left`.
    pub status: String,
}
