//! A way to DingTalk with jitter, and DingTalk's limit at its end.

use std::collections::{BTreeMap, VecDeque};

use super::super::{CallSlot, Schedule};
use super::START;

/// How DingTalk may count. Its documentation says "20 per second" and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// No more than 20 in any second.
    Sliding,
    /// No more than 20 in a second of its clock.
    PerSecond,
    /// A bucket of 20 that fills with 20 a second.
    Bucket,
}

const LIMIT: usize = 20;
const ONE_WAY: i64 = 40;
const MINUTE: i64 = 60_000;

pub(super) struct Way {
    jitter: i64,
    both_ways: bool,
    counting: Counting,
    accepted: VecDeque<i64>,
    bucket: (i64, i64),
    dice: u64,
    now: i64,
}

impl Way {
    pub(super) fn new(jitter: i64, both_ways: bool, counting: Counting) -> Self {
        Self {
            jitter,
            both_ways,
            counting,
            accepted: VecDeque::new(),
            bucket: (20_000, 0),
            dice: 7,
            now: START,
        }
    }

    fn roll(&mut self) -> i64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        i64::try_from(self.dice >> 33).unwrap() % (self.jitter + 1)
    }

    /// A call that leaves now, in milliseconds: whether it is accepted. For calls in order only.
    pub(super) fn arrive_after(&mut self, left: i64) -> bool {
        let at = left + ONE_WAY + self.roll();
        self.accepts(at)
    }

    fn accepts(&mut self, at: i64) -> bool {
        let counted = |from: i64, accepted: &VecDeque<i64>| {
            accepted.iter().filter(|before| **before >= from).count()
        };
        let free = match self.counting {
            Counting::Sliding => counted(at - 999, &self.accepted) < LIMIT,
            Counting::PerSecond => counted(at - at % 1000, &self.accepted) < LIMIT,
            Counting::Bucket => {
                let level = (self.bucket.0 + (at - self.bucket.1).max(0) * 20).min(20_000);
                self.bucket = (level, at);
                level >= 1000
            }
        };
        if free {
            self.bucket.0 -= 1000;
            self.accepted.push_back(at);
            while self.accepted.len() > LIMIT * 4 {
                self.accepted.pop_front();
            }
        }
        free
    }

    /// Calls that are always ready, for so many minutes: how many were throttled, and which share of the floor was
    /// reached, both after the first minute.
    pub(super) fn run(&mut self, schedule: &mut Schedule, minutes: i64) -> (usize, f64) {
        let mut arriving: BTreeMap<i64, Vec<CallSlot>> = BTreeMap::new();
        let mut answers: BTreeMap<i64, Vec<(CallSlot, bool)>> = BTreeMap::new();
        let (mut throttled, mut served, mut next_try) = (0, 0, 0);
        let began = self.now;
        self.now += minutes * MINUTE;
        for now in began..began + minutes * MINUTE {
            for slot in arriving.remove(&now).unwrap_or_default() {
                let accepted = self.accepts(now);
                let settled = now >= began + MINUTE;
                throttled += usize::from(settled && !accepted);
                served += i64::from(settled && accepted);
                let back = if self.both_ways { self.roll() } else { 0 };
                let answer = answers.entry(now + ONE_WAY + back).or_default();
                answer.push((slot, accepted));
            }
            for (slot, accepted) in answers.remove(&now).unwrap_or_default() {
                if accepted {
                    schedule.note_answer(slot, now * 1000);
                } else {
                    schedule.note_throttle(now * 1000, true);
                }
            }
            while now >= next_try {
                match schedule.take_slot(now * 1000) {
                    Ok(slot) => {
                        let at = now + ONE_WAY + self.roll();
                        arriving.entry(at).or_default().push(slot);
                    }
                    Err(wait) => {
                        next_try = now + i64::try_from(wait.as_micros().div_ceil(1000)).unwrap();
                    }
                }
            }
        }
        let floor = (minutes - 1) * MINUTE / 50;
        let share =
            f64::from(u32::try_from(served).unwrap()) / f64::from(u32::try_from(floor).unwrap());
        (throttled, share)
    }
}
