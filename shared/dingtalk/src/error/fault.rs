//! What exactly is wrong with a reply, or with a call that was not sent.

use directory::reason::{Reason, ReasonCode};
use directory::{Field, Kind};

/// Why a reply cannot be used. The text of a variant is for logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyFault {
    /// A page instead of JSON.
    #[error("HTML instead of JSON")]
    Html,
    /// Another address is named.
    #[error("a redirect")]
    Redirect,
    /// A failure without a code.
    #[error("no error code")]
    NoErrorCode,
    /// No content.
    #[error("an empty answer")]
    Empty,
    /// It does not end, or is no JSON.
    #[error("not JSON, or cut off")]
    CutOff,
    /// Above the limit of the client.
    #[error("an answer beyond every limit")]
    TooLarge,
    /// A field has another type than DingTalk documents, or a value that is not documented.
    #[error("a field of the wrong type")]
    WrongType,
    /// It contradicts itself, or answers another question.
    #[error("{0}")]
    Contradiction(&'static str),
    /// Its pages do not end.
    #[error("{0}")]
    Endless(&'static str),
    /// An id that cannot be one.
    #[error("{0}")]
    InvalidId(&'static str),
    /// It could not be read in an earlier part of a crawl.
    #[error("it could not be read in an earlier part of this crawl")]
    Unread,
}

impl ReplyFault {
    /// The word that the catalogue selects by.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Redirect => "redirect",
            Self::NoErrorCode => "no-code",
            Self::Empty => "empty",
            Self::CutOff => "cut-off",
            Self::TooLarge => "too-large",
            Self::WrongType => "wrong-type",
            Self::Contradiction(_) => "contradiction",
            Self::Endless(_) => "endless",
            Self::InvalidId(_) => "id",
            Self::Unread => "unread",
        }
    }
}

/// Why a call was not sent: DingTalk would refuse it, or it must not be made. The text of a variant is for logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallFault {
    /// The address is private, or is not one that may be called.
    #[error("the address is private or not one that may be called")]
    Address,
    /// The access token has characters that a header cannot have.
    #[error("the access token is no header")]
    TokenHeader,
    /// A `userid` that cannot be one, or that a list of ids could not name.
    #[error("a userid that cannot be one")]
    UserId,
    /// Nobody, or more people than one call takes.
    #[error("one call names 1 to 100 people")]
    PeopleCount,
    /// More people or days than one call may name, or days that are in no calendar.
    #[error("{0}")]
    Query(&'static str),
    /// A message above DingTalk's limit.
    #[error("a notice has at most 2,048 bytes")]
    MessageSize,
    /// A setting that DingTalk takes only once the department exists.
    #[error("whether people enter the chat by themselves is set once the department is there")]
    ChatOption,
    /// A value with too many characters.
    #[error("{} has at most {limit} characters", field.key())]
    TooLong {
        /// Which field.
        field: Field,
        /// The greatest number of characters.
        limit: usize,
    },
    /// A field that DingTalk does not do without.
    #[error("a {} needs {}", kind.key(), field.key())]
    Required {
        /// Of which kind of record.
        kind: Kind,
        /// Which field.
        field: Field,
    },
    /// A value that DingTalk cannot take.
    #[error("{} of a {} cannot have this value", field.key(), kind.key())]
    Invalid {
        /// Of which kind of record.
        kind: Kind,
        /// Which field.
        field: Field,
    },
    /// In more departments than DingTalk takes.
    #[error("a person is in at most {limit} departments")]
    TooManyDepartments {
        /// The greatest number.
        limit: usize,
    },
    /// The root department is the company itself.
    #[error("the root is the company itself")]
    RootDepartment,
    /// Writing some custom fields would erase the others, which were not read.
    #[error("the present custom fields were not read, so that writing some would wipe the others")]
    CustomFieldsUnread,
    /// Administrators and bosses are never deleted.
    #[error("administrators and bosses are never deleted")]
    Administrator,
    /// The binding has no AgentId.
    #[error("the binding has no AgentId")]
    NoAgentId,
}

impl From<CallFault> for Reason {
    fn from(fault: CallFault) -> Self {
        let not_sent = |detail| Self::new(ReasonCode::DingTalkNotSent).text("detail", detail);
        let about = |code, kind, field| Self::new(code).kind("kind", kind).field("field", field);
        match fault {
            CallFault::Address => not_sent("address"),
            CallFault::TokenHeader => not_sent("header"),
            CallFault::UserId => not_sent("userid"),
            CallFault::PeopleCount => not_sent("people"),
            CallFault::Query(_) => not_sent("query"),
            CallFault::MessageSize => not_sent("size"),
            CallFault::ChatOption => not_sent("chat-option"),
            CallFault::TooLong { field, limit } => {
                about(ReasonCode::DingTalkValueTooLong, Kind::Person, field).number("limit", limit)
            }
            CallFault::Required { kind, field } => {
                about(ReasonCode::DingTalkValueRequired, kind, field)
            }
            CallFault::Invalid { kind, field } => {
                about(ReasonCode::DingTalkValueInvalid, kind, field)
            }
            CallFault::TooManyDepartments { limit } => {
                Self::new(ReasonCode::DingTalkTooManyDepartments).number("limit", limit)
            }
            CallFault::RootDepartment => Self::new(ReasonCode::DingTalkRootProtected),
            CallFault::CustomFieldsUnread => Self::new(ReasonCode::DingTalkCustomFieldsUnread),
            CallFault::Administrator => Self::new(ReasonCode::DingTalkAdministratorKept),
            CallFault::NoAgentId => Self::new(ReasonCode::DingTalkAgentIdMissing),
        }
    }
}
