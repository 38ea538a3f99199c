//! What was laid aside on this machine.

use async_trait::async_trait;
use state::{DeadLetter, DeadLetters, QueueError};

use super::EmbeddedQueue;
use super::message_table::{QueuePartition, TableChange};
use super::queue_state::QueuedMessage;

#[async_trait]
impl DeadLetters for EmbeddedQueue {
    async fn count(&self) -> Result<usize, QueueError> {
        Ok(self.line.lock().await.dead.len())
    }

    async fn list(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let line = self.line.lock().await;
        Ok(line
            .dead
            .iter()
            .take(limit)
            .map(|(seq, waiting)| letter(*seq, waiting))
            .collect())
    }

    async fn redrive(&self, id: Option<&str>) -> Result<usize, QueueError> {
        let mut line = self.line.lock().await;
        let wanted = |seq: &u64| id.is_none_or(|id| seq.to_string() == id);
        let seqs: Vec<u64> = line.dead.keys().copied().filter(wanted).collect();
        for seq in &seqs {
            let Some(letter) = line.dead.get(seq) else {
                continue;
            };
            let now = (self.clock)();
            let fresh = QueuedMessage {
                receives: 0,
                visible_at: now,
                sent_at: Some(now),
                ..letter.clone()
            };
            let place = line.next_place();
            // In this order: killed in between, it is there twice and never not at all.
            self.shelf
                .write_changes(&[TableChange::Keep(QueuePartition::Waiting, place, &fresh)])
                .await?;
            self.shelf
                .write_changes(&[TableChange::Drop(QueuePartition::Dead, *seq)])
                .await?;
            line.waiting.insert(place, fresh);
            line.dead.remove(seq);
        }
        drop(line);
        self.arrived.notify_waiters();
        Ok(seqs.len())
    }
}

fn letter(seq: u64, waiting: &QueuedMessage) -> DeadLetter {
    DeadLetter {
        id: seq.to_string(),
        body: waiting.body.clone(),
        group: waiting.group.clone(),
        sent_at: waiting.sent_at,
        receives: waiting.receives,
    }
}
