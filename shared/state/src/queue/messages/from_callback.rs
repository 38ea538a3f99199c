//! What the callback sends through the `wakes` queue: wakes, and the news that its address was verified.
//!
//! DingTalk sends `check_url` when an administrator saves the address; the wizard and `bangding up` wait for it. The
//! callback function reaches no table, so it reports this through the queue, and `reconcile` stores it in the binding.

use directory::{BindingId, CorpId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{MessageError, WakeMessage, decode_body, encode_body};
use crate::queue::QueueMessage;

/// DingTalk verified a binding's callback address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackVerified {
    /// The binding.
    pub binding: BindingId,
    /// Its corp.
    pub corp: CorpId,
    /// When.
    pub verified_at: Timestamp,
}

impl CallbackVerified {
    /// Ready to send to `wakes`; `signature_hash` is at most 128 letters and digits.
    ///
    /// # Errors
    /// As [`encode_body`].
    pub fn to_message(&self, signature_hash: &str) -> Result<QueueMessage, MessageError> {
        Ok(QueueMessage {
            body: encode_body(self)?,
            group: Some(format!("{}#callback", self.binding)),
            deduplication: Some(signature_hash.to_owned()),
            delay_s: 0,
        })
    }
}

/// A message of the `wakes` queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromCallback {
    /// Look again at something.
    Wake(WakeMessage),
    /// The callback address works.
    Verified(CallbackVerified),
}

impl FromCallback {
    /// Reads a body of the `wakes` queue.
    ///
    /// # Errors
    /// What reading a wake says, where it is neither; an unknown version is named.
    pub fn decode(text: &str) -> Result<Self, MessageError> {
        match decode_body::<CallbackVerified>(text) {
            Ok(verified) => Ok(Self::Verified(verified)),
            Err(_) => decode_body(text).map(Self::Wake),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakes_and_verifications_are_told_apart() {
        let verified = CallbackVerified {
            binding: BindingId::new("b1").unwrap(),
            corp: CorpId::new("ding1").unwrap(),
            verified_at: Timestamp(7),
        };
        let message = verified.to_message("5ea1").unwrap();
        assert_eq!(
            (message.group.as_deref(), message.deduplication.as_deref()),
            (Some("b1#callback"), Some("5ea1"))
        );
        assert_eq!(
            FromCallback::decode(&message.body).unwrap(),
            FromCallback::Verified(verified)
        );
        let wake = r#"{"v":1,"binding":"b1","corp":"ding1","signature_hash":"h",
            "wake":{"side":"ding_talk","target":{"person":"li"},"because":"user_add_org"}}"#;
        assert!(matches!(
            FromCallback::decode(wake).unwrap(),
            FromCallback::Wake(_)
        ));
        assert!(
            FromCallback::decode(r#"{"v":9,"binding":"b1"}"#)
                .unwrap_err()
                .to_string()
                .contains("version 9")
        );
        assert!(FromCallback::decode("not json").is_err());
    }
}
