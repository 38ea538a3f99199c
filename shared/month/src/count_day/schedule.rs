//! What a day's schedule asks for.

use directory::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::context::CountContext;
use crate::evidence::EvidenceId;
use crate::facts::{PlannedPunch, PunchSide, PunchState, RestTime};
use crate::span::{MinuteMark, Span, SpanSet};

/// A day's schedule.
pub(crate) enum DaySchedule {
    /// It was never read.
    NotRead,
    /// It was read, and there is none.
    Nothing,
    /// A day of rest.
    Rest,
    /// Work.
    Sections {
        /// In order.
        sections: Vec<PlannedSection>,
        /// Plans that have no other end.
        odd: Vec<i64>,
    },
}

/// From one planned punch to the next.
pub(crate) struct PlannedSection {
    /// From coming to going.
    pub(crate) span: Span,
    /// The same without pauses.
    pub(crate) working: SpanSet,
    /// What came of the first punch.
    pub(crate) on: PunchState,
    /// What came of the last punch.
    pub(crate) off: PunchState,
    /// Both plans, and the requests that decided them.
    pub(crate) evidence: Vec<EvidenceId>,
}

impl DaySchedule {
    /// All minutes that are to be worked.
    pub(crate) fn working_time(&self) -> SpanSet {
        match self {
            Self::Sections { sections, .. } => {
                SpanSet::of(sections.iter().flat_map(|one| one.working.spans()).copied())
            }
            Self::NotRead | Self::Nothing | Self::Rest => SpanSet::EMPTY,
        }
    }
}

/// Reads a day's schedule from the facts.
pub(crate) fn read_schedule(context: &CountContext<'_>, date: Date) -> DaySchedule {
    let Some(plans) = context.book.plans(&context.terms.user, date) else {
        return DaySchedule::NotRead;
    };
    if plans.is_empty() {
        return DaySchedule::Nothing;
    }
    let mut planned: Vec<(Timestamp, PunchSide, &PlannedPunch)> = plans
        .values()
        .filter_map(|plan| Some((plan.planned_at?, plan.side?, plan)))
        .collect();
    if planned.is_empty() {
        return DaySchedule::Rest;
    }
    planned.sort_by_key(|(at, side, _)| (*at, *side == PunchSide::OnDuty));
    pair_punches(context, date, &planned)
}

fn pair_punches(
    context: &CountContext<'_>,
    date: Date,
    planned: &[(Timestamp, PunchSide, &PlannedPunch)],
) -> DaySchedule {
    let (mut sections, mut odd) = (Vec::new(), Vec::new());
    let mut open: Option<&(Timestamp, PunchSide, &PlannedPunch)> = None;
    for punch in planned {
        match (punch.1, open.take()) {
            (PunchSide::OnDuty, before) => {
                odd.extend(before.map(|one| one.2.plan_id));
                open = Some(punch);
            }
            (PunchSide::OffDuty, Some(on)) => match read_section(context, date, on, punch) {
                Some(section) => sections.push(section),
                None => odd.extend([on.2.plan_id, punch.2.plan_id]),
            },
            (PunchSide::OffDuty, None) => odd.push(punch.2.plan_id),
        }
    }
    odd.extend(open.map(|one| one.2.plan_id));
    DaySchedule::Sections { sections, odd }
}

fn read_section(
    context: &CountContext<'_>,
    date: Date,
    on: &(Timestamp, PunchSide, &PlannedPunch),
    off: &(Timestamp, PunchSide, &PlannedPunch),
) -> Option<PlannedSection> {
    let span = Span::new(MinuteMark::of(on.0), MinuteMark::of(off.0))?;
    let shift = on.2.shift_id.and_then(|id| context.book.shifts.get(&id));
    // A shift that was never read: its pauses are not known, and the section cannot be counted.
    let shift = shift?;
    let zone = &context.terms.zone;
    let rests = shift
        .rests
        .iter()
        .filter_map(|rest| rest_span(date, *rest, zone));
    let mut evidence = vec![
        EvidenceId::of_plan(on.2.plan_id),
        EvidenceId::of_plan(off.2.plan_id),
    ];
    let mut state = |plan_id| {
        let result = context.book.result(&context.terms.user, date, plan_id);
        let request = result.and_then(|one| one.request.as_deref());
        evidence.extend(request.map(EvidenceId::of_request));
        result.map_or(PunchState::NotKnown, |one| one.state)
    };
    Some(PlannedSection {
        span,
        working: SpanSet::of([span]).minus(&SpanSet::of(rests)),
        on: state(on.2.plan_id),
        off: state(off.2.plan_id),
        evidence,
    })
}

/// A pause by the clock on the wall, in this zone.
fn rest_span(date: Date, rest: RestTime, zone: &TimeZone) -> Option<Span> {
    let mark = |minute: i64| {
        let wall = date.at(0, 0, 0, 0).checked_add(minute.minutes()).ok()?;
        let moment = wall.to_zoned(zone.clone()).ok()?.timestamp();
        Some(MinuteMark::of(Timestamp(moment.as_millisecond())))
    };
    Span::new(mark(rest.from_minute)?, mark(rest.to_minute)?)
}
