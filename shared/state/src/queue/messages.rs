//! What travels through queues: ids, never attributes of people (T15 in `infra/README.md`).
//!
//! Bodies are JSON with a schema version `v`. A reader accepts its own version and the previous one; there is only one
//! so far. An unknown version is an error with a name, so that the message ends in the dead-letter queue, not in a guess.

use directory::reason::Reason;
mod from_callback;

use directory::wake::Wake;
use directory::{BindingId, CorpId, RunId, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::QueueMessage;
use crate::error::{malformed_reason, newer_version_reason};

pub use from_callback::{CallbackVerified, FromCallback};

/// A body that has a schema version.
pub trait MessageBody: Serialize + DeserializeOwned {
    /// What it is called in an error.
    const NAME: &'static str;
    /// The version that this writer writes.
    const VERSION: u32;
}

/// Why a body was not understood. Says nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Not JSON, or not this message.
    #[error("a {what} message cannot be read")]
    Malformed {
        /// Which message was expected.
        what: &'static str,
    },
    /// Written by a version that this reader does not know.
    #[error("a {what} message has schema version {found}, this reader knows {known}")]
    UnknownVersion {
        /// Which message was expected.
        what: &'static str,
        /// The version it has.
        found: u64,
        /// The newest version known here.
        known: u32,
    },
}

impl From<&MessageError> for Reason {
    fn from(err: &MessageError) -> Self {
        match err {
            MessageError::Malformed { what } => malformed_reason(what),
            MessageError::UnknownVersion { what, found, known } => {
                newer_version_reason(what, *found, *known)
            }
        }
    }
}

/// Look again at something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakeMessage {
    /// The binding whose callback spoke.
    pub binding: BindingId,
    /// Its corp.
    pub corp: CorpId,
    /// Whom to look at.
    pub wake: Wake,
    /// Hash of the verified signature that brought it, or of a command's own id: tells a repeated delivery from a new event.
    pub signature_hash: String,
}

/// Sweep a corp, or go on with a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepMessage {
    /// The binding.
    pub binding: BindingId,
    /// Its corp.
    pub corp: CorpId,
    /// The run to go on with; `None` begins one.
    pub run: Option<RunId>,
    /// Why, for the run's record.
    pub because: String,
    /// When it was asked for; two sweeps asked for within five minutes are two sweeps.
    pub at: Timestamp,
}

/// Make a plan, or apply one. It travels in the queue of sweeps: one of either per corp at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanMessage {
    /// The binding.
    pub binding: BindingId,
    /// Its corp.
    pub corp: CorpId,
    /// The plan's id, chosen by whoever asks.
    pub plan: RunId,
    /// What to do with it.
    pub task: PlanTask,
    /// The greatest age in hours at which the plan is still begun.
    pub hours_max: u32,
    /// When it was asked for.
    pub at: Timestamp,
}

/// What to do with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanTask {
    /// Make it.
    Make,
    /// Apply it, or go on with it.
    Apply,
}

/// DingTalk refused an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRefusedMessage {
    /// The binding.
    pub binding: BindingId,
    /// [`crate::vault::TokenSecret::hash`] of the refused token; one that is not current is ignored.
    pub token_hash: String,
}

/// A message to people waits to be sent. Its content is a sealed control item; only the id travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxMessage {
    /// The binding.
    pub binding: BindingId,
    /// Its corp.
    pub corp: CorpId,
    /// Id of the control item of kind `message`.
    pub message: String,
}

macro_rules! body {
    ($name:ident, $words:literal, $version:literal) => {
        impl MessageBody for $name {
            const NAME: &'static str = $words;
            const VERSION: u32 = $version;
        }
    };
}
body!(WakeMessage, "wake", 1);
body!(SweepMessage, "sweep", 1);
body!(PlanMessage, "plan", 1);
body!(TokenRefusedMessage, "refused token", 1);
body!(OutboxMessage, "outbox", 1);
body!(CallbackVerified, "callback verified", 1);

#[derive(Serialize, Deserialize)]
struct Versioned<B> {
    v: u32,
    #[serde(flatten)]
    body: B,
}

/// The body as JSON, with its version.
///
/// # Errors
/// [`MessageError::Malformed`] if it has no JSON form, which the messages here always have.
pub fn encode_body<B: MessageBody>(body: &B) -> Result<String, MessageError> {
    serde_json::to_string(&Versioned {
        v: B::VERSION,
        body,
    })
    .map_err(|_| MessageError::Malformed { what: B::NAME })
}

/// Reads a body. Fields that this reader does not know are ignored.
///
/// # Errors
/// Names an unknown version; everything else that is wrong is `Malformed`.
pub fn decode_body<B: MessageBody>(text: &str) -> Result<B, MessageError> {
    let malformed = |_| MessageError::Malformed { what: B::NAME };
    let value: serde_json::Value = serde_json::from_str(text).map_err(malformed)?;
    let found = value
        .get("v")
        .and_then(serde_json::Value::as_u64)
        .ok_or(MessageError::Malformed { what: B::NAME })?;
    if found != u64::from(B::VERSION) {
        return Err(MessageError::UnknownVersion {
            what: B::NAME,
            found,
            known: B::VERSION,
        });
    }
    serde_json::from_value::<Versioned<B>>(value)
        .map(|versioned| versioned.body)
        .map_err(malformed)
}

impl WakeMessage {
    /// Ready to send: group by record, deduplicated by signature *and* record, never by the record alone, which would
    /// drop a second change within five minutes.
    ///
    /// # Errors
    /// As [`encode_body`].
    pub fn to_message(&self) -> Result<QueueMessage, MessageError> {
        let record = format!("{}#{}", self.corp, self.wake.queue_group());
        let deduplication = hash_parts(&[&self.signature_hash, &record]);
        Ok(fifo_message(encode_body(self)?, &record, deduplication))
    }
}

impl SweepMessage {
    /// Ready to send: one sweep per corp at a time.
    ///
    /// # Errors
    /// As [`encode_body`].
    pub fn to_message(&self) -> Result<QueueMessage, MessageError> {
        let body = encode_body(self)?;
        let deduplication = hash_parts(&[&body]);
        Ok(fifo_message(body, self.corp.as_str(), deduplication))
    }
}

impl PlanMessage {
    /// Ready to send: in line with the corp's sweeps.
    ///
    /// # Errors
    /// As [`encode_body`].
    pub fn to_message(&self) -> Result<QueueMessage, MessageError> {
        let body = encode_body(self)?;
        let deduplication = hash_parts(&[&body]);
        Ok(fifo_message(body, self.corp.as_str(), deduplication))
    }
}

impl TokenRefusedMessage {
    /// Ready to send: one refresh per refused token.
    ///
    /// # Errors
    /// As [`encode_body`].
    pub fn to_message(&self) -> Result<QueueMessage, MessageError> {
        let deduplication = hash_parts(&[self.binding.as_str(), &self.token_hash]);
        Ok(fifo_message(
            encode_body(self)?,
            self.binding.as_str(),
            deduplication,
        ))
    }
}

impl OutboxMessage {
    /// Ready to send, to a standard queue: looking again at a result may be delayed.
    ///
    /// # Errors
    /// As [`encode_body`].
    pub fn to_message(&self, delay_s: u32) -> Result<QueueMessage, MessageError> {
        Ok(QueueMessage {
            body: encode_body(self)?,
            group: None,
            deduplication: None,
            delay_s,
        })
    }
}

fn fifo_message(body: String, group: &str, deduplication: String) -> QueueMessage {
    QueueMessage {
        body,
        group: Some(group_id(group)),
        deduplication: Some(deduplication),
        delay_s: 0,
    }
}

/// SQS takes at most 128 ASCII letters, digits and punctuation marks; a group that is anything else goes as its hash.
fn group_id(group: &str) -> String {
    if super::is_id(group) {
        group.to_owned()
    } else {
        hash_parts(&[group])
    }
}

pub(super) fn hash_parts(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    crate::vault::lower_hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::wake::WakeTarget;
    use directory::{NativeId, Side};

    fn wake(native: &str, signature: &str) -> WakeMessage {
        WakeMessage {
            binding: BindingId::new("b1").unwrap(),
            corp: CorpId::new("ding1").unwrap(),
            wake: Wake {
                side: Side::DingTalk,
                target: WakeTarget::Person(NativeId::new(native).unwrap()),
                because: "user_modify_org".into(),
            },
            signature_hash: signature.into(),
        }
    }

    #[test]
    fn a_message_is_encoded_and_decoded_unchanged() {
        let sent = wake("u1", "s1");
        let text = encode_body(&sent).unwrap();
        assert!(text.contains("\"v\":1"));
        assert_eq!(decode_body::<WakeMessage>(&text).unwrap(), sent);
    }

    #[test]
    fn a_plan_message_is_not_decoded_as_a_sweep_message() {
        let plan = PlanMessage {
            binding: BindingId::new("b1").unwrap(),
            corp: CorpId::new("ding1").unwrap(),
            plan: RunId::new("1780000000000-9c01f3aa").unwrap(),
            task: PlanTask::Apply,
            hours_max: 24,
            at: Timestamp(1),
        };
        let text = encode_body(&plan).unwrap();
        assert_eq!(decode_body::<PlanMessage>(&text).unwrap(), plan);
        // A reader that knows no plans must not take it for a sweep.
        assert!(matches!(
            decode_body::<SweepMessage>(&text),
            Err(MessageError::Malformed { .. })
        ));
    }

    #[test]
    fn an_unknown_version_is_reported() {
        let text = encode_body(&wake("u1", "s1"))
            .unwrap()
            .replace("\"v\":1", "\"v\":7");
        let error = decode_body::<WakeMessage>(&text).unwrap_err();
        assert_eq!(
            error,
            MessageError::UnknownVersion {
                what: "wake",
                found: 7,
                known: 1
            }
        );
        assert!(matches!(
            decode_body::<WakeMessage>("{"),
            Err(MessageError::Malformed { .. })
        ));
        assert!(matches!(
            decode_body::<WakeMessage>("{\"v\":1}"),
            Err(MessageError::Malformed { .. })
        ));
    }

    #[test]
    fn two_events_about_one_record_are_two_messages_of_one_group() {
        let (first, second) = (
            wake("u1", "s1").to_message().unwrap(),
            wake("u1", "s2").to_message().unwrap(),
        );
        assert_eq!(first.group, second.group);
        assert_ne!(first.deduplication, second.deduplication);
        assert_eq!(first, wake("u1", "s1").to_message().unwrap());
        assert_ne!(
            first.deduplication,
            wake("u2", "s1").to_message().unwrap().deduplication
        );
    }

    #[test]
    fn any_record_id_gives_a_valid_sqs_group_id() {
        for id in ["李娜".to_owned(), "x".repeat(512), "with space".to_owned()] {
            let message = wake(&id, "s").to_message().unwrap();
            assert!(super::super::check_message(&message, true).is_ok());
            assert!(message.group.unwrap().is_ascii());
        }
    }
}
