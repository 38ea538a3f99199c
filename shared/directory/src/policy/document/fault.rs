//! What can be wrong with a policy document, and what is worth a second thought.

use std::fmt;

use crate::field::Field;
use crate::ids::{Kind, Side};

use super::super::{PolicyPreset, SyncDirection};

/// What is wrong. `Display` says what, [`Self::remedy`] what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Not JSON; nothing behind it could be read.
    #[error("this is not JSON: {why}")]
    Syntax {
        /// In the parser's words.
        why: String,
    },
    /// Another type of value.
    #[error("{} is expected here", wanted.en())]
    Type {
        /// What it should be.
        wanted: ExpectedKind,
    },
    /// A key that the document does not have.
    #[error("{key:?} is not known here")]
    UnknownKey {
        /// As it was written, shortened.
        key: String,
        /// The nearest known one.
        meant: Option<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// A key twice in one object: which one counts would be a guess.
    #[error("{key:?} is written twice")]
    DuplicateKey {
        /// Which.
        key: String,
    },
    /// A key that has to be there.
    #[error("{key:?} is missing")]
    Missing {
        /// Which, from the top.
        key: &'static str,
    },
    /// A word that does not exist here.
    #[error("{word:?} is not one of the words that can stand here")]
    UnknownWord {
        /// As it was written, shortened.
        word: String,
        /// The nearest known one.
        meant: Option<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// A schema version that this program does not know.
    #[error("the document has version {found}; this program knows version {known}")]
    UnknownVersion {
        /// As it was written.
        found: String,
        /// The newest known.
        known: u32,
    },
    /// A whole number that is too small or too large.
    #[error("a whole number from {min} to {max} is expected")]
    OutOfRange {
        /// Least.
        min: u64,
        /// Greatest.
        max: u64,
    },
    /// A share that is none.
    #[error("a percentage from 0 to 100 with at most one decimal is expected")]
    Percent,
    /// Hours that cannot be read.
    #[error("{0}")]
    Hours(#[from] super::super::ParseHoursError),
    /// Hours that the schedule can miss.
    #[error("this stretch is shorter than a quarter of an hour")]
    HoursTooShort,
    /// Text that is empty or too long.
    #[error("text of 1 to {max} characters is expected")]
    Text {
        /// Greatest length.
        max: usize,
    },
    /// An id that cannot be one.
    #[error(
        "this is not a record id: it is empty, too long, or has a control character or '#' in it"
    )]
    Id,
    /// Twice in one list.
    #[error("this is listed twice")]
    Repeated,
    /// A preset and something that is against it.
    #[error("the preset {} says otherwise", preset_word(*preset))]
    AgainstPreset {
        /// Which.
        preset: PolicyPreset,
    },
    /// The lifecycle's owner may not be heard.
    #[error("{} decides who joins and leaves, but the direction {} never writes what it decides", side_word(*side), direction_word(*direction))]
    LifecycleAgainstDirection {
        /// The owner.
        side: Side,
        /// The direction.
        direction: SyncDirection,
    },
    /// A field's owner may not be heard.
    #[error("{} decides here, but the direction {} never writes what it decides", side_word(*side), direction_word(*direction))]
    OwnerAgainstDirection {
        /// The owner.
        side: Side,
        /// The direction.
        direction: SyncDirection,
    },
    /// A shared field where only one side is written.
    #[error("a field is shared only where both sides are written, and the direction is {}", direction_word(*direction))]
    SharedOneWay {
        /// The direction.
        direction: SyncDirection,
    },
    /// A shared field with an owner.
    #[error("{} of a {} is shared, so that no side owns it", field.key(), kind.key())]
    OwnedAndShared {
        /// Of what.
        kind: Kind,
        /// Which.
        field: Field,
    },
    /// In and out at once.
    #[error("this is included and excluded at once")]
    IncludedAndExcluded,
    /// Custom fields are chosen that the scope does not take.
    #[error("custom fields are named, but the scope does not take any")]
    CustomNotTaken,
    /// The scope takes custom fields and none is chosen.
    #[error("the scope takes custom fields, but names none")]
    NoCustomFields,
    /// The two limits of removals are the wrong way round.
    #[error("removals_percent is above removals_percent_max")]
    LimitsCrossed,
}

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedKind {
    /// `{…}`.
    Object,
    /// `[…]`.
    List,
    /// `"…"`.
    Text,
    /// Digits.
    Number,
}

impl ExpectedKind {
    fn en(self) -> &'static str {
        match self {
            Self::Object => "an object { … }",
            Self::List => "a list [ … ]",
            Self::Text => "text in double quotes",
            Self::Number => "a number",
        }
    }
}

impl PolicyFault {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Syntax { .. } => {
                "Write strict JSON: double quotes, no comments, no comma after the last item".into()
            }
            Self::Type { wanted } => format!("Write {}", wanted.en()),
            Self::UnknownKey { meant, known, .. } | Self::UnknownWord { meant, known, .. } => {
                suggest_nearest(meant, known)
            }
            Self::DuplicateKey { .. } | Self::Repeated => "Keep one of them".into(),
            Self::Missing { key } => {
                format!("Add {key:?}, or choose the preset ehr_is_master or dingtalk_is_master")
            }
            Self::UnknownVersion { known, .. } => {
                format!("Write \"version\": {known}, or use a newer program")
            }
            Self::OutOfRange { min, max } => format!("Write a number from {min} to {max}"),
            Self::Percent => "Write 2 or 2.5, without a percent sign and without quotes".into(),
            Self::Hours(_) => {
                "Write for example \"22:00-06:00\"; the times are those of Asia/Shanghai".into()
            }
            Self::HoursTooShort => {
                "Make it longer: the schedule asks every 15 minutes and would miss it".into()
            }
            Self::Text { .. } => "Shorten it, or leave it out".into(),
            Self::Id => {
                "Copy the id again; DingTalk's department ids are numbers in double quotes".into()
            }
            Self::AgainstPreset { .. } => "Leave this out, or set \"preset\": \"custom\"".into(),
            Self::LifecycleAgainstDirection { .. } | Self::OwnerAgainstDirection { .. } => {
                "Give it to the other side, or set \"direction\": \"both\"".into()
            }
            Self::SharedOneWay { .. } => {
                "Leave it out of \"shared\", or set \"direction\": \"both\"".into()
            }
            Self::OwnedAndShared { .. } => "Take it out of \"owners\" or out of \"shared\"".into(),
            Self::IncludedAndExcluded => "Take it out of one of the two lists".into(),
            Self::CustomNotTaken => {
                "Set \"takes\": \"employees_and_custom\", or remove \"custom_fields\"".into()
            }
            Self::NoCustomFields => {
                "Name them in \"custom_fields\", or set \"takes\": \"employees\"".into()
            }
            Self::LimitsCrossed => "Raise removals_percent_max, or lower removals_percent".into(),
        }
    }
}

fn suggest_nearest(meant: &Option<String>, known: &[String]) -> String {
    match meant {
        Some(meant) => format!("Did you mean {meant:?}? There are: {}", known.join(", ")),
        None => format!("There are: {}", known.join(", ")),
    }
}

/// What is allowed and has a price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyCaution {
    /// DingTalk refuses a changed mobile of somebody who is there.
    #[error(
        "DingTalk does not let a mobile number be changed from outside: the employee is asked to change it, and the field waits until then"
    )]
    MobileWaits,
    /// The residual risk of a shared field.
    #[error(
        "{} of a {} is shared: DingTalk has no conditional write, so an edit there that falls between our read and our write can be lost; what a read returned is kept in the journal and the conflict queue",
        field.key(), kind.key()
    )]
    Shared {
        /// Of what.
        kind: Kind,
        /// Which.
        field: Field,
    },
    /// The guard cannot hold removals.
    #[error("the guard would let everybody be removed at once")]
    GuardOff,
    /// A removal in DingTalk follows at once.
    #[error(
        "with no days of grace, whoever leaves in the eHR is deleted in DingTalk by the next sweep; a deleted userid does not come back"
    )]
    NoGrace,
    /// People of an unknown kind of employment are out.
    #[error(
        "kinds of employment are listed as in: people whose kind a side does not show stay out"
    )]
    UnknownEmploymentIsOut,
    /// Whose kind the eHR does not name is asked for in DingTalk's roster.
    #[error(
        "kinds of employment are named: whose kind the eHR does not name is looked up in DingTalk's roster, which needs the permission qyapi_hrm_read_user and 智能人事 to be open; until then these people wait"
    )]
    EmploymentFromRoster,
}

/// A fault or a caution, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentProblem<T> {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The way from the top, `owners.person.mobile`; empty for the whole.
    pub path: String,
    /// What it is.
    pub what: T,
}

impl fmt::Display for DocumentProblem<PolicyFault> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_position(self, f)?;
        write!(f, "{}. {}", self.what, self.what.remedy())
    }
}

impl fmt::Display for DocumentProblem<PolicyCaution> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_position(self, f)?;
        write!(f, "{}", self.what)
    }
}

fn write_position<T>(problem: &DocumentProblem<T>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}:{}: ", problem.line, problem.column)?;
    if problem.path.is_empty() {
        Ok(())
    } else {
        write!(f, "{}: ", problem.path)
    }
}

/// Why a document is refused: everything that is wrong with it, in the order of its lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(problems))]
pub struct PolicyDocumentError {
    /// What is wrong.
    pub problems: Vec<DocumentProblem<PolicyFault>>,
}

fn lines(problems: &[DocumentProblem<PolicyFault>]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

pub(super) fn side_word(side: Side) -> &'static str {
    match side {
        Side::DingTalk => "dingtalk",
        Side::Ehr => "ehr",
    }
}

pub(super) fn direction_word(direction: SyncDirection) -> &'static str {
    match direction {
        SyncDirection::DingTalkToEhr => "dingtalk_to_ehr",
        SyncDirection::EhrToDingTalk => "ehr_to_dingtalk",
        SyncDirection::Both => "both",
    }
}

pub(super) fn preset_word(preset: PolicyPreset) -> &'static str {
    match preset {
        PolicyPreset::EhrIsMaster => "ehr_is_master",
        PolicyPreset::DingTalkIsMaster => "dingtalk_is_master",
        PolicyPreset::Custom => "custom",
    }
}
