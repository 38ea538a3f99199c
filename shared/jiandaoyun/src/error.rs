//! What a refusal means, by what is to be done about it.

mod codes;

use directory::{Reason, ReasonCode};

pub(crate) use codes::kind_of_code;

/// A call that did not succeed. It holds the interface and a code, never the text of the refusal, values or the key.
#[derive(Debug, thiserror::Error)]
#[error("{interface}: {kind}")]
pub struct JiandaoyunError {
    /// The path of the interface.
    pub interface: &'static str,
    /// What it means.
    pub kind: ErrorKind,
}

/// What a call's failure means.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// The API key is refused.
    #[error("the API key was refused ({code})")]
    CredentialsRefused {
        /// 简道云's code.
        code: i64,
    },
    /// The key may not call this interface, or not for this app.
    #[error("the API key may not do this ({code})")]
    PermissionMissing {
        /// 简道云's code.
        code: i64,
    },
    /// Our address is not in the key's allow list.
    #[error("our address is not in the key's allow list ({code})")]
    AddressNotAllowed {
        /// 简道云's code.
        code: i64,
    },
    /// Slower, please, also after waiting several times.
    #[error("asked to slow down ({code})")]
    Throttled {
        /// 简道云's code, or the HTTP status.
        code: i64,
    },
    /// Busy for a moment.
    #[error("busy ({code})")]
    Busy {
        /// 简道云's code, or the HTTP status.
        code: i64,
    },
    /// An allowance of the tenant is used up.
    #[error("an allowance is used up ({code})")]
    QuotaUsedUp {
        /// 简道云's code.
        code: i64,
    },
    /// There is no such app or form.
    #[error("there is no such app or form ({code})")]
    FormMissing {
        /// 简道云's code.
        code: i64,
    },
    /// There is no such row, member or department.
    #[error("there is no such record ({code})")]
    NotFound {
        /// 简道云's code.
        code: i64,
    },
    /// Something that has to be unique belongs to another record.
    #[error("the value is taken ({code})")]
    Taken {
        /// 简道云's code.
        code: i64,
    },
    /// A department still has people or departments.
    #[error("the department is not empty ({code})")]
    NotEmpty {
        /// 简道云's code.
        code: i64,
    },
    /// What was sent is refused.
    #[error("the request was refused ({code})")]
    Invalid {
        /// 简道云's code.
        code: i64,
    },
    /// This transaction was used before.
    #[error("the transaction was used before ({code})")]
    TransactionUsed {
        /// 简道云's code.
        code: i64,
    },
    /// A code in no list: neither a success nor known to be a refusal.
    #[error("answered with a code that is not known ({code})")]
    Unrecognised {
        /// 简道云's code, or the HTTP status.
        code: i64,
    },
    /// No answer.
    #[error("not reached: {why}")]
    Unreachable {
        /// What the network said, in a word.
        why: &'static str,
    },
    /// A write was sent and no usable answer came: it may have been carried out.
    #[error("it is unknown whether the call was carried out")]
    UnknownOutcome,
    /// The answer is not what is documented.
    #[error("the answer is malformed: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// Refused here, before anything was sent.
    #[error("not sent: {why}")]
    NotSent {
        /// Why.
        why: &'static str,
    },
}

impl ErrorKind {
    /// The reason for the run.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let coded =
            |reason: ReasonCode, code: &i64| Reason::new(reason).text("code", code.to_string());
        match self {
            Self::CredentialsRefused { code } => coded(ReasonCode::EhrCredentialsRefused, code),
            Self::PermissionMissing { code } => coded(ReasonCode::EhrPermissionMissing, code),
            Self::AddressNotAllowed { code } => coded(ReasonCode::EhrAddressNotAllowed, code),
            Self::Throttled { code } => coded(ReasonCode::EhrThrottled, code),
            Self::Busy { code } => coded(ReasonCode::EhrBusy, code),
            Self::QuotaUsedUp { code } => coded(ReasonCode::EhrQuotaUsedUp, code),
            Self::FormMissing { code } => coded(ReasonCode::EhrFormMissing, code),
            Self::NotFound { .. } => Reason::new(ReasonCode::EhrRecordUnknown),
            Self::Taken { .. } => Reason::new(ReasonCode::EhrValueTaken),
            Self::NotEmpty { code } => coded(ReasonCode::EhrDepartmentNotEmpty, code),
            Self::Invalid { code } | Self::TransactionUsed { code } => {
                coded(ReasonCode::EhrCallRefused, code)
            }
            Self::Unrecognised { code } => coded(ReasonCode::EhrCodeUnknown, code),
            Self::Unreachable { .. } => Reason::new(ReasonCode::EhrUnavailable),
            Self::UnknownOutcome => Reason::new(ReasonCode::EhrOutcomeUnknown),
            Self::Malformed { what } => {
                Reason::new(ReasonCode::EhrReplyMalformed).text("detail", *what)
            }
            Self::NotSent { why } => {
                Reason::new(ReasonCode::EhrRefused).cause(Reason::stored_text(*why))
            }
        }
    }
}
