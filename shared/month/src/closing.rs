//! Closing a month, and what changes after that.

use std::collections::BTreeMap;

use directory::{Timestamp, UserId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::count_day::DayCount;
use crate::count_month::MonthOfPerson;
use crate::decision::DecisionKey;
use crate::evidence::EvidenceId;

/// A month as it was closed. What changes later is a difference to decide and never changes it silently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedMonth {
    /// The month's first day.
    pub month: Date,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// By whom, as the desk names its actors.
    pub closed_by: String,
    /// Everybody's month, as it was paid.
    pub people: BTreeMap<UserId, MonthOfPerson>,
    /// Differences that somebody decided. The same one is not asked again; another value is.
    pub settled: Vec<(DifferenceKey, Settlement)>,
}

/// Why a month is not closed. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClosingRefusal {
    /// Something has to be decided first.
    #[error("{} decisions are open", .0.len())]
    OpenDecisions(Vec<DecisionKey>),
    /// Somebody has minutes of which nothing is known, and nothing can be decided about them: facts are missing.
    #[error("{} people have time of which nothing is known", .0.len())]
    UnknownTime(Vec<UserId>),
    /// Somebody's month is another month, or was counted by other rules than the first one's.
    #[error("{} people were counted for another month or by other rules", .0.len())]
    Mixed(Vec<UserId>),
}

/// A day that counts otherwise than when the month was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthDifference {
    /// Whose day, and what it counts now.
    pub key: DifferenceKey,
    /// What it counted when the month was closed; `None` where the day was not counted.
    pub closed: Option<DayCount>,
    /// What both rest on.
    pub evidence: Vec<EvidenceId>,
}

/// Names a difference: a later value of the same day is another difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferenceKey {
    /// Whose.
    pub user: UserId,
    /// Which day.
    pub date: Date,
    /// What it counts now; `None` where it is not counted any more.
    pub now: Option<DayCount>,
}

/// What was decided about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// It is paid or taken off with a later month.
    CorrectLater,
    /// The closed month stands.
    Stands,
}

/// Closes a month.
///
/// # Errors
/// [`ClosingRefusal`]: while something is open nothing is closed.
pub fn close_month(
    month: Date,
    people: Vec<MonthOfPerson>,
    closed_at: Timestamp,
    closed_by: &str,
) -> Result<ClosedMonth, ClosingRefusal> {
    let rules = people
        .first()
        .map(|one| (one.rules_version, one.calendar_version));
    let mixed = |one: &&MonthOfPerson| {
        one.month != month || Some((one.rules_version, one.calendar_version)) != rules
    };
    let mixed: Vec<UserId> = people
        .iter()
        .filter(mixed)
        .map(|one| one.user.clone())
        .collect();
    if !mixed.is_empty() {
        return Err(ClosingRefusal::Mixed(mixed));
    }
    let open = people.iter().flat_map(|one| &one.decisions);
    let open: Vec<DecisionKey> = open.map(|decision| decision.key.clone()).collect();
    if !open.is_empty() {
        return Err(ClosingRefusal::OpenDecisions(open));
    }
    let unknown = people.iter().filter(|one| one.input.unknown_minutes > 0);
    let unknown: Vec<UserId> = unknown.map(|one| one.user.clone()).collect();
    if !unknown.is_empty() {
        return Err(ClosingRefusal::UnknownTime(unknown));
    }
    Ok(ClosedMonth {
        month,
        closed_at,
        closed_by: closed_by.to_owned(),
        people: people
            .into_iter()
            .map(|one| (one.user.clone(), one))
            .collect(),
        settled: Vec::new(),
    })
}

/// What counts otherwise now than when the month was closed, without what was settled. People of the closed month who are
/// not in `now` are not compared: they were not counted.
#[must_use]
pub fn find_differences(closed: &ClosedMonth, now: &[MonthOfPerson]) -> Vec<MonthDifference> {
    let mut found = Vec::new();
    for person in now.iter().filter(|one| one.month == closed.month) {
        let before = closed.people.get(&person.user);
        let before = by_date(before.map(|one| one.days.as_slice()).unwrap_or_default());
        let after = by_date(&person.days);
        let mut dates: Vec<Date> = before.keys().chain(after.keys()).copied().collect();
        dates.sort_unstable();
        dates.dedup();
        for date in dates {
            let (was, is) = (before.get(&date).copied(), after.get(&date).copied());
            if was.map(figures) != is.map(figures) {
                found.push(difference(&person.user, date, was, is));
            }
        }
    }
    found.retain(|one| !closed.settled.iter().any(|(key, _)| *key == one.key));
    found
}

fn by_date(days: &[DayCount]) -> BTreeMap<Date, &DayCount> {
    days.iter().map(|day| (day.date, day)).collect()
}

/// What is paid by: other evidence for the same figures is no difference.
fn figures(day: &DayCount) -> DayCount {
    DayCount {
        evidence: Vec::new(),
        ..day.clone()
    }
}

fn difference(
    user: &UserId,
    date: Date,
    was: Option<&DayCount>,
    is: Option<&DayCount>,
) -> MonthDifference {
    let evidence = was.into_iter().chain(is).flat_map(|day| &day.evidence);
    let mut evidence: Vec<EvidenceId> = evidence.cloned().collect();
    evidence.sort();
    evidence.dedup();
    MonthDifference {
        key: DifferenceKey {
            user: user.clone(),
            date,
            now: is.cloned(),
        },
        closed: was.cloned(),
        evidence,
    }
}
