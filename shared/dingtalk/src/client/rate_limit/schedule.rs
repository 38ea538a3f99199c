//! When the next call of one interface may leave. Pure: times and measurements are arguments.
//!
//! DingTalk counts arrivals, and we see departures and answers. Each of the calls that a second may hold has a place. A
//! place is free again one second after the latest moment at which its call can have **arrived**: what an answer took
//! longer than the quickest one may all have been spent on the way there. Two calls of one place therefore arrive at
//! least a second apart, whatever the jitter is, and no second sees more calls than there are places. It costs what the
//! jitter costs, and nothing where there is none.

use std::collections::VecDeque;
use std::time::Duration;

use super::latency::LatencyWindow;
use crate::client::config::CallRate;

pub(super) const SECOND: i64 = 1_000_000;
/// Two clocks that count in milliseconds, and a timer.
const GUARD: i64 = 4_000;
/// Assumed before anything was measured.
const FIRST_SPREAD: i64 = 20_000;
/// The most that one slow answer is taken for slowness on the way there: beyond it, DingTalk was thinking. Keeps the
/// pace above nine tenths; a way that is worse shows itself by a throttled call.
const SPREAD_MAX: i64 = 100_000;
/// Added to every place after a throttled call, and the most of it.
const EXTRA_STEP: i64 = 10_000;
const EXTRA_MAX: i64 = 200_000;
/// One step of it is taken back after so long without a throttled call.
const CALM: i64 = 600 * SECOND;
/// So many throttled calls within so long slow the interface down; fewer cost themselves a second each.
const THROTTLES_MANY: usize = 3;
const THROTTLES_WITHIN: i64 = 2 * SECOND;
const SLOW_FOR: i64 = 10 * SECOND;
/// A timer that fires this much late does not move the schedule.
const LATE_TOLERANCE: i64 = 5_000;

/// A call that has left, as the schedule knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::client) struct CallSlot(u64);

/// What one interface taught about the way to DingTalk; worth keeping for the next process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LaneLesson {
    /// Microseconds; 0 before the first answer.
    pub(super) fastest: i64,
    /// Microseconds.
    pub(super) extra: i64,
}

#[derive(Debug, Clone, Copy)]
struct HeldPlace {
    slot: CallSlot,
    left: i64,
    took: Option<i64>,
}

/// All times are microseconds since the epoch.
#[derive(Debug)]
pub(super) struct Schedule {
    calls: usize,
    burst: i64,
    /// When the next slot is due if the burst is used up.
    due: i64,
    /// Calls whose arrival may lie within the last second.
    held: Vec<HeldPlace>,
    last_slot: u64,
    latency: LatencyWindow,
    extra: i64,
    extra_since: i64,
    throttles: VecDeque<i64>,
    paused_until: i64,
    slow_until: i64,
}

impl Schedule {
    pub(super) fn new(pace: CallRate) -> Self {
        let calls = usize::try_from(pace.calls_per_second.max(1)).unwrap_or(1);
        Self {
            calls,
            burst: i64::from(pace.burst.max(1)),
            due: 0,
            held: Vec::with_capacity(calls),
            last_slot: 0,
            latency: LatencyWindow::default(),
            extra: 0,
            extra_since: 0,
            throttles: VecDeque::new(),
            paused_until: 0,
            slow_until: 0,
        }
    }

    /// Takes the slot that is open now, or says how long to wait for one. An answer meanwhile may open it earlier.
    pub(super) fn take_slot(&mut self, now: i64) -> Result<CallSlot, Duration> {
        self.calm_down(now);
        let slow = now < self.slow_until;
        let calls = if slow {
            (self.calls / 2).max(1)
        } else {
            self.calls
        };
        let interval = SECOND / i64::try_from(calls).unwrap_or(1);
        let burst = if slow { 1 } else { self.burst };
        let open = (self.due - (burst - 1) * interval)
            .max(self.place_opens(now, calls))
            .max(self.paused_until);
        if open > now {
            return Err(Duration::from_micros((open - now).unsigned_abs()));
        }
        let on_time = now - open <= LATE_TOLERANCE;
        self.due = self.due.max(if on_time { open } else { now }) + interval;
        self.last_slot += 1;
        let slot = CallSlot(self.last_slot);
        self.held.push(HeldPlace {
            slot,
            left: now,
            took: None,
        });
        Ok(slot)
    }

    /// The request leaves only now: there was a token to fetch.
    pub(super) fn note_departure(&mut self, slot: CallSlot, now: i64) {
        if let Some(place) = self.held.iter_mut().find(|place| place.slot == slot) {
            place.left = now;
        }
    }

    /// DingTalk has carried the call out and answered.
    pub(super) fn note_answer(&mut self, slot: CallSlot, now: i64) {
        let Some(place) = self.held.iter_mut().find(|place| place.slot == slot) else {
            return;
        };
        let took = (now - place.left).max(0);
        place.took = Some(took);
        self.latency.note(now, took);
    }

    /// The call was throttled. `own` tells that our own pace was the reason, and not that of the whole platform.
    pub(super) fn note_throttle(&mut self, now: i64, own: bool) {
        let latest = self.throttles.back().copied();
        if own && latest.is_none_or(|at| now - at >= SECOND) {
            self.extra = (self.extra + EXTRA_STEP).min(EXTRA_MAX);
        }
        self.extra_since = now;
        self.throttles.push_back(now);
        while self
            .throttles
            .front()
            .is_some_and(|at| now - at > THROTTLES_WITHIN)
        {
            self.throttles.pop_front();
        }
        if self.throttles.len() >= THROTTLES_MANY {
            self.throttles.clear();
            self.paused_until = self.paused_until.max(now + SECOND);
            self.slow_until = self.slow_until.max(now + SLOW_FOR);
        }
    }

    /// What there is to keep.
    pub(super) fn lesson(&self) -> LaneLesson {
        LaneLesson {
            fastest: self.latency.fastest().unwrap_or_default(),
            extra: self.extra,
        }
    }

    /// Starts with what an earlier process has learned; out of bounds counts as the bound.
    pub(super) fn recall_lesson(&mut self, now: i64, lesson: LaneLesson) {
        if lesson.fastest > 0 {
            self.latency.recall(now, lesson.fastest);
        }
        self.extra = lesson.extra.clamp(0, EXTRA_MAX);
        self.extra_since = now;
    }

    fn calm_down(&mut self, now: i64) {
        if self.extra > 0 && now - self.extra_since >= CALM {
            self.extra = (self.extra - EXTRA_STEP).max(0);
            self.extra_since = now;
        }
    }

    /// When fewer than `calls` places are held.
    fn place_opens(&mut self, now: i64, calls: usize) -> i64 {
        let mut held = std::mem::take(&mut self.held);
        held.retain(|place| self.free_at(place) > now);
        let mut free: Vec<i64> = held.iter().map(|place| self.free_at(place)).collect();
        self.held = held;
        free.sort_unstable();
        free.len()
            .checked_sub(calls)
            .and_then(|at| free.get(at))
            .copied()
            .unwrap_or(now)
    }

    fn free_at(&self, place: &HeldPlace) -> i64 {
        let on_the_way = match (place.took, self.latency.fastest()) {
            (Some(took), Some(fastest)) => took - fastest,
            _ => self.latency.spread().unwrap_or(FIRST_SPREAD),
        };
        place.left + SECOND + GUARD + on_the_way.clamp(0, SPREAD_MAX) + self.extra
    }
}

#[cfg(test)]
mod tests;
