//! What people do to the ledger, and why it can be refused.

use directory::policy::EmploymentType;
use directory::reason::{Reason, ReasonCode};
use directory::{Field, FieldValues, Kind, NativeId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An edit of one entry. References in values are the ledger's own ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEdit {
    /// Person or department.
    pub kind: Kind,
    /// The entry's id; of a new one, the id that it shall have.
    pub id: NativeId,
    /// What is done.
    pub what: EditAction,
    /// The day from which on it holds; today unless given. Of a leaving: the first day on which the person is not here.
    pub on: Option<Date>,
    /// The version that was looked at; whatever is there unless given. The write itself is always conditional.
    pub expected: Option<u64>,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditAction {
    /// Somebody is hired, a department is created.
    Enter(FieldValues),
    /// Fields change; a shown field without a value is emptied.
    Change(FieldValues),
    /// Somebody leaves, a department is closed. Nothing is deleted.
    Leave,
    /// Somebody who left is hired again, a closed department is opened again.
    Return(FieldValues),
    /// Whatever is dated ahead is taken back.
    Cancel,
}

impl LedgerEdit {
    /// The values that the edit sets.
    pub(super) fn values(&self) -> Option<&FieldValues> {
        match &self.what {
            EditAction::Enter(values) | EditAction::Change(values) | EditAction::Return(values) => {
                Some(values)
            }
            EditAction::Leave | EditAction::Cancel => None,
        }
    }

    /// What was done, in one word, as the feed tells it.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match (self.kind, &self.what) {
            (Kind::Person, EditAction::Enter(_)) => "hire",
            (Kind::Department, EditAction::Enter(_)) => "create",
            (_, EditAction::Change(_)) => "change",
            (Kind::Person, EditAction::Leave) => "leave",
            (Kind::Department, EditAction::Leave) => "close",
            (Kind::Person, EditAction::Return(_)) => "rehire",
            (Kind::Department, EditAction::Return(_)) => "reopen",
            (_, EditAction::Cancel) => "cancel",
        }
    }
}

/// What an edit led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditOutcome {
    /// Person or department.
    pub kind: Kind,
    /// The entry's id.
    pub id: NativeId,
    /// Its new version.
    pub version: u64,
    /// What was done.
    pub verb: String,
    /// The day on which it applies, if that is not yet.
    pub waits_until: Option<Date>,
}

/// Why an edit is refused. No variant carries a value of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum EditRefusal {
    /// There is no such entry.
    #[error("the ledger has no such {}", kind.key())]
    NotFound {
        /// Person or department.
        kind: Kind,
    },
    /// The new entry is there already.
    #[error("the ledger has an entry with this id already")]
    Exists,
    /// Somebody else changed the entry meanwhile.
    #[error("the entry was changed by somebody else meanwhile; look at it and try again")]
    Stale,
    /// A field that such an entry does not have.
    #[error("{} is no field of a {}", field.key(), kind.key())]
    NoSuchField {
        /// Of what.
        kind: Kind,
        /// Which.
        field: Field,
    },
    /// A field that has to have a value.
    #[error("{} must not be empty", field.key())]
    Empty {
        /// Which.
        field: Field,
    },
    /// A value that cannot be one.
    #[error("{} cannot have this value", field.key())]
    Value {
        /// Of what.
        kind: Kind,
        /// Which.
        field: Field,
    },
    /// A value that neither side keeps in full.
    #[error("{} has more than {limit} characters", field.key())]
    TooLong {
        /// Of what.
        kind: Kind,
        /// Which.
        field: Field,
        /// The greatest number of characters.
        limit: usize,
    },
    /// A job number or a mobile that somebody else has.
    #[error("somebody else who is here has this {} already", field.key())]
    Taken {
        /// Which.
        field: Field,
    },
    /// A reference to nobody.
    #[error("{} points to a {} that the ledger does not have, or that has left or is closed", field.key(), kind.key())]
    Reference {
        /// Which.
        field: Field,
        /// To what.
        kind: Kind,
    },
    /// A manager of oneself.
    #[error("nobody is their own manager")]
    OwnManager,
    /// A main department that the person is not in, or several departments and no main one.
    #[error("the main department has to be one of the person's departments; name it")]
    MainDepartment,
    /// A head who is not a member; DingTalk refuses that.
    #[error("a department's head has to be in the department; move the person there first")]
    HeadNotMember,
    /// A department below itself.
    #[error("a department cannot be below itself")]
    Circle,
    /// The company itself.
    #[error("the company itself is not moved and not closed, and there is only one")]
    Root,
    /// Two departments of one name beside each other.
    #[error("there is a department of this name beside it already")]
    SameName,
    /// A department that is not empty.
    #[error("{people} people and {departments} departments are in it; move them first")]
    NotEmpty {
        /// People who are in it, those dated ahead too.
        people: usize,
        /// Departments below it.
        departments: usize,
    },
    /// Nothing can be done to whoever left.
    #[error("this {} has left or is closed; take it back first", kind.key())]
    Gone {
        /// Person or department.
        kind: Kind,
    },
    /// Taken back although here.
    #[error("this {} is here", kind.key())]
    Here {
        /// Person or department.
        kind: Kind,
    },
    /// A change dated in the past.
    #[error("the day is past; leave it out to change it today")]
    Past,
    /// A day that no calendar of a company reaches.
    #[error("the day is too far ahead: dates such as 9999-12-31 stand for no end")]
    TooFar,
    /// A leaving on or before the day of entry.
    #[error("the day of leaving is not after the day of entry; cancel the entry instead")]
    LeavesBeforeEntry,
    /// A closing dated ahead.
    #[error("a department is closed once it is empty, on the day itself, not ahead")]
    ClosesAhead,
    /// Everything is so already.
    #[error("it is so already: nothing changes")]
    Nothing,
    /// Nothing to cancel.
    #[error("nothing is dated ahead for it")]
    NothingWaits,
}

impl From<&EditRefusal> for Reason {
    fn from(refusal: &EditRefusal) -> Self {
        let reason = Self::new(refusal_code(refusal));
        match refusal {
            EditRefusal::NotFound { kind }
            | EditRefusal::Gone { kind }
            | EditRefusal::Here { kind } => reason.kind("kind", *kind),
            EditRefusal::NoSuchField { kind, field } | EditRefusal::Reference { field, kind } => {
                reason.kind("kind", *kind).field("field", *field)
            }
            EditRefusal::Empty { field } | EditRefusal::Taken { field } => {
                reason.field("field", *field)
            }
            EditRefusal::Value { kind, field } => reason
                .kind("kind", *kind)
                .field("field", *field)
                .text("choices", choices(*field)),
            EditRefusal::TooLong { kind, field, limit } => reason
                .kind("kind", *kind)
                .field("field", *field)
                .number("limit", *limit),
            EditRefusal::NotEmpty {
                people,
                departments,
            } => reason
                .number("people", *people)
                .number("departments", *departments),
            _ => reason,
        }
    }
}

/// The words that a field takes; empty where it takes any text.
fn choices(field: Field) -> String {
    match field {
        Field::Employment => EmploymentType::ALL.map(EmploymentType::key).join(", "),
        _ => String::new(),
    }
}

fn refusal_code(refusal: &EditRefusal) -> ReasonCode {
    match refusal {
        EditRefusal::NotFound { .. } => ReasonCode::LedgerRecordUnknown,
        EditRefusal::Exists => ReasonCode::LedgerIdTaken,
        EditRefusal::Stale => ReasonCode::LedgerEntryChanged,
        EditRefusal::NoSuchField { .. } => ReasonCode::LedgerFieldUnknown,
        EditRefusal::Empty { .. } => ReasonCode::LedgerValueMissing,
        EditRefusal::Value { .. } => ReasonCode::LedgerValueInvalid,
        EditRefusal::TooLong { .. } => ReasonCode::LedgerValueTooLong,
        EditRefusal::Taken { .. } => ReasonCode::LedgerValueTaken,
        EditRefusal::Reference { .. } => ReasonCode::LedgerReferenceUnknown,
        EditRefusal::OwnManager => ReasonCode::LedgerOwnManager,
        EditRefusal::MainDepartment => ReasonCode::LedgerMainDepartmentNotOwn,
        EditRefusal::HeadNotMember => ReasonCode::LedgerHeadNotMember,
        EditRefusal::Circle => ReasonCode::LedgerDepartmentCycle,
        EditRefusal::Root => ReasonCode::LedgerRootFixed,
        EditRefusal::SameName => ReasonCode::LedgerDepartmentNameTaken,
        EditRefusal::NotEmpty { .. } => ReasonCode::LedgerDepartmentNotEmpty,
        EditRefusal::Gone { .. } => ReasonCode::LedgerAlreadyLeft,
        EditRefusal::Here { .. } => ReasonCode::LedgerAlreadyHere,
        EditRefusal::Past => ReasonCode::LedgerDayPast,
        EditRefusal::TooFar => ReasonCode::LedgerDayTooFar,
        EditRefusal::LeavesBeforeEntry => ReasonCode::LedgerLeavesBeforeEntry,
        EditRefusal::ClosesAhead => ReasonCode::LedgerClosesAhead,
        EditRefusal::Nothing => ReasonCode::LedgerNoChange,
        EditRefusal::NothingWaits => ReasonCode::LedgerNothingScheduled,
    }
}
