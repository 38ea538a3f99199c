//! Orders: everything that a person may ask for, as values.

use directory::{BindingId, Field, Kind, RunId, Side};
use serde::{Deserialize, Serialize};

use crate::action::OrderAction;
use crate::actor::Actor;
use crate::ledger_views::EditRequest;
use crate::paging::Cursor;

/// An order: what is asked for, in which binding, and who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which binding. The desk never chooses one.
    pub binding: BindingId,
    /// Who orders.
    pub actor: Actor,
    /// What is asked for.
    pub request: OrderRequest,
}

/// What is asked for, by subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderRequest {
    /// Where the binding stands.
    Status,
    /// Plans.
    Plan(PlanRequest),
    /// Whether anything is written.
    Writing(WritingRequest),
    /// The policy.
    Policy(PolicyRequest),
    /// What waits for a person.
    Review(ReviewRequest),
    /// The journal.
    Journal(JournalRequest),
    /// The ledger.
    Ledger(LedgerRequest),
    /// A page of the ledger's people, with all values.
    Export {
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
}

/// About plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanRequest {
    /// Make a plan: it is queued.
    Make,
    /// Plans, newest first.
    List {
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// One plan's head: how far it is.
    Head(RunId),
    /// Plans that are being applied.
    Running,
    /// One plan's head and a page of its items.
    Show {
        /// Which.
        id: RunId,
        /// The first item, counted from 0.
        from: usize,
    },
    /// Approve a plan.
    Approve {
        /// Which.
        id: RunId,
        /// The greatest age in hours.
        hours_max: u32,
    },
    /// Apply a plan, or continue it: it is queued.
    Apply {
        /// Which.
        id: RunId,
        /// The greatest age in hours.
        hours_max: u32,
    },
}

/// About writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WritingRequest {
    /// Stop all writes.
    Pause,
    /// Let writing continue.
    Resume,
    /// Shadow mode on or off.
    Shadow(bool),
}

/// About the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyRequest {
    /// Check a document and make it the active policy.
    Set {
        /// The document.
        text: String,
    },
    /// Make a former version active.
    RollBack {
        /// Which; the one before unless given.
        to: Option<u64>,
    },
    /// The active policy.
    Active,
}

/// About what waits for a person. An id may be shortened to its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewRequest {
    /// Conflicts.
    Conflicts {
        /// Closed ones too.
        all: bool,
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// One conflict.
    Conflict(String),
    /// Let one side's value stand.
    Resolve {
        /// Which.
        id: String,
        /// Whose value.
        keep: Side,
    },
    /// Take that back.
    Reopen(String),
    /// Holds.
    Holds {
        /// Closed ones too.
        all: bool,
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// One hold, and a page of its records.
    Hold {
        /// Which.
        id: String,
        /// The first record, counted from 0.
        from: usize,
    },
    /// Let a hold pass.
    Release(String),
    /// Take that back.
    TakeBack(String),
    /// Quarantined records.
    Quarantined {
        /// Those too whose cause is gone.
        all: bool,
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// One of them.
    QuarantinedOne(String),
    /// Try one now.
    Retry(String),
    /// What waits, and for what.
    Waiting {
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
}

/// About the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalRequest {
    /// Who decided a field of a record the last time it was written.
    Why {
        /// A number or an id of a person; a path, a name or an id of a department.
        who: String,
        /// Which field.
        field: Field,
    },
    /// The changes of one record and the orders about it, newest first.
    History {
        /// As for `Why`.
        who: String,
        /// One field only.
        field: Option<Field>,
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// The changes of one record, newest first, values masked. Orders about it are left out.
    Changes {
        /// As for `Why`.
        who: String,
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// All orders, newest first.
    Orders {
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// The whole journal, recomputed.
    Verify,
}

/// About the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerRequest {
    /// An edit.
    Edit(EditRequest),
    /// People, or departments.
    List {
        /// Which of them.
        kind: Kind,
        /// Those who left, too.
        all: bool,
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// One of them.
    Show {
        /// Person or department.
        kind: Kind,
        /// A number or an id of a person; a path, a name or an id of a department.
        who: String,
    },
    /// Find a person by a number or an id; if no one has it, by name: then a page of the ledger is read, and those who are
    /// called so are returned.
    FindPerson {
        /// What was typed.
        who: String,
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// The same, as `List` shows people: values masked. Whoever is found by a number or an id is shown also if they left.
    SearchPeople {
        /// What was typed.
        who: String,
        /// Where the page before it ended.
        cursor: Option<Cursor>,
    },
    /// The change feed.
    Changes {
        /// The cursor of an earlier reply.
        after: Option<String>,
    },
}

impl From<PlanRequest> for OrderRequest {
    fn from(request: PlanRequest) -> Self {
        Self::Plan(request)
    }
}

impl From<WritingRequest> for OrderRequest {
    fn from(request: WritingRequest) -> Self {
        Self::Writing(request)
    }
}

impl From<ReviewRequest> for OrderRequest {
    fn from(request: ReviewRequest) -> Self {
        Self::Review(request)
    }
}

impl From<JournalRequest> for OrderRequest {
    fn from(request: JournalRequest) -> Self {
        Self::Journal(request)
    }
}

impl From<LedgerRequest> for OrderRequest {
    fn from(request: LedgerRequest) -> Self {
        Self::Ledger(request)
    }
}

impl OrderRequest {
    /// What it does: what roles are asked about.
    #[must_use]
    pub fn action(&self) -> OrderAction {
        match self {
            Self::Status => OrderAction::ReadStatus,
            Self::Plan(request) => request.action(),
            Self::Writing(WritingRequest::Pause) => OrderAction::PauseWrites,
            Self::Writing(WritingRequest::Resume) => OrderAction::ResumeWrites,
            Self::Writing(WritingRequest::Shadow(true)) => OrderAction::StartShadow,
            Self::Writing(WritingRequest::Shadow(false)) => OrderAction::GoLive,
            Self::Policy(PolicyRequest::Set { .. }) => OrderAction::SetPolicy,
            Self::Policy(PolicyRequest::RollBack { .. }) => OrderAction::RollBackPolicy,
            Self::Policy(PolicyRequest::Active) => OrderAction::ShowPolicy,
            Self::Review(request) => request.action(),
            Self::Journal(JournalRequest::Why { .. }) => OrderAction::ExplainField,
            Self::Journal(JournalRequest::History { .. }) => OrderAction::ShowHistory,
            Self::Journal(JournalRequest::Changes { .. }) => OrderAction::ListChanges,
            Self::Journal(JournalRequest::Orders { .. }) => OrderAction::ListOrders,
            Self::Journal(JournalRequest::Verify) => OrderAction::VerifyJournal,
            Self::Ledger(request) => request.action(),
            Self::Export { .. } => OrderAction::ExportPeople,
        }
    }

    /// What the journal names before the order is done: an id that is no personal data.
    pub(crate) fn target(&self) -> Option<String> {
        match self {
            Self::Plan(PlanRequest::Approve { id, .. } | PlanRequest::Apply { id, .. }) => {
                Some(id.to_string())
            }
            Self::Policy(PolicyRequest::RollBack { to }) => to.map(|version| version.to_string()),
            Self::Status
            | Self::Plan(_)
            | Self::Writing(_)
            | Self::Policy(_)
            | Self::Review(_)
            | Self::Journal(_)
            | Self::Ledger(_)
            | Self::Export { .. } => None,
        }
    }
}

impl PlanRequest {
    fn action(&self) -> OrderAction {
        match self {
            Self::Make => OrderAction::MakePlan,
            Self::List { .. } | Self::Head(_) | Self::Running => OrderAction::ListPlans,
            Self::Show { .. } => OrderAction::ShowPlan,
            Self::Approve { .. } => OrderAction::ApprovePlan,
            Self::Apply { .. } => OrderAction::ApplyPlan,
        }
    }
}

impl ReviewRequest {
    fn action(&self) -> OrderAction {
        match self {
            Self::Conflicts { .. } => OrderAction::ListConflicts,
            Self::Conflict(_) => OrderAction::ShowConflict,
            Self::Resolve { .. } => OrderAction::ResolveConflict,
            Self::Reopen(_) => OrderAction::ReopenConflict,
            Self::Holds { .. } => OrderAction::ListHolds,
            Self::Hold { .. } => OrderAction::ShowHold,
            Self::Release(_) => OrderAction::ReleaseHold,
            Self::TakeBack(_) => OrderAction::TakeBackRelease,
            Self::Quarantined { .. } => OrderAction::ListQuarantined,
            Self::QuarantinedOne(_) => OrderAction::ShowQuarantined,
            Self::Retry(_) => OrderAction::RetryQuarantined,
            Self::Waiting { .. } => OrderAction::ListWaiting,
        }
    }
}

impl LedgerRequest {
    fn action(&self) -> OrderAction {
        match self {
            Self::Edit(EditRequest { kind, .. }) => match kind {
                Kind::Person => OrderAction::EditPerson,
                Kind::Department => OrderAction::EditDepartment,
            },
            Self::List { kind, .. } => match kind {
                Kind::Person => OrderAction::ListPeople,
                Kind::Department => OrderAction::ListDepartments,
            },
            Self::Show { kind, .. } => match kind {
                Kind::Person => OrderAction::ShowPerson,
                Kind::Department => OrderAction::ShowDepartment,
            },
            Self::FindPerson { .. } | Self::SearchPeople { .. } => OrderAction::ListPeople,
            Self::Changes { .. } => OrderAction::ListLedgerChanges,
        }
    }
}
