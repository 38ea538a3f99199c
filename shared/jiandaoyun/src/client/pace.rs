//! Pace: calls leave so that neither an interface nor the tenant is asked more often than allowed.
//!
//! 简道云 counts arrivals and we count departures, so a window is a little longer than a second.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use directory::Timestamp;

use super::Clock;
use super::interface::Interface;

/// How fast to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallPace {
    /// Calls a second to everything together. Other programs of the company count too: leave them some.
    pub tenant_calls_per_second: u32,
    /// How much longer than a second a window is, in milliseconds: what the network may compress.
    pub margin_millis: u32,
}

impl Default for CallPace {
    /// Forty of the fifty calls a second that a tenant has; windows of 1.05 seconds.
    fn default() -> Self {
        Self {
            tenant_calls_per_second: 40,
            margin_millis: 50,
        }
    }
}

/// Keeps the pace of one client.
pub(super) struct PaceKeeper {
    pace: CallPace,
    lanes: Mutex<Lanes>,
}

#[derive(Default)]
struct Lanes {
    tenant: Lane,
    by_path: BTreeMap<&'static str, Lane>,
}

/// The departures of the last window, in milliseconds since the epoch.
#[derive(Default)]
struct Lane {
    departures: VecDeque<i64>,
    closed_until: i64,
}

impl Lane {
    /// When the next call may leave.
    fn opens_at(&self, calls: u32, window: i64) -> i64 {
        let calls = usize::try_from(calls.max(1)).unwrap_or(usize::MAX);
        let counted = self.departures.len().checked_sub(calls);
        let opens = counted
            .and_then(|at| self.departures.get(at))
            .map_or(i64::MIN, |at| at + window);
        opens.max(self.closed_until)
    }

    fn depart(&mut self, now: i64, window: i64) {
        while self.departures.front().is_some_and(|at| at + window <= now) {
            self.departures.pop_front();
        }
        self.departures.push_back(now);
    }
}

impl PaceKeeper {
    pub(super) fn new(pace: CallPace) -> Self {
        Self {
            pace,
            lanes: Mutex::default(),
        }
    }

    /// Waits for a slot of the interface and of the tenant, and takes both.
    pub(super) async fn wait_for_slot(&self, interface: Interface, clock: &dyn Clock) {
        while let Some(wait) = self.try_slot(interface, clock.now()) {
            clock.sleep(wait).await;
        }
    }

    /// Takes the slot, or says how long to wait.
    fn try_slot(&self, interface: Interface, now: Timestamp) -> Option<Duration> {
        let (now, window) = (now.millis(), 1000 + i64::from(self.pace.margin_millis));
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let Lanes { tenant, by_path } = &mut *lanes;
        let lane = by_path.entry(interface.path).or_default();
        let opens = tenant
            .opens_at(self.pace.tenant_calls_per_second, window)
            .max(lane.opens_at(interface.calls_per_second, window));
        if opens > now {
            return Some(Duration::from_millis((opens - now).unsigned_abs()));
        }
        tenant.depart(now, window);
        lane.depart(now, window);
        None
    }

    /// After "slower, please", which may be the tenant's: nothing leaves for `pause`.
    pub(super) fn close(&self, now: Timestamp, pause: Duration) {
        let until = now.plus_millis(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.tenant.closed_until = lanes.tenant.closed_until.max(until.millis());
    }
}

#[cfg(test)]
mod tests {
    use super::super::interface::{DEPARTMENT_LIST, ROW_GET, ROW_LIST};
    use super::*;

    fn departures(keeper: &PaceKeeper, interfaces: &[Interface], count: usize) -> Vec<i64> {
        let (mut now, mut out) = (1_763_800_000_000, Vec::new());
        while out.len() < count {
            let interface = interfaces[out.len() % interfaces.len()];
            match keeper.try_slot(interface, Timestamp(now)) {
                None => out.push(now),
                Some(wait) => now += i64::try_from(wait.as_millis()).unwrap(),
            }
        }
        out
    }

    fn busiest_second(times: &[i64]) -> usize {
        let within = |from: i64| {
            times
                .iter()
                .filter(|at| (from..from + 1000).contains(*at))
                .count()
        };
        times.iter().map(|from| within(*from)).max().unwrap()
    }

    #[test]
    fn neither_an_interface_nor_the_tenant_is_asked_too_often() {
        let keeper = PaceKeeper::new(CallPace::default());
        assert_eq!(busiest_second(&departures(&keeper, &[ROW_LIST], 300)), 30);
        let keeper = PaceKeeper::new(CallPace::default());
        let times = departures(&keeper, &[ROW_LIST, ROW_GET], 400);
        assert_eq!(busiest_second(&times), 40);
        // 400 calls at 40 in 1.05 seconds.
        assert!(times[399] - times[0] <= 9 * 1050 + 10);
        let keeper = PaceKeeper::new(CallPace::default());
        assert_eq!(
            busiest_second(&departures(&keeper, &[DEPARTMENT_LIST], 50)),
            10
        );
    }

    #[test]
    fn a_closed_tenant_is_closed_for_every_interface() {
        let keeper = PaceKeeper::new(CallPace::default());
        keeper.close(Timestamp(5_000), Duration::from_secs(1));
        let wait = keeper.try_slot(ROW_GET, Timestamp(5_400));
        assert_eq!(wait, Some(Duration::from_millis(600)));
        assert_eq!(keeper.try_slot(ROW_GET, Timestamp(6_000)), None);
    }
}
