//! Errors by meaning: a variant exists because somebody acts differently on it.

mod refusal;

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

pub(crate) use refusal::{Refusal, html, without_body};

/// What went wrong, and while asking what. No value about a person, no token and no text of DingTalk's is in it, except
/// error codes, permission names, the apply link and our own address.
#[derive(Debug)]
pub struct Error {
    /// The interface, for example `user/list`.
    pub interface: &'static str,
    /// What went wrong.
    pub trouble: Trouble,
}

impl Error {
    /// Trouble while asking `interface`.
    #[must_use]
    pub fn new(interface: &'static str, trouble: Trouble) -> Self {
        Self { interface, trouble }
    }

    /// Whether the same call can succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.trouble.is_transient()
    }

    /// What to do about it, in a sentence.
    #[must_use]
    pub fn advice(&self) -> String {
        self.trouble.advice()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.interface, self.trouble)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The trouble itself is already in the message; what lies below it is not.
        self.trouble.source()
    }
}

/// What an answer, or the lack of one, means (`dingtalk-api.md` §1.7, §9).
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
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
        what: &'static str,
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
        why: &'static str,
    },
    /// Refused for another reason; the code is in `dingtalk-api.md` §9.4.
    #[error("DingTalk refused with {code}")]
    Refused {
        /// DingTalk's code.
        code: String,
    },
}

impl Trouble {
    /// Whether the same call can succeed later without anybody doing anything. Exhaustive: a new variant must choose.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Throttled { .. }
            | Self::Banned { .. }
            | Self::Malformed { .. }
            | Self::Busy { .. }
            | Self::Unreachable { .. } => true,
            Self::TokenRefused { .. }
            | Self::PermissionMissing { .. }
            | Self::OutOfScope
            | Self::NotFound
            | Self::AddressNotAllowed { .. }
            | Self::QuotaUsedUp
            | Self::UnknownOutcome
            | Self::CredentialsRefused { .. }
            | Self::CompanyRefused { .. }
            | Self::Disabled { .. }
            | Self::AgentRefused { .. }
            | Self::UnknownInterface
            | Self::NotSent { .. }
            | Self::Refused { .. } => false,
        }
    }

    /// The same trouble for whoever else would ask, where nobody would fare better; `None` where it is one call's own.
    #[must_use]
    pub fn for_everybody(&self) -> Option<Self> {
        Some(match self {
            Self::TokenRefused { code } => Self::TokenRefused { code: code.clone() },
            Self::PermissionMissing { scope, apply_link } => {
                Self::PermissionMissing { scope: scope.clone(), apply_link: apply_link.clone() }
            }
            Self::AddressNotAllowed { address } => Self::AddressNotAllowed { address: *address },
            Self::QuotaUsedUp => Self::QuotaUsedUp,
            Self::Banned { retry_after } => Self::Banned { retry_after: *retry_after },
            Self::CredentialsRefused { code } => Self::CredentialsRefused { code: code.clone() },
            Self::CompanyRefused { code } => Self::CompanyRefused { code: code.clone() },
            Self::Disabled { code } => Self::Disabled { code: code.clone() },
            Self::UnknownInterface => Self::UnknownInterface,
            _ => return None,
        })
    }

    /// One word for counters.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Throttled { .. } => "throttled",
            Self::TokenRefused { .. } => "token_refused",
            Self::PermissionMissing { .. } => "permission_missing",
            Self::OutOfScope => "out_of_scope",
            Self::NotFound => "not_found",
            Self::AddressNotAllowed { .. } => "address_not_allowed",
            Self::QuotaUsedUp => "quota_used_up",
            Self::Banned { .. } => "banned",
            Self::Malformed { .. } => "malformed",
            Self::UnknownOutcome => "unknown_outcome",
            Self::CredentialsRefused { .. } => "credentials_refused",
            Self::CompanyRefused { .. } => "company_refused",
            Self::Disabled { .. } => "disabled",
            Self::AgentRefused { .. } => "agent_refused",
            Self::Busy { .. } => "busy",
            Self::Unreachable { .. } => "unreachable",
            Self::UnknownInterface => "unknown_interface",
            Self::NotSent { .. } => "not_sent",
            Self::Refused { .. } => "refused",
        }
    }

    /// What to do about it, in a sentence.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::PermissionMissing { apply_link, .. } => return format!("grant the permission: {apply_link}"),
            Self::AddressNotAllowed { address: Some(address) } => {
                return format!("add {address} under 安全设置 > 服务器出口IP, or leave that list empty");
            }
            Self::Banned { retry_after } => {
                return format!("wait {} minutes; nothing is asked until then", retry_after.as_secs().div_ceil(60));
            }
            _ => self.fixed_advice(),
        }
        .to_owned()
    }

    fn fixed_advice(&self) -> &'static str {
        match self {
            Self::Throttled { .. } => "wait: the next attempt goes slower by itself",
            Self::Busy { .. } | Self::Unreachable { .. } | Self::Malformed { .. } | Self::Banned { .. } => {
                "wait: it is tried again by itself"
            }
            Self::TokenRefused { .. } => "check that the app is still installed and its AppSecret was not reset",
            Self::CredentialsRefused { .. } => "copy AppKey and AppSecret again from the developer console",
            Self::CompanyRefused { .. } => "check the CorpId: the app has to belong to that company",
            Self::Disabled { .. } => "enable the app in the admin console",
            Self::AgentRefused { .. } => "copy the AgentId again from the app's basic information",
            Self::PermissionMissing { .. } => "grant the permission in the developer console",
            Self::AddressNotAllowed { .. } => "add our address under 安全设置 > 服务器出口IP, or leave that list empty",
            Self::OutOfScope => "widen the app's contact scope in 权限管理",
            Self::QuotaUsedUp => "wait for the next month, or buy more calls",
            Self::UnknownOutcome => "look at what DingTalk has now before doing it again",
            Self::NotFound => "nothing: it is not there",
            Self::UnknownInterface => "check the server's address",
            Self::NotSent { .. } => "make it smaller",
            Self::Refused { .. } => "look the code up in DingTalk's list of error codes",
        }
    }
}
