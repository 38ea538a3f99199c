//! Pacing: every interface has a lane that hands out slots at the allowed rate.
//!
//! Slots are moments of a schedule, not pauses after a call, so that latency and late wake-ups do not add up. Two rules
//! hold at once: slots are one interval apart with a small burst, and no second holds more than the allowed number.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use directory::Timestamp;

use super::clock::Clock;
use super::config::CallRate;

const SECOND: i64 = 1_000_000;
/// DingTalk counts arrivals, we count departures: its second may hold what left in slightly more than one. Costs 2 % of
/// the rate and keeps a steady sweep from ever being throttled.
const WINDOW: i64 = SECOND + 20_000;
/// A timer that fires this much late does not move the schedule.
const LATE_TOLERANCE: i64 = 5_000;
const SLOW_FOR: i64 = 10 * SECOND;

/// One lane per interface.
pub(super) struct RateLimiter {
    pace: CallRate,
    lanes: Mutex<BTreeMap<&'static str, Arc<RateLane>>>,
    /// Milliseconds since the epoch; a ban is of our address, so that it closes every lane.
    closed_until: AtomicI64,
}

impl RateLimiter {
    pub(super) fn new(pace: CallRate) -> Self {
        Self {
            pace,
            lanes: Mutex::default(),
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
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            lanes
                .entry(interface)
                .or_insert_with(|| Arc::new(RateLane::new(self.pace))),
        )
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
    pub(super) async fn wait_for_slot(&self, clock: &dyn Clock) {
        let _first = self.queue.lock().await;
        while let Some(wait) = self.try_slot(clock.now()) {
            clock.sleep(wait).await;
        }
    }

    /// Takes the open slot, or says how long to wait for one.
    fn try_slot(&self, now: Timestamp) -> Option<Duration> {
        self.lock_schedule().take_slot(micros(now)).err()
    }

    /// After a throttled answer: nothing for `pause`, then half the pace until ten seconds from now are over.
    pub(super) fn slow_down(&self, now: Timestamp, pause: Duration) {
        self.lock_schedule().slow_down(
            micros(now),
            i64::try_from(pause.as_micros()).unwrap_or(SECOND),
        );
    }

    fn lock_schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All times are microseconds since the epoch.
struct Schedule {
    calls: usize,
    burst: i64,
    /// When the next slot is due if the burst is used up.
    due: i64,
    /// The last slots, no more than a window can hold.
    taken: VecDeque<i64>,
    paused_until: i64,
    slow_until: i64,
}

impl Schedule {
    fn new(pace: CallRate) -> Self {
        let calls = usize::try_from(pace.calls_per_second.max(1)).unwrap_or(1);
        Self {
            calls,
            burst: i64::from(pace.burst.max(1)),
            due: 0,
            taken: VecDeque::with_capacity(calls),
            paused_until: 0,
            slow_until: 0,
        }
    }

    /// Takes the slot that is open now, or says how long to wait for one.
    fn take_slot(&mut self, now: i64) -> Result<(), Duration> {
        let slow = now < self.slow_until;
        let calls = if slow {
            (self.calls / 2).max(1)
        } else {
            self.calls
        };
        let interval = WINDOW / i64::try_from(calls).unwrap_or(1);
        let burst = if slow { 1 } else { self.burst };
        let open = (self.due - (burst - 1) * interval)
            .max(self.window_opens(calls))
            .max(self.paused_until);
        if open > now {
            return Err(Duration::from_micros((open - now).unsigned_abs()));
        }
        let slot = if now - open <= LATE_TOLERANCE {
            open
        } else {
            now
        };
        self.due = self.due.max(slot) + interval;
        if self.taken.len() == self.calls {
            self.taken.pop_front();
        }
        self.taken.push_back(slot);
        Ok(())
    }

    /// When the window before it holds fewer than `calls` slots.
    fn window_opens(&self, calls: usize) -> i64 {
        let counted = self
            .taken
            .len()
            .checked_sub(calls)
            .and_then(|at| self.taken.get(at));
        counted.map_or(0, |taken| taken + WINDOW)
    }

    fn slow_down(&mut self, now: i64, pause: i64) {
        self.paused_until = self.paused_until.max(now + pause);
        self.slow_until = self.slow_until.max(now + SLOW_FOR);
    }
}

fn micros(at: Timestamp) -> i64 {
    at.millis().saturating_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Departure times in milliseconds of `count` calls that are always ready, with a timer of 1 ms granularity that
    /// wakes `late` ms late.
    fn departure_times(schedule: &mut Schedule, mut now: i64, count: usize, late: i64) -> Vec<i64> {
        let mut out = Vec::new();
        while out.len() < count {
            match schedule.take_slot(now * 1000) {
                Ok(()) => out.push(now),
                Err(wait) => now += i64::try_from(wait.as_micros().div_ceil(1000)).unwrap() + late,
            }
        }
        out
    }

    fn busiest_second(times: &[i64]) -> usize {
        times
            .iter()
            .map(|from| {
                times
                    .iter()
                    .filter(|at| (*from..from + 1000).contains(*at))
                    .count()
            })
            .max()
            .unwrap()
    }

    #[test]
    fn two_calls_leave_at_once_and_then_one_per_interval() {
        let mut schedule = Schedule::new(CallRate::default());
        let times = departure_times(&mut schedule, 5_000, 4, 0);
        assert_eq!((times[0], times[1]), (5_000, 5_000));
        assert!((51..=53).contains(&(times[2] - times[1])), "{times:?}");
    }

    #[test]
    fn no_second_holds_more_than_allowed_and_the_rate_is_reached() {
        for (calls_per_second, late) in [(20, 0), (20, 3), (60, 0), (60, 3), (1, 0), (7, 4)] {
            let mut schedule = Schedule::new(CallRate {
                calls_per_second,
                burst: 2,
            });
            let count = usize::try_from(calls_per_second).unwrap() * 100;
            let times = departure_times(&mut schedule, 1_763_800_000_000, count, late);
            assert!(busiest_second(&times) <= usize::try_from(calls_per_second).unwrap());
            let took = times.last().unwrap() - times[0];
            assert!(
                took <= 102_600,
                "{calls_per_second}/s, {late} ms late: {took} ms for 100 s of calls"
            );
        }
    }

    #[test]
    fn a_throttled_lane_pauses_and_then_goes_at_half_pace_for_ten_seconds() {
        let mut schedule = Schedule::new(CallRate::default());
        let start = 1_763_800_000_000;
        departure_times(&mut schedule, start, 10, 0);
        let now = start + 500;
        schedule.slow_down(now * 1000, SECOND);
        let times = departure_times(&mut schedule, now, 400, 0);
        assert_eq!(times[0], now + 1000);
        let within = |from: i64, to: i64| {
            times
                .iter()
                .filter(|at| (now + from..now + to).contains(*at))
                .count()
        };
        assert!(
            (80..=90).contains(&within(1000, 10_000)),
            "{}",
            within(1000, 10_000)
        );
        assert!(
            (190..=200).contains(&within(10_000, 20_000)),
            "{}",
            within(10_000, 20_000)
        );
    }
}
