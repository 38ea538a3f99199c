//! Composing: a message becomes batches in the store and items in the outbox. What administrators and modules call.

use std::collections::BTreeSet;

use directory::reason::{Reason, ReasonCode};
use directory::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::batch::{OutboxBatch, OutboxPhase, PEOPLE_MAX};
use crate::queue::messages::{MessageError, OutboxMessage};
use crate::seal::{SealContext, SealError, SealKey, seal_value};
use crate::store::{ControlKind, PutCondition};
use crate::{Binding, Queue, QueueError, Store, WriteError};

/// DingTalk takes 2,048 bytes of `msg`; its JSON frame and our mark need the rest.
pub const CONTENT_MAX_BYTES: usize = 1_900;
/// How long a batch is kept, in seconds.
const BATCH_KEPT_S: i64 = 30 * 24 * 60 * 60;
/// The field of a batch's sealed content.
pub const CONTENT_FIELD: &str = "content";

/// What people read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageContent {
    /// Plain text.
    Text(String),
    /// A text of the catalogue: it is written out when the message is sent, in Chinese and in English.
    Catalogued {
        /// The text's code and arguments.
        reason: Reason,
        /// The mark of the message; empty before [`Self::with_mark`].
        mark: String,
    },
    /// Markdown, with the title that the list of chats shows.
    Markdown {
        /// The title.
        title: String,
        /// The body.
        text: String,
    },
}

impl std::fmt::Debug for MessageContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Content({} bytes)", self.json_bytes())
    }
}

impl MessageContent {
    /// Its size in JSON, which is how DingTalk counts it.
    fn json_bytes(&self) -> usize {
        serde_json::to_string(self).map_or(usize::MAX, |json| json.len())
    }

    /// A text of the catalogue.
    #[must_use]
    pub fn catalogued(reason: Reason) -> Self {
        Self::Catalogued {
            reason,
            mark: String::new(),
        }
    }

    /// With a short mark of the message at its end: DingTalk drops the same content to the same person on the same day,
    /// so that a second message with equal words needs a difference, and a redelivery of the first must have none.
    #[must_use]
    pub fn with_mark(self, mark: &str) -> Self {
        match self {
            Self::Text(text) => Self::Text(format!("{text}\n({mark})")),
            Self::Catalogued { reason, .. } => Self::Catalogued {
                reason,
                mark: mark.to_owned(),
            },
            Self::Markdown { title, text } => Self::Markdown {
                title,
                text: format!("{text}\n\n({mark})"),
            },
        }
    }
}

/// A message to be sent.
#[derive(Debug)]
pub struct MessageDraft<'a> {
    /// Who sends.
    pub binding: &'a Binding,
    /// The message's id, 1 to 64 letters, digits, `-` and `_`. The same id is the same message: it is sent once however
    /// often it is composed.
    pub id: &'a str,
    /// Who gets it.
    pub people: &'a BTreeSet<UserId>,
    /// What they get; at most [`CONTENT_MAX_BYTES`] in JSON.
    pub content: MessageContent,
}

/// Why a message was not taken, or not wholly: composing it again under the same id completes it.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The id is empty, too long, or has other characters.
    #[error("a message id has 1 to 64 letters, digits, dashes and underscores")]
    InvalidId,
    /// Nobody is to get it, or there is nothing to read.
    #[error("a message needs people and words")]
    Empty,
    /// DingTalk would refuse it.
    #[error("the message has {bytes} bytes, the limit is {CONTENT_MAX_BYTES}")]
    TooLong {
        /// Its size.
        bytes: usize,
    },
    /// It could not be sealed.
    #[error("the message could not be sealed")]
    Seal(#[source] SealError),
    /// It could not be stored.
    #[error("the message could not be stored")]
    Store(#[source] WriteError),
    /// It has no queue form.
    #[error("the message has no queue form")]
    Message(#[source] MessageError),
    /// It is stored but not queued.
    #[error("the message could not be queued")]
    Queue(#[source] QueueError),
}

impl From<&ComposeError> for Reason {
    fn from(err: &ComposeError) -> Self {
        let not_queued = |cause| Self::new(ReasonCode::MessageNotQueued).cause(cause);
        match err {
            ComposeError::InvalidId => Self::new(ReasonCode::MessageIdInvalid),
            ComposeError::Empty => Self::new(ReasonCode::MessageEmpty),
            ComposeError::TooLong { bytes } => Self::new(ReasonCode::MessageTooLong)
                .number("bytes", *bytes)
                .number("limit", CONTENT_MAX_BYTES),
            ComposeError::Seal(err) => not_queued(Self::from(*err)),
            ComposeError::Store(err) => not_queued(Self::from(err)),
            ComposeError::Message(err) => not_queued(Self::from(err)),
            ComposeError::Queue(err) => not_queued(Self::from(err)),
        }
    }
}

/// Stores a message in batches of 100 and puts them into the outbox; answers with the number of batches.
///
/// `nonce` must be random and new for each call.
///
/// # Errors
/// [`ComposeError`]. After one of the store or the queue, calling again with the same draft completes it; nobody gets it
/// twice.
pub async fn compose_message(
    store: &Store,
    outbox: &dyn Queue,
    key: &SealKey,
    draft: MessageDraft<'_>,
    now: Timestamp,
    nonce: [u8; 12],
) -> Result<usize, ComposeError> {
    check_draft(&draft)?;
    let people: Vec<UserId> = draft.people.iter().cloned().collect();
    let plain = serde_json::to_vec(&draft.content.clone().with_mark(&message_mark(draft.id)))
        .map_err(|_| ComposeError::Empty)?;
    let batches = people.chunks(PEOPLE_MAX);
    let count = batches.len();
    for (number, people) in batches.enumerate() {
        let id = format!("{}.{number:04}", draft.id);
        let place = SealContext {
            corp: &draft.binding.corp_id,
            record: &id,
            field: CONTENT_FIELD,
        };
        let content = seal_value(key, place, batch_nonce(nonce, number), &plain)
            .map_err(ComposeError::Seal)?;
        let binding = draft.binding.id.clone();
        let batch = OutboxBatch {
            binding,
            people: people.to_vec(),
            content,
            created_at: now,
            phase: OutboxPhase::New,
        };
        store_batch(store, draft.binding, &id, &batch).await?;
        queue_batch(outbox, draft.binding, id).await?;
    }
    Ok(count)
}

fn check_draft(draft: &MessageDraft<'_>) -> Result<(), ComposeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !(1..=64).contains(&draft.id.len()) || !draft.id.bytes().all(plain) {
        return Err(ComposeError::InvalidId);
    }
    let is_empty = match &draft.content {
        MessageContent::Text(text) | MessageContent::Markdown { text, .. } => {
            text.trim().is_empty()
        }
        MessageContent::Catalogued { .. } => false,
    };
    if draft.people.is_empty() || is_empty {
        return Err(ComposeError::Empty);
    }
    match draft.content.json_bytes() {
        bytes if bytes > CONTENT_MAX_BYTES => Err(ComposeError::TooLong { bytes }),
        _ => Ok(()),
    }
}

/// One that is there already stays as it is: it may be on its way.
async fn store_batch(
    store: &Store,
    binding: &Binding,
    id: &str,
    batch: &OutboxBatch,
) -> Result<(), ComposeError> {
    let expires = Some(batch.created_at.millis() / 1_000 + BATCH_KEPT_S);
    let put = store.put_control(
        &binding.corp_id,
        ControlKind::Message,
        id,
        batch,
        PutCondition::New,
        expires,
    );
    match put.await {
        Ok(_) | Err(WriteError::Exists { .. }) => Ok(()),
        Err(error) => Err(ComposeError::Store(error)),
    }
}

async fn queue_batch(
    outbox: &dyn Queue,
    binding: &Binding,
    message: String,
) -> Result<(), ComposeError> {
    let item = OutboxMessage {
        binding: binding.id.clone(),
        corp: binding.corp_id.clone(),
        message,
    };
    let message = item.to_message(0).map_err(ComposeError::Message)?;
    outbox.send(message).await.map_err(ComposeError::Queue)
}

/// Six hexadecimal digits that belong to the message.
fn message_mark(id: &str) -> String {
    Sha256::digest(id.as_bytes())
        .iter()
        .take(3)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A nonce of its own for each batch.
fn batch_nonce(mut nonce: [u8; 12], number: usize) -> [u8; 12] {
    for (byte, part) in nonce.iter_mut().zip((number as u64).to_le_bytes()) {
        *byte ^= part;
    }
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_marked_by_its_id() {
        let text = || MessageContent::Text("工资条已发".into());
        assert_eq!(
            text().with_mark(&message_mark("m1")),
            text().with_mark(&message_mark("m1"))
        );
        assert_ne!(
            text().with_mark(&message_mark("m1")),
            text().with_mark(&message_mark("m2"))
        );
        assert_eq!(format!("{:?}", text()), "Content(26 bytes)");
        let coded = MessageContent::catalogued(Reason::new(ReasonCode::MessageChangeYourMobile));
        assert_eq!(
            serde_json::to_string(&coded.with_mark("abc123")).unwrap(),
            r#"{"catalogued":{"reason":{"code":"message-change-your-mobile"},"mark":"abc123"}}"#
        );
    }

    #[test]
    fn nonces_of_batches_differ() {
        let all: BTreeSet<[u8; 12]> = (0..3_000)
            .map(|number| batch_nonce([7; 12], number))
            .collect();
        assert_eq!(all.len(), 3_000);
    }
}
