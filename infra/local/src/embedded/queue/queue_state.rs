//! The line of one queue, in memory: who is next. Pure; what it decides is stored before it is done.

use std::collections::{BTreeMap, HashSet};

use directory::Timestamp;

use super::QueueRules;

/// A message in the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QueuedMessage {
    pub(super) body: String,
    pub(super) group: Option<String>,
    /// Delayed or in somebody's hands until then.
    pub(super) visible_at: Timestamp,
    /// Deliveries so far.
    pub(super) receives: u32,
    /// When it was sent; `None` for one that was kept before this was.
    pub(super) sent_at: Option<Timestamp>,
}

/// Who is next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PickedMessages {
    /// To be delivered, in order.
    pub(super) taken: Vec<u64>,
    /// Delivered too often: to be laid aside.
    pub(super) dead: Vec<u64>,
}

#[derive(Default)]
pub(super) struct QueueState {
    /// By the order of arrival.
    pub(super) waiting: BTreeMap<u64, QueuedMessage>,
    /// Laid aside.
    pub(super) dead: BTreeMap<u64, QueuedMessage>,
    /// The last place that was given; a place is never given twice, so that no receipt fits another message.
    pub(super) last: u64,
    /// Deduplication ids, per group, with the time of the message that had them.
    pub(super) seen: BTreeMap<String, Timestamp>,
    /// Places of messages whose sending may have failed: the next try takes the same place, so that it is kept once.
    pub(super) unsure: BTreeMap<String, u64>,
}

impl QueueState {
    /// Goes on behind everybody, and behind whatever an earlier process gave: it gave fewer than 1,024 a millisecond.
    pub(super) fn resume(&mut self, now: Timestamp) {
        let last =
            |line: &BTreeMap<u64, QueuedMessage>| line.last_key_value().map_or(0, |(seq, _)| *seq);
        let by_time = now.millis().max(0).unsigned_abs().saturating_mul(1024);
        self.last = last(&self.waiting).max(last(&self.dead)).max(by_time);
    }

    /// A place behind everybody.
    pub(super) fn next_place(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Up to `max` messages in order. In a FIFO queue a group with a message in somebody's hands waits; one call may take
    /// several of a group, in order, as SQS does.
    pub(super) fn pick(&self, max: usize, now: Timestamp, rules: &QueueRules) -> PickedMessages {
        let blocked: HashSet<&str> = self
            .waiting
            .values()
            .filter(|waiting| rules.fifo && waiting.visible_at > now)
            .filter_map(|waiting| waiting.group.as_deref())
            .collect();
        let mut picked = PickedMessages::default();
        for (seq, waiting) in &self.waiting {
            if picked.taken.len() == max {
                break;
            }
            let is_blocked = rules.fifo
                && waiting
                    .group
                    .as_deref()
                    .is_some_and(|group| blocked.contains(group));
            if waiting.visible_at > now || is_blocked {
                continue;
            }
            if waiting.receives >= rules.receives_max {
                picked.dead.push(*seq);
            } else {
                picked.taken.push(*seq);
            }
        }
        picked
    }

    /// When somebody who is not visible now will be.
    pub(super) fn next_visible(&self, now: Timestamp) -> Option<Timestamp> {
        self.waiting
            .values()
            .map(|waiting| waiting.visible_at)
            .filter(|at| *at > now)
            .min()
    }

    /// Whether this id was sent within the window.
    pub(super) fn is_duplicate(&self, id: &str, now: Timestamp, rules: &QueueRules) -> bool {
        self.seen
            .get(id)
            .is_some_and(|at| at.plus_millis(rules.deduplication_ms) > now)
    }

    /// Deduplication ids that are past the window, at most `max`.
    pub(super) fn expired_ids(
        &self,
        max: usize,
        now: Timestamp,
        rules: &QueueRules,
    ) -> Vec<String> {
        let past = |at: &Timestamp| at.plus_millis(rules.deduplication_ms) <= now;
        self.seen
            .iter()
            .filter(|(_, at)| past(at))
            .map(|(id, _)| id.clone())
            .take(max)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(messages: &[(&str, i64, u32)]) -> QueueState {
        let mut line = QueueState::default();
        for (group, visible_at, receives) in messages {
            let (seq, group) = (line.next_place(), Some((*group).to_owned()));
            let visible_at = Timestamp(*visible_at);
            line.waiting.insert(
                seq,
                QueuedMessage {
                    body: String::new(),
                    group,
                    visible_at,
                    receives: *receives,
                    sent_at: None,
                },
            );
        }
        line
    }

    #[track_caller]
    fn check(messages: &[(&str, i64, u32)], fifo: bool, taken: &[u64], dead: &[u64]) {
        let rules = QueueRules {
            fifo,
            ..QueueRules::fifo(30)
        };
        let picked = line(messages).pick(10, Timestamp(100), &rules);
        assert_eq!(
            (picked.taken.as_slice(), picked.dead.as_slice()),
            (taken, dead)
        );
    }

    #[test]
    fn a_group_waits_while_one_of_its_messages_is_taken() {
        check(
            &[("a", 0, 0), ("b", 0, 0), ("a", 0, 0)],
            true,
            &[1, 2, 3],
            &[],
        );
        check(&[("a", 200, 1), ("b", 0, 0), ("a", 0, 0)], true, &[2], &[]);
        check(&[("a", 0, 1), ("b", 0, 0), ("a", 200, 1)], true, &[2], &[]);
        check(
            &[("a", 200, 1), ("b", 0, 0), ("a", 0, 0)],
            false,
            &[2, 3],
            &[],
        );
    }

    #[test]
    fn the_sixth_delivery_is_the_dead_letter() {
        check(
            &[("a", 0, 4), ("b", 0, 5), ("b", 0, 0)],
            true,
            &[1, 3],
            &[2],
        );
    }
}
