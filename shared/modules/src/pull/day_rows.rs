//! A week of up to 50 people: schedules, results or punches.

use std::collections::BTreeSet;

use dingtalk::client::{
    AttendanceQuery, AttendanceRow, CheckSide, Client, OddRow, PunchRow, ScheduleRow, TimeResult,
};
use directory::{Timestamp, UserId, canonical};
use jiff::ToSpan;
use jiff::civil::Date;
use month::{
    FactBatch, FactCoverage, FactKind, PlannedPunch, Punch, PunchResult, PunchSide, PunchState,
};

use super::cursor::{CHUNK, WINDOW_DAYS, after_days, last_day};
use super::{OddFact, PullError, PullScope, PullStep};

/// Reads all pages of a week. The week is covered for everybody but those of whom a row could not be read.
pub(super) async fn read_days(
    client: &Client,
    scope: &PullScope,
    kind: FactKind,
    chunk: usize,
    from: Date,
) -> Result<PullStep, PullError> {
    let people = scope
        .people
        .chunks(CHUNK)
        .nth(chunk)
        .ok_or(PullError::ForeignCursor)?;
    let week_end = from.checked_add((WINDOW_DAYS - 1).days()).unwrap_or(from);
    let to = week_end.min(last_day(scope, kind)).max(from);
    let query = AttendanceQuery {
        people,
        from,
        to,
        abroad: scope.abroad,
    };
    let mut batch = FactBatch::default();
    let odd = match kind {
        FactKind::Plans => {
            let page = client
                .list_schedules(&scope.attendance_admin, &query)
                .await?;
            batch.plans = page.rows.into_iter().filter_map(plan_fact).collect();
            page.odd
        }
        FactKind::Results => {
            let (rows, odd) = read_all_results(client, &query).await?;
            batch.results = rows.into_iter().filter_map(result_fact).collect();
            odd
        }
        FactKind::Punches => {
            let page = client.list_punches(&query).await?;
            batch.punches = page.rows.into_iter().filter_map(punch_fact).collect();
            page.odd
        }
    };
    batch.coverage = Some(FactCoverage {
        kind,
        people: covered(people, &odd),
        from,
        to,
    });
    let interface = match kind {
        FactKind::Plans => "attendance/schedule/listbyusers",
        FactKind::Results => "attendance/list",
        FactKind::Punches => "attendance/listRecord",
    };
    let odd = odd.into_iter().map(|row| OddFact::of_row(interface, row));
    Ok(PullStep {
        batch,
        odd: odd.collect(),
        next: after_days(scope, kind, chunk, to),
    })
}

async fn read_all_results(
    client: &Client,
    query: &AttendanceQuery<'_>,
) -> Result<(Vec<AttendanceRow>, Vec<OddRow>), PullError> {
    let (mut rows, mut odd, mut offset) = (Vec::new(), Vec::new(), Some(0));
    while let Some(at) = offset {
        let page = client.read_attendance_page(query, at).await?;
        rows.extend(page.rows);
        odd.extend(page.odd);
        offset = page.next;
    }
    Ok((rows, odd))
}

/// A row of nobody knows whom may be anybody's: then nobody's week is complete.
fn covered(people: &[UserId], odd: &[OddRow]) -> BTreeSet<UserId> {
    if odd.iter().any(|row| row.user.is_none()) {
        return BTreeSet::new();
    }
    let spoiled = |user: &&UserId| odd.iter().any(|row| row.user.as_ref() == Some(user));
    people
        .iter()
        .filter(|user| !spoiled(user))
        .cloned()
        .collect()
}

fn plan_fact(row: ScheduleRow) -> Option<(UserId, Date, PlannedPunch)> {
    let date = canonical::shanghai_day(row.work_date)?;
    let plan = PlannedPunch {
        plan_id: row.plan_id,
        side: row.punch.map(|punch| side_of(punch.side)),
        planned_at: row.punch.map(|punch| punch.planned_at),
        shift_id: row.punch.map(|punch| punch.shift_id),
    };
    Some((row.user, date, plan))
}

fn result_fact(row: AttendanceRow) -> Option<(UserId, Date, PunchResult)> {
    let date = canonical::shanghai_day(row.work_date)?;
    let result = PunchResult {
        plan_id: row.plan_id,
        side: side_of(row.side),
        planned_at: row.planned_at,
        state: state_of(&row),
        request: row.instance_id,
    };
    Some((row.user, date, result))
}

/// What came of a planned punch. A request that stands for it has the planned moment, or none.
fn state_of(row: &AttendanceRow) -> PunchState {
    let approved = row.source.as_deref() == Some("APPROVE");
    match (row.punched_at, &row.result) {
        (Some(at), _) if approved && at == row.planned_at => PunchState::Approved,
        (_, TimeResult::NotSigned) => PunchState::Missing,
        (Some(at), _) => PunchState::Made(at),
        (None, TimeResult::Absenteeism) => PunchState::Missing,
        (None, TimeResult::Normal) if approved => PunchState::Approved,
        (None, _) => PunchState::NotKnown,
    }
}

fn punch_fact(row: PunchRow) -> Option<(UserId, Date, Punch)> {
    let asked_under = canonical::shanghai_day(row.punched_at)?;
    let punch = Punch {
        record_id: row.record_id,
        work_date: canonical::shanghai_day(row.work_date)?,
        at: whole_second(row.punched_at),
        // What is not said to be invalid counts.
        valid: row.legal.unwrap_or(true),
    };
    Some((row.user, asked_under, punch))
}

fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp(moment.millis().div_euclid(1000) * 1000)
}

fn side_of(side: CheckSide) -> PunchSide {
    match side {
        CheckSide::OnDuty => PunchSide::OnDuty,
        CheckSide::OffDuty => PunchSide::OffDuty,
    }
}
