//! The rules that the generator's truth is of, its calendar, and its figures in the words of a month.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use month::{
    CountingRules, DayKind, GraceMode, MissingPunchRule, MonthInput, OvertimeBasis, OvertimeDay,
    OvertimeFactors, OvertimeMinutes, OvertimeRules, Rounding, RoundingDirection, WorkCalendar,
};
use sandbox::month::TrueMonth;

/// The rules.
#[must_use]
pub fn office_rules() -> CountingRules {
    CountingRules {
        version: 1,
        valid_from: date(2026, 1, 1),
        late_grace_minutes: 5,
        early_grace_minutes: 0,
        grace_mode: GraceMode::Whole,
        absent_after_late_minutes: None,
        missing_punch: MissingPunchRule::Decide,
        overtime: OvertimeRules {
            basis: OvertimeBasis::FormWithinPunches,
            day: OvertimeDay::SplitAtMidnight,
            rounding: Rounding {
                step_minutes: 30,
                direction: RoundingDirection::Down,
            },
            least_minutes: 30,
            factors: OvertimeFactors {
                workday_percent: 150,
                rest_day_percent: 200,
                public_holiday_percent: 300,
            },
            holiday_shift_is_overtime: true,
        },
        paid_leave: BTreeSet::from(["lt-annual".to_owned(), "lt-sick".to_owned()]),
    }
}

/// October 2026, as the State Council's notice has it.
#[must_use]
pub fn october_calendar() -> WorkCalendar {
    let october = |day| date(2026, 10, day);
    let mut days = BTreeMap::from([(october(10), DayKind::Workday)]);
    days.extend((1..=3).map(|day| (october(day), DayKind::PublicHoliday)));
    days.extend((5..=7).map(|day| (october(day), DayKind::RestDay)));
    WorkCalendar {
        version: 1,
        year: 2026,
        days,
    }
}

/// The truth in the words of a month. What is derived from other figures is taken from `counted`.
#[must_use]
pub fn true_figures(truth: &TrueMonth, counted: &MonthInput) -> MonthInput {
    let [workday, rest_day, public_holiday] = truth.overtime;
    let paid = ["lt-annual", "lt-sick"]
        .iter()
        .filter_map(|code| truth.leave.get(*code));
    let paid: i64 = paid.sum();
    let all: i64 = truth.leave.values().sum();
    MonthInput {
        scheduled_minutes: truth.scheduled,
        worked_minutes: truth.worked,
        trip_minutes: truth.trip,
        unknown_minutes: truth.unknown,
        late_times: truth.late_times,
        late_minutes: truth.late,
        early_times: truth.early_times,
        early_minutes: truth.early,
        absence_minutes: truth.absence,
        missing_punches: truth.missing,
        leave: truth.leave.clone(),
        paid_leave_minutes: paid,
        unpaid_leave_minutes: all - paid,
        unmatched_leave_minutes: 0,
        overtime: OvertimeMinutes {
            workday,
            rest_day,
            public_holiday,
        },
        weighted_overtime_minutes: (workday * 150 + rest_day * 200 + public_holiday * 300) / 100,
        scheduled_days: counted.scheduled_days,
        attended_day_hundredths: counted.attended_day_hundredths,
    }
}
