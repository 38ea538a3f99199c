//! The port to sealing: one key per record, and the binding's key around each part.

use directory::LinkId;
use directory::reason::{Reason, ReasonCode};

/// Why something was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealRefusal {
    /// Another key, another place, or changed bytes.
    #[error("a sealed value does not open here")]
    NotOpened,
    /// The record's salt is gone: it was erased.
    #[error("the record was erased")]
    Erased,
}

impl From<SealRefusal> for Reason {
    fn from(refusal: SealRefusal) -> Self {
        Self::new(match refusal {
            SealRefusal::NotOpened => ReasonCode::SnapshotPartUnreadable,
            SealRefusal::Erased => ReasonCode::SnapshotErased,
        })
    }
}

/// Seals and opens. What was sealed for one name or record opens for no other.
pub trait SnapshotSealer {
    /// Seals a part or an index under the binding's key. `name` is its name in the archive.
    ///
    /// # Errors
    /// [`SealRefusal`] if it cannot.
    fn seal_body(&self, name: &str, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal>;

    /// Opens what [`Self::seal_body`] sealed.
    ///
    /// # Errors
    /// [`SealRefusal::NotOpened`] for another name, another key, or changed bytes.
    fn open_body(&self, name: &str, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal>;

    /// Seals the values of one record under its own key.
    ///
    /// # Errors
    /// [`SealRefusal::Erased`] if the record has no salt.
    fn seal_record(&self, link: LinkId, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal>;

    /// Opens what [`Self::seal_record`] sealed.
    ///
    /// # Errors
    /// [`SealRefusal::Erased`] if the salt is gone, [`SealRefusal::NotOpened`] otherwise.
    fn open_record(&self, link: LinkId, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal>;
}
