//! Where the messages of a queue are kept: items of one table, `pk` = `{queue}#waiting`, `{queue}#dead` or `{queue}#seen`.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, Put, PutRequest, TransactWriteItem, WriteRequest,
};
use directory::Timestamp;
use state::{Cause, QueueError};

use super::queue_state::{QueueState, QueuedMessage};

type Item = HashMap<String, AttributeValue>;

/// Schema version of a kept message.
const VERSION: u64 = 1;

pub(super) struct MessageTable {
    client: Client,
    table: String,
    queue: String,
}

/// One of a queue's partitions.
#[derive(Clone, Copy)]
pub(super) enum QueuePartition {
    Waiting,
    Dead,
    Seen,
}

/// One change to what is kept.
pub(super) enum TableChange<'a> {
    Keep(QueuePartition, u64, &'a QueuedMessage),
    Drop(QueuePartition, u64),
    Forget(&'a str),
}

fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

fn sort_key(seq: u64) -> String {
    format!("{seq:020}")
}

impl MessageTable {
    pub(super) fn new(client: Client, table: &str, queue: &str) -> Self {
        Self {
            client,
            table: table.to_owned(),
            queue: queue.to_owned(),
        }
    }

    fn key(&self, part: QueuePartition, sk: &str) -> Item {
        let part = match part {
            QueuePartition::Waiting => "waiting",
            QueuePartition::Dead => "dead",
            QueuePartition::Seen => "seen",
        };
        HashMap::from([
            (
                "pk".to_owned(),
                AttributeValue::S(format!("{}#{part}", self.queue)),
            ),
            ("sk".to_owned(), AttributeValue::S(sk.to_owned())),
        ])
    }

    fn message(&self, part: QueuePartition, seq: u64, waiting: &QueuedMessage) -> Item {
        let mut item = self.key(part, &sort_key(seq));
        item.insert("v".to_owned(), number(VERSION));
        item.insert("body".to_owned(), AttributeValue::S(waiting.body.clone()));
        item.insert("visible".to_owned(), number(waiting.visible_at.millis()));
        item.insert("receives".to_owned(), number(waiting.receives));
        if let Some(at) = waiting.sent_at {
            item.insert("sent".to_owned(), number(at.millis()));
        }
        if let Some(group) = &waiting.group {
            item.insert("grp".to_owned(), AttributeValue::S(group.clone()));
        }
        item
    }

    /// A new message and its deduplication id, both or neither.
    pub(super) async fn add(
        &self,
        seq: u64,
        waiting: &QueuedMessage,
        seen: Option<(&str, Timestamp)>,
    ) -> Result<(), QueueError> {
        let mut items = vec![self.message(QueuePartition::Waiting, seq, waiting)];
        if let Some((id, at)) = seen {
            let mut item = self.key(QueuePartition::Seen, id);
            item.insert("at".to_owned(), number(at.millis()));
            items.push(item);
        }
        let mut request = self.client.transact_write_items();
        for item in items {
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .build()
                .map_err(|_| unbuilt_error())?;
            request = request.transact_items(TransactWriteItem::builder().put(put).build());
        }
        request
            .send()
            .await
            .map(|_| ())
            .map_err(|error| request_error(&error))
    }

    /// Up to 25 changes in one request. Each is repeatable, so that half of them done is no harm.
    pub(super) async fn write_changes(
        &self,
        changes: &[TableChange<'_>],
    ) -> Result<(), QueueError> {
        for changes in changes.chunks(25) {
            let writes = changes
                .iter()
                .map(|change| self.write(change))
                .collect::<Result<Vec<_>, _>>()?;
            let request = self
                .client
                .batch_write_item()
                .request_items(&self.table, writes);
            let answer = request
                .send()
                .await
                .map_err(|error| request_error(&error))?;
            if answer
                .unprocessed_items()
                .is_some_and(|left| !left.is_empty())
            {
                return Err(QueueError::Unavailable(Cause::new(
                    "some items were not processed",
                )));
            }
        }
        Ok(())
    }

    fn write(&self, change: &TableChange<'_>) -> Result<WriteRequest, QueueError> {
        let key = match change {
            TableChange::Keep(part, seq, waiting) => {
                let put = PutRequest::builder()
                    .set_item(Some(self.message(*part, *seq, waiting)))
                    .build();
                return Ok(WriteRequest::builder()
                    .put_request(put.map_err(|_| unbuilt_error())?)
                    .build());
            }
            TableChange::Drop(part, seq) => self.key(*part, &sort_key(*seq)),
            TableChange::Forget(id) => self.key(QueuePartition::Seen, id),
        };
        let delete = DeleteRequest::builder()
            .set_key(Some(key))
            .build()
            .map_err(|_| unbuilt_error())?;
        Ok(WriteRequest::builder().delete_request(delete).build())
    }

    /// Everything that is kept.
    pub(super) async fn load(&self) -> Result<QueueState, QueueError> {
        let mut line = QueueState::default();
        for item in self.items(QueuePartition::Waiting).await? {
            let (seq, waiting) = read(&item).ok_or_else(unreadable_error)?;
            line.waiting.insert(seq, waiting);
        }
        for item in self.items(QueuePartition::Dead).await? {
            let (seq, waiting) = read(&item).ok_or_else(unreadable_error)?;
            line.dead.insert(seq, waiting);
            // A crash between the two halves of laying aside leaves both.
            line.waiting.remove(&seq);
        }
        for item in self.items(QueuePartition::Seen).await? {
            let id = text_attribute(&item, "sk").ok_or_else(unreadable_error)?;
            line.seen.insert(
                id,
                Timestamp(number_attribute(&item, "at").ok_or_else(unreadable_error)?),
            );
        }
        Ok(line)
    }

    async fn items(&self, part: QueuePartition) -> Result<Vec<Item>, QueueError> {
        let partition = self.key(part, "-").remove("pk");
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk");
            let query = query.set_expression_attribute_values(
                partition.clone().map(|pk| [(":pk".to_owned(), pk)].into()),
            );
            let answer = query
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = answer.map_err(|error| request_error(&error))?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }
}

fn text_attribute(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

fn number_attribute<N: std::str::FromStr>(item: &Item, name: &str) -> Option<N> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn read(item: &Item) -> Option<(u64, QueuedMessage)> {
    if number_attribute::<u64>(item, "v")? != VERSION {
        return None;
    }
    let waiting = QueuedMessage {
        body: text_attribute(item, "body")?,
        group: text_attribute(item, "grp"),
        visible_at: Timestamp(number_attribute(item, "visible")?),
        receives: number_attribute(item, "receives")?,
        sent_at: number_attribute(item, "sent").map(Timestamp),
    };
    Some((text_attribute(item, "sk")?.parse().ok()?, waiting))
}

fn unreadable_error() -> QueueError {
    QueueError::Refused(Cause::new("a kept message cannot be read"))
}

fn unbuilt_error() -> QueueError {
    QueueError::Refused(Cause::new("the request could not be built"))
}

fn request_error<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> QueueError {
    QueueError::Unavailable(Cause::new(
        error.code().unwrap_or("the database did not answer"),
    ))
}
