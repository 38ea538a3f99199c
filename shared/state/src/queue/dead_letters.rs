//! The port to what was delivered too often and laid aside: to be looked at, and put back.

use std::fmt;

use async_trait::async_trait;
use directory::{BindingId, Timestamp};
use serde::Deserialize;

use super::QueueError;

/// A message that was delivered too often. `Debug` hides its body, which holds ids.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The queue's id of it.
    pub id: String,
    /// As it was sent.
    pub body: String,
    /// Its group.
    pub group: Option<String>,
    /// When it was sent; `None` for one that an earlier version kept.
    pub sent_at: Option<Timestamp>,
    /// Deliveries so far. On SQS each look at the dead letters counts as one.
    pub receives: u32,
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "DeadLetter({}, {} bytes, {} receives)",
            self.id,
            self.body.len(),
            self.receives
        )
    }
}

/// The dead letters of one queue.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// How many there are; on SQS about that many.
    async fn count(&self) -> Result<usize, QueueError>;

    /// Up to `limit` of them, in order within a group. They stay where they are. SQS shows at most ten of a FIFO group.
    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError>;

    /// Puts one back by its id, or all of them: behind those who wait, in order within a group, their deliveries forgotten.
    /// How many were put back; 0 when there is no such one.
    ///
    /// # Errors
    /// [`QueueError`]; what was put back before stays so. A repeat puts nothing back twice within five minutes where the
    /// queue is FIFO; a message of a standard queue may come twice, as any may.
    async fn redrive(&self, id: Option<&str>) -> Result<usize, QueueError>;
}

/// What a message is and whose, as far as an operator may read it: no id of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSummary {
    /// `wake`, `sweep`, `refused token`, `outbox`, `callback verified`, or `unknown`.
    pub kind: &'static str,
    /// Its schema version; 0 where it has none.
    pub version: u64,
    /// Its binding, if it names one.
    pub binding: Option<BindingId>,
    /// What it is about: `person`, `department` or `everything`.
    pub about: Option<&'static str>,
    /// Why it was sent: an event's type, or a command.
    pub because: Option<String>,
}

/// The outside of every body, whichever version wrote it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct BodyEnvelope {
    v: u64,
    binding: Option<String>,
    because: Option<String>,
    wake: Option<WakeEnvelope>,
    at: Option<serde_json::Value>,
    token_hash: Option<serde_json::Value>,
    message: Option<serde_json::Value>,
    verified_at: Option<serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WakeEnvelope {
    because: Option<String>,
    target: serde_json::Value,
}

/// Describes a body, also one that no reader understands: that may be why it is here.
#[must_use]
pub fn describe_message(body: &str) -> MessageSummary {
    let outside: BodyEnvelope = serde_json::from_str(body).unwrap_or_default();
    let kind = if outside.wake.is_some() {
        "wake"
    } else if outside.verified_at.is_some() {
        "callback verified"
    } else if outside.token_hash.is_some() {
        "refused token"
    } else if outside.message.is_some() {
        "outbox"
    } else if outside.because.is_some() && outside.at.is_some() {
        "sweep"
    } else {
        "unknown"
    };
    let about = outside
        .wake
        .as_ref()
        .and_then(|wake| target_kind(&wake.target));
    let because = outside
        .because
        .or_else(|| outside.wake.and_then(|wake| wake.because))
        .filter(|words| is_word(words));
    let binding = outside.binding.and_then(|id| BindingId::new(&id).ok());
    MessageSummary {
        kind,
        version: outside.v,
        binding,
        about,
        because,
    }
}

fn target_kind(target: &serde_json::Value) -> Option<&'static str> {
    let is = |name: &str| target.as_str() == Some(name) || target.get(name).is_some();
    ["person", "department", "everything"]
        .into_iter()
        .find(|name| is(name))
}

/// An event's type or a command: anything else might be somebody's name.
fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::messages::{
        OutboxMessage, SweepMessage, TokenRefusedMessage, WakeMessage, encode_body,
    };
    use directory::wake::{Wake, WakeTarget};
    use directory::{CorpId, NativeId, Side};

    fn wake_body(target: WakeTarget) -> String {
        let wake = Wake {
            side: Side::DingTalk,
            target,
            because: "user_leave_org".into(),
        };
        let (binding, corp) = (BindingId::new("b1").unwrap(), CorpId::new("ding1").unwrap());
        encode_body(&WakeMessage {
            binding,
            corp,
            wake,
            signature_hash: "5ea1".into(),
        })
        .unwrap()
    }

    #[test]
    fn every_kind_of_message_is_described() {
        let (binding, corp) = (BindingId::new("b1").unwrap(), CorpId::new("ding1").unwrap());
        let sweep = SweepMessage {
            binding,
            corp,
            run: None,
            because: "schedule".into(),
            at: Timestamp(1),
        };
        let (binding, corp) = (sweep.binding.clone(), sweep.corp.clone());
        let refused = TokenRefusedMessage {
            binding: binding.clone(),
            token_hash: "ab".into(),
        };
        let outbox = OutboxMessage {
            binding,
            corp,
            message: "m1".into(),
        };
        for (body, kind) in [
            (wake_body(WakeTarget::Everything), "wake"),
            (encode_body(&sweep).unwrap(), "sweep"),
            (encode_body(&refused).unwrap(), "refused token"),
            (encode_body(&outbox).unwrap(), "outbox"),
            (
                r#"{"v":1,"binding":"b1","corp":"ding1","verified_at":7}"#.to_owned(),
                "callback verified",
            ),
        ] {
            let described = describe_message(&body);
            assert_eq!(
                (
                    described.kind,
                    described.version,
                    described.binding.unwrap().as_str()
                ),
                (kind, 1, "b1")
            );
        }
        for body in ["", "[]", "{", r#"{"v":"x","binding":7}"#, r#"{"v":9}"#] {
            assert_eq!(describe_message(body).kind, "unknown", "{body}");
        }
    }

    #[test]
    fn a_summary_contains_no_id_of_a_person() {
        let described = describe_message(&wake_body(WakeTarget::Person(
            NativeId::new("li.na").unwrap(),
        )));
        assert_eq!(
            (described.about, described.because.as_deref()),
            (Some("person"), Some("user_leave_org"))
        );
        assert!(!format!("{described:?}").contains("li.na"));
        assert_eq!(
            describe_message(r#"{"v":1,"because":"李娜 left","at":1}"#).because,
            None
        );
        let letter = DeadLetter {
            id: "1".into(),
            body: "li.na".into(),
            group: None,
            sent_at: None,
            receives: 5,
        };
        assert!(!format!("{letter:?}").contains("li.na"));
    }
}
