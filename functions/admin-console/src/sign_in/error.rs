//! Why somebody is not signed in.

use directory::Timestamp;

/// Why somebody is not signed in. No variant says whether an account exists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The link is unknown, used, or too old.
    #[error("the link is unknown, used or too old")]
    LinkInvalid,
    /// The code is wrong, was used before, or there is no such account.
    #[error("the code is wrong or was used before")]
    CodeWrong,
    /// Too many wrong codes.
    #[error("too many wrong codes")]
    Locked {
        /// Until when.
        until: Timestamp,
    },
    /// DingTalk's answer does not belong to a sign-in that this browser began.
    #[error("the answer belongs to no sign-in of this browser")]
    StateInvalid,
    /// The person pressed "deny" on DingTalk's page, or DingTalk refused.
    #[error("DingTalk did not give a code")]
    Denied,
    /// The code was used, or is too old.
    #[error("the code of DingTalk is not valid any more")]
    ExchangeRefused,
    /// Another company than the bound one was chosen.
    #[error("another company than the bound one was chosen")]
    OtherCompany,
    /// The person belongs to the company and has no role here.
    #[error("the person has no role here")]
    NoRole,
    /// DingTalk cannot be asked now, or signing in with it is not set up.
    #[error("DingTalk cannot be asked now")]
    ExchangeUnavailable,
    /// No session, or it has ended.
    #[error("not signed in")]
    NotSignedIn,
    /// The state cannot be used.
    #[error("the state cannot be used: {why}")]
    Unavailable {
        /// In technical words.
        why: String,
    },
}

impl SignInError {
    pub(crate) fn unavailable(error: &dyn std::error::Error) -> Self {
        Self::Unavailable {
            why: directory::text::describe_error(error),
        }
    }

    /// The id of its text in the catalogue.
    #[must_use]
    pub fn text_id(&self) -> &'static str {
        match self {
            Self::LinkInvalid => "console-sign-in-link-invalid",
            Self::CodeWrong => "console-sign-in-code-wrong",
            Self::Locked { .. } => "console-sign-in-locked",
            Self::StateInvalid => "console-sign-in-state-invalid",
            Self::Denied => "console-sign-in-denied",
            Self::ExchangeRefused => "console-sign-in-exchange-refused",
            Self::OtherCompany => "console-sign-in-other-company",
            Self::NoRole => "console-sign-in-no-role",
            Self::ExchangeUnavailable => "console-sign-in-exchange-unavailable",
            Self::NotSignedIn => "console-sign-in-needed",
            Self::Unavailable { .. } => "console-unavailable",
        }
    }
}
