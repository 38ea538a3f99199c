//! Where a pull stands.

use directory::Timestamp;
use jiff::civil::Date;
use month::FactKind;
use serde::{Deserialize, Serialize};

use super::PullScope;

/// People in one call.
pub(super) const CHUNK: usize = 50;
/// Days in one call.
pub(super) const WINDOW_DAYS: i64 = 7;

/// The next step of a pull. It is stored as JSON and belongs to one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullCursor {
    /// A page of shifts.
    Shifts {
        /// DingTalk's cursor.
        cursor: i64,
    },
    /// Kinds of leave.
    LeaveTypes,
    /// A week of up to 50 people.
    Days {
        /// Of what.
        kind: DayKindOfFact,
        /// Which 50 people.
        chunk: usize,
        /// The week's first day.
        from: Date,
    },
    /// A page of a template's requests, with each of them.
    Requests {
        /// Which template.
        template: usize,
        /// The begin of the window of at most 120 days.
        from: Timestamp,
        /// DingTalk's token.
        token: i64,
    },
    /// Balances of one kind of leave of up to 50 people.
    Balances {
        /// Which kind.
        kind: usize,
        /// Which 50 people.
        chunk: usize,
    },
    /// Nothing is left.
    Done,
}

/// Facts that are read by day, as a cursor stores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKindOfFact {
    /// Schedules.
    Plans,
    /// Results.
    Results,
    /// Punches.
    Punches,
}

impl From<DayKindOfFact> for FactKind {
    fn from(kind: DayKindOfFact) -> Self {
        match kind {
            DayKindOfFact::Plans => Self::Plans,
            DayKindOfFact::Results => Self::Results,
            DayKindOfFact::Punches => Self::Punches,
        }
    }
}

impl PullCursor {
    /// The first step.
    #[must_use]
    pub fn start() -> Self {
        Self::Shifts { cursor: 0 }
    }

    /// A step that reads this day's results again for 50 people: DingTalk recalculates days.
    #[must_use]
    pub fn results_of(chunk: usize, from: Date) -> Self {
        Self::Days {
            kind: DayKindOfFact::Results,
            chunk,
            from,
        }
    }
}

/// The last day of which something is asked: punches of the last night shift lie on the day after.
pub(super) fn last_day(scope: &PullScope, kind: FactKind) -> Date {
    match kind {
        FactKind::Punches => scope.to.tomorrow().unwrap_or(scope.to),
        FactKind::Plans | FactKind::Results => scope.to,
    }
}

/// What comes after a week of 50 people: their next week, the next 50, the next kind, requests.
pub(super) fn after_days(scope: &PullScope, kind: FactKind, chunk: usize, to: Date) -> PullCursor {
    let of = |kind: FactKind| match kind {
        FactKind::Plans => DayKindOfFact::Plans,
        FactKind::Results => DayKindOfFact::Results,
        FactKind::Punches => DayKindOfFact::Punches,
    };
    let days = |kind, chunk, from| PullCursor::Days {
        kind: of(kind),
        chunk,
        from,
    };
    let next_day = to.tomorrow().ok().filter(|_| to < last_day(scope, kind));
    if let Some(from) = next_day {
        return days(kind, chunk, from);
    }
    if (chunk + 1) * CHUNK < scope.people.len() {
        return days(kind, chunk + 1, scope.from);
    }
    match kind {
        FactKind::Plans => days(FactKind::Results, 0, scope.from),
        FactKind::Results => days(FactKind::Punches, 0, scope.from),
        FactKind::Punches => super::requests::first_requests(scope),
    }
}

/// The first step about days; requests where there is nobody.
pub(super) fn first_days(scope: &PullScope) -> PullCursor {
    match scope.people.is_empty() || scope.from > scope.to {
        true => super::requests::first_requests(scope),
        false => PullCursor::Days {
            kind: DayKindOfFact::Plans,
            chunk: 0,
            from: scope.from,
        },
    }
}
