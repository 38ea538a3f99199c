//! The port to a queue, and what is sent through it.

pub mod dead_letters;
#[cfg(feature = "direct")]
mod direct;
pub mod messages;
#[cfg(feature = "queue-sqs")]
mod sqs;

use async_trait::async_trait;

use directory::reason::{Reason, ReasonCode};

use crate::error::{Cause, refused_reason, unavailable_reason};

#[cfg(feature = "direct")]
pub use direct::DirectQueue;
#[cfg(feature = "queue-sqs")]
pub use sqs::{SqsDeadLetters, SqsQueue, dead_letters_of_stack};

/// The largest body that every queue here takes, in bytes (SQS: 256 KiB in all regions and editions).
pub const BODY_MAX: usize = 256 * 1024;

/// One message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueMessage {
    /// JSON made by [`messages::encode_body`]; at most [`BODY_MAX`] bytes.
    pub body: String,
    /// Messages of one group are worked one after the other. Needed by a FIFO queue, at most 128 characters.
    pub group: Option<String>,
    /// A FIFO queue drops a second message with the same one within five minutes. At most 128 characters.
    pub deduplication: Option<String>,
    /// Seconds before anybody may receive it, up to 900. A FIFO queue knows no delay of a single message and refuses it.
    pub delay_s: u32,
}

/// Somewhere to put work. At least once, in order within a group where the queue is FIFO.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Returns when the message is stored durably; only then may its cause be acknowledged.
    ///
    /// # Errors
    /// [`QueueError`]; after `Unavailable` the message may be there all the same.
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError>;
}

/// The queues, in reasons.
const QUEUE: &str = "queue";

/// Why a message was not sent, or a receipt not honoured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// No answer, or not now.
    #[error("the queue did not answer")]
    Unavailable(#[source] Cause),
    /// The message or the request is wrong, or not allowed.
    #[error("the queue refused the message")]
    Refused(#[source] Cause),
    /// The receipt was given for an earlier delivery: the message is visible again, with somebody else, or gone.
    #[error("the receipt is of an earlier delivery")]
    StaleReceipt,
}

impl From<&QueueError> for Reason {
    fn from(err: &QueueError) -> Self {
        match err {
            QueueError::Unavailable(_) => unavailable_reason(QUEUE),
            QueueError::Refused(why) => refused_reason(QUEUE, why),
            QueueError::StaleReceipt => Self::new(ReasonCode::StateChangedElsewhere),
        }
    }
}

impl QueueError {
    /// Whether the same call can succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Checks what every queue checks: size, delay, and the FIFO rules.
///
/// # Errors
/// [`QueueError::Refused`] with the rule that was broken.
pub fn check_message(message: &QueueMessage, fifo: bool) -> Result<(), QueueError> {
    let refuse = |why: &str| Err(QueueError::Refused(Cause::new(why)));
    let wrong = |id: &Option<String>| id.as_ref().is_some_and(|id| !is_id(id));
    if message.body.is_empty() || message.body.len() > BODY_MAX {
        return refuse("the body is empty or over 256 KiB");
    }
    if message.delay_s > 900 {
        return refuse("the delay is over 900 seconds");
    }
    if wrong(&message.group) || wrong(&message.deduplication) {
        return refuse(
            "a group or deduplication id is empty, over 128 characters, or not ASCII letters, digits and marks",
        );
    }
    if fifo && (message.group.is_none() || message.deduplication.is_none()) {
        return refuse("a FIFO queue needs a group and a deduplication id");
    }
    if fifo && message.delay_s > 0 {
        return refuse("a FIFO queue cannot delay a single message");
    }
    Ok(())
}

/// What SQS takes as a group or deduplication id: 1 to 128 ASCII letters, digits and punctuation marks.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(group: Option<&str>, delay_s: u32) -> QueueMessage {
        QueueMessage {
            body: "{}".into(),
            group: group.map(Into::into),
            deduplication: group.map(Into::into),
            delay_s,
        }
    }

    #[test]
    fn fifo_rules_are_checked_before_the_network() {
        assert!(check_message(&message(Some("g"), 0), true).is_ok());
        assert!(check_message(&message(None, 30), false).is_ok());
        assert!(check_message(&message(None, 0), true).is_err());
        assert!(check_message(&message(Some("g"), 1), true).is_err());
        assert!(check_message(&message(Some(&"x".repeat(129)), 0), false).is_err());
        assert!(check_message(&message(Some("a b"), 0), true).is_err());
        assert!(check_message(&message(None, 901), false).is_err());
    }
}
