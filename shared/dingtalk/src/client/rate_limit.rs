//! Pacing: every interface has a lane that hands out slots at the allowed rate.
//!
//! Slots are moments of a schedule, not pauses after a call, so that latency and late wake-ups do not add up. Two rules
//! hold at once: slots are one interval apart with a small burst, and no second at DingTalk sees more than the allowed
//! number, whatever the way there adds (`schedule.rs`).

mod latency;
mod schedule;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use directory::Timestamp;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::config::CallRate;
pub(super) use schedule::CallSlot;
use schedule::{LaneLesson, Schedule};

/// What a client has learned about the way to DingTalk, per interface. Worth keeping from run to run; never needed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PaceMemory {
    /// By interface, as in [`CallTally::calls`](super::CallTally::calls).
    pub interfaces: BTreeMap<String, LearnedPace>,
}

/// What one interface taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LearnedPace {
    /// The quickest answer of late, in milliseconds; 0 where there was none.
    pub fastest_millis: u32,
    /// What throttled answers have added to each second, in milliseconds; at most 200.
    pub margin_millis: u32,
}

/// One lane per interface.
pub(super) struct RateLimiter {
    pace: CallRate,
    lanes: Mutex<BTreeMap<&'static str, Arc<RateLane>>>,
    recalled: Mutex<(Timestamp, PaceMemory)>,
    /// Milliseconds since the epoch; a ban is of our address, so that it closes every lane.
    closed_until: AtomicI64,
}

impl RateLimiter {
    pub(super) fn new(pace: CallRate) -> Self {
        Self {
            pace,
            lanes: Mutex::default(),
            recalled: Mutex::new((Timestamp(0), PaceMemory::default())),
            closed_until: AtomicI64::new(0),
        }
    }

    /// After a ban: nothing is asked before `pause` is over.
    pub(super) fn close_all(&self, now: Timestamp, pause: Duration) {
        let until = now.plus_millis(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
        self.closed_until
            .fetch_max(until.millis(), Ordering::SeqCst);
    }

    /// How long the lanes stay closed from `now` on; `None` when they are open.
    pub(super) fn closed_for(&self, now: Timestamp) -> Option<Duration> {
        let left = self
            .closed_until
            .load(Ordering::SeqCst)
            .saturating_sub(now.millis());
        (left > 0).then(|| Duration::from_millis(left.unsigned_abs()))
    }

    pub(super) fn lane(&self, interface: &'static str) -> Arc<RateLane> {
        let mut lanes = lock(&self.lanes);
        Arc::clone(lanes.entry(interface).or_insert_with(|| {
            let lane = RateLane::new(self.pace);
            let recalled = lock(&self.recalled);
            if let Some(learned) = recalled.1.interfaces.get(interface) {
                lock(&lane.schedule).recall_lesson(micros(recalled.0), learned.to_lesson());
            }
            Arc::new(lane)
        }))
    }

    /// Lanes that are opened from now on start with this.
    pub(super) fn recall(&self, now: Timestamp, memory: PaceMemory) {
        *lock(&self.recalled) = (now, memory);
    }

    /// What was recalled, with what the lanes have learned since.
    pub(super) fn memory(&self) -> PaceMemory {
        let mut memory = lock(&self.recalled).1.clone();
        for (interface, lane) in lock(&self.lanes).iter() {
            let learned = LearnedPace::from_lesson(lock(&lane.schedule).lesson());
            memory.interfaces.insert((*interface).to_owned(), learned);
        }
        memory
    }
}

/// One interface's queue. Who waits is served in order; only the first in the queue keeps a timer, and whoever gives up
/// waiting takes no slot with it.
pub(super) struct RateLane {
    queue: tokio::sync::Mutex<()>,
    schedule: Mutex<Schedule>,
}

impl RateLane {
    fn new(pace: CallRate) -> Self {
        Self {
            queue: tokio::sync::Mutex::new(()),
            schedule: Mutex::new(Schedule::new(pace)),
        }
    }

    /// Waits for the next slot and takes it.
    pub(super) async fn wait_for_slot(&self, clock: &dyn Clock) -> CallSlot {
        let _first = self.queue.lock().await;
        loop {
            let taken = lock(&self.schedule).take_slot(micros(clock.now()));
            match taken {
                Ok(slot) => return slot,
                Err(wait) => clock.sleep(wait).await,
            }
        }
    }

    /// The request of this slot is sent now.
    pub(super) fn note_departure(&self, slot: CallSlot, now: Timestamp) {
        lock(&self.schedule).note_departure(slot, micros(now));
    }

    /// The answer of this slot is there, and is neither a gateway's page nor a refusal for pace.
    pub(super) fn note_answer(&self, slot: CallSlot, now: Timestamp) {
        lock(&self.schedule).note_answer(slot, micros(now));
    }

    /// After a throttled answer. The call itself waits a second; several in short order pause the lane for a second and
    /// halve its pace for ten.
    pub(super) fn note_throttle(&self, now: Timestamp, own: bool) {
        lock(&self.schedule).note_throttle(micros(now), own);
    }
}

impl LearnedPace {
    fn from_lesson(lesson: LaneLesson) -> Self {
        let millis = |micros: i64| u32::try_from(micros / 1000).unwrap_or_default();
        Self {
            fastest_millis: millis(lesson.fastest),
            margin_millis: millis(lesson.extra),
        }
    }

    fn to_lesson(self) -> LaneLesson {
        LaneLesson {
            fastest: i64::from(self.fastest_millis) * 1000,
            extra: i64::from(self.margin_millis) * 1000,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn micros(at: Timestamp) -> i64 {
    at.millis().saturating_mul(1000)
}
