//! What went wrong, by meaning.

use std::error::Error as StdError;
use std::net::IpAddr;
use std::time::Duration;

use directory::Field;

use super::{CallFault, ReplyFault};

/// What an answer, or the lack of one, means.
#[derive(Debug, thiserror::Error)]
pub enum DingTalkErrorKind {
    /// Asked too fast, even after waiting several times.
    #[error("DingTalk asks to slow down ({code})")]
    Throttled {
        /// DingTalk's code.
        code: String,
    },
    /// The access token was refused, the renewed one too.
    #[error("the access token was refused ({code})")]
    TokenRefused {
        /// DingTalk's code.
        code: String,
    },
    /// A permission point is not granted.
    #[error("the app lacks the permission {}", scope.as_deref().unwrap_or("for this interface"))]
    PermissionMissing {
        /// The permission point, where DingTalk names it.
        scope: Option<String>,
        /// Where to apply for it with one click.
        apply_link: String,
    },
    /// The record is outside the app's contact scope. It says nothing about whether the record exists.
    #[error("it lies outside the app's contact scope")]
    OutOfScope,
    /// There is no such person, department or task.
    #[error("there is no such record")]
    NotFound,
    /// Our address is not in the app's allow list.
    #[error("our address is not in the app's allow list")]
    AddressNotAllowed {
        /// The address that DingTalk saw, where it names it.
        address: Option<IpAddr>,
    },
    /// The month's calls are used up.
    #[error("this month's calls are used up")]
    QuotaUsedUp,
    /// The source address is banned for a while.
    #[error("DingTalk has banned our address for {} seconds", retry_after.as_secs())]
    Banned {
        /// Ask nothing before.
        retry_after: Duration,
    },
    /// The answer is not what DingTalk documents: cut off, HTML, of a wrong shape, or contradicting itself.
    #[error("the answer is malformed: {what}")]
    Malformed {
        /// What is wrong with it.
        what: ReplyFault,
    },
    /// A write was sent and no usable answer came: it may have been carried out.
    #[error("it is unknown whether the call was carried out")]
    UnknownOutcome,
    /// AppKey and AppSecret do not belong together.
    #[error("the AppKey or AppSecret was refused ({code})")]
    CredentialsRefused {
        /// DingTalk's code.
        code: String,
    },
    /// The app does not belong to this corp, or the corp has not authorised it.
    #[error("the app is not one of this company ({code})")]
    CompanyRefused {
        /// DingTalk's code.
        code: String,
    },
    /// The app or the organisation is disabled.
    #[error("the app or the organisation is disabled ({code})")]
    Disabled {
        /// DingTalk's code.
        code: String,
    },
    /// The AgentId is not one of this app.
    #[error("the AgentId was refused ({code})")]
    AgentRefused {
        /// DingTalk's code.
        code: String,
    },
    /// DingTalk is busy or has an error of its own.
    #[error("DingTalk is busy ({code})")]
    Busy {
        /// DingTalk's code, or the HTTP status.
        code: String,
    },
    /// No answer.
    #[error("DingTalk was not reached")]
    Unreachable {
        /// What the network said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// This server has no such interface.
    #[error("this server has no such interface")]
    UnknownInterface,
    /// Refused here, before anything was sent.
    #[error("not sent: {why}")]
    NotSent {
        /// Which limit it breaks.
        why: CallFault,
    },
    /// Something that has to be unique belongs to another record.
    #[error("{} is taken ({code})", what.spoken())]
    Taken {
        /// What.
        what: UniqueField,
        /// DingTalk's code.
        code: String,
    },
    /// A write was refused for the value of one field; nothing of it was carried out.
    #[error("DingTalk refused {} ({code})", field.key())]
    FieldRefused {
        /// Which.
        field: Field,
        /// DingTalk's code.
        code: String,
    },
    /// A department that still has people or departments is not deleted.
    #[error("the department is not empty ({code})")]
    NotEmpty {
        /// DingTalk's code: 60005 people, 60006 departments.
        code: String,
    },
    /// The root department is neither changed nor deleted.
    #[error("the root department stays as it is ({code})")]
    Protected {
        /// DingTalk's code.
        code: String,
    },
    /// The company, a department or a person's number of companies is at its limit.
    #[error("a limit of the company is reached ({code})")]
    LimitReached {
        /// DingTalk's code.
        code: String,
    },
    /// Smart HR's position management decides title and departments.
    #[error("position management of Smart HR decides title and departments ({code})")]
    ManagedBySmartHr {
        /// DingTalk's code.
        code: String,
    },
    /// The company has not opened Smart HR.
    #[error("the company has not opened 智能人事 ({code})")]
    SmartHrClosed {
        /// DingTalk's code.
        code: String,
    },
    /// An answer with a code that is in no list: neither a success nor known to be a refusal. Asked again later.
    #[error("DingTalk answered with a code that is not known ({code})")]
    Unrecognised {
        /// DingTalk's code, or the HTTP status.
        code: String,
    },
    /// Refused for another reason: a code that has no meaning of its own here.
    #[error("DingTalk refused with {code}")]
    Refused {
        /// DingTalk's code.
        code: String,
    },
}

/// What has to be unique in a company, or under one parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueField {
    /// The `userid`, also of somebody whom we took in before.
    Userid,
    /// The mobile number, or the DingTalk account behind it.
    Mobile,
    /// The personal e-mail address.
    Email,
    /// The extension.
    Telephone,
    /// A department's name among its siblings.
    DepartmentName,
}

impl UniqueField {
    fn spoken(self) -> &'static str {
        match self {
            Self::Userid => "the userid",
            Self::Mobile => "the mobile number",
            Self::Email => "the e-mail address",
            Self::Telephone => "the extension",
            Self::DepartmentName => "the name",
        }
    }
}
