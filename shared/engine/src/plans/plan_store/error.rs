//! Why a plan was not stored or read.

use super::*;

/// Why a plan was not stored or read.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is none of this id.
    #[error("there is no such plan")]
    Unknown,
    /// The state could not be read.
    #[error("the plan could not be read")]
    Read(#[from] StoreError),
    /// The state could not be written; `Stale`: somebody else changed the plan meanwhile.
    #[error("the plan could not be stored")]
    Write(#[from] WriteError),
    /// The archive.
    #[error("the plan's body could not be stored or read")]
    Archive(#[from] ArchiveError),
    /// A name that the archive does not take.
    #[error("the plan's body has no place in the archive")]
    Name(#[from] ArchiveKeyError),
    /// The body is not there any more.
    #[error("the plan's body is not in the archive: make a new plan")]
    NoBody,
    /// The body was changed, or sealed with another key.
    #[error("the plan's body does not open: make a new plan")]
    Sealed(#[from] SealError),
    /// The body cannot be read by this version, or is not the one that the head names.
    #[error("the plan's body is not the one that was made: make a new plan")]
    NotTheBody,
}

impl From<&PlanError> for Reason {
    fn from(err: &PlanError) -> Self {
        let not_stored = |cause| Self::new(ReasonCode::PlanNotStored).cause(cause);
        match err {
            PlanError::Unknown => Self::new(ReasonCode::PlanUnknown),
            PlanError::Write(WriteError::Stale) => Self::new(ReasonCode::PlanChangedElsewhere),
            PlanError::Read(err) => not_stored(Self::from(err)),
            PlanError::Write(err) => not_stored(Self::from(err)),
            PlanError::Archive(err) => not_stored(Self::from(err)),
            PlanError::Name(err) => not_stored(Self::from(*err)),
            PlanError::NoBody => Self::new(ReasonCode::PlanContentMissing),
            PlanError::Sealed(_) | PlanError::NotTheBody => {
                Self::new(ReasonCode::PlanContentUnreadable)
            }
        }
    }
}
