//! One day of one person: what was planned, what came of it, and what is open.

mod schedule;
mod section;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::DayKind;
use crate::context::CountContext;
use crate::decision::{Decision, DecisionKind};
use crate::evidence::EvidenceId;
use crate::facts::RequestContent;
use crate::requests::EffectiveRequest;
use crate::span::{MinuteMark, Span, SpanSet};

pub(crate) use schedule::{DaySchedule, read_schedule};
use section::count_section;

/// What a day counts, in minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// Which day.
    pub date: Date,
    /// What the company's calendar says of it; `None` where it does not reach.
    pub kind: Option<DayKind>,
    /// What the schedule asks for, without pauses.
    pub scheduled_minutes: i64,
    /// What is known to have been worked of it.
    pub worked_minutes: i64,
    /// What was spent on trips and outings of it.
    pub trip_minutes: i64,
    /// What is not known of it: it depends on a decision or on facts that were not read. Never a part of another figure.
    pub unknown_minutes: i64,
    /// How often somebody came too late.
    pub late_times: u32,
    /// By how much.
    pub late_minutes: i64,
    /// How often somebody went too early.
    pub early_times: u32,
    /// By how much.
    pub early_minutes: i64,
    /// Neither worked nor excused.
    pub absence_minutes: i64,
    /// Planned punches that nobody made, whatever they count as.
    pub missing_punches: u32,
    /// Leave by its code.
    pub leave: BTreeMap<String, i64>,
    /// Leave of a kind that is not known.
    pub unmatched_leave_minutes: i64,
    /// Overtime by the kind of day.
    pub overtime: BTreeMap<DayKind, i64>,
    /// What it rests on.
    pub evidence: Vec<EvidenceId>,
}

impl DayCount {
    pub(crate) fn empty(date: Date, kind: Option<DayKind>) -> Self {
        Self {
            date,
            kind,
            scheduled_minutes: 0,
            worked_minutes: 0,
            trip_minutes: 0,
            unknown_minutes: 0,
            late_times: 0,
            late_minutes: 0,
            early_times: 0,
            early_minutes: 0,
            absence_minutes: 0,
            missing_punches: 0,
            leave: BTreeMap::new(),
            unmatched_leave_minutes: 0,
            overtime: BTreeMap::new(),
            evidence: Vec::new(),
        }
    }
}

/// What requests say about a day.
pub(crate) struct ExcusedTime {
    /// Time on leave.
    pub(crate) leave: SpanSet,
    /// Time on trips and outings, without leave.
    pub(crate) trips: SpanSet,
}

/// Counts a day; what is open is added to `decisions`.
pub(crate) fn count_day(
    context: &CountContext<'_>,
    date: Date,
    schedule: &DaySchedule,
    decisions: &mut Vec<Decision>,
) -> DayCount {
    let mut day = DayCount::empty(date, context.calendar.day_kind(date));
    if day.kind.is_none() {
        decisions.push(context.decision(date, DecisionKind::DayKindNotKnown, None, 0, &[]));
    }
    let excused = count_requests(context, schedule, &mut day, decisions);
    match schedule {
        DaySchedule::NotRead => {
            decisions.push(context.decision(date, DecisionKind::PlanNotRead, None, 0, &[]));
        }
        DaySchedule::Nothing => {
            if day.kind == Some(DayKind::Workday) {
                decisions.push(context.decision(date, DecisionKind::NoPlan, None, 0, &[]));
            }
        }
        DaySchedule::Rest => {}
        DaySchedule::Sections { sections, odd } => {
            for plan in odd {
                let about = Some(EvidenceId::of_plan(*plan));
                let kind = DecisionKind::ResultNotKnown;
                decisions.push(context.decision(date, kind, about, 0, &[]));
            }
            for section in sections {
                count_section(context, section, &excused, &mut day, decisions);
            }
        }
    }
    if day.kind == Some(DayKind::PublicHoliday)
        && day.worked_minutes > 0
        && context.rules.overtime.holiday_shift_is_overtime
    {
        *day.overtime.entry(DayKind::PublicHoliday).or_default() += day.worked_minutes;
    }
    day
}

/// Leave, trips and outings that touch the day.
fn count_requests(
    context: &CountContext<'_>,
    schedule: &DaySchedule,
    day: &mut DayCount,
    decisions: &mut Vec<Decision>,
) -> ExcusedTime {
    let (mut leave, mut trips) = (Vec::new(), Vec::new());
    let planned = schedule.working_time();
    for request in &context.effective {
        match request.content {
            RequestContent::Leave { type_name, slices } => {
                for slice in slices.iter().filter(|slice| slice.work_date == day.date) {
                    let had = SpanSet::of([slice.span]).within(&planned).minutes();
                    if had != slice.minutes && !matches!(schedule, DaySchedule::NotRead) {
                        let kind = DecisionKind::LeaveDisagrees;
                        decisions.push(about_request(context, day.date, kind, request, had));
                    }
                    leave.push(slice.span);
                    day.evidence.extend(request.evidence.iter().cloned());
                    match context.book.leave_type_named(type_name) {
                        Some(known) => {
                            let code = known.leave_code.clone();
                            *day.leave.entry(code).or_default() += slice.minutes;
                        }
                        None => {
                            day.unmatched_leave_minutes += slice.minutes;
                            let kind = DecisionKind::LeaveTypeNotKnown;
                            let minutes = slice.minutes;
                            decisions
                                .push(about_request(context, day.date, kind, request, minutes));
                        }
                    }
                }
            }
            RequestContent::Trip { span } | RequestContent::Outing { span }
                if !SpanSet::of([*span]).within(&planned).is_empty() =>
            {
                trips.push(*span);
                day.evidence.extend(request.evidence.iter().cloned());
            }
            _ => {}
        }
    }
    let leave = SpanSet::of(leave);
    ExcusedTime {
        trips: SpanSet::of(trips).minus(&leave),
        leave,
    }
}

fn about_request(
    context: &CountContext<'_>,
    date: Date,
    kind: DecisionKind,
    request: &EffectiveRequest<'_>,
    minutes: i64,
) -> Decision {
    let about = request.evidence.first().cloned();
    context.decision(date, kind, about, minutes, &request.evidence)
}

/// From the first to the last punch of a work date; nothing where there are not two.
pub(crate) fn presence_of(context: &CountContext<'_>, date: Date) -> Option<Span> {
    let punches = context.book.punches(&context.terms.user, date);
    let (first, last) = (punches.first()?, punches.last()?);
    Span::new(MinuteMark::of(first.at), MinuteMark::of(last.at))
}
