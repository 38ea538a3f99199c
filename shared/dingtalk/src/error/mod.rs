//! Errors by meaning: a variant exists because somebody acts differently on it.

mod advice;
mod refusal;
mod trouble;
mod writing;

use std::error::Error as StdError;
use std::fmt;

pub(crate) use refusal::{Refusal, apply_for, html, without_body};
pub use trouble::{Trouble, Unique};
pub(crate) use writing::Subject;

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
