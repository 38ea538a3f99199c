//! Which days are kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotRetention {
    /// Days up to today.
    pub days: u16,
    /// Ends of months: of each the last day that has a snapshot.
    pub months: u16,
}

impl Default for SnapshotRetention {
    fn default() -> Self {
        Self {
            days: 35,
            months: 13,
        }
    }
}

/// The days to keep out of those that there are. Days after `today` are kept: a clock may be wrong. The oldest snapshot of
/// all, the backup before the first write, is kept.
#[must_use]
pub fn days_to_keep(
    days: &BTreeSet<Date>,
    today: Date,
    retention: SnapshotRetention,
) -> BTreeSet<Date> {
    let month = |day: &Date| i32::from(day.year()) * 12 + i32::from(day.month());
    let mut ends: BTreeMap<i32, Date> = BTreeMap::new();
    for day in days {
        // Ascending: the last one of a month stays.
        ends.insert(month(day), *day);
    }
    let this_month = month(&today);
    let recent = |day: &&Date| {
        day.until(today)
            .is_ok_and(|span| span.get_days() < i32::from(retention.days))
    };
    let kept_ends = ends
        .into_iter()
        .filter(|(month, _)| *month >= this_month - i32::from(retention.months))
        .map(|(_, day)| day);
    days.iter()
        .filter(recent)
        .copied()
        .chain(kept_ends)
        .chain(days.first().copied())
        .collect()
}
