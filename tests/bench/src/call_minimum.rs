//! The least number of calls that a sweep needs, and the least time that they take.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::world::CallRecord;

/// Rows of a page of `user/list`.
const PAGE: u64 = 100;

/// Interface that lists a department's children.
pub const LISTSUB: &str = "/topapi/v2/department/listsub";
/// Interface that lists a department's members.
pub const USER_LIST: &str = "/topapi/v2/user/list";
/// Interface that reads one person.
pub const USER_GET: &str = "/topapi/v2/user/get";
/// Interface that reads one department.
pub const DEPARTMENT_GET: &str = "/topapi/v2/department/get";

/// The least number of calls per interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallMinimum(BTreeMap<&'static str, u64>);

impl CallMinimum {
    /// Counts both lists of every department, from the number of members of each: one call for its
    /// children, and one page per hundred members, at least one.
    #[must_use]
    pub fn of_lists(members: &[u64]) -> Self {
        let departments = u64::try_from(members.len()).unwrap_or(u64::MAX);
        let pages = members
            .iter()
            .map(|members| members.div_ceil(PAGE).max(1))
            .sum();
        Self(BTreeMap::from([(LISTSUB, departments), (USER_LIST, pages)]))
    }

    /// Like [`CallMinimum::of_lists`], with one read for every record that the log shows as read at
    /// all.
    #[must_use]
    pub fn of_lists_and_reads(members: &[u64], log: &[CallRecord]) -> Self {
        let mut minimum = Self::of_lists(members);
        for interface in [USER_GET, DEPARTMENT_GET] {
            minimum
                .0
                .insert(interface, distinct_subjects(log, interface));
        }
        minimum
    }

    /// Returns the number of all calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.values().sum()
    }

    /// Returns the seconds that the busiest interface takes at `qps` calls per second each. The
    /// other interfaces run beside it.
    #[must_use]
    pub fn seconds(&self, qps: u32) -> f64 {
        ratio(
            self.0.values().copied().max().unwrap_or_default(),
            u64::from(qps),
        )
    }
}

/// Counts the different records that an interface was called for.
#[must_use]
pub fn distinct_subjects(log: &[CallRecord], interface: &str) -> u64 {
    let of_it = log.iter().filter(|call| call.interface == interface);
    of_it
        .map(|call| &call.subject)
        .collect::<BTreeSet<_>>()
        .len() as u64
}

/// Returns the seconds from the first call to the last, by their arrival.
#[must_use]
pub fn elapsed_seconds(log: &[CallRecord]) -> f64 {
    let first = log.iter().map(|call| call.at).min().unwrap_or_default();
    let last = log.iter().map(|call| call.at).max().unwrap_or_default();
    ratio(last.abs_diff(first), 1000)
}

/// Returns, for each interface, its number of calls and the seconds of its first and last call
/// after the first call of all.
#[must_use]
pub fn interface_spans(log: &[CallRecord]) -> Vec<(&str, u64, f64, f64)> {
    let began = log.iter().map(|call| call.at).min().unwrap_or_default();
    let mut spans: BTreeMap<&str, (u64, i64, i64)> = BTreeMap::new();
    for call in log {
        let (calls, first, last) = spans
            .entry(&call.interface)
            .or_insert((0, call.at, call.at));
        (*calls, *first, *last) = (*calls + 1, call.at.min(*first), call.at.max(*last));
    }
    let since = |at: i64| ratio(at.abs_diff(began), 1000);
    spans
        .into_iter()
        .map(|(name, (calls, first, last))| (name, calls, since(first), since(last)))
        .collect()
}

/// Counts the calls that were refused for their frequency.
#[must_use]
pub fn throttled_calls(log: &[CallRecord]) -> u64 {
    log.iter().filter(|call| call.throttled).count() as u64
}

/// Divides two counts. Zero divided by zero is 0.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of calls and milliseconds are far below 2^52"
)]
pub fn ratio(of: u64, over: u64) -> f64 {
    if of == 0 {
        0.0
    } else {
        of as f64 / over as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample_call(interface: &str, at: i64, subject: &str) -> CallRecord {
        CallRecord {
            n: 1,
            at,
            interface: interface.to_owned(),
            outcome: "0".to_owned(),
            throttled: false,
            subject: Some(subject.to_owned()),
            faults: Vec::new(),
        }
    }

    #[test]
    fn an_empty_department_needs_one_page_and_101_members_two() {
        let minimum = CallMinimum::of_lists(&[0, 1, 100, 101, 250]);
        assert_eq!(minimum.0[LISTSUB], 5);
        assert_eq!(minimum.0[USER_LIST], 1 + 1 + 1 + 2 + 3);
        assert_eq!(minimum.calls(), 13);
    }

    #[test]
    fn the_busiest_interface_sets_the_minimum_time() {
        let minimum = CallMinimum::of_lists(&[100; 500]);
        assert!((minimum.seconds(20) - 25.0).abs() < 1e-9);
        let log: Vec<_> = (0..1000)
            .map(|n| sample_call(USER_GET, n, &format!("user {n}")))
            .collect();
        let minimum = CallMinimum::of_lists_and_reads(&[100; 500], &log);
        assert!((minimum.seconds(20) - 50.0).abs() < 1e-9);
        assert_eq!(minimum.calls(), 2000);
    }

    #[test]
    fn a_record_read_twice_counts_once() {
        let log = [
            sample_call(USER_GET, 0, "user a"),
            sample_call(USER_GET, 5, "user a"),
            sample_call(DEPARTMENT_GET, 9, "dept 7"),
        ];
        assert_eq!(
            CallMinimum::of_lists_and_reads(&[10], &log).calls(),
            2 + 1 + 1
        );
    }

    #[test]
    fn time_is_from_the_first_arrival_to_the_last() {
        let log = [
            sample_call(LISTSUB, 4_000, "dept 1"),
            sample_call(USER_GET, 1_500, "user a"),
            sample_call(USER_GET, 2_000, "user b"),
        ];
        assert!((elapsed_seconds(&log) - 2.5).abs() < 1e-9);
        assert!(elapsed_seconds(&[]).abs() < 1e-9);
    }

    #[test]
    fn each_interface_has_its_span() {
        let log = [
            sample_call(LISTSUB, 1_000, "dept 1"),
            sample_call(USER_GET, 1_500, "user a"),
            sample_call(USER_GET, 3_000, "user b"),
        ];
        let spans = interface_spans(&log);
        assert_eq!(
            spans
                .iter()
                .map(|span| (span.0, span.1))
                .collect::<Vec<_>>(),
            [(LISTSUB, 1), (USER_GET, 2)]
        );
        assert!((spans[1].2 - 0.5).abs() < 1e-9 && (spans[1].3 - 2.0).abs() < 1e-9);
    }

    #[test]
    fn throttled_answers_are_counted() {
        let log = [
            sample_call(LISTSUB, 0, "dept 1"),
            CallRecord {
                throttled: true,
                ..sample_call(LISTSUB, 1, "dept 2")
            },
        ];
        assert_eq!(throttled_calls(&log), 1);
    }
}
