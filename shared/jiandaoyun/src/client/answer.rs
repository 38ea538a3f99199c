//! What an answer means: a result, or a refusal by its code.

use bytes::Bytes;
use http::Response;
use outbound::TransportError;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::interface::CallEffect;
use crate::error::{ErrorKind, kind_of_code};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A refusal. Its text is not read: it may repeat what was sent.
#[derive(Deserialize)]
struct RefusalBody {
    #[serde(default)]
    code: Option<Value>,
    #[serde(default)]
    status: Option<Value>,
}

impl RefusalBody {
    fn code(&self) -> Option<i64> {
        match self.code.as_ref()? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    fn says_failure(&self) -> bool {
        self.status.as_ref().and_then(Value::as_str) == Some("failure")
    }
}

/// Reads an answer. A refusal has HTTP 400 and a code; some interfaces refuse inside HTTP 200, so the body decides there too.
pub(super) fn read_answer(
    response: &Response<Bytes>,
    effect: CallEffect,
) -> Result<Box<RawValue>, ErrorKind> {
    let status = i64::from(response.status().as_u16());
    let body = response.body();
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let refusal = serde_json::from_slice::<RefusalBody>(body).ok();
    let code = refusal.as_ref().and_then(RefusalBody::code);
    if response.status().is_success() {
        let failed = refusal.as_ref().is_some_and(RefusalBody::says_failure);
        return match (failed, code) {
            (true, code) => Err(code.map_or(MALFORMED, kind_of_code)),
            (false, Some(code)) if code != 0 => Err(kind_of_code(code)),
            _ => serde_json::from_slice(body).map_err(|_| unreadable(effect)),
        };
    }
    match code {
        Some(code) => Err(kind_of_code(code)),
        // A gateway's page: it says nothing about the call.
        None if status >= 500 && effect == CallEffect::Once => Err(ErrorKind::UnknownOutcome),
        None => Err(kind_of_code(status)),
    }
}

/// Nothing was sent.
pub(super) const NO_CONNECTION: &str = "no connection";

const MALFORMED: ErrorKind = ErrorKind::Malformed {
    what: "a failure without a code",
};

/// A success that cannot be read: of a write the outcome is unknown.
pub(super) fn unreadable(effect: CallEffect) -> ErrorKind {
    match effect {
        CallEffect::Repeatable | CallEffect::Transaction => ErrorKind::Malformed {
            what: "the answer is not the documented JSON",
        },
        CallEffect::Once => ErrorKind::UnknownOutcome,
    }
}

/// What a missing answer means.
pub(super) fn no_answer(error: &TransportError, effect: CallEffect) -> ErrorKind {
    let why = match error {
        TransportError::AddressDenied => {
            return ErrorKind::NotSent {
                why: "the address is not one that may be called",
            };
        }
        TransportError::NotConnected { .. } => {
            return ErrorKind::Unreachable { why: NO_CONNECTION };
        }
        TransportError::Lost { .. } => "the connection was lost",
        TransportError::TimedOut => "no complete answer in time",
        TransportError::TooLarge { .. } => "the answer is too large",
    };
    match effect {
        CallEffect::Repeatable | CallEffect::Transaction => ErrorKind::Unreachable { why },
        CallEffect::Once => ErrorKind::UnknownOutcome,
    }
}
