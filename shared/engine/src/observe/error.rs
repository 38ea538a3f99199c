//! Why a record could not be looked at.

use directory::reason::{Reason, ReasonCode};
use state::StoreError;

use crate::error_reach::ErrorReach as _;

/// Why a record could not be looked at. What records and reports contain is [`Reason::from`] of it.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// DingTalk.
    #[error("DingTalk could not be read or written")]
    DingTalk(#[from] dingtalk::DingTalkError),
    /// The eHR.
    #[error("the eHR could not be read or written")]
    Ehr(#[from] ehr::EhrError),
    /// The state.
    #[error("the state could not be read or written")]
    State(#[from] StoreError),
    /// The journal: without it nothing is changed.
    #[error("the journal could not be written")]
    Journal(#[from] state::store::JournalError),
    /// Something else has to happen first; looking again later helps.
    #[error("not yet: {0}")]
    NotYet(Reason),
    /// Somebody closed the gate: nothing is written to this corp until it is opened.
    #[error("nothing is written: {0}")]
    Closed(Reason),
}

impl LookError {
    /// Something else has to happen first, which this code names.
    #[must_use]
    pub fn not_yet(code: ReasonCode) -> Self {
        Self::NotYet(Reason::new(code))
    }

    /// Whether looking again later can help without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::DingTalk(err) => err.is_transient(),
            Self::Ehr(err) => err.is_transient(),
            Self::State(_) | Self::Journal(_) | Self::NotYet(_) | Self::Closed(_) => true,
        }
    }

    /// Whether the trouble is the corp's and not this record's: nobody else would fare better.
    #[must_use]
    pub(crate) fn concerns_everybody(&self) -> bool {
        match self {
            Self::DingTalk(err) => err.concerns_everybody(),
            // A stored item that cannot be read is that record's trouble; a store that does not answer is everybody's.
            Self::State(err) => err.is_transient(),
            Self::Journal(_) | Self::Ehr(ehr::EhrError::Unavailable(_)) | Self::Closed(_) => true,
            Self::Ehr(_) | Self::NotYet(_) => false,
        }
    }
}

impl From<&LookError> for Reason {
    fn from(err: &LookError) -> Self {
        let failed = |code, cause| Self::new(code).cause(cause);
        match err {
            LookError::DingTalk(err) => failed(ReasonCode::LookDingTalkFailed, Self::from(err)),
            LookError::Ehr(err) => failed(ReasonCode::LookEhrFailed, Self::from(err)),
            LookError::State(err) => failed(ReasonCode::LookStateFailed, Self::from(err)),
            LookError::Journal(err) => failed(ReasonCode::LookJournalFailed, Self::from(err)),
            LookError::NotYet(reason) => reason.clone(),
            LookError::Closed(reason) => failed(ReasonCode::RunNothingWritten, reason.clone()),
        }
    }
}
