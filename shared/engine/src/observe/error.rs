//! Why a record could not be looked at.

use directory::text::describe_error;
use state::StoreError;

use crate::error_reach::ErrorReach as _;

/// Why a record could not be looked at.
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
    NotYet(&'static str),
    /// Somebody closed the gate: nothing is written to this corp until it is opened.
    #[error("nothing is written: {0}")]
    Closed(String),
}

impl LookError {
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

    /// The sentence for the run, with its cause.
    #[must_use]
    pub fn sentence(&self) -> String {
        describe_error(self)
    }
}
