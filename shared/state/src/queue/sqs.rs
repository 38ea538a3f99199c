//! The queue on AWS.

mod dead_letters;
mod stack_dead_letters;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use super::{Queue, QueueError, QueueMessage, check_message};
use crate::error::{Cause, is_transient_error};

pub use dead_letters::SqsDeadLetters;
pub use stack_dead_letters::dead_letters_of_stack;

/// One SQS queue; FIFO when its address ends in `.fifo`. Retries are the client's own.
pub struct SqsQueue {
    client: Client,
    queue_url: String,
}

impl SqsQueue {
    /// A queue by its address.
    #[must_use]
    pub fn new(client: Client, queue_url: impl Into<String>) -> Self {
        Self {
            client,
            queue_url: queue_url.into(),
        }
    }

    fn is_fifo(&self) -> bool {
        self.queue_url.ends_with(".fifo")
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        let fifo = self.is_fifo();
        check_message(&message, fifo)?;
        let mut request = self
            .client
            .send_message()
            .queue_url(&self.queue_url)
            .message_body(message.body);
        if fifo {
            request = request
                .set_message_group_id(message.group)
                .set_message_deduplication_id(message.deduplication);
        } else {
            request = request.delay_seconds(i32::try_from(message.delay_s).unwrap_or(900));
        }
        request.send().await.map_err(|error| queue_error(&error))?;
        Ok(())
    }
}

fn queue_error<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> QueueError {
    let SdkError::ServiceError(service) = error else {
        return match error {
            SdkError::ConstructionFailure(_) => {
                QueueError::Refused(Cause::new("the request could not be built"))
            }
            _ => QueueError::Unavailable(Cause::new("the request did not complete")),
        };
    };
    let code = service.err().code().unwrap_or("no error code");
    if code == "ReceiptHandleIsInvalid" {
        return QueueError::StaleReceipt;
    }
    let cause = Cause::new(code);
    if is_transient_error(service.raw().status().as_u16(), code) {
        QueueError::Unavailable(cause)
    } else {
        QueueError::Refused(cause)
    }
}
