//! Trouble with an eHR as a whole, by what is to be done about it.

use std::time::Duration;

use directory::Reason;

/// Who can do something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// The key or the secret is refused: a person has to enter another one.
    Credentials,
    /// The key is good and may not do this: a person has to permit it.
    Permission,
    /// An allowance is used up, until somebody buys more or its period ends.
    Quota,
    /// Slower, please: the call may be made again after this time.
    Throttled(Duration),
    /// Busy, unreachable or broken for a moment: the same call can succeed later.
    Transient,
    /// A form or a field is gone or of another kind: the mapping has to be looked at.
    SchemaChanged,
    /// The other side answered what it does not document.
    Malformed,
}

impl FailureClass {
    /// Whether the same call can succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled(_) | Self::Transient)
    }
}

/// What went wrong, for the run: its class and its reason. It holds no values of people and no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EhrFailure {
    /// What is to be done.
    pub class: FailureClass,
    /// Why, as a code.
    pub reason: Reason,
}
