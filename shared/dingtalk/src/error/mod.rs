//! Errors by meaning: a variant exists because somebody acts differently on it.

mod advice;
mod fault;
mod kind;
mod reason;
mod refusal;
mod write_errors;

use std::error::Error as StdError;
use std::fmt;

pub use fault::{CallFault, ReplyFault};
pub use kind::{DingTalkErrorKind, UniqueField};
pub(crate) use refusal::{RefusalBody, apply_for, html_kind, status_kind};
pub(crate) use write_errors::WriteSubject;

/// What went wrong, and while asking what. No value about a person, no token and no text of DingTalk's is in it, except
/// error codes, permission names, the apply link and our own address.
#[derive(Debug)]
pub struct DingTalkError {
    /// The interface, for example `user/list`.
    pub interface: &'static str,
    /// What went wrong.
    pub trouble: DingTalkErrorKind,
}

impl DingTalkError {
    /// Trouble while asking `interface`.
    #[must_use]
    pub fn new(interface: &'static str, trouble: DingTalkErrorKind) -> Self {
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

impl fmt::Display for DingTalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.interface, self.trouble)
    }
}

impl StdError for DingTalkError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The trouble itself is already in the message; what lies below it is not.
        self.trouble.source()
    }
}
