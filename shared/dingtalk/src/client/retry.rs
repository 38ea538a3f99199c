//! The loop around every call: slot, token, request, meaning, and what follows from it.

use bytes::Bytes;
use http::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::call::{ApiCall, ApiGeneration, CallEffect};
use super::clock::with_jitter;
use super::config::Client;
use super::lenient::LenientText;
use super::tokens::AccessToken;
use crate::error::{
    CallFault, DingTalkError, DingTalkErrorKind, RefusalBody, ReplyFault, WriteSubject, html_kind,
    status_kind,
};
use outbound::TransportError;

const TRIES_THROTTLED: u32 = 8;
pub(super) const TRIES_TRANSIENT: u32 = 3;
pub(super) const BACK_OFF_MILLIS: u64 = 200;
const THROTTLED_MILLIS: u64 = 1000;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What was already tried for one call.
#[derive(Debug, Default)]
struct RetryCounts {
    throttled: u32,
    transient: u32,
    renewed: bool,
}

/// Reads the content of an answer to a call of the app with this key.
type AnswerReader<T> = fn(&Response<Bytes>, &ApiCall, &str) -> Result<T, DingTalkErrorKind>;

/// What to do after a failed attempt.
enum NextStep {
    Again,
    RenewToken,
    GiveUp(DingTalkErrorKind),
}

impl Client {
    /// Asks until there is an answer or a named error: at most 8 throttled answers, 3 transient failures and one renewed
    /// token. While a ban lasts nothing is sent, whatever the interface.
    pub(super) async fn call_api<T: DeserializeOwned>(
        &self,
        call: &ApiCall,
    ) -> Result<T, DingTalkError> {
        self.call_with_reader(call, read_old_host).await
    }

    /// The same where the content is the answer's `result`, which is read in one go with the code.
    pub(super) async fn call_for_result<T: DeserializeOwned>(
        &self,
        call: &ApiCall,
    ) -> Result<T, DingTalkError> {
        self.call_with_reader(call, read_result).await
    }

    async fn call_with_reader<T>(
        &self,
        call: &ApiCall,
        read: AnswerReader<T>,
    ) -> Result<T, DingTalkError> {
        let shared = &*self.0;
        let lane = shared.lanes.lane(call.interface);
        let (mut tried, mut token) = (RetryCounts::default(), None::<AccessToken>);
        loop {
            // Twice: nobody waits for a slot in vain, and a ban may come while one waits.
            self.refuse_while_banned(call)?;
            let slot = lane.wait_for_slot(&*shared.clock).await;
            self.refuse_while_banned(call)?;
            let current = match token.take() {
                Some(renewed) => renewed,
                None => shared.tokens.current_token().await?,
            };
            lane.note_departure(slot, shared.clock.now());
            let outcome = self.attempt_call(call, read, &current).await;
            if outcome.as_ref().err().is_none_or(tells_the_way) {
                lane.note_answer(slot, shared.clock.now());
            }
            let trouble = match outcome {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            shared.log.count_error(trouble.counter_key());
            match self.next_step(call, trouble, &mut tried).await {
                NextStep::Again => {}
                NextStep::RenewToken => {
                    shared.log.count_renewed_token();
                    token = Some(shared.tokens.renew_token(current.hash()).await?);
                }
                NextStep::GiveUp(trouble) => {
                    return Err(DingTalkError::new(call.interface, trouble));
                }
            }
        }
    }

    fn refuse_while_banned(&self, call: &ApiCall) -> Result<(), DingTalkError> {
        match self.0.lanes.closed_for(self.0.clock.now()) {
            Some(retry_after) => Err(DingTalkError::new(
                call.interface,
                DingTalkErrorKind::Banned { retry_after },
            )),
            None => Ok(()),
        }
    }

    async fn attempt_call<T>(
        &self,
        call: &ApiCall,
        read: AnswerReader<T>,
        token: &AccessToken,
    ) -> Result<T, DingTalkErrorKind> {
        let shared = &*self.0;
        let request = call.to_request(&shared.config.endpoints, token)?;
        shared.log.count_call(call.interface);
        let sent = shared.transport.send(request).await;
        match sent
            .map_err(transport_error_kind)
            .and_then(|answer| read(&answer, call, &shared.config.app_key))
        {
            Err(trouble)
                if call.effect == CallEffect::Write && leaves_outcome_unknown(&trouble) =>
            {
                Err(DingTalkErrorKind::UnknownOutcome)
            }
            outcome => outcome,
        }
    }

    async fn next_step(
        &self,
        call: &ApiCall,
        trouble: DingTalkErrorKind,
        tried: &mut RetryCounts,
    ) -> NextStep {
        let shared = &*self.0;
        match trouble {
            DingTalkErrorKind::Throttled { code } if tried.throttled + 1 < TRIES_THROTTLED => {
                tried.throttled += 1;
                shared.log.count_throttled();
                let lane = shared.lanes.lane(call.interface);
                lane.note_throttle(shared.clock.now(), is_for_our_pace(&code));
                let pause = with_jitter(THROTTLED_MILLIS, &shared.jitter);
                shared.clock.sleep(pause).await;
                NextStep::Again
            }
            DingTalkErrorKind::TokenRefused { .. } if !tried.renewed => {
                tried.renewed = true;
                NextStep::RenewToken
            }
            DingTalkErrorKind::Busy { .. }
            | DingTalkErrorKind::Unreachable { .. }
            | DingTalkErrorKind::Malformed { .. }
            | DingTalkErrorKind::Unrecognised { .. }
                if tried.transient + 1 < TRIES_TRANSIENT && may_repeat(call, &trouble) =>
            {
                shared.log.count_retry();
                let pause = with_jitter(BACK_OFF_MILLIS << tried.transient, &shared.jitter);
                tried.transient += 1;
                shared.clock.sleep(pause).await;
                NextStep::Again
            }
            DingTalkErrorKind::Banned { retry_after } => {
                shared.lanes.close_all(shared.clock.now(), retry_after);
                NextStep::GiveUp(DingTalkErrorKind::Banned { retry_after })
            }
            trouble => NextStep::GiveUp(trouble),
        }
    }

    /// Trouble with the content of an answer that was itself in order.
    pub(super) fn malformed_answer(
        &self,
        interface: &'static str,
        what: ReplyFault,
    ) -> DingTalkError {
        let trouble = DingTalkErrorKind::Malformed { what };
        self.0.log.count_error(trouble.counter_key());
        DingTalkError::new(interface, trouble)
    }
}

/// A write is sent again only where no request can have arrived.
fn may_repeat(call: &ApiCall, trouble: &DingTalkErrorKind) -> bool {
    call.effect == CallEffect::Read || matches!(trouble, DingTalkErrorKind::Unreachable { .. })
}

/// Whether DingTalk may have carried the call out although this is all that came back.
fn leaves_outcome_unknown(trouble: &DingTalkErrorKind) -> bool {
    match trouble {
        DingTalkErrorKind::Busy { .. } | DingTalkErrorKind::Malformed { .. } => true,
        // Only DingTalk's own limit is known to stop a call before it is carried out; a bare 429 is a gateway's word.
        DingTalkErrorKind::Throttled { code } => !is_own_rate_limit(code),
        DingTalkErrorKind::Unreachable { source } => !matches!(
            source.downcast_ref(),
            Some(TransportError::NotConnected { .. } | TransportError::AddressDenied)
        ),
        _ => false,
    }
}

/// Whether how long this answer took tells how far DingTalk is: a gateway answers sooner, and a throttled call is not
/// carried out.
fn tells_the_way(trouble: &DingTalkErrorKind) -> bool {
    !matches!(
        trouble,
        DingTalkErrorKind::Throttled { .. }
            | DingTalkErrorKind::Banned { .. }
            | DingTalkErrorKind::Busy { .. }
            | DingTalkErrorKind::Malformed { .. }
            | DingTalkErrorKind::Unreachable { .. }
            | DingTalkErrorKind::UnknownOutcome
            | DingTalkErrorKind::NotSent { .. }
    )
}

/// Whether this app asked too fast, and not all apps together.
fn is_for_our_pace(code: &str) -> bool {
    code != "90002" && !code.to_ascii_lowercase().ends_with("qpslimitforapi")
}

/// DingTalk's codes for too many calls, on either host.
fn is_own_rate_limit(code: &str) -> bool {
    let number = code.parse::<u32>().ok();
    number.is_some_and(|number| number != 429)
        || code.to_ascii_lowercase().starts_with("forbidden.")
}

pub(super) fn transport_error_kind(error: TransportError) -> DingTalkErrorKind {
    match error {
        TransportError::TooLarge { .. } => DingTalkErrorKind::Malformed {
            what: ReplyFault::TooLarge,
        },
        TransportError::AddressDenied => DingTalkErrorKind::NotSent {
            why: CallFault::Address,
        },
        error => DingTalkErrorKind::Unreachable {
            source: Box::new(error),
        },
    }
}

#[derive(Deserialize)]
struct AnswerHead {
    errcode: Option<LenientText>,
    sub_code: Option<LenientText>,
}

impl AnswerHead {
    /// 0, or another code that is an answer to this call.
    fn is_answer(&self, call: &ApiCall) -> bool {
        let code =
            |text: &Option<LenientText>, wanted| text.as_ref().is_some_and(|text| text.0 == wanted);
        let accepted = |wanted| {
            code(&self.errcode, wanted)
                || (code(&self.errcode, "88") && code(&self.sub_code, wanted))
        };
        code(&self.errcode, "0") || call.accepts.is_some_and(accepted)
    }
}

/// The content of a successful answer: of the old host HTTP 200 and `errcode` 0, of the v1.0 host the status alone.
fn read_old_host<T: DeserializeOwned>(
    answer: &Response<Bytes>,
    call: &ApiCall,
    app_key: &str,
) -> Result<T, DingTalkErrorKind> {
    let body = answer.body();
    if call.generation == ApiGeneration::New {
        return read_new_host(answer, app_key);
    }
    let head = parse_json::<AnswerHead>(answer)?;
    if answer.status().is_success() && head.is_answer(call) {
        return serde_json::from_slice(body).map_err(|_| DingTalkErrorKind::Malformed {
            what: ReplyFault::WrongType,
        });
    }
    let subject = (call.effect == CallEffect::Write)
        .then(|| WriteSubject::from_interface(call.interface))
        .flatten();
    match parse_json::<Map<String, Value>>(answer) {
        Ok(fields) => {
            Err(RefusalBody::new(fields, answer.status().as_u16()).to_kind_for(subject, app_key))
        }
        Err(trouble) => Err(trouble),
    }
}

/// The content of a successful answer of the v1.0 host. A ban comes with a status of success.
fn read_new_host<T: DeserializeOwned>(
    answer: &Response<Bytes>,
    app_key: &str,
) -> Result<T, DingTalkErrorKind> {
    if !answer.status().is_success() {
        return Err(refusal_kind(answer, app_key));
    }
    parse_json(answer).map_err(|trouble| match refusal_kind(answer, app_key) {
        ban @ DingTalkErrorKind::Banned { .. } => ban,
        _ => trouble,
    })
}

#[derive(Deserialize)]
struct AnswerWithResult<T> {
    errcode: Option<LenientText>,
    sub_code: Option<LenientText>,
    result: Option<T>,
}

#[derive(Deserialize)]
struct ResultOnly<T> {
    result: T,
}

/// The `result` of a successful answer. Whatever is not one is read again, to say what it is.
fn read_result<T: DeserializeOwned>(
    answer: &Response<Bytes>,
    call: &ApiCall,
    app_key: &str,
) -> Result<T, DingTalkErrorKind> {
    // Once as a whole, not text by text.
    // Bytes that are no text spoil the values that they stand in and no others.
    let text = String::from_utf8_lossy(answer.body());
    if answer.status().is_success()
        && let Ok(AnswerWithResult {
            errcode,
            sub_code,
            result: Some(result),
        }) = serde_json::from_str(&text)
        && (AnswerHead { errcode, sub_code }).is_answer(call)
    {
        return Ok(result);
    }
    read_old_host::<ResultOnly<T>>(answer, call, app_key).map(|content| content.result)
}

/// Parses a body that has to be JSON, whatever its status.
pub(super) fn parse_json<T: DeserializeOwned>(
    answer: &Response<Bytes>,
) -> Result<T, DingTalkErrorKind> {
    let (body, status) = (answer.body(), answer.status().as_u16());
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None if answer.status().is_success() => Err(DingTalkErrorKind::Malformed {
            what: ReplyFault::Empty,
        }),
        None => Err(status_kind(status)),
        Some(b'<') => Err(html_kind(body, status)),
        Some(_) => serde_json::from_slice(text).map_err(|_| unreadable_kind(status)),
    }
}

/// Neither JSON nor HTML, or JSON of another shape than any answer: a gateway's words, whatever the status.
fn unreadable_kind(status: u16) -> DingTalkErrorKind {
    match status_kind(status) {
        DingTalkErrorKind::Busy { code } => DingTalkErrorKind::Busy { code },
        DingTalkErrorKind::Throttled { code } => DingTalkErrorKind::Throttled { code },
        _ => DingTalkErrorKind::Malformed {
            what: ReplyFault::CutOff,
        },
    }
}

/// What an answer that is not a success means.
pub(super) fn refusal_kind(answer: &Response<Bytes>, app_key: &str) -> DingTalkErrorKind {
    match parse_json::<Map<String, Value>>(answer) {
        Ok(fields) => RefusalBody::new(fields, answer.status().as_u16()).to_kind(app_key),
        Err(trouble) => trouble,
    }
}

#[cfg(test)]
mod tests;
