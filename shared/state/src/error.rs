//! What can go wrong with the store, by meaning. No variant carries a value, a key or an item.

use directory::Side;
use directory::reason::{Reason, ReasonCode};

/// The technical cause: an error code or a transport's own words. Service messages are left out, because a validation
/// message may repeat what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cause(String);

impl Cause {
    /// A cause in words that hold no value.
    #[must_use]
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A store, queue, vault or archive that did not answer; `part` is `database`, `queue`, `secrets` or `archive`.
pub(crate) fn unavailable_reason(part: &str) -> Reason {
    Reason::new(ReasonCode::StateUnavailable).text("part", part)
}

/// A store, queue, vault or archive that refused.
pub(crate) fn refused_reason(part: &str, why: &Cause) -> Reason {
    Reason::new(ReasonCode::StateRefused)
        .text("part", part)
        .text("detail", why.as_str())
}

/// An item or a body above its limit.
pub(crate) fn too_large_reason(bytes: usize, limit: usize) -> Reason {
    Reason::new(ReasonCode::StateTooLarge)
        .number("bytes", bytes)
        .number("limit", limit)
}

/// An item that cannot be read, by its kind.
pub(crate) fn malformed_reason(item: &str) -> Reason {
    Reason::new(ReasonCode::StateMalformed).text("item", item)
}

/// An item that a newer version wrote.
pub(crate) fn newer_version_reason(item: &str, found: u64, known: u32) -> Reason {
    Reason::new(ReasonCode::StateNewerVersion)
        .text("item", item)
        .number("found", found)
        .number("known", known)
}

/// Whether the same request may get another answer later, by what a service of AWS answered now. What is not known is
/// taken by its status: the service's fault may pass, the caller's does not.
#[cfg(any(
    feature = "queue-sqs",
    feature = "vault-secretsmanager",
    feature = "archive-s3"
))]
pub(crate) fn is_transient_error(status: u16, code: &str) -> bool {
    /// Answered with a status of the caller's fault.
    const PASSING: [&str; 12] = [
        "ConditionalRequestConflict",
        "KmsThrottled",
        "LimitExceededException",
        "OperationAborted",
        "OverLimit",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    ];
    status >= 500 || status == 429 || status == 408 || PASSING.contains(&code)
}

/// The tables, in reasons.
const DATABASE: &str = "database";

/// Why the store could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Still throttled after the retries.
    #[error("the database was too busy to {call}")]
    Throttled {
        /// What was asked, as a verb.
        call: &'static str,
    },
    /// No answer, or a failure of the service. A write may have happened all the same.
    #[error("the database did not answer when asked to {call}")]
    Unavailable {
        /// What was asked, as a verb.
        call: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The request itself is wrong, or not allowed: the same request will fail again.
    #[error("the database refused to {call}")]
    Refused {
        /// What was asked, as a verb.
        call: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },
    /// An item that this reader cannot understand.
    #[error("a stored {what} cannot be read: {why}")]
    Malformed {
        /// What kind of item.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An item of a schema that this reader does not know.
    #[error("a stored {what} has schema version {found}, this reader knows {known}")]
    UnknownVersion {
        /// What kind of item.
        what: &'static str,
        /// The version it has.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
}

impl From<&StoreError> for Reason {
    fn from(err: &StoreError) -> Self {
        match err {
            StoreError::Throttled { .. } | StoreError::Unavailable { .. } => {
                unavailable_reason(DATABASE)
            }
            StoreError::Refused { source, .. } => refused_reason(DATABASE, source),
            StoreError::Malformed { what, .. } => malformed_reason(what),
            StoreError::UnknownVersion { what, found, known } => {
                newer_version_reason(what, u64::from(*found), *known)
            }
        }
    }
}

impl StoreError {
    /// Whether the same call can succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Unavailable { .. } => true,
            Self::Refused { .. } | Self::Malformed { .. } | Self::UnknownVersion { .. } => false,
        }
    }
}

/// Which item was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistingItem {
    /// The item itself: this link id, this control id, this ledger entry.
    Item,
    /// The record's id on a side belongs to another link.
    Native(Side),
}

impl std::fmt::Display for ExistingItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Item => f.write_str("the item"),
            Self::Native(side) => write!(f, "the pointer of the {} id", side.key()),
        }
    }
}

/// Why a conditional write did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Somebody newer was here: read again and decide again. Not a fault.
    #[error("the stored version is another one than was read")]
    Stale,
    /// It was to be new, and is not.
    #[error("{which} exists already")]
    Exists {
        /// What exists.
        which: ExistingItem,
    },
    /// DynamoDB takes 400 KB per item.
    #[error("the item would have {bytes} bytes, the limit is {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The store could not answer. If it is [`StoreError::Unavailable`], the outcome is unknown: the write was looked for
    /// once more and could not be read either.
    #[error("the write did not complete")]
    Store(#[source] StoreError),
}

impl From<&WriteError> for Reason {
    fn from(err: &WriteError) -> Self {
        match err {
            WriteError::Stale => Self::new(ReasonCode::StateChangedElsewhere),
            WriteError::Exists { .. } => Self::new(ReasonCode::StateAlreadyExists),
            WriteError::TooLarge { bytes, limit } => too_large_reason(*bytes, *limit),
            WriteError::Store(err) => Self::from(err),
        }
    }
}

impl WriteError {
    /// Whether the same call can succeed later. `Stale` and `Exists` need another decision first.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

#[cfg(all(
    test,
    any(
        feature = "queue-sqs",
        feature = "vault-secretsmanager",
        feature = "archive-s3"
    )
))]
mod tests {
    use super::is_transient_error;

    #[test]
    fn service_errors_are_transient_and_caller_errors_are_not() {
        for (status, code) in [
            (503, "no error code"),
            (500, "InternalServiceError"),
            (400, "ThrottlingException"),
        ] {
            assert!(is_transient_error(status, code), "{status} {code}");
        }
        for (status, code) in [
            (403, "AccessDeniedException"),
            (400, "InvalidParameterValue"),
            (400, "no error code"),
        ] {
            assert!(!is_transient_error(status, code), "{status} {code}");
        }
    }
}
