//! The queue on AWS.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use super::{Message, Queue, QueueError, check};
use crate::error::Cause;

/// One SQS queue; FIFO when its address ends in `.fifo`. Retries are the client's own.
pub struct SqsQueue {
    client: Client,
    queue_url: String,
}

impl SqsQueue {
    /// A queue by its address.
    #[must_use]
    pub fn new(client: Client, queue_url: impl Into<String>) -> Self {
        Self { client, queue_url: queue_url.into() }
    }

    fn fifo(&self) -> bool {
        self.queue_url.ends_with(".fifo")
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, message: Message) -> Result<(), QueueError> {
        let fifo = self.fifo();
        check(&message, fifo)?;
        let mut request = self.client.send_message().queue_url(&self.queue_url).message_body(message.body);
        if fifo {
            request = request.set_message_group_id(message.group).set_message_deduplication_id(message.deduplication);
        } else {
            request = request.delay_seconds(i32::try_from(message.delay_s).unwrap_or(900));
        }
        request.send().await.map_err(|error| failed(&error))?;
        Ok(())
    }
}

fn failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> QueueError {
    let SdkError::ServiceError(service) = error else {
        return QueueError::Unavailable(Cause::new("the request did not complete"));
    };
    let code = service.err().code().unwrap_or("no error code");
    let refused = code.contains("Invalid") || code.contains("NonExistent") || code.contains("AccessDenied");
    let cause = Cause::new(code);
    if refused { QueueError::Refused(cause) } else { QueueError::Unavailable(cause) }
}
