//! From a request to the encrypted acknowledgement.
//!
//! **Replays** (T2 in `infra/README.md`). A captured delivery verifies for as long as its timestamp is within the window,
//! ±5 minutes. Repeating it sends the same wakes with the same deduplication ids, which are made of the signature and the
//! record: the FIFO queue drops them for five minutes after the first. At the worst, a timestamp from five minutes ahead,
//! one repetition gets past that, and costs one more look at a record; an event carries no data that could be wrong. A
//! table of nonces would save that look for a write per event and one more service that every answer depends on.

use std::borrow::Cow;

use dingtalk::crypto::{BODY_MAX_BYTES, RejectionCause, RejectionError, SignedQuery};
use dingtalk::events::{self, CallbackEvent, EventKind};
use directory::wake::{Wake, WakeTarget};
use directory::{BindingId, CorpId, Side, Timestamp};
use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use state::QueueMessage;
use state::queue::messages::{CallbackVerified, MessageError, WakeMessage};
use state::vault::SecretStage;

use crate::{CallbackDeps, CallbackRequest, query};

/// DingTalk's query has some 120 bytes; ours in the path adds none.
const QUERY_MAX_BYTES: usize = 4 * 1024;
/// Records of one event that are woken one by one; above it one wake says "everything", which a sweep answers cheaper.
const WAKES_MAX: usize = 64;
const SUCCESS: &str = "success";
/// In the log and as a wake's reason, in the place of an event's type.
const UNREADABLE: &str = "unreadable";
/// Sends at once, each over a connection of its own: an event about 64 people is stored in sixteen round trips.
const SENDS_AT_ONCE: usize = 4;

/// Why there is no acknowledgement.
#[derive(Debug)]
pub(crate) enum AcknowledgeError {
    /// Not from DingTalk, not for this binding, or too old. The stranger learns no more.
    Refused,
    /// From DingTalk as far as we know, but not stored: it has to come again. The word is for our log.
    Unavailable(&'static str),
}

/// Verifies, decrypts, stores what has to be looked at, and only then encrypts `success`.
pub(crate) async fn acknowledge_callback(
    deps: &CallbackDeps,
    request: CallbackRequest<'_>,
    now: Timestamp,
    random: [u8; 32],
) -> Result<String, AcknowledgeError> {
    let (binding, signed) = check_bounds(request)?;
    let keys = deps
        .keys
        .for_binding(&binding, now)
        .await
        .map_err(|_| AcknowledgeError::Unavailable("vault"))?;
    let mut keys = keys.ok_or(AcknowledgeError::Refused)?;
    let mut opened = keys.open_callback(&signed, request.body, now);
    if opened
        .as_ref()
        .is_err_and(|rejected| rejected.cause() == RejectionCause::Signature)
        && let Some(anew) = deps.keys.reread_binding(&binding, now).await
    {
        opened = anew.open_callback(&signed, request.body, now);
        keys = anew;
    }
    let (opened, stage) = opened.map_err(refuse_rejected)?;
    let body_hash = hex_text(&Sha256::digest(request.body));
    let signature_hash = hex_text(&Sha256::digest(signed.signature.as_bytes()));
    let corp = keys.corp.clone();
    let news = AuthenticCallback {
        binding,
        corp,
        signature: &signed.signature,
        signature_hash,
        body_hash,
        stage,
        now,
    };
    let answer = store_wakes(deps, &news, &opened.plaintext).await?;
    let reply = keys
        .cipher_at(stage)
        .seal_reply(&answer, &opened.owner, now, random);
    serde_json::to_string(&reply).map_err(|_| AcknowledgeError::Unavailable("answer"))
}

/// The window is looked at after the signature: who is outside of it is DingTalk, or whoever repeats its words.
fn refuse_rejected(rejected: RejectionError) -> AcknowledgeError {
    match rejected.cause() {
        RejectionCause::Timestamp => {
            tracing::warn!(
                "an authentic callback is outside of the time window; is this machine's clock right?"
            );
        }
        cause => tracing::debug!(?cause, "a callback did not open"),
    }
    AcknowledgeError::Refused
}

/// Everything that can be refused before a secret is read.
fn check_bounds(
    request: CallbackRequest<'_>,
) -> Result<(BindingId, SignedQuery), AcknowledgeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    // The name becomes part of a secret's name: letters, digits, dash and underscore only.
    if !request.binding.bytes().all(plain)
        || request.query.len() > QUERY_MAX_BYTES
        || request.body.len() > BODY_MAX_BYTES
    {
        return Err(AcknowledgeError::Refused);
    }
    let binding = BindingId::new(request.binding).map_err(|_| AcknowledgeError::Refused)?;
    let signed = SignedQuery::from_pairs(query::decode_pairs(request.query))
        .map_err(|_| AcknowledgeError::Refused)?;
    Ok((binding, signed))
}

/// What is known of an authentic callback.
struct AuthenticCallback<'a> {
    binding: BindingId,
    corp: CorpId,
    signature: &'a str,
    /// Tells a repeated delivery from a new event without keeping what signs.
    signature_hash: String,
    body_hash: String,
    stage: SecretStage,
    now: Timestamp,
}

/// Stores what an authentic event asks for; gives the words that DingTalk wants back. An event that cannot be read asks for
/// a sweep: it would come again in the same words, and nothing that is acknowledged is dropped. An event of a kind that
/// asks for nothing is a success.
async fn store_wakes(
    deps: &CallbackDeps,
    news: &AuthenticCallback<'_>,
    plaintext: &[u8],
) -> Result<Cow<'static, str>, AcknowledgeError> {
    let event = events::parse(plaintext).unwrap_or_else(|why| {
        tracing::warn!(binding = %news.binding, "an authentic callback was not understood; a sweep is asked for: {why}");
        unreadable_event()
    });
    if event.corp.as_ref().is_some_and(|corp| *corp != news.corp) {
        tracing::debug!("a callback names another corp than its binding");
        return Err(AcknowledgeError::Refused);
    }
    let messages =
        event_messages(news, &event).map_err(|_| AcknowledgeError::Unavailable("message"))?;
    news.log_receipt(
        event_name(&event.kind),
        event.event_id.as_deref(),
        messages.len(),
    );
    let sends = futures::stream::iter(messages.into_iter().map(|message| deps.wakes.send(message)));
    sends
        .buffer_unordered(SENDS_AT_ONCE)
        .try_collect::<()>()
        .await
        .map_err(|why| {
            tracing::warn!("a wake was not stored: {why}");
            AcknowledgeError::Unavailable("queue")
        })?;
    Ok(match event.kind {
        // What today's console wants back for a suite is not confirmed.
        EventKind::UrlCheckSuite { random } => Cow::Owned(random),
        _ => Cow::Borrowed(SUCCESS),
    })
}

/// Stands for an authentic event of which nothing could be read.
fn unreadable_event() -> CallbackEvent {
    let kind = EventKind::Changed(UNREADABLE.to_owned());
    CallbackEvent {
        wakes: vec![everything(&kind)],
        kind,
        corp: None,
        event_id: None,
        born_at: None,
    }
}

fn everything(kind: &EventKind) -> Wake {
    Wake {
        side: Side::DingTalk,
        target: WakeTarget::Everything,
        because: event_name(kind).to_owned(),
    }
}

fn event_name(kind: &EventKind) -> &str {
    match kind {
        EventKind::UrlCheck => "check_url",
        EventKind::UrlCheckSuite { .. } => "check_suite_url",
        EventKind::Changed(name) | EventKind::Ignored(name) => name,
    }
}

/// One message per record, or one for everything; none for an event that we know nothing to do about.
fn event_messages(
    news: &AuthenticCallback<'_>,
    event: &CallbackEvent,
) -> Result<Vec<QueueMessage>, MessageError> {
    if matches!(
        event.kind,
        EventKind::UrlCheck | EventKind::UrlCheckSuite { .. }
    ) {
        let AuthenticCallback {
            binding,
            corp,
            signature_hash,
            now,
            ..
        } = news;
        let verified = CallbackVerified {
            binding: binding.clone(),
            corp: corp.clone(),
            verified_at: *now,
        };
        return Ok(vec![verified.to_message(signature_hash)?]);
    }
    let everything = [everything(&event.kind)];
    let wakes = if event.wakes.len() > WAKES_MAX {
        &everything[..]
    } else {
        &event.wakes[..]
    };
    wakes.iter().map(|wake| news.wake_message(wake)).collect()
}

impl AuthenticCallback<'_> {
    /// What shows later that DingTalk said it, and when: no word of the event itself (T6 in `infra/README.md`). It is written
    /// before the wakes are stored, and kept as long as the log is.
    fn log_receipt(&self, event: &str, event_id: Option<&str>, messages: usize) {
        let Self {
            binding,
            corp,
            signature,
            body_hash,
            stage,
            now,
            ..
        } = self;
        if *stage != SecretStage::Current {
            tracing::warn!(binding = %binding, keys = stage.label(), "a callback came under other keys than the current");
        }
        tracing::info!(
            receipt = true, binding = %binding, corp = %corp, event, event.id = event_id, received_at = now.millis(),
            body.sha256 = %body_hash, signature, messages, "`{event}` from DingTalk for `{binding}`"
        );
    }

    fn wake_message(&self, wake: &Wake) -> Result<QueueMessage, MessageError> {
        let Self {
            binding,
            corp,
            signature_hash,
            ..
        } = self;
        let (binding, corp, signature_hash) =
            (binding.clone(), corp.clone(), signature_hash.clone());
        WakeMessage {
            binding,
            corp,
            wake: wake.clone(),
            signature_hash,
        }
        .to_message()
    }
}

fn hex_text(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
            use std::fmt::Write as _;
            _ = write!(hex, "{byte:02x}");
            hex
        })
}
