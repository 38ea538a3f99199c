//! Overtime: approved forms, the punches around them, and the day they count to.

use std::collections::BTreeMap;

use directory::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::context::CountContext;
use crate::count_day::{DayCount, presence_of};
use crate::decision::{Decision, DecisionKind, Ruling};
use crate::facts::RequestContent;
use crate::requests::EffectiveRequest;
use crate::rules::{OvertimeBasis, OvertimeDay};
use crate::span::{MinuteMark, Span, SpanSet};

const MINUTE_MILLIS: i64 = 60_000;

/// Adds every overtime to the days that it counts to. Working time of the schedule is never overtime as well; time that two
/// forms claim counts for the first.
pub(crate) fn count_overtime(
    context: &CountContext<'_>,
    scheduled: &SpanSet,
    days: &mut BTreeMap<Date, DayCount>,
    decisions: &mut Vec<Decision>,
) {
    let mut taken = scheduled.clone();
    for request in &context.effective {
        let RequestContent::Overtime {
            span,
            claimed_minutes,
        } = request.content
        else {
            continue;
        };
        let claimed = SpanSet::of([*span]).minus(&taken);
        taken = taken.union(&claimed);
        add_overtime(
            context,
            request,
            *span,
            &claimed,
            *claimed_minutes,
            days,
            decisions,
        );
    }
}

fn add_overtime(
    context: &CountContext<'_>,
    request: &EffectiveRequest<'_>,
    span: Span,
    claimed: &SpanSet,
    claimed_minutes: Option<i64>,
    days: &mut BTreeMap<Date, DayCount>,
    decisions: &mut Vec<Decision>,
) {
    let rules = context.rules.overtime;
    let pieces = split_by_day(span, rules.day, &context.terms.zone);
    let Some(first) = pieces.first().map(|(date, _)| *date) else {
        return;
    };
    let counted = match rules.basis {
        OvertimeBasis::Form => claimed.clone(),
        OvertimeBasis::FormWithinPunches => claimed.within(&presence_around(context, first)),
    };
    if counted.is_empty() && !claimed.is_empty() {
        rule_overtime(context, request, first, claimed.minutes(), days, decisions);
        return;
    }
    let mut allowed = claimed_minutes.unwrap_or(i64::MAX);
    for (date, piece) in pieces {
        let raw = SpanSet::of([piece]).within(&counted).minutes().min(allowed);
        allowed -= raw;
        let minutes = rules.rounding.apply(raw);
        if minutes >= rules.least_minutes {
            add_minutes(days, date, minutes, request);
        }
    }
}

/// An approved overtime that no punch proves counts as a person says, and as nothing known until then.
fn rule_overtime(
    context: &CountContext<'_>,
    request: &EffectiveRequest<'_>,
    date: Date,
    minutes: i64,
    days: &mut BTreeMap<Date, DayCount>,
    decisions: &mut Vec<Decision>,
) {
    if !days.contains_key(&date) {
        return;
    }
    let kind = DecisionKind::OvertimeWithoutPunch;
    let about = request.evidence.first().cloned();
    let decision = context.decision(date, kind, about, minutes, &request.evidence);
    match context.ruling(&decision.key) {
        Some(Ruling::Minutes(minutes)) => add_minutes(days, date, minutes, request),
        Some(_) => {}
        None => decisions.push(decision),
    }
}

fn add_minutes(
    days: &mut BTreeMap<Date, DayCount>,
    date: Date,
    minutes: i64,
    request: &EffectiveRequest<'_>,
) {
    // A day outside the month or the employment is not counted here; a day of no known kind has its own decision.
    let Some(day) = days.get_mut(&date) else {
        return;
    };
    if let Some(kind) = day.kind
        && minutes > 0
    {
        *day.overtime.entry(kind).or_default() += minutes;
        day.evidence.extend(request.evidence.iter().cloned());
    }
}

/// From first to last punch of the day, the one before and the one after: a night shift's overtime begins on the next day.
fn presence_around(context: &CountContext<'_>, date: Date) -> SpanSet {
    let around = [date.yesterday().ok(), Some(date), date.tomorrow().ok()];
    SpanSet::of(
        around
            .into_iter()
            .flatten()
            .filter_map(|day| presence_of(context, day)),
    )
}

/// A span by the days of this zone; all of it on its first day where the rules say so.
fn split_by_day(span: Span, rule: OvertimeDay, zone: &TimeZone) -> Vec<(Date, Span)> {
    let Some(mut date) = local_date(span.from, zone) else {
        return Vec::new();
    };
    if rule == OvertimeDay::StartDay {
        return vec![(date, span)];
    }
    let (mut pieces, mut from) = (Vec::new(), span.from);
    while let Some(midnight) = next_midnight(date, zone) {
        pieces.extend(Span::new(from, span.to.min(midnight)).map(|piece| (date, piece)));
        if span.to <= midnight {
            break;
        }
        (from, date) = (midnight, date.tomorrow().unwrap_or(date));
    }
    pieces
}

fn local_date(mark: MinuteMark, zone: &TimeZone) -> Option<Date> {
    let moment = jiff::Timestamp::from_millisecond(mark.0.checked_mul(MINUTE_MILLIS)?).ok()?;
    Some(moment.to_zoned(zone.clone()).date())
}

fn next_midnight(date: Date, zone: &TimeZone) -> Option<MinuteMark> {
    let midnight = date.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    let moment = Timestamp(midnight.timestamp().as_millisecond());
    Some(MinuteMark::of(moment))
}
