//! What is asked about records that wait, and what is answered. Values are in the clear: the answer goes to whoever has the
//! state directory in hand, and nowhere else.

use directory::guard::ExceededLimit;
use directory::reason::Reason;
use directory::{Field, Kind, Side, Timestamp, WriteAction};
use engine::reviews::{ConflictState, HoldState, QuarantineCause, QuarantineState};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use state::store::FieldOwner;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordOrder {
    /// Conflicts; closed ones too.
    Conflicts {
        /// Closed ones too.
        all: bool,
    },
    /// One conflict.
    Conflict(String),
    /// Let one side's value stand.
    Resolve {
        /// Which.
        id: String,
        /// Whose value.
        keep: Side,
        /// Who decides.
        by: String,
    },
    /// Take that back.
    Reopen(String),
    /// Holds.
    Holds {
        /// Closed ones too.
        all: bool,
    },
    /// One hold, with its records.
    Hold(String),
    /// Let a hold pass.
    Release {
        /// Which.
        id: String,
        /// Who decides.
        by: String,
    },
    /// Take that back.
    TakeBack(String),
    /// Quarantined records.
    Quarantined {
        /// Those too whose cause is gone.
        all: bool,
    },
    /// One of them.
    QuarantinedOne(String),
    /// Try one now.
    Retry(String),
    /// What waits, and for what.
    Waiting,
    /// Who decided a field of a person, or of a department, the last time it was written.
    Why {
        /// Who, as typed.
        who: String,
        /// Which field.
        field: Field,
    },
    /// Every change of one record.
    History {
        /// Who, as typed.
        who: String,
        /// One field only.
        field: Option<Field>,
    },
    /// The whole journal, recomputed.
    Verify,
}

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

/// A conflict, opened.
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

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordReply {
    /// Conflicts, newest first.
    Conflicts(Vec<ConflictView>),
    /// One conflict, as it is now.
    Conflict(Box<ConflictView>),
    /// Holds, newest first.
    Holds(Vec<HoldView>),
    /// One hold, as it is now.
    Hold {
        /// The hold.
        hold: Box<HoldView>,
        /// Its first records.
        records: Vec<RecordIdentity>,
    },
    /// Quarantined records, newest first.
    Quarantined(Vec<QuarantineView>),
    /// One of them, as it is now.
    QuarantinedOne(Box<QuarantineView>),
    /// What waits.
    Waiting(Vec<WaitingItem>),
    /// The last change of a field.
    Why {
        /// Whose.
        record: Box<RecordIdentity>,
        /// Which field.
        field: Field,
        /// The last change that was written; none where the sync never wrote the field.
        changed: Option<Box<ChangeView>>,
        /// A later one that a side refused.
        refused: Option<Box<ChangeView>>,
    },
    /// The changes of a record, newest first.
    History {
        /// Whose.
        record: Box<RecordIdentity>,
        /// The changes.
        changes: Vec<ChangeView>,
    },
    /// The journal, recomputed.
    Verified(AuditView),
}

/// Which sort of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordCategory {
    /// Conflicts.
    Conflict,
    /// Holds.
    Hold,
    /// Quarantined records.
    Quarantine,
}

impl RecordCategory {
    /// The command's name.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Hold => "hold",
            Self::Quarantine => "quarantine",
        }
    }
}

/// Why it was not done. Nothing was written then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RecordOrderError {
    /// There is none of this id.
    #[error("there is no such {}: `bangding {} list --all` shows those there are", .0.command(), .0.command())]
    Unknown(RecordCategory),
    /// More than one begins so.
    #[error("{count} begin like that: type more of the id")]
    Ambiguous {
        /// How many.
        count: usize,
    },
    /// It is decided, applied, or nothing is left to be decided.
    #[error("it is closed already: `bangding {} show` says how", .0.command())]
    Closed(RecordCategory),
    /// There is nothing to be taken back.
    #[error("there is nothing to be taken back: it was not {}", match .0 { RecordCategory::Conflict => "resolved", _ => "released" })]
    NotDecided(RecordCategory),
    /// A side has another value by now.
    #[error("{} has another value by now: nothing was written; look at the record, and change it where it is wrong", side(*.0))]
    Moved(Side),
    /// A side does not show it.
    #[error("{} does not show the record or the field now: nothing was written", side(*.0))]
    Unseen(Side),
    /// Nobody is called so.
    #[error("nobody is called so: give a DingTalk userid, a job number or an id of the eHR")]
    Nobody,
    /// More than one is called so.
    #[error("{count} are called so: give a DingTalk userid or a job number")]
    Several {
        /// How many.
        count: usize,
    },
    /// One side decides the field now.
    #[error("the policy lets {} decide this field now: change it there", side(*.0))]
    Owned(Side),
    /// Only the employee can.
    #[error("only the employee can change this field in DingTalk: ask them")]
    Employee,
    /// A side refused it.
    #[error("it was refused: {0}")]
    Refused(Reason),
    /// Somebody else changed the record meanwhile.
    #[error("somebody else changed it a moment ago: look at it again")]
    Stale,
    /// Not now.
    #[error("it could not be done now: {0}. Run the command again later")]
    NotNow(Reason),
}

fn side(side: Side) -> &'static str {
    match side {
        Side::DingTalk => "DingTalk",
        Side::Ehr => "the eHR",
    }
}
