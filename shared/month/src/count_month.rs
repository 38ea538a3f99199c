//! A month of one person: days counted, added up, and what is open.

use std::collections::BTreeMap;

use directory::UserId;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::calendar::{DayKind, WorkCalendar};
use crate::context::{CountContext, PersonTerms};
use crate::count_day::{DayCount, DaySchedule, count_day, read_schedule};
use crate::decision::{Decision, DecisionKind, Rulings};
use crate::evidence::EvidenceId;
use crate::fact_book::FactBook;
use crate::facts::{RequestContent, RequestFact};
use crate::overtime::count_overtime;
use crate::requests::resolve_requests;
use crate::rules::CountingRules;
use crate::span::{Span, SpanSet};

/// Overtime by the kind of day, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OvertimeMinutes {
    /// 工作日.
    pub workday: i64,
    /// 休息日.
    pub rest_day: i64,
    /// 法定节假日.
    pub public_holiday: i64,
}

/// What payroll gets of one person and month. Minutes, unless the name says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonthInput {
    /// Days with a schedule.
    pub scheduled_days: u32,
    /// What the schedules ask for.
    pub scheduled_minutes: i64,
    /// Days attended, in hundredths of each day's schedule, trips included.
    pub attended_day_hundredths: i64,
    /// Known to have been worked.
    pub worked_minutes: i64,
    /// On trips and outings.
    pub trip_minutes: i64,
    /// Not known: depends on an open decision or on facts that were not read.
    pub unknown_minutes: i64,
    /// How often too late.
    pub late_times: u32,
    /// By how much.
    pub late_minutes: i64,
    /// How often too early.
    pub early_times: u32,
    /// By how much.
    pub early_minutes: i64,
    /// Neither worked nor excused.
    pub absence_minutes: i64,
    /// Planned punches that nobody made.
    pub missing_punches: u32,
    /// Leave by its code.
    pub leave: BTreeMap<String, i64>,
    /// Leave that the rules call paid.
    pub paid_leave_minutes: i64,
    /// Leave of the other known kinds.
    pub unpaid_leave_minutes: i64,
    /// Leave of a kind that is not known: neither paid nor unpaid.
    pub unmatched_leave_minutes: i64,
    /// Overtime.
    pub overtime: OvertimeMinutes,
    /// Overtime times its factors.
    pub weighted_overtime_minutes: i64,
}

/// A month of one person, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthOfPerson {
    /// Who.
    pub user: UserId,
    /// The month's first day.
    pub month: Date,
    /// The version of the rules by which it was counted.
    pub rules_version: u32,
    /// The version of the calendar by which it was counted.
    pub calendar_version: u32,
    /// What payroll gets.
    pub input: MonthInput,
    /// Day by day, each with what it rests on.
    pub days: Vec<DayCount>,
    /// What a person must decide.
    pub decisions: Vec<Decision>,
}

/// The days of the month of `first`; empty where `first` is not its first day.
#[must_use]
pub fn month_days(first: Date) -> Vec<Date> {
    if first.day() != 1 {
        return Vec::new();
    }
    let days = 1..=first.days_in_month();
    days.filter_map(|day| Date::new(first.year(), first.month(), day).ok())
        .collect()
}

/// Counts one person's month. Nothing is taken for zero that is not known: it is in `unknown_minutes` and in the decisions.
/// `month` is the month's first day; another day has no days.
#[must_use]
pub fn count_month(
    terms: &PersonTerms,
    month: Date,
    book: &FactBook,
    rules: &CountingRules,
    calendar: &WorkCalendar,
    rulings: &Rulings,
) -> MonthOfPerson {
    let (effective, open) = resolve_requests(&book.requests, &terms.user);
    let context = CountContext {
        terms,
        book,
        rules,
        calendar,
        rulings,
        effective,
    };
    let mut decisions = Vec::new();
    let mut days = BTreeMap::new();
    let employed = |date: &Date| {
        terms.employed_from.is_none_or(|first| first <= *date)
            && terms.employed_to.is_none_or(|last| *date <= last)
    };
    let mut scheduled = SpanSet::EMPTY;
    for date in month_days(month).into_iter().filter(employed) {
        let schedule: DaySchedule = read_schedule(&context, date);
        scheduled = scheduled.union(&schedule.working_time());
        days.insert(date, count_day(&context, date, &schedule, &mut decisions));
    }
    count_overtime(&context, &scheduled, &mut days, &mut decisions);
    list_open_requests(&context, &open, &days, &mut decisions);
    decisions.retain(|decision| context.ruling(&decision.key).is_none());
    decisions.sort_by(|one, two| one.key.cmp(&two.key));
    decisions.dedup_by(|one, two| one.key == two.key);
    let mut days: Vec<DayCount> = days.into_values().collect();
    for day in &mut days {
        day.evidence.sort();
        day.evidence.dedup();
    }
    MonthOfPerson {
        user: terms.user.clone(),
        month,
        rules_version: rules.version,
        calendar_version: calendar.version,
        input: add_up(&days, rules),
        days,
        decisions,
    }
}

/// Requests that are not decided, and passed ones that are not understood, on the first day of the month that they touch.
fn list_open_requests(
    context: &CountContext<'_>,
    open: &[&RequestFact],
    days: &BTreeMap<Date, DayCount>,
    decisions: &mut Vec<Decision>,
) {
    let unreadable = context.effective.iter().filter_map(|one| {
        let id = one.evidence.first()?.clone();
        matches!(one.content, RequestContent::Unreadable).then_some((
            DecisionKind::RequestUnreadable,
            id,
            one.content,
        ))
    });
    let running = open.iter().map(|one| {
        let id = EvidenceId::of_request(&one.id);
        (DecisionKind::RequestOpen, id, &one.content)
    });
    for (kind, id, content) in unreadable.chain(running) {
        if let Some(date) = first_day_touched(content, days, &context.terms.zone) {
            let evidence = [id.clone()];
            decisions.push(context.decision(date, kind, Some(id), 0, &evidence));
        }
    }
}

fn first_day_touched(
    content: &RequestContent,
    days: &BTreeMap<Date, DayCount>,
    zone: &TimeZone,
) -> Option<Date> {
    let by_span = |span: &Span| {
        let date_of = |minutes: i64| {
            let at = jiff::Timestamp::from_second(minutes.checked_mul(60)?).ok()?;
            Some(at.to_zoned(zone.clone()).date())
        };
        let (from, to) = (date_of(span.from.0)?, date_of(span.to.0 - 1)?);
        days.range(from..=to.max(from))
            .next()
            .map(|(date, _)| *date)
    };
    match content {
        RequestContent::Leave { slices, .. } => {
            let dates = slices.iter().map(|slice| slice.work_date);
            dates.filter(|date| days.contains_key(date)).min()
        }
        RequestContent::Overtime { span, .. }
        | RequestContent::Trip { span }
        | RequestContent::Outing { span } => by_span(span),
        // What it is about is not known: it may be about this month.
        RequestContent::Unreadable | RequestContent::PunchCorrection => days.keys().next().copied(),
        RequestContent::Other => None,
    }
}

fn add_up(days: &[DayCount], rules: &CountingRules) -> MonthInput {
    let mut sum = MonthInput::default();
    for day in days {
        sum.scheduled_days += u32::from(day.scheduled_minutes > 0);
        sum.scheduled_minutes += day.scheduled_minutes;
        sum.attended_day_hundredths += attended_hundredths(day);
        sum.worked_minutes += day.worked_minutes;
        sum.trip_minutes += day.trip_minutes;
        sum.unknown_minutes += day.unknown_minutes;
        sum.late_times += day.late_times;
        sum.late_minutes += day.late_minutes;
        sum.early_times += day.early_times;
        sum.early_minutes += day.early_minutes;
        sum.absence_minutes += day.absence_minutes;
        sum.missing_punches += day.missing_punches;
        sum.unmatched_leave_minutes += day.unmatched_leave_minutes;
        for (code, minutes) in &day.leave {
            *sum.leave.entry(code.clone()).or_default() += minutes;
            match rules.paid_leave.contains(code) {
                true => sum.paid_leave_minutes += minutes,
                false => sum.unpaid_leave_minutes += minutes,
            }
        }
        let overtime = |kind| day.overtime.get(&kind).copied().unwrap_or_default();
        sum.overtime.workday += overtime(DayKind::Workday);
        sum.overtime.rest_day += overtime(DayKind::RestDay);
        sum.overtime.public_holiday += overtime(DayKind::PublicHoliday);
    }
    let factors = rules.overtime.factors;
    let weighted = sum.overtime.workday * factors.workday_percent
        + sum.overtime.rest_day * factors.rest_day_percent
        + sum.overtime.public_holiday * factors.public_holiday_percent;
    sum.weighted_overtime_minutes = (weighted + 50) / 100;
    sum
}

fn attended_hundredths(day: &DayCount) -> i64 {
    let (attended, scheduled) = (day.worked_minutes + day.trip_minutes, day.scheduled_minutes);
    if scheduled == 0 {
        return 0;
    }
    (attended * 200 + scheduled) / (scheduled * 2)
}
