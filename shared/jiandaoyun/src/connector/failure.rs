//! Errors of the client as errors of the eHR side.

use std::time::Duration;

use ehr::{EhrError, EhrFailure, FailureClass};

use super::refused;
use crate::error::{ErrorKind, JiandaoyunError};

/// What concerns everybody becomes a failure of the eHR; what concerns one record, a refusal of it.
#[allow(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
pub(super) fn ehr_error(error: JiandaoyunError) -> EhrError {
    let reason = error.kind.reason();
    let class = match error.kind {
        ErrorKind::CredentialsRefused { .. } => FailureClass::Credentials,
        ErrorKind::PermissionMissing { .. } | ErrorKind::AddressNotAllowed { .. } => {
            FailureClass::Permission
        }
        ErrorKind::Throttled { .. } => FailureClass::Throttled(Duration::from_secs(1)),
        ErrorKind::QuotaUsedUp { .. } => FailureClass::Quota,
        ErrorKind::FormMissing { .. } => FailureClass::SchemaChanged,
        // A code in no list is no refusal: it is asked again.
        ErrorKind::Busy { .. } | ErrorKind::Unreachable { .. } | ErrorKind::Unrecognised { .. } => {
            FailureClass::Transient
        }
        ErrorKind::Malformed { .. } => FailureClass::Malformed,
        ErrorKind::NotFound { .. } => return EhrError::NotFound,
        ErrorKind::UnknownOutcome | ErrorKind::TransactionUsed { .. } => {
            return EhrError::UnknownOutcome;
        }
        ErrorKind::Taken { .. }
        | ErrorKind::NotEmpty { .. }
        | ErrorKind::Invalid { .. }
        | ErrorKind::NotSent { .. } => return refused(reason),
    };
    EhrFailure { class, reason }.into()
}
