//! A queue of this machine, kept in a table of the embedded database, with the rules of SQS: order within a group, a group
//! waits while one of it is in somebody's hands, visibility, redelivery, dead letters, deduplication, delay.
//!
//! One process owns a queue. What is decided is stored first: a message that was sent survives `kill -9`, and so does the
//! count of its deliveries, so that a message that kills its reader ends among the dead letters.

mod dead_letters;
mod message_table;
mod queue_state;

#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use directory::Timestamp;
use state::queue::check_message;
use state::{Cause, Queue, QueueError, QueueMessage};
use tokio::sync::{Mutex, Notify};

use super::TimeSource;
use message_table::{MessageTable, QueuePartition, TableChange};
use queue_state::{QueueState, QueuedMessage};

/// How long a waiting reader sleeps at most before it looks at the clock again.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// A queue's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRules {
    /// In order within a group; a group and a deduplication id are needed.
    pub fifo: bool,
    /// How long a delivered message stays out of sight, in milliseconds.
    pub visibility_ms: i64,
    /// Deliveries before a message is laid aside.
    pub receives_max: u32,
    /// How long a deduplication id counts, in milliseconds, within its group.
    pub deduplication_ms: i64,
}

impl QueueRules {
    /// A FIFO queue: five deliveries, five minutes of deduplication.
    #[must_use]
    pub fn fifo(visibility_s: u32) -> Self {
        let visibility_ms = i64::from(visibility_s) * 1000;
        Self {
            fifo: true,
            visibility_ms,
            receives_max: 5,
            deduplication_ms: 300_000,
        }
    }

    /// A standard queue: five deliveries.
    #[must_use]
    pub fn standard(visibility_s: u32) -> Self {
        Self {
            fifo: false,
            ..Self::fifo(visibility_s)
        }
    }
}

/// What deletes or releases one delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    seq: u64,
    receives: u32,
}

impl Receipt {
    /// As text, to be handed on.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}-{}", self.seq, self.receives)
    }

    /// From [`Receipt::to_text`]; `None` for any other text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (seq, receives) = text.split_once('-')?;
        Some(Self {
            seq: seq.parse().ok()?,
            receives: receives.parse().ok()?,
        })
    }
}

/// A delivered message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMessage {
    /// The same in every delivery.
    pub id: String,
    /// For this delivery.
    pub receipt: Receipt,
    /// As it was sent.
    pub body: String,
    /// Its group.
    pub group: Option<String>,
    /// Deliveries, this one included.
    pub receives: u32,
}

/// A queue of this machine.
pub struct EmbeddedQueue {
    rules: QueueRules,
    clock: TimeSource,
    shelf: MessageTable,
    line: Mutex<QueueState>,
    arrived: Notify,
}

impl EmbeddedQueue {
    /// Opens a queue by its name in a table, which is made when there is none. What a former process had in its hands is
    /// visible again at once: nobody else will hand it back.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn open(
        client: Client,
        table: &str,
        name: &str,
        rules: QueueRules,
        clock: TimeSource,
    ) -> Result<Self, QueueError> {
        let made = state::store::create_table(&client, table).await;
        made.map_err(|error| QueueError::Unavailable(Cause::new(error.to_string())))?;
        let shelf = MessageTable::new(client, table, name);
        let mut line = shelf.load().await?;
        let now = clock();
        line.resume(now);
        for waiting in line
            .waiting
            .values_mut()
            .filter(|waiting| waiting.receives > 0 && waiting.visible_at > now)
        {
            waiting.visible_at = now;
        }
        Ok(Self {
            rules,
            clock,
            shelf,
            line: Mutex::new(line),
            arrived: Notify::new(),
        })
    }

    /// Takes up to `max` messages, waiting up to `wait` for the first. They stay out of sight for the visibility time.
    ///
    /// # Errors
    /// [`QueueError`]; nothing is delivered then.
    pub async fn receive(
        &self,
        max: usize,
        wait: Duration,
    ) -> Result<Vec<ReceivedMessage>, QueueError> {
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            // Listens before it looks, so that no arrival in between is missed.
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            let (received, next) = self.take_visible(max).await?;
            let left = deadline.saturating_duration_since(tokio::time::Instant::now());
            if !received.is_empty() || left.is_zero() {
                return Ok(received);
            }
            tokio::select! {
                () = arrived => {}
                () = tokio::time::sleep(left.min(next).min(POLL_INTERVAL)) => {}
            }
        }
    }

    /// What can be taken now; otherwise how long until a hidden message is visible again.
    async fn take_visible(
        &self,
        max: usize,
    ) -> Result<(Vec<ReceivedMessage>, Duration), QueueError> {
        let mut line = self.line.lock().await;
        let now = (self.clock)();
        let picked = line.pick(max, now, &self.rules);
        self.move_to_dead_letters(&mut line, &picked.dead).await?;
        let visible_at = now.plus_millis(self.rules.visibility_ms);
        let taken: Vec<(u64, QueuedMessage)> = picked
            .taken
            .iter()
            .filter_map(|seq| line.waiting.get(seq).map(|waiting| (*seq, waiting)))
            .map(|(seq, waiting)| {
                (
                    seq,
                    QueuedMessage {
                        visible_at,
                        receives: waiting.receives + 1,
                        ..waiting.clone()
                    },
                )
            })
            .collect();
        let changes: Vec<_> = taken
            .iter()
            .map(|(seq, waiting)| TableChange::Keep(QueuePartition::Waiting, *seq, waiting))
            .collect();
        self.shelf.write_changes(&changes).await?;
        let mut received = Vec::with_capacity(taken.len());
        for (seq, waiting) in taken {
            received.push(delivery(seq, &waiting));
            line.waiting.insert(seq, waiting);
        }
        let next = line
            .next_visible(now)
            .map_or(POLL_INTERVAL, |at| millis(at.millis() - now.millis()));
        Ok((received, next))
    }

    async fn move_to_dead_letters(
        &self,
        line: &mut QueueState,
        seqs: &[u64],
    ) -> Result<(), QueueError> {
        for seq in seqs {
            let Some(waiting) = line.waiting.get(seq) else {
                continue;
            };
            self.shelf
                .write_changes(&[TableChange::Keep(QueuePartition::Dead, *seq, waiting)])
                .await?;
            self.shelf
                .write_changes(&[TableChange::Drop(QueuePartition::Waiting, *seq)])
                .await?;
            if let Some(waiting) = line.waiting.remove(seq) {
                tracing::warn!(
                    message.receives = waiting.receives,
                    "a message was laid aside: delivered too often"
                );
                line.dead.insert(*seq, waiting);
            }
        }
        Ok(())
    }

    /// The message is done.
    ///
    /// # Errors
    /// [`QueueError::StaleReceipt`] when it was delivered again since, or is gone.
    pub async fn delete(&self, receipt: &Receipt) -> Result<(), QueueError> {
        let mut line = self.line.lock().await;
        find_received(&line, receipt)?;
        self.shelf
            .write_changes(&[TableChange::Drop(QueuePartition::Waiting, receipt.seq)])
            .await?;
        line.waiting.remove(&receipt.seq);
        drop(line);
        // The rest of its group may go on.
        self.arrived.notify_waiters();
        Ok(())
    }

    /// The message is not done: visible again at once.
    ///
    /// # Errors
    /// [`QueueError::StaleReceipt`] when it was delivered again since, or is gone.
    pub async fn release(&self, receipt: &Receipt) -> Result<(), QueueError> {
        self.hide(receipt, 0).await
    }

    /// The message is not done: visible again so many milliseconds from now, be that later or sooner than it would be.
    ///
    /// # Errors
    /// [`QueueError::StaleReceipt`] when it was delivered again since, or is gone.
    pub async fn hide(&self, receipt: &Receipt, millis: i64) -> Result<(), QueueError> {
        let mut line = self.line.lock().await;
        let visible_at = (self.clock)().plus_millis(millis);
        let waiting = QueuedMessage {
            visible_at,
            ..find_received(&line, receipt)?.clone()
        };
        self.shelf
            .write_changes(&[TableChange::Keep(
                QueuePartition::Waiting,
                receipt.seq,
                &waiting,
            )])
            .await?;
        line.waiting.insert(receipt.seq, waiting);
        drop(line);
        self.arrived.notify_waiters();
        Ok(())
    }

    /// Messages that are not done: visible, delayed or in somebody's hands; dead letters apart.
    pub async fn count_waiting(&self) -> usize {
        self.line.lock().await.waiting.len()
    }

    async fn forget_old_ids(
        &self,
        line: &mut QueueState,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let past = line.expired_ids(25, now, &self.rules);
        if past.len() < 25 {
            return Ok(());
        }
        let changes: Vec<_> = past.iter().map(|id| TableChange::Forget(id)).collect();
        self.shelf.write_changes(&changes).await?;
        line.seen.retain(|id, _| !past.contains(id));
        Ok(())
    }
}

#[async_trait]
impl Queue for EmbeddedQueue {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        check_message(&message, self.rules.fifo)?;
        let mut line = self.line.lock().await;
        let now = (self.clock)();
        self.forget_old_ids(&mut line, now).await?;
        let group = message.group.as_deref().unwrap_or_default();
        let seen = message
            .deduplication
            .filter(|_| self.rules.fifo)
            .map(|id| format!("{group}#{id}"));
        if seen
            .as_ref()
            .is_some_and(|id| line.is_duplicate(id, now, &self.rules))
        {
            return Ok(());
        }
        let visible_at = now.plus_millis(i64::from(message.delay_s) * 1000);
        let sent_at = Some(now);
        let waiting = QueuedMessage {
            body: message.body,
            group: message.group,
            visible_at,
            receives: 0,
            sent_at,
        };
        let seq = match seen.as_ref().and_then(|id| line.unsure.get(id).copied()) {
            Some(seq) => seq,
            None => line.next_place(),
        };
        if let Err(error) = self
            .shelf
            .add(seq, &waiting, seen.as_deref().map(|id| (id, now)))
            .await
        {
            line.unsure.extend(seen.map(|id| (id, seq)));
            return Err(error);
        }
        line.waiting.insert(seq, waiting);
        line.unsure.retain(|id, _| Some(id) != seen.as_ref());
        line.seen.extend(seen.map(|id| (id, now)));
        drop(line);
        self.arrived.notify_waiters();
        Ok(())
    }
}

fn find_received<'a>(
    line: &'a QueueState,
    receipt: &Receipt,
) -> Result<&'a QueuedMessage, QueueError> {
    let waiting = line
        .waiting
        .get(&receipt.seq)
        .filter(|waiting| waiting.receives == receipt.receives);
    waiting.ok_or(QueueError::StaleReceipt)
}

fn delivery(seq: u64, waiting: &QueuedMessage) -> ReceivedMessage {
    ReceivedMessage {
        id: seq.to_string(),
        receipt: Receipt {
            seq,
            receives: waiting.receives,
        },
        body: waiting.body.clone(),
        group: waiting.group.clone(),
        receives: waiting.receives,
    }
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}
