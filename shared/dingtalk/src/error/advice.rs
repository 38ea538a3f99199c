//! What follows from trouble: whether to try again, whom it concerns, what to do.

use super::DingTalkErrorKind;

impl DingTalkErrorKind {
    /// Whether the same call can succeed later without anybody doing anything. Exhaustive: a new variant must choose.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Throttled { .. }
            | Self::Banned { .. }
            | Self::Malformed { .. }
            | Self::Busy { .. }
            | Self::Unrecognised { .. }
            | Self::Unreachable { .. } => true,
            Self::TokenRefused { .. }
            | Self::PermissionMissing { .. }
            | Self::OutOfScope
            | Self::NotFound
            | Self::AddressNotAllowed { .. }
            | Self::QuotaUsedUp
            | Self::UnknownOutcome
            | Self::CredentialsRefused { .. }
            | Self::CompanyRefused { .. }
            | Self::Disabled { .. }
            | Self::AgentRefused { .. }
            | Self::UnknownInterface
            | Self::NotSent { .. }
            | Self::Taken { .. }
            | Self::FieldRefused { .. }
            | Self::NotEmpty { .. }
            | Self::Protected { .. }
            | Self::LimitReached { .. }
            | Self::ManagedBySmartHr { .. }
            | Self::SmartHrClosed { .. }
            | Self::Refused { .. } => false,
        }
    }

    /// The same trouble for whoever else would ask, where nobody would fare better; `None` where it is one call's own.
    #[must_use]
    pub fn for_every_caller(&self) -> Option<Self> {
        Some(match self {
            Self::TokenRefused { code } => Self::TokenRefused { code: code.clone() },
            Self::PermissionMissing { scope, apply_link } => Self::PermissionMissing {
                scope: scope.clone(),
                apply_link: apply_link.clone(),
            },
            Self::AddressNotAllowed { address } => Self::AddressNotAllowed { address: *address },
            Self::QuotaUsedUp => Self::QuotaUsedUp,
            Self::Banned { retry_after } => Self::Banned {
                retry_after: *retry_after,
            },
            Self::CredentialsRefused { code } => Self::CredentialsRefused { code: code.clone() },
            Self::CompanyRefused { code } => Self::CompanyRefused { code: code.clone() },
            Self::Disabled { code } => Self::Disabled { code: code.clone() },
            Self::UnknownInterface => Self::UnknownInterface,
            _ => return None,
        })
    }

    /// One word for counters.
    #[must_use]
    pub fn counter_key(&self) -> &'static str {
        match self {
            Self::Throttled { .. } => "throttled",
            Self::TokenRefused { .. } => "token_refused",
            Self::PermissionMissing { .. } => "permission_missing",
            Self::OutOfScope => "out_of_scope",
            Self::NotFound => "not_found",
            Self::AddressNotAllowed { .. } => "address_not_allowed",
            Self::QuotaUsedUp => "quota_used_up",
            Self::Banned { .. } => "banned",
            Self::Malformed { .. } => "malformed",
            Self::UnknownOutcome => "unknown_outcome",
            Self::CredentialsRefused { .. } => "credentials_refused",
            Self::CompanyRefused { .. } => "company_refused",
            Self::Disabled { .. } => "disabled",
            Self::AgentRefused { .. } => "agent_refused",
            Self::Busy { .. } => "busy",
            Self::Unreachable { .. } => "unreachable",
            Self::UnknownInterface => "unknown_interface",
            Self::NotSent { .. } => "not_sent",
            Self::Taken { .. } => "taken",
            Self::FieldRefused { .. } => "field_refused",
            Self::NotEmpty { .. } => "not_empty",
            Self::Protected { .. } => "protected",
            Self::LimitReached { .. } => "limit_reached",
            Self::ManagedBySmartHr { .. } => "managed_by_smart_hr",
            Self::SmartHrClosed { .. } => "smart_hr_closed",
            Self::Unrecognised { .. } => "unrecognised",
            Self::Refused { .. } => "refused",
        }
    }

    /// What to do about it, in a sentence.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::PermissionMissing { apply_link, .. } => {
                return format!("grant the permission: {apply_link}");
            }
            Self::AddressNotAllowed {
                address: Some(address),
            } => {
                return format!(
                    "add {address} under 安全设置 > 服务器出口IP, or leave that list empty"
                );
            }
            Self::Banned { retry_after } => {
                return format!(
                    "wait {} minutes; nothing is asked until then",
                    retry_after.as_secs().div_ceil(60)
                );
            }
            _ => self.fixed_advice(),
        }
        .to_owned()
    }

    fn fixed_advice(&self) -> &'static str {
        match self {
            Self::Throttled { .. } => "wait: the next attempt goes slower by itself",
            Self::Busy { .. }
            | Self::Unreachable { .. }
            | Self::Malformed { .. }
            | Self::Banned { .. } => "wait: it is tried again by itself",
            Self::TokenRefused { .. } => {
                "check that the app is still installed and its AppSecret was not reset"
            }
            Self::CredentialsRefused { .. } => {
                "copy AppKey and AppSecret again from the developer console"
            }
            Self::CompanyRefused { .. } => {
                "check the CorpId: the app has to belong to that company"
            }
            Self::Disabled { .. } => "enable the app in the admin console",
            Self::AgentRefused { .. } => "copy the AgentId again from the app's basic information",
            Self::PermissionMissing { .. } => "grant the permission in the developer console",
            Self::AddressNotAllowed { .. } => {
                "add our address under 安全设置 > 服务器出口IP, or leave that list empty"
            }
            Self::OutOfScope => "widen the app's contact scope in 权限管理",
            Self::QuotaUsedUp => "wait for the next month, or buy more calls",
            Self::UnknownOutcome => "look at what DingTalk has now before doing it again",
            Self::NotFound => "nothing: it is not there",
            Self::UnknownInterface => "check the server's address",
            Self::NotSent { .. } => "make it smaller",
            Self::Taken { .. } => "find who has it, and decide which of the two keeps it",
            Self::FieldRefused { .. } => "correct the value where it comes from",
            Self::NotEmpty { .. } => "move its people and departments first",
            Self::Protected { .. } => "change the company itself in DingTalk's admin console",
            Self::LimitReached { .. } => "have the organisation verified, or split the department",
            Self::ManagedBySmartHr { .. } => {
                "let DingTalk own title and departments, transfer people in Smart HR, or switch its position management off"
            }
            Self::SmartHrClosed { .. } => "open the free app 智能人事 in DingTalk's admin console",
            Self::Unrecognised { .. } => {
                "wait: it is tried again by itself; if it stays so, look the code up in DingTalk's list of error codes"
            }
            Self::Refused { .. } => "look the code up in DingTalk's list of error codes",
        }
    }
}
