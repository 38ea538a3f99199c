//! The loop around every call: slot, token, request, meaning, and what follows from it.

use bytes::Bytes;
use http::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::call::{Call, Effect, Generation};
use super::clock::jittered;
use super::config::Client;
use super::lenient::Text;
use super::tokens::AccessToken;
use crate::error::{Error, Refusal, Subject, Trouble, html, without_body};
use outbound::TransportError;

const TRIES_THROTTLED: u32 = 8;
pub(super) const TRIES_TRANSIENT: u32 = 3;
pub(super) const BACK_OFF_MILLIS: u64 = 200;
const THROTTLED_MILLIS: u64 = 1000;

/// What was already tried for one call.
#[derive(Debug, Default)]
struct Tried {
    throttled: u32,
    transient: u32,
    renewed: bool,
}

/// Reads the content of an answer to a call of the app with this key.
type Read<T> = fn(&Response<Bytes>, &Call, &str) -> Result<T, Trouble>;

/// What to do after a failed attempt.
enum Next {
    Again,
    RenewToken,
    GiveUp(Trouble),
}

impl Client {
    /// Asks until there is an answer or a named error: at most 8 throttled answers, 3 transient failures and one renewed
    /// token. While a ban lasts nothing is sent, whatever the interface.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        self.ask_and(call, read).await
    }

    /// The same where the content is the answer's `result`, which is read in one go with the code.
    pub(super) async fn ask_result<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        self.ask_and(call, read_result).await
    }

    async fn ask_and<T>(&self, call: &Call, read: Read<T>) -> Result<T, Error> {
        let shared = &*self.0;
        let lane = shared.lanes.lane(call.interface);
        let (mut tried, mut token) = (Tried::default(), None::<AccessToken>);
        loop {
            // Twice: nobody waits for a slot in vain, and a ban may come while one waits.
            self.unless_banned(call)?;
            lane.slot(&*shared.clock).await;
            self.unless_banned(call)?;
            let current = match token.take() {
                Some(renewed) => renewed,
                None => shared.tokens.current().await?,
            };
            let trouble = match self.attempt(call, read, &current).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            shared.log.trouble(trouble.key());
            match self.next(call, trouble, &mut tried).await {
                Next::Again => {}
                Next::RenewToken => {
                    shared.log.renewed_token();
                    token = Some(shared.tokens.renewed(current.hash()).await?);
                }
                Next::GiveUp(trouble) => return Err(Error::new(call.interface, trouble)),
            }
        }
    }

    fn unless_banned(&self, call: &Call) -> Result<(), Error> {
        match self.0.lanes.closed(self.0.clock.now()) {
            Some(retry_after) => Err(Error::new(call.interface, Trouble::Banned { retry_after })),
            None => Ok(()),
        }
    }

    async fn attempt<T>(&self, call: &Call, read: Read<T>, token: &AccessToken) -> Result<T, Trouble> {
        let shared = &*self.0;
        let request = call.request(&shared.config.endpoints, token)?;
        shared.log.called(call.interface);
        let sent = shared.transport.send(request).await;
        match sent.map_err(unanswered).and_then(|answer| read(&answer, call, &shared.config.app_key)) {
            Err(trouble) if call.effect == Effect::Write && leaves_open(&trouble) => Err(Trouble::UnknownOutcome),
            outcome => outcome,
        }
    }

    async fn next(&self, call: &Call, trouble: Trouble, tried: &mut Tried) -> Next {
        let shared = &*self.0;
        match trouble {
            Trouble::Throttled { .. } if tried.throttled + 1 < TRIES_THROTTLED => {
                tried.throttled += 1;
                shared.log.throttled();
                let pause = jittered(THROTTLED_MILLIS, &shared.jitter);
                shared.lanes.lane(call.interface).slow_down(shared.clock.now(), pause);
                Next::Again
            }
            Trouble::TokenRefused { .. } if !tried.renewed => {
                tried.renewed = true;
                Next::RenewToken
            }
            Trouble::Busy { .. } | Trouble::Unreachable { .. } | Trouble::Malformed { .. }
                if tried.transient + 1 < TRIES_TRANSIENT =>
            {
                shared.log.retried();
                let pause = jittered(BACK_OFF_MILLIS << tried.transient, &shared.jitter);
                tried.transient += 1;
                shared.clock.sleep(pause).await;
                Next::Again
            }
            Trouble::Banned { retry_after } => {
                shared.lanes.close(shared.clock.now(), retry_after);
                Next::GiveUp(Trouble::Banned { retry_after })
            }
            trouble => Next::GiveUp(trouble),
        }
    }

    /// Trouble with the content of an answer that was itself in order.
    pub(super) fn malformed(&self, interface: &'static str, what: &'static str) -> Error {
        let trouble = Trouble::Malformed { what };
        self.0.log.trouble(trouble.key());
        Error::new(interface, trouble)
    }
}

/// Whether DingTalk may have carried the call out although this is all that came back.
fn leaves_open(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Busy { .. } | Trouble::Malformed { .. } => true,
        Trouble::Unreachable { source } => {
            !matches!(source.downcast_ref(), Some(TransportError::NotConnected { .. } | TransportError::AddressDenied))
        }
        _ => false,
    }
}

pub(super) fn unanswered(error: TransportError) -> Trouble {
    match error {
        TransportError::TooLarge { .. } => Trouble::Malformed { what: "an answer beyond every limit" },
        TransportError::AddressDenied => {
            Trouble::NotSent { why: "the address is private or not one that may be called" }
        }
        error => Trouble::Unreachable { source: Box::new(error) },
    }
}

#[derive(Deserialize)]
struct Head {
    errcode: Option<Text>,
    sub_code: Option<Text>,
}

impl Head {
    /// 0, or another code that is an answer to this call.
    fn is_answer(&self, call: &Call) -> bool {
        let code = |text: &Option<Text>, wanted| text.as_ref().is_some_and(|text| text.0 == wanted);
        let accepted =
            |wanted| code(&self.errcode, wanted) || (code(&self.errcode, "88") && code(&self.sub_code, wanted));
        code(&self.errcode, "0") || call.accepts.is_some_and(accepted)
    }
}

/// The content of a successful answer: of the old host HTTP 200 and `errcode` 0, of the v1.0 host the status alone
/// (`dingtalk-api.md` §0.2).
fn read<T: DeserializeOwned>(answer: &Response<Bytes>, call: &Call, app_key: &str) -> Result<T, Trouble> {
    let body = answer.body();
    if call.generation == Generation::New {
        return read_new(answer, app_key);
    }
    let head = json::<Head>(answer)?;
    if answer.status().is_success() && head.is_answer(call) {
        return serde_json::from_slice(body).map_err(|_| Trouble::Malformed { what: "a field of the wrong type" });
    }
    let subject = (call.effect == Effect::Write).then(|| Subject::of(call.interface)).flatten();
    match json::<Map<String, Value>>(answer) {
        Ok(fields) => Err(Refusal::new(fields, answer.status().as_u16()).meaning_for(subject, app_key)),
        Err(trouble) => Err(trouble),
    }
}

/// The content of a successful answer of the v1.0 host. A ban comes with a status of success.
fn read_new<T: DeserializeOwned>(answer: &Response<Bytes>, app_key: &str) -> Result<T, Trouble> {
    if !answer.status().is_success() {
        return Err(refused(answer, app_key));
    }
    json(answer).map_err(|trouble| match refused(answer, app_key) {
        ban @ Trouble::Banned { .. } => ban,
        _ => trouble,
    })
}

#[derive(Deserialize)]
struct Answer<T> {
    errcode: Option<Text>,
    sub_code: Option<Text>,
    result: Option<T>,
}

#[derive(Deserialize)]
struct Content<T> {
    result: T,
}

/// The `result` of a successful answer. Whatever is not one is read again, to say what it is.
fn read_result<T: DeserializeOwned>(answer: &Response<Bytes>, call: &Call, app_key: &str) -> Result<T, Trouble> {
    // Once as a whole, not text by text.
    if answer.status().is_success()
        && let Ok(text) = std::str::from_utf8(answer.body())
        && let Ok(Answer { errcode, sub_code, result: Some(result) }) = serde_json::from_str(text)
        && (Head { errcode, sub_code }).is_answer(call)
    {
        return Ok(result);
    }
    read::<Content<T>>(answer, call, app_key).map(|content| content.result)
}

/// Parses a body that has to be JSON, whatever its status.
pub(super) fn json<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, Trouble> {
    let (body, status) = (answer.body(), answer.status().as_u16());
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None if answer.status().is_success() => Err(Trouble::Malformed { what: "an empty answer" }),
        None => Err(without_body(status)),
        Some(b'<') => Err(html(body, status)),
        Some(_) => serde_json::from_slice(body).map_err(|_| match answer.status().is_success() {
            true => Trouble::Malformed { what: "not JSON, or cut off" },
            false => without_body(status),
        }),
    }
}

/// What an answer that is not a success means.
pub(super) fn refused(answer: &Response<Bytes>, app_key: &str) -> Trouble {
    match json::<Map<String, Value>>(answer) {
        Ok(fields) => Refusal::new(fields, answer.status().as_u16()).meaning(app_key),
        Err(trouble) => trouble,
    }
}

#[cfg(test)]
mod tests;
