//! The queue on AWS for whoever is waited for.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Queue, QueueError, QueueMessage, check_message};
use crate::direct::{AwsClient, CallError};
use crate::error::Cause;

/// One SQS queue without the SDK; FIFO when its address ends in `.fifo`.
pub struct DirectQueue {
    caller: AwsClient,
    queue_url: String,
}

impl DirectQueue {
    /// A queue by its address; the caller is one of [`crate::direct::SQS`].
    #[must_use]
    pub fn new(caller: AwsClient, queue_url: impl Into<String>) -> Self {
        Self {
            caller,
            queue_url: queue_url.into(),
        }
    }

    /// Makes the connection that the first message goes over.
    pub async fn warm(&self) {
        self.caller.warm().await;
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessageRequest<'a> {
    queue_url: &'a str,
    message_body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_deduplication_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_seconds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessageResponse<'a> {
    message_id: &'a str,
}

#[async_trait]
impl Queue for DirectQueue {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        let fifo = self.queue_url.ends_with(".fifo");
        check_message(&message, fifo)?;
        let request = SendMessageRequest {
            queue_url: &self.queue_url,
            message_body: &message.body,
            message_group_id: message.group.as_deref().filter(|_| fifo),
            message_deduplication_id: message.deduplication.as_deref().filter(|_| fifo),
            delay_seconds: (!fifo).then_some(message.delay_s),
        };
        let body = serde_json::to_vec(&request)
            .map_err(|_| QueueError::Refused(Cause::new("no JSON form")))?;
        let answer = self
            .caller
            .call("SendMessage", body)
            .await
            .map_err(queue_error)?;
        // Whoever answers 200 without having stored anything is not SQS.
        match serde_json::from_slice::<SendMessageResponse>(&answer) {
            Ok(sent) if !sent.message_id.is_empty() => Ok(()),
            _ => Err(QueueError::Unavailable(Cause::new(
                "the answer names no message",
            ))),
        }
    }
}

fn queue_error(error: CallError) -> QueueError {
    match error {
        CallError::Unavailable(cause) => QueueError::Unavailable(cause),
        CallError::Refused(code) => {
            let lasts = ["Invalid", "NonExistent", "DoesNotExist", "AccessDenied"];
            let refused = lasts.iter().any(|mark| code.contains(mark));
            let cause = Cause::new(code);
            if refused {
                QueueError::Refused(cause)
            } else {
                QueueError::Unavailable(cause)
            }
        }
    }
}
