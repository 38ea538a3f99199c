//! Why an order was not done.

use directory::{Kind, Reason, ReasonCode, Side};
use ehr::ledger::EditRefusal;
use engine::plans::PlanNotReadyError;
use serde::{Deserialize, Serialize};

/// Why an order was not done. Nothing changed then, unless the reason says that this is not known.
///
/// It displays as a reason in short, for logs; the catalogue has the sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error("{}", self.to_reason())]
pub enum OrderError {
    /// The actor's roles do not allow it, or not for this record, or not without a second proof.
    NotAllowed(Reason),
    /// There is no such binding.
    Unbound,
    /// There is no such plan.
    NoPlan,
    /// It is not the time for it.
    NotNow {
        /// Why.
        why: Reason,
    },
    /// Someone else changed the plan meanwhile.
    Stale,
    /// The policy document is refused; the active policy stays.
    PolicyRefused {
        /// How many faults it has.
        problems: usize,
    },
    /// There is no such version of the policy.
    NoVersion(u64),
    /// A cursor that this listing did not give.
    NoCursor,
    /// A record that waits stays as it is.
    Record(RecordOrderError),
    /// The state cannot be used.
    Unusable {
        /// Why, without a value of a person.
        why: Reason,
    },
    /// An entry of the ledger is not there, or the edit is refused.
    #[serde(untagged)]
    Ledger(LedgerOrderError),
}

/// Why the ledger was not read or edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error("{}", self.to_reason())]
pub enum LedgerOrderError {
    /// The edit is refused.
    Refused(EditRefusal),
    /// No entry is called so.
    Unknown {
        /// Person or department.
        kind: Kind,
        /// What was typed.
        who: String,
    },
    /// More than one is called so.
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

/// Why a record that waits was not decided. Nothing was written then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error("{}", self.to_reason())]
pub enum RecordOrderError {
    /// There is none of this id.
    Unknown(RecordCategory),
    /// More than one begins so.
    Ambiguous {
        /// How many.
        count: usize,
    },
    /// It is decided, applied, or nothing is left to be decided.
    Closed(RecordCategory),
    /// There is nothing to take back.
    NotDecided(RecordCategory),
    /// A side has another value by now.
    Moved(Side),
    /// A side does not show the record or the field.
    Unseen(Side),
    /// No person or department is called so.
    Nobody,
    /// More than one is called so.
    Several {
        /// How many.
        count: usize,
    },
    /// This side decides the field now.
    Owned(Side),
    /// Only the employee can change it.
    Employee,
    /// A side refused it.
    Refused(Reason),
    /// Someone else changed the record meanwhile.
    Stale,
    /// Not now.
    NotNow(Reason),
}

impl From<PlanNotReadyError> for OrderError {
    fn from(why: PlanNotReadyError) -> Self {
        Self::NotNow {
            why: Reason::from(&why),
        }
    }
}

impl OrderError {
    /// The state cannot be used.
    #[must_use]
    pub fn unusable(why: impl Into<Reason>) -> Self {
        Self::Unusable { why: why.into() }
    }

    /// Whether the order was refused; otherwise it failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::Unusable { .. })
    }

    /// The reason as the journal keeps it: without a value or a name of a person.
    #[must_use]
    pub fn to_reason(&self) -> Reason {
        match self {
            Self::NotAllowed(reason) => reason.clone(),
            Self::Unbound => Reason::new(ReasonCode::OrderBindingUnknown),
            Self::NoPlan => Reason::new(ReasonCode::PlanUnknown),
            Self::NotNow { why } | Self::Unusable { why } => why.clone(),
            Self::Stale => Reason::new(ReasonCode::PlanChangedElsewhere),
            Self::PolicyRefused { problems } => {
                Reason::new(ReasonCode::PolicyRefused).number("problems", *problems)
            }
            Self::NoVersion(version) => {
                Reason::new(ReasonCode::PolicyVersionMissing).number("version", *version)
            }
            Self::NoCursor => Reason::new(ReasonCode::OrderCursorInvalid),
            Self::Record(err) => err.to_reason(),
            Self::Ledger(err) => err.to_reason(),
        }
    }

    /// The reason as the actor reads it: it repeats what they typed.
    #[must_use]
    pub fn to_shown_reason(&self) -> Reason {
        match self {
            Self::Ledger(LedgerOrderError::Unknown { kind, who }) => {
                Reason::new(ReasonCode::LedgerNameUnknown)
                    .kind("kind", *kind)
                    .text("name", who)
            }
            Self::Ledger(LedgerOrderError::Ambiguous { kind, who, count }) => {
                Reason::new(ReasonCode::LedgerNameAmbiguous)
                    .kind("kind", *kind)
                    .text("name", who)
                    .number("count", *count)
            }
            err => err.to_reason(),
        }
    }
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
            Self::Refused(why) => Reason::new(ReasonCode::RecordRefused).cause(why.clone()),
            Self::Stale => Reason::new(ReasonCode::RecordChangedElsewhere),
            Self::NotNow(why) => Reason::new(ReasonCode::RecordNotNow).cause(why.clone()),
        }
    }
}

impl LedgerOrderError {
    fn to_reason(&self) -> Reason {
        match self {
            Self::Refused(refusal) => Reason::from(refusal),
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

/// A run id could not be made.
pub(crate) fn unnamed_run() -> OrderError {
    let id = Reason::new(ReasonCode::StateIdInvalid)
        .text("what", "run")
        .text("why", "characters");
    OrderError::unusable(Reason::new(ReasonCode::RunNotStarted).cause(id))
}
