//! Errors as reasons, which records and replies contain.

use directory::reason::{Reason, ReasonCode};
use outbound::TransportError;

use super::{DingTalkError, DingTalkErrorKind, UniqueField};

/// What stands for a permission that DingTalk does not name.
const UNNAMED: &str = "unnamed";
/// What stands for our address where DingTalk does not name it.
const UNKNOWN_ADDRESS: &str = "unknown";

impl From<&DingTalkError> for Reason {
    fn from(err: &DingTalkError) -> Self {
        Self::from(&err.trouble)
    }
}

impl From<&DingTalkErrorKind> for Reason {
    fn from(kind: &DingTalkErrorKind) -> Self {
        let reason = Self::new(kind.reason_code());
        match kind {
            DingTalkErrorKind::Throttled { code }
            | DingTalkErrorKind::TokenRefused { code }
            | DingTalkErrorKind::CredentialsRefused { code }
            | DingTalkErrorKind::CompanyRefused { code }
            | DingTalkErrorKind::Disabled { code }
            | DingTalkErrorKind::AgentRefused { code }
            | DingTalkErrorKind::Busy { code }
            | DingTalkErrorKind::NotEmpty { code }
            | DingTalkErrorKind::LimitReached { code }
            | DingTalkErrorKind::ManagedBySmartHr { code }
            | DingTalkErrorKind::SmartHrClosed { code }
            | DingTalkErrorKind::Unrecognised { code }
            | DingTalkErrorKind::Refused { code } => reason.text("code", code),
            DingTalkErrorKind::Taken { what, code } => {
                reason.text("unique", what.key()).text("code", code)
            }
            DingTalkErrorKind::FieldRefused { field, code } => {
                reason.field("field", *field).text("code", code)
            }
            DingTalkErrorKind::PermissionMissing { scope, apply_link } => reason
                .text("permission", scope.as_deref().unwrap_or(UNNAMED))
                .text("link", apply_link),
            DingTalkErrorKind::AddressNotAllowed { address } => {
                let address = address.map(|address| address.to_string());
                let unknown = || UNKNOWN_ADDRESS.to_owned();
                reason.text("address", address.unwrap_or_else(unknown))
            }
            DingTalkErrorKind::Banned { retry_after } => {
                reason.number("minutes", retry_after.as_secs().div_ceil(60))
            }
            DingTalkErrorKind::Malformed { what } => reason.text("detail", what.key()),
            DingTalkErrorKind::Unreachable { source } => {
                reason.text("detail", network_detail(source.as_ref()))
            }
            DingTalkErrorKind::NotSent { why } => Self::from(*why),
            _ => reason,
        }
    }
}

impl DingTalkErrorKind {
    fn reason_code(&self) -> ReasonCode {
        match self {
            Self::Throttled { .. } => ReasonCode::DingTalkThrottled,
            Self::TokenRefused { .. } => ReasonCode::DingTalkTokenRefused,
            Self::PermissionMissing { .. } => ReasonCode::DingTalkPermissionMissing,
            Self::OutOfScope => ReasonCode::DingTalkOutOfScope,
            Self::NotFound => ReasonCode::DingTalkNotFound,
            Self::AddressNotAllowed { .. } => ReasonCode::DingTalkAddressNotAllowed,
            Self::QuotaUsedUp => ReasonCode::DingTalkQuotaUsedUp,
            Self::Banned { .. } => ReasonCode::DingTalkBanned,
            Self::Malformed { .. } => ReasonCode::DingTalkReplyMalformed,
            Self::UnknownOutcome => ReasonCode::DingTalkOutcomeUnknown,
            Self::CredentialsRefused { .. } => ReasonCode::DingTalkCredentialsRefused,
            Self::CompanyRefused { .. } => ReasonCode::DingTalkCompanyRefused,
            Self::Disabled { .. } => ReasonCode::DingTalkDisabled,
            Self::AgentRefused { .. } => ReasonCode::DingTalkAgentRefused,
            Self::Busy { .. } => ReasonCode::DingTalkBusy,
            Self::Unreachable { .. } => ReasonCode::DingTalkUnreachable,
            Self::UnknownInterface => ReasonCode::DingTalkInterfaceUnknown,
            Self::NotSent { .. } => ReasonCode::DingTalkNotSent,
            Self::Taken { .. } => ReasonCode::DingTalkValueTaken,
            Self::FieldRefused { .. } => ReasonCode::DingTalkFieldRefused,
            Self::NotEmpty { .. } => ReasonCode::DingTalkDepartmentNotEmpty,
            Self::Protected { .. } => ReasonCode::DingTalkRootProtected,
            Self::LimitReached { .. } => ReasonCode::DingTalkLimitReached,
            Self::ManagedBySmartHr { .. } => ReasonCode::DingTalkSmartHrDecides,
            Self::SmartHrClosed { .. } => ReasonCode::DingTalkSmartHrClosed,
            Self::Unrecognised { .. } => ReasonCode::DingTalkUnrecognised,
            Self::Refused { .. } => ReasonCode::DingTalkRefused,
        }
    }
}

impl UniqueField {
    /// The word that the catalogue selects by.
    fn key(self) -> &'static str {
        match self {
            Self::Userid => "userid",
            Self::Mobile => "mobile",
            Self::Email => "email",
            Self::Telephone => "telephone",
            Self::DepartmentName => "department-name",
        }
    }
}

/// How the network failed; its own words stay in the log.
fn network_detail(source: &(dyn std::error::Error + Send + Sync + 'static)) -> &'static str {
    match source.downcast_ref() {
        Some(TransportError::Lost { .. }) => "lost",
        Some(TransportError::TimedOut) => "timeout",
        _ => "no-connection",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use directory::{Field, Kind};

    use super::super::{CallFault, ReplyFault};
    use super::*;

    #[test]
    fn optional_arguments_are_fixed_words() {
        let unnamed = DingTalkErrorKind::PermissionMissing {
            scope: None,
            apply_link: "https://x".to_owned(),
        };
        let expected = Reason::new(ReasonCode::DingTalkPermissionMissing)
            .text("permission", "unnamed")
            .text("link", "https://x");
        assert_eq!(Reason::from(&unnamed), expected);
        let unknown = DingTalkErrorKind::AddressNotAllowed { address: None };
        let expected =
            Reason::new(ReasonCode::DingTalkAddressNotAllowed).text("address", "unknown");
        assert_eq!(Reason::from(&unknown), expected);
    }

    #[test]
    fn a_ban_is_told_in_whole_minutes_and_a_fault_by_its_word() {
        let banned = DingTalkErrorKind::Banned {
            retry_after: Duration::from_secs(61),
        };
        assert_eq!(
            Reason::from(&banned),
            Reason::new(ReasonCode::DingTalkBanned).number("minutes", 2)
        );
        let endless = DingTalkErrorKind::Malformed {
            what: ReplyFault::Endless("pages without end"),
        };
        assert_eq!(
            Reason::from(&endless).to_string(),
            "dingtalk-reply-malformed detail=endless"
        );
        let lost = DingTalkErrorKind::Unreachable {
            source: Box::new(TransportError::Lost { source: None }),
        };
        assert_eq!(
            Reason::from(&lost).to_string(),
            "dingtalk-unreachable detail=lost"
        );
    }

    #[test]
    fn a_value_that_was_not_sent_names_its_field() {
        let refused = DingTalkErrorKind::NotSent {
            why: CallFault::TooLong {
                field: Field::Title,
                limit: 200,
            },
        };
        let expected = Reason::new(ReasonCode::DingTalkValueTooLong)
            .kind("kind", Kind::Person)
            .field("field", Field::Title)
            .number("limit", 200);
        assert_eq!(Reason::from(&refused), expected);
    }
}
