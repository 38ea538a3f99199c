//! The port to the archive: plan bodies, backups and daily snapshots of a corp, under keys that begin with the corp.
//!
//! **Bodies are sealed by the caller** ([`crate::seal`]), but for copies of the journal's head, which are a hash: the archive sees bytes, and whoever may read the bucket or the
//! directory reads nothing about people. A body is stored whole or not at all, and what was answered is durable.

mod key;
#[cfg(feature = "archive-s3")]
mod s3;

use async_trait::async_trait;

use directory::reason::{Reason, ReasonCode};

use crate::error::{Cause, refused_reason, too_large_reason, unavailable_reason};

pub use key::{ArchiveKey, ArchiveKeyError, ArchiveKind, ArchivePrefix};
#[cfg(feature = "archive-s3")]
pub use s3::S3Archive;

/// The largest body, in bytes: it is held in memory on both ends. What is larger goes in parts, `{name}/0001` and so on.
pub const BODY_MAX: usize = 64 * 1024 * 1024;

/// The archive, in reasons.
const ARCHIVE: &str = "archive";

/// Keys per page at most (S3's own limit).
pub const PAGE_MAX: usize = 1000;

/// What must be true for a put to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutIf {
    /// There is nothing under this key. A put that finds its very own bytes there is a success: its answer was lost.
    New,
    /// Whatever is there is replaced. The bucket keeps the former version, the directory does not.
    Always,
}

/// One stored body, as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedBody {
    /// Its key.
    pub key: ArchiveKey,
    /// Size of the body in bytes.
    pub bytes: u64,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArchivePage {
    /// In the order of their keys' bytes.
    pub archived: Vec<ArchivedBody>,
    /// Whether there are more: ask again after the last key of this page.
    pub has_more: bool,
}

/// Sealed bodies by key.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Stores a sealed body of at most [`BODY_MAX`] bytes, all or nothing; durable when it answers.
    ///
    /// # Errors
    /// [`ArchiveError::Exists`] for [`PutIf::New`] where other bytes are; after `Unavailable` the body may be there all the
    /// same, and the same put may be repeated with the same bytes.
    async fn put(
        &self,
        key: &ArchiveKey,
        sealed: Vec<u8>,
        condition: PutIf,
    ) -> Result<(), ArchiveError>;

    /// The newest body under a key; `None` where there is none.
    async fn get(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>, ArchiveError>;

    /// Keys that begin so, in order, behind `after`; at most `limit` of them, and never more than [`PAGE_MAX`].
    async fn list(
        &self,
        prefix: &ArchivePrefix,
        after: Option<&ArchiveKey>,
        limit: usize,
    ) -> Result<ArchivePage, ArchiveError>;

    /// Removes a body; nothing happens where there is none. A versioned bucket keeps the former versions until its
    /// lifecycle drops them.
    async fn delete(&self, key: &ArchiveKey) -> Result<(), ArchiveError>;
}

/// Why the archive did not do it. Carries neither key nor content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// It was to be new, and something else is there.
    #[error("the archive has another body under this key")]
    Exists,
    /// Above [`BODY_MAX`].
    #[error("the body has {bytes} bytes, the archive takes {BODY_MAX}; store it in parts")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// No answer, or not now.
    #[error("the archive did not answer")]
    Unavailable(#[source] Cause),
    /// Wrong, or not allowed.
    #[error("the archive refused")]
    Refused(#[source] Cause),
}

impl From<&ArchiveError> for Reason {
    fn from(err: &ArchiveError) -> Self {
        match err {
            ArchiveError::Exists => Self::new(ReasonCode::StateAlreadyExists),
            ArchiveError::TooLarge { bytes } => too_large_reason(*bytes, BODY_MAX),
            ArchiveError::Unavailable(_) => unavailable_reason(ARCHIVE),
            ArchiveError::Refused(why) => refused_reason(ARCHIVE, why),
        }
    }
}

impl ArchiveError {
    /// Whether the same call can succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Checks what every archive checks before it stores.
///
/// # Errors
/// [`ArchiveError::TooLarge`]; `Refused` for an empty body, which no sealed one is.
pub fn check_body(sealed: &[u8]) -> Result<(), ArchiveError> {
    match sealed.len() {
        0 => Err(ArchiveError::Refused(Cause::new(
            "the body is empty: nothing sealed is",
        ))),
        bytes if bytes > BODY_MAX => Err(ArchiveError::TooLarge { bytes }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_checked_before_the_network() {
        assert!(check_body(&[1]).is_ok());
        assert!(matches!(check_body(&[]), Err(ArchiveError::Refused(_))));
        let bytes = BODY_MAX + 1;
        assert_eq!(
            check_body(&vec![0; bytes]),
            Err(ArchiveError::TooLarge { bytes })
        );
    }
}
