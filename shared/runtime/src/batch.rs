//! A batch of queue messages and what became of each: the failed ones go back, with the later ones of their group.
//!
//! The queue redelivers exactly the ids in `batchItemFailures`, and the **whole batch** when an unknown id is among
//! them; so only ids that came in ever go out.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::{FutureExt, StreamExt};
use serde::{Deserialize, Serialize};

/// Lambda's event for a queue, as far as we read it: the wire of SQS, FIFO or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct QueueBatch {
    /// The messages, in the order of their groups.
    #[serde(rename = "Records", default)]
    pub items: Vec<QueueItem>,
}

/// One message.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "SqsRecord")]
pub struct QueueItem {
    /// The queue's id of this message.
    pub id: String,
    /// The FIFO group; `None` on a standard queue, where every message stands alone.
    pub group: Option<String>,
    /// What was sent.
    pub body: String,
}

impl std::fmt::Debug for QueueItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Item({}, {} bytes)", self.id, self.body.len())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SqsRecord {
    message_id: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    attributes: Option<BTreeMap<String, String>>,
}

impl From<SqsRecord> for QueueItem {
    fn from(record: SqsRecord) -> Self {
        let group = record
            .attributes
            .unwrap_or_default()
            .remove("MessageGroupId");
        Self {
            id: record.message_id,
            group,
            body: record.body.unwrap_or_default(),
        }
    }
}

/// What one item came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemVerdict {
    /// Finished, or not worth another attempt: the queue forgets it.
    Done,
    /// Worth another attempt: the queue keeps it, and the later ones of its group behind it.
    Again,
}

/// The answer to a [`QueueBatch`]; serialises as the `batchItemFailures` that `ReportBatchItemFailures` reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchOutcome {
    batch_item_failures: Vec<ItemFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: String,
}

impl BatchOutcome {
    /// The ids that go back, each once, in the order of the batch.
    pub fn failed_ids(&self) -> impl Iterator<Item = &str> {
        self.batch_item_failures
            .iter()
            .map(|failure| failure.item_identifier.as_str())
    }

    /// Whether everything is done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.batch_item_failures.is_empty()
    }

    fn of_items(items: &[QueueItem], again: &BTreeSet<String>) -> Self {
        let mut named = BTreeSet::new();
        let back = items
            .iter()
            .filter(|item| again.contains(&item.id) && named.insert(item.id.as_str()));
        Self {
            batch_item_failures: back
                .map(|item| ItemFailure {
                    item_identifier: item.id.clone(),
                })
                .collect(),
        }
    }
}

/// Works a batch: one item after the other inside a group, up to `groups_at_once` groups at a time (0 counts as 1).
///
/// After an item that is to be tried again, the later ones of its group are not begun and go back too. A panic in one
/// item is caught and counts as [`ItemVerdict::Again`] — where panics unwind; with `panic = "abort"` the process ends and
/// the queue redelivers the batch. An id that comes twice counts as one message: it goes back if either copy does.
pub async fn work_batch<F, Fut>(batch: &QueueBatch, groups_at_once: usize, work: F) -> BatchOutcome
where
    F: Fn(QueueItem) -> Fut,
    Fut: Future<Output = ItemVerdict>,
{
    let work = &work;
    let worked = futures::stream::iter(group_items(&batch.items))
        .map(|group| work_group(group, work))
        .buffer_unordered(groups_at_once.max(1))
        .collect::<Vec<_>>();
    let again: BTreeSet<String> = worked.await.into_iter().flatten().collect();
    BatchOutcome::of_items(&batch.items, &again)
}

/// Items of one group together, in order; an item without a group is alone. Groups in the order of their first item.
fn group_items(items: &[QueueItem]) -> Vec<Vec<QueueItem>> {
    let mut groups: Vec<Vec<QueueItem>> = Vec::new();
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        let known = item
            .group
            .as_deref()
            .map(|group| *place.entry(group).or_insert(groups.len()));
        match known.and_then(|at| groups.get_mut(at)) {
            Some(group) => group.push(item.clone()),
            None => groups.push(vec![item.clone()]),
        }
    }
    groups
}

/// Works a group until one item fails; returns the ids of that item and of the ones behind it.
async fn work_group<F, Fut>(group: Vec<QueueItem>, work: &F) -> Vec<String>
where
    F: Fn(QueueItem) -> Fut,
    Fut: Future<Output = ItemVerdict>,
{
    let mut items = group.into_iter();
    while let Some(item) = items.next() {
        let id = item.id.clone();
        // The call itself is inside the guard too: a handler may panic before its first await.
        let attempt = AssertUnwindSafe(async { work(item).await })
            .catch_unwind()
            .await;
        let verdict = attempt.unwrap_or_else(|_| {
            tracing::error!(message.id = %id, "a queue item panicked; it goes back to the queue");
            ItemVerdict::Again
        });
        if verdict == ItemVerdict::Again {
            return std::iter::once(id)
                .chain(items.map(|later| later.id))
                .collect();
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests;
