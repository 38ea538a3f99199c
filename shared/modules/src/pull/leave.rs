//! Shifts, kinds of leave, balances.

use dingtalk::client::{Client, LeaveQuotaRow, Shift};
use month::{FactBatch, LeaveBalance, LeaveType, RestTime, ShiftFact};

use super::cursor::{CHUNK, PullCursor, first_days};
use super::{OddFact, PullError, PullScope, PullStep, concerns_one_record};

/// A page of shifts, each whole. One that is not understood is left out: its days cannot be counted then, and say so.
pub(super) async fn read_shifts(
    client: &Client,
    scope: &PullScope,
    cursor: i64,
) -> Result<PullStep, PullError> {
    let admin = &scope.attendance_admin;
    let page = client.list_shifts(admin, cursor).await?;
    let odd = page
        .odd
        .into_iter()
        .map(|row| OddFact::of_row("attendance/shift/list", row));
    let (mut odd, mut shifts): (Vec<OddFact>, Vec<ShiftFact>) = (odd.collect(), Vec::new());
    for row in page.rows {
        match client.read_shift(admin, row.id).await {
            Ok(shift) => shifts.push(shift_fact(shift)),
            Err(error) if concerns_one_record(&error) => odd.push(OddFact {
                interface: error.interface,
                user: None,
                id: Some(row.id.to_string()),
                fields: Vec::new(),
            }),
            Err(error) => return Err(error.into()),
        }
    }
    let next = page
        .next
        .map_or(PullCursor::LeaveTypes, |cursor| PullCursor::Shifts {
            cursor,
        });
    let batch = FactBatch {
        shifts,
        ..FactBatch::default()
    };
    Ok(PullStep { batch, odd, next })
}

fn shift_fact(shift: Shift) -> ShiftFact {
    let rests = shift.rests.iter().map(|rest| RestTime {
        from_minute: rest.from_minute,
        to_minute: rest.to_minute,
    });
    ShiftFact {
        shift_id: shift.id,
        rests: rests.collect(),
        name: shift.name,
    }
}

pub(super) async fn read_leave_types(
    client: &Client,
    scope: &PullScope,
) -> Result<PullStep, PullError> {
    let page = client.list_leave_types(&scope.leave_admin).await?;
    let types = page.rows.into_iter().map(|row| LeaveType {
        leave_code: row.code,
        name: row.name,
        read_only: row.made_in_console,
    });
    let odd = page
        .odd
        .into_iter()
        .map(|row| OddFact::of_row("vacation/type/list", row));
    Ok(PullStep {
        batch: FactBatch {
            leave_types: types.collect(),
            ..FactBatch::default()
        },
        odd: odd.collect(),
        next: first_days(scope),
    })
}

/// All pages of one kind of leave for up to 50 people.
pub(super) async fn read_balances(
    client: &Client,
    scope: &PullScope,
    leave_codes: &[String],
    kind: usize,
    chunk: usize,
) -> Result<PullStep, PullError> {
    let Some(code) = leave_codes.get(kind) else {
        return Ok(PullStep {
            batch: FactBatch::default(),
            odd: Vec::new(),
            next: PullCursor::Done,
        });
    };
    let people = scope
        .people
        .chunks(CHUNK)
        .nth(chunk)
        .ok_or(PullError::ForeignCursor)?;
    let (mut batch, mut odd, mut offset) = (FactBatch::default(), Vec::new(), Some(0));
    while let Some(at) = offset {
        let page = client
            .list_leave_quotas(&scope.leave_admin, code, people, at)
            .await?;
        batch
            .balances
            .extend(page.rows.into_iter().map(balance_fact));
        let rows = page.odd.into_iter();
        odd.extend(rows.map(|row| OddFact::of_row("vacation/quota/list", row)));
        offset = page.next;
    }
    let next = if (chunk + 1) * CHUNK < scope.people.len() {
        PullCursor::Balances {
            kind,
            chunk: chunk + 1,
        }
    } else if kind + 1 < leave_codes.len() {
        PullCursor::Balances {
            kind: kind + 1,
            chunk: 0,
        }
    } else {
        PullCursor::Done
    };
    Ok(PullStep { batch, odd, next })
}

fn balance_fact(row: LeaveQuotaRow) -> (directory::UserId, LeaveBalance) {
    let balance = LeaveBalance {
        leave_code: row.code,
        cycle: row.cycle,
        given_hundredths: row.given_hundredths,
        used_hundredths: row.used_hundredths,
        in_hours: row.in_hours,
    };
    (row.user, balance)
}
