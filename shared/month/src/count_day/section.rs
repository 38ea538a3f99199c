//! One section of a shift: worked, late, early, absent, or not known.

use super::schedule::PlannedSection;
use super::{DayCount, ExcusedTime};
use crate::context::CountContext;
use crate::decision::{Decision, DecisionKind, Ruling};
use crate::facts::PunchState;
use crate::rules::{CountingRules, GraceMode, MissingPunchRule};
use crate::span::{MinuteMark, SpanSet};

/// A planned punch, as far as it is counted from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    At(MinuteMark),
    Missing,
    NotKnown,
}

/// Adds a section to its day. What is on leave, on a trip or a pause is not owed; all else is worked, late, early, absent or
/// not known, and nothing of it twice.
pub(super) fn count_section(
    context: &CountContext<'_>,
    section: &PlannedSection,
    excused: &ExcusedTime,
    day: &mut DayCount,
    decisions: &mut Vec<Decision>,
) {
    let present = section.working.minus(&excused.leave);
    let owed = present.minus(&excused.trips);
    day.scheduled_minutes += section.working.minutes();
    day.trip_minutes += present.within(&excused.trips).minutes();
    day.evidence.extend(section.evidence.iter().cloned());
    if owed.is_empty() {
        return;
    }
    let on = mark_of(section.on, section.span.from);
    let off = mark_of(section.off, section.span.to);
    let missing = [on, off]
        .iter()
        .filter(|one| **one == Mark::Missing)
        .count();
    day.missing_punches += u32::try_from(missing).unwrap_or_default();
    let mut ask = |kind| {
        let about = section.evidence.first().cloned();
        let decision = context.decision(day.date, kind, about, owed.minutes(), &section.evidence);
        let ruling = context.ruling(&decision.key);
        if ruling.is_none() {
            decisions.push(decision);
        }
        ruling
    };
    match (on, off) {
        (Mark::NotKnown, _) | (_, Mark::NotKnown) => {
            ask(DecisionKind::ResultNotKnown);
            day.unknown_minutes += owed.minutes();
        }
        (Mark::At(from), Mark::At(to)) if from < to => {
            add_worked(context.rules, &owed, from, to, 0, day);
        }
        (Mark::Missing, Mark::Missing) | (Mark::At(_), Mark::At(_)) => {
            match ask(DecisionKind::Absence) {
                Some(Ruling::AsPlanned) => day.worked_minutes += owed.minutes(),
                _ => day.absence_minutes += owed.minutes(),
            }
        }
        (on, off) => {
            let absent = match context.rules.missing_punch {
                MissingPunchRule::AsPlanned => Some(0),
                MissingPunchRule::Absence(minutes) => Some(minutes),
                MissingPunchRule::Decide => {
                    let all = |ruling| match ruling {
                        Ruling::AsAbsence => owed.minutes(),
                        _ => 0,
                    };
                    ask(DecisionKind::MissingPunch).map(all)
                }
            };
            match absent {
                None => day.unknown_minutes += owed.minutes(),
                Some(absent) if absent >= owed.minutes() => {
                    day.absence_minutes += owed.minutes();
                }
                Some(absent) => {
                    let from = at_or(on, section.span.from);
                    let to = at_or(off, section.span.to);
                    add_worked(context.rules, &owed, from, to, absent, day);
                }
            }
        }
    }
}

fn mark_of(state: PunchState, planned: MinuteMark) -> Mark {
    match state {
        PunchState::Made(at) => Mark::At(MinuteMark::of(at)),
        PunchState::Approved => Mark::At(planned),
        PunchState::Missing => Mark::Missing,
        PunchState::NotKnown => Mark::NotKnown,
    }
}

fn at_or(mark: Mark, planned: MinuteMark) -> MinuteMark {
    match mark {
        Mark::At(at) => at,
        Mark::Missing | Mark::NotKnown => planned,
    }
}

/// Splits what is owed into worked, late, early and absent, by two punches.
fn add_worked(
    rules: &CountingRules,
    owed: &SpanSet,
    from: MinuteMark,
    to: MinuteMark,
    absent: i64,
    day: &mut DayCount,
) {
    let mut late = above_grace(owed.before(from).minutes(), rules.late_grace_minutes, rules);
    let early = owed.since(to).minutes();
    let early = above_grace(early, rules.early_grace_minutes, rules);
    let mut absence = 0;
    if rules
        .absent_after_late_minutes
        .is_some_and(|limit| late >= limit)
    {
        absence = std::mem::take(&mut late);
    }
    let left = (owed.minutes() - late - early - absence).max(0);
    absence += absent.min(left);
    day.worked_minutes += left - absent.min(left);
    day.absence_minutes += absence;
    day.late_minutes += late;
    day.late_times += u32::from(late > 0);
    day.early_minutes += early;
    day.early_times += u32::from(early > 0);
}

fn above_grace(minutes: i64, grace: i64, rules: &CountingRules) -> i64 {
    match rules.grace_mode {
        _ if minutes <= grace => 0,
        GraceMode::Whole => minutes,
        GraceMode::Beyond => minutes - grace,
    }
}
