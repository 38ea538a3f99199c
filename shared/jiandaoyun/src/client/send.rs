//! The loop around every call: slot, request, meaning, and what follows from it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Client;
use super::answer::{NO_CONNECTION, no_answer, read_answer, unreadable};
use super::interface::{CallEffect, Interface};
use crate::error::{ErrorKind, JiandaoyunError};

const TRIES_THROTTLED: u32 = 5;
const TRIES_TRANSIENT: u32 = 3;
/// 简道云's advice after "slower, please".
const THROTTLED_MILLIS: u64 = 1000;
const BACK_OFF_MILLIS: u64 = 300;

impl Client {
    /// Makes a call and reads its answer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        interface: Interface,
        body: &Value,
    ) -> Result<T, JiandaoyunError> {
        let answer = self.call_raw(interface, body).await?;
        serde_json::from_str(answer.get()).map_err(|_| JiandaoyunError {
            interface: interface.path,
            kind: unreadable(interface.effect),
        })
    }

    /// Makes a call, again where that can help and cannot hurt.
    pub(super) async fn call_raw(
        &self,
        interface: Interface,
        body: &Value,
    ) -> Result<Box<RawValue>, JiandaoyunError> {
        let (mut throttled, mut transient, mut maybe_done) = (1, 1, false);
        loop {
            let kind = match self.try_call(interface, body).await {
                Ok(answer) => return Ok(answer),
                Err(kind) => kind,
            };
            maybe_done |=
                interface.effect == CallEffect::Transaction && may_have_been_carried_out(&kind);
            match &kind {
                ErrorKind::Throttled { .. } if throttled < TRIES_THROTTLED => {
                    throttled += 1;
                    let pause = self.with_jitter(THROTTLED_MILLIS);
                    self.pace.close(self.clock.now(), pause);
                }
                // Neither says that a write was begun.
                ErrorKind::Busy { .. } | ErrorKind::Unreachable { .. }
                    if transient < TRIES_TRANSIENT =>
                {
                    let pause = self.with_jitter(BACK_OFF_MILLIS << transient);
                    transient += 1;
                    self.clock.sleep(pause).await;
                }
                _ => {
                    let kind = if maybe_done {
                        ErrorKind::UnknownOutcome
                    } else {
                        kind
                    };
                    return Err(JiandaoyunError {
                        interface: interface.path,
                        kind,
                    });
                }
            }
        }
    }

    async fn try_call(
        &self,
        interface: Interface,
        body: &Value,
    ) -> Result<Box<RawValue>, ErrorKind> {
        let request = self.build_request(interface, body)?;
        self.pace
            .wait_for_slot(interface, self.clock.as_ref())
            .await;
        let response = self.transport.send(request).await;
        let response = response.map_err(|err| no_answer(&err, interface.effect))?;
        read_answer(&response, interface.effect)
    }

    fn build_request(
        &self,
        interface: Interface,
        body: &Value,
    ) -> Result<Request<Bytes>, ErrorKind> {
        let key = format!("Bearer {}", self.config.key.expose_secret());
        let mut key = HeaderValue::from_str(&key).map_err(|_| ErrorKind::NotSent {
            why: "the API key has characters that no header can have",
        })?;
        key.set_sensitive(true);
        Request::builder()
            .method(Method::POST)
            .uri(format!("{}{}", self.config.address, interface.path))
            .header(header::AUTHORIZATION, key)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(body.to_string()))
            .map_err(|_| ErrorKind::NotSent {
                why: "the configured address is not a URL",
            })
    }

    /// `base` milliseconds and up to half of it more.
    fn with_jitter(&self, base: u64) -> Duration {
        Duration::from_millis(base + (self.jitter)() % (base / 2 + 1))
    }
}

/// Whether the call may have had its effect although no success was read.
fn may_have_been_carried_out(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Unreachable { why } => *why != NO_CONNECTION,
        ErrorKind::Malformed { .. } => true,
        ErrorKind::Busy { code } => (500..600).contains(code),
        _ => false,
    }
}

/// The error for an answer whose content is not what the interface documents.
pub(super) fn malformed(interface: Interface, what: &'static str) -> JiandaoyunError {
    let kind = match interface.effect {
        CallEffect::Repeatable => ErrorKind::Malformed { what },
        CallEffect::Transaction | CallEffect::Once => ErrorKind::UnknownOutcome,
    };
    JiandaoyunError {
        interface: interface.path,
        kind,
    }
}
