//! Why an order was not done.

use directory::{Kind, Reason, ReasonCode, Side};
use ehr::ledger::EditRefusal;
use engine::plans::PlanNotReadyError;
use serde::{Deserialize, Serialize};

/// Why an order was not done. Nothing changed then, unless the reason says that this is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum OrderError {
    /// The actor's roles do not allow it, or not for this record, or not without a second proof.
    #[error("{0}")]
    NotAllowed(Reason),
    /// There is no such binding.
    #[error("no company is bound yet: run `bangding up` first")]
    Unbound,
    /// There is no such plan.
    #[error("there is no such plan: `bangding plan list` shows those there are")]
    NoPlan,
    /// It is not the time for it.
    #[error("{why}")]
    NotNow {
        /// In words.
        why: String,
        /// One word for programs.
        code: String,
    },
    /// Someone else changed the plan meanwhile.
    #[error("somebody else changed the plan a moment ago: look at it again")]
    Stale,
    /// The policy document is refused.
    #[error("the policy was refused and the active one stays")]
    PolicyRefused {
        /// How many faults it has.
        problems: usize,
    },
    /// There is no such version of the policy.
    #[error("there is no policy version {0}")]
    NoVersion(u64),
    /// A cursor that this listing did not give.
    #[error("this is not a position in the list: begin again")]
    NoCursor,
    /// A record that waits stays as it is.
    #[error(transparent)]
    Record(RecordOrderError),
    /// The state cannot be used.
    #[error("it is not possible now: {why}")]
    Unusable {
        /// In technical words, without a value of a person.
        why: String,
    },
    /// An entry of the ledger is not there, or the edit is refused.
    #[error(transparent)]
    #[serde(untagged)]
    Ledger(LedgerOrderError),
}

/// Why the ledger was not read or edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LedgerOrderError {
    /// The edit is refused.
    #[error("{0}")]
    Refused(EditRefusal),
    /// No entry is called so.
    #[error("no {} in the ledger is called {who:?}", kind.key())]
    Unknown {
        /// Person or department.
        kind: Kind,
        /// What was typed.
        who: String,
    },
    /// More than one is called so.
    #[error("{count} in the ledger are called {who:?}; name the {} by its number or id", kind.key())]
    Ambiguous {
        /// Person or department.
        kind: Kind,
        /// What was typed.
        who: String,
        /// How many.
        count: usize,
    },
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
    Refused(String),
    /// Somebody else changed the record meanwhile.
    #[error("somebody else changed it a moment ago: look at it again")]
    Stale,
    /// Not now.
    #[error("it could not be done now: {0}. Run the command again later")]
    NotNow(String),
}

fn side(side: Side) -> &'static str {
    match side {
        Side::DingTalk => "DingTalk",
        Side::Ehr => "the eHR",
    }
}

impl From<PlanNotReadyError> for OrderError {
    fn from(why: PlanNotReadyError) -> Self {
        let code = readiness_code(&why);
        Self::NotNow {
            why: why.to_string(),
            code: code.to_owned(),
        }
    }
}

/// One word for programs.
fn readiness_code(why: &PlanNotReadyError) -> &'static str {
    match why {
        PlanNotReadyError::Unapproved => "unapproved",
        PlanNotReadyError::NotWhatWasApproved => "not_what_was_approved",
        PlanNotReadyError::OtherPolicy { .. } => "other_policy",
        PlanNotReadyError::Expired { .. } => "expired",
        PlanNotReadyError::Superseded => "superseded",
        PlanNotReadyError::Done => "done",
        PlanNotReadyError::Failed => "failed",
    }
}

impl OrderError {
    /// The state cannot be used, for the reason that an error gives.
    #[must_use]
    pub fn unusable(err: &dyn std::error::Error) -> Self {
        Self::Unusable {
            why: directory::text::describe_error(err),
        }
    }

    /// Whether the order was refused; otherwise it failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::Unusable { .. })
    }

    /// The reason as a code with arguments, as the journal keeps it: without a value or a name of a person.
    #[must_use]
    pub fn to_reason(&self) -> Reason {
        match self {
            Self::NotAllowed(reason) => reason.clone(),
            Self::Unbound => Reason::new(ReasonCode::OrderBindingUnknown),
            Self::NoPlan => Reason::new(ReasonCode::PlanUnknown),
            Self::NotNow { code, .. } => of_readiness(code),
            Self::Stale => Reason::new(ReasonCode::PlanChangedElsewhere),
            Self::PolicyRefused { problems } => {
                Reason::new(ReasonCode::PolicyRefused).number("problems", *problems)
            }
            Self::NoVersion(version) => {
                Reason::new(ReasonCode::PolicyVersionMissing).number("version", *version)
            }
            Self::NoCursor => Reason::new(ReasonCode::OrderCursorInvalid),
            Self::Record(err) => err.to_reason(),
            Self::Unusable { .. } => {
                Reason::new(ReasonCode::StateUnavailable).text("part", "table")
            }
            Self::Ledger(err) => err.to_reason(),
        }
    }
}

fn of_readiness(code: &str) -> Reason {
    Reason::new(match code {
        "unapproved" => ReasonCode::PlanUnapproved,
        "not_what_was_approved" => ReasonCode::PlanNotAsApproved,
        "superseded" => ReasonCode::PlanSuperseded,
        "done" => ReasonCode::PlanAlreadyApplied,
        "failed" => ReasonCode::PlanFailed,
        _ => return Reason::new(ReasonCode::OrderNotNow).text("code", code),
    })
}

impl RecordOrderError {
    fn to_reason(&self) -> Reason {
        let queue =
            |code, category: &RecordCategory| Reason::new(code).text("queue", category.command());
        match self {
            Self::Unknown(category) => queue(ReasonCode::RecordEntryUnknown, category),
            Self::Closed(category) => queue(ReasonCode::RecordEntryClosed, category),
            Self::Ambiguous { count } => {
                Reason::new(ReasonCode::RecordEntryAmbiguous).number("count", *count)
            }
            Self::NotDecided(_) => Reason::new(ReasonCode::RecordNothingToUndo),
            Self::Moved(side) => Reason::new(ReasonCode::RecordValueMoved).side("side", *side),
            Self::Unseen(side) => Reason::new(ReasonCode::RecordNotShown).side("side", *side),
            Self::Nobody => Reason::new(ReasonCode::RecordPersonUnknown),
            Self::Several { count } => {
                Reason::new(ReasonCode::RecordPersonAmbiguous).number("count", *count)
            }
            Self::Owned(side) => Reason::new(ReasonCode::RecordFieldOwned).side("side", *side),
            Self::Employee => Reason::new(ReasonCode::RecordEmployeeOnly),
            Self::Refused(why) => {
                Reason::new(ReasonCode::RecordRefused).cause(Reason::stored_text(why))
            }
            Self::Stale => Reason::new(ReasonCode::RecordChangedElsewhere),
            Self::NotNow(why) => {
                Reason::new(ReasonCode::RecordNotNow).cause(Reason::stored_text(why))
            }
        }
    }
}

impl LedgerOrderError {
    fn to_reason(&self) -> Reason {
        match self {
            Self::Refused(refusal) => of_edit_refusal(refusal),
            // What was typed may be a person's name or number.
            Self::Unknown { kind, .. } => {
                Reason::new(ReasonCode::LedgerRecordUnknown).kind("kind", *kind)
            }
            Self::Ambiguous { count, .. } => {
                Reason::new(ReasonCode::RecordPersonAmbiguous).number("count", *count)
            }
        }
    }
}

fn of_edit_refusal(refusal: &EditRefusal) -> Reason {
    use EditRefusal as Refusal;
    let of_kind = |code, kind: &Kind| Reason::new(code).kind("kind", *kind);
    match refusal {
        Refusal::NotFound { kind } => of_kind(ReasonCode::LedgerRecordUnknown, kind),
        Refusal::Exists => Reason::new(ReasonCode::LedgerIdTaken),
        Refusal::Stale => Reason::new(ReasonCode::LedgerEntryChanged),
        Refusal::NoSuchField { kind, field } => {
            of_kind(ReasonCode::LedgerFieldUnknown, kind).field("field", *field)
        }
        Refusal::Empty { field } => {
            Reason::new(ReasonCode::LedgerValueMissing).field("field", *field)
        }
        Refusal::Value { field, .. } => {
            Reason::new(ReasonCode::LedgerValueInvalid).field("field", *field)
        }
        Refusal::Taken { field } => {
            Reason::new(ReasonCode::LedgerValueTaken).field("field", *field)
        }
        Refusal::Reference { field, kind } => {
            of_kind(ReasonCode::LedgerReferenceUnknown, kind).field("field", *field)
        }
        Refusal::OwnManager => Reason::new(ReasonCode::LedgerOwnManager),
        Refusal::MainDepartment => Reason::new(ReasonCode::LedgerMainDepartmentNotOwn),
        Refusal::HeadNotMember => Reason::new(ReasonCode::LedgerHeadNotMember),
        Refusal::Circle => Reason::new(ReasonCode::LedgerDepartmentCycle),
        Refusal::Root => Reason::new(ReasonCode::LedgerRootFixed),
        Refusal::SameName => Reason::new(ReasonCode::LedgerDepartmentNameTaken),
        Refusal::NotEmpty {
            people,
            departments,
        } => Reason::new(ReasonCode::LedgerDepartmentNotEmpty)
            .number("people", *people)
            .number("departments", *departments),
        Refusal::Gone { kind } => of_kind(ReasonCode::LedgerAlreadyLeft, kind),
        Refusal::Here { kind } => of_kind(ReasonCode::LedgerAlreadyHere, kind),
        Refusal::Past => Reason::new(ReasonCode::LedgerDayPast),
        Refusal::TooFar => Reason::new(ReasonCode::LedgerDayTooFar),
        Refusal::LeavesBeforeEntry => Reason::new(ReasonCode::LedgerLeavesBeforeEntry),
        Refusal::ClosesAhead => Reason::new(ReasonCode::LedgerClosesAhead),
        Refusal::Nothing => Reason::new(ReasonCode::LedgerNoChange),
        Refusal::NothingWaits => Reason::new(ReasonCode::LedgerNothingScheduled),
    }
}
