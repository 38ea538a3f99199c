//! Dead letters on AWS. SQS cannot show a message without delivering it: what is looked at is out of sight for a moment.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeName as Known, QueueAttributeName};
use directory::Timestamp;

use super::{SqsQueue, queue_error};
use crate::error::Cause;
use crate::queue::dead_letters::{DeadLetter, DeadLetters};
use crate::queue::messages::hash_parts;
use crate::queue::{Queue, QueueError, QueueMessage};

/// Seconds that a dead letter stays out of sight at most while it is looked at or put back.
const HIDDEN_S: i32 = 60;

/// Seconds that one question waits: long polling asks all of SQS's servers, not only some.
const WAIT_S: i32 = 1;

/// The dead-letter queue of one SQS queue.
pub struct SqsDeadLetters {
    client: Client,
    source: SqsQueue,
    dead_url: String,
}

/// A dead letter in our hands.
struct ReceivedLetter {
    receipt: String,
    letter: DeadLetter,
}

impl SqsDeadLetters {
    /// `source_url` is where messages are put back to, `dead_url` where they were laid aside.
    #[must_use]
    pub fn new(client: Client, source_url: impl Into<String>, dead_url: impl Into<String>) -> Self {
        Self {
            source: SqsQueue::new(client.clone(), source_url),
            client,
            dead_url: dead_url.into(),
        }
    }

    /// Up to ten that nobody holds; none when there are no more.
    async fn receive_letters(&self) -> Result<Vec<ReceivedLetter>, QueueError> {
        let receive = self
            .client
            .receive_message()
            .queue_url(&self.dead_url)
            .max_number_of_messages(10);
        let receive = receive
            .visibility_timeout(HIDDEN_S)
            .wait_time_seconds(WAIT_S);
        let receive = receive.message_system_attribute_names(Known::All);
        let answer = receive.send().await.map_err(|error| queue_error(&error))?;
        answer
            .messages
            .unwrap_or_default()
            .into_iter()
            .map(parse_letter)
            .collect()
    }

    /// Visible again at once. What cannot be released is visible again after [`HIDDEN_S`].
    async fn release_letters(&self, held: &[ReceivedLetter]) {
        for ReceivedLetter { receipt, .. } in held {
            let release = self
                .client
                .change_message_visibility()
                .queue_url(&self.dead_url);
            if let Err(error) = release
                .receipt_handle(receipt)
                .visibility_timeout(0)
                .send()
                .await
            {
                let reason = queue_error(&error).to_string();
                tracing::debug!(reason, "a dead letter stays out of sight for a minute");
            }
        }
    }

    /// Sent first, deleted then: killed in between, it is there twice and never not at all. The deduplication id is the
    /// dead letter's own, so that a FIFO queue drops the second one.
    async fn put_back(&self, held: &ReceivedLetter) -> Result<(), QueueError> {
        let DeadLetter {
            id, body, group, ..
        } = &held.letter;
        let deduplication = group.as_ref().map(|_| hash_parts(&["redrive", id]));
        self.source
            .send(QueueMessage {
                body: body.clone(),
                group: group.clone(),
                deduplication,
                delay_s: 0,
            })
            .await?;
        let delete = self
            .client
            .delete_message()
            .queue_url(&self.dead_url)
            .receipt_handle(&held.receipt);
        delete
            .send()
            .await
            .map(|_| ())
            .map_err(|error| queue_error(&error))
    }

    /// Puts back what is wanted of a batch, in its order; the rest is pushed to `left`.
    async fn put_back_of(
        &self,
        batch: Vec<ReceivedLetter>,
        wanted: impl Fn(&ReceivedLetter) -> bool,
        left: &mut Vec<ReceivedLetter>,
    ) -> Result<usize, QueueError> {
        let mut count = 0;
        let mut rest = batch.into_iter();
        while let Some(one) = rest.next() {
            if !wanted(&one) {
                left.push(one);
                continue;
            }
            if let Err(error) = self.put_back(&one).await {
                left.push(one);
                left.extend(rest);
                return Err(error);
            }
            count += 1;
        }
        Ok(count)
    }

    async fn redrive_up_to(
        &self,
        id: Option<&str>,
        most: usize,
        left: &mut Vec<ReceivedLetter>,
    ) -> Result<usize, QueueError> {
        let mut count = 0;
        while count < most {
            let batch = self.receive_letters().await?;
            if batch.is_empty() {
                break;
            }
            count += self
                .put_back_of(batch, |held| id.is_none_or(|id| held.letter.id == id), left)
                .await?;
        }
        Ok(count)
    }
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn count(&self) -> Result<usize, QueueError> {
        use QueueAttributeName::{
            ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible,
        };
        let names = [
            ApproximateNumberOfMessages,
            ApproximateNumberOfMessagesNotVisible,
        ];
        let ask = self.client.get_queue_attributes().queue_url(&self.dead_url);
        let ask = ask.set_attribute_names(Some(names.to_vec()));
        let answer = ask.send().await.map_err(|error| queue_error(&error))?;
        let known = answer.attributes.unwrap_or_default();
        Ok(names
            .iter()
            .filter_map(|name| known.get(name)?.parse::<usize>().ok())
            .sum())
    }

    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let mut seen: Vec<ReceivedLetter> = Vec::new();
        let ended = loop {
            if seen.len() >= limit {
                break Ok(());
            }
            match self.receive_letters().await {
                Ok(batch) if batch.is_empty() => break Ok(()),
                Ok(batch) => seen.extend(batch),
                Err(error) => break Err(error),
            }
        };
        self.release_letters(&seen).await;
        ended?;
        seen.truncate(limit);
        Ok(seen.into_iter().map(|held| held.letter).collect())
    }

    async fn redrive(&self, id: Option<&str>) -> Result<usize, QueueError> {
        // Poison may come back faster than we look: not more than there are now.
        let most = if id.is_some() {
            1
        } else {
            self.count().await?.max(1)
        };
        let mut left = Vec::new();
        let redriven = self.redrive_up_to(id, most, &mut left).await;
        self.release_letters(&left).await;
        redriven
    }
}

fn parse_letter(message: aws_sdk_sqs::types::Message) -> Result<ReceivedLetter, QueueError> {
    let broken = || QueueError::Refused(Cause::new("a message came without id, receipt or body"));
    let mut known = message.attributes.unwrap_or_default();
    let number = |text: Option<String>| text.and_then(|digits| digits.parse::<i64>().ok());
    let letter = DeadLetter {
        id: message.message_id.ok_or_else(broken)?,
        body: message.body.ok_or_else(broken)?,
        group: known.remove(&Known::MessageGroupId),
        sent_at: number(known.remove(&Known::SentTimestamp)).map(Timestamp),
        receives: number(known.remove(&Known::ApproximateReceiveCount))
            .and_then(|count| count.try_into().ok())
            .unwrap_or_default(),
    };
    Ok(ReceivedLetter {
        receipt: message.receipt_handle.ok_or_else(broken)?,
        letter,
    })
}
