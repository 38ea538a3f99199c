//! Cells, and how they are spelled.

use super::{PayrollColumn, PayrollRow};

/// What stands in a cell.
pub(super) enum Cell<'a> {
    Text(&'a str),
    Number(i64),
    /// With two decimals.
    Hundredths(i64),
}

impl Cell<'_> {
    pub(super) fn to_csv(&self) -> String {
        match self {
            Self::Text(text) => inert(text),
            Self::Number(number) => number.to_string(),
            Self::Hundredths(value) => {
                let sign = if *value < 0 { "-" } else { "" };
                let value = value.unsigned_abs();
                format!("{sign}{}.{:02}", value / 100, value % 100)
            }
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a month has fewer than 2^52 minutes"
    )]
    pub(super) fn to_float(&self) -> f64 {
        match self {
            Self::Text(_) => 0.0,
            Self::Number(number) => *number as f64,
            Self::Hundredths(value) => *value as f64 / 100.0,
        }
    }
}

/// A text that no spreadsheet takes for a formula.
pub(super) fn inert(text: &str) -> String {
    let begins = |text: &str| {
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
    };
    if begins(text) || begins(text.trim_start()) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

pub(super) fn row_cells<'a>(row: &PayrollRow<'a>, columns: &[PayrollColumn]) -> Vec<Cell<'a>> {
    columns.iter().map(|column| cell(row, column)).collect()
}

fn cell<'a>(row: &PayrollRow<'a>, column: &PayrollColumn) -> Cell<'a> {
    use PayrollColumn as C;
    let input = row.input;
    match column {
        C::JobNumber => Cell::Text(row.job_number),
        C::Name => Cell::Text(row.name),
        C::UserId => Cell::Text(row.userid),
        C::ScheduledDays => Cell::Number(i64::from(input.scheduled_days)),
        C::AttendedDays => Cell::Hundredths(input.attended_day_hundredths),
        C::ScheduledHours => hours(input.scheduled_minutes),
        C::WorkedHours => hours(input.worked_minutes),
        C::TripHours => hours(input.trip_minutes),
        C::UnknownHours => hours(input.unknown_minutes),
        C::LateTimes => Cell::Number(i64::from(input.late_times)),
        C::LateMinutes => Cell::Number(input.late_minutes),
        C::EarlyTimes => Cell::Number(i64::from(input.early_times)),
        C::EarlyMinutes => Cell::Number(input.early_minutes),
        C::AbsenceHours => hours(input.absence_minutes),
        C::MissingPunches => Cell::Number(i64::from(input.missing_punches)),
        C::WorkdayOvertimeHours => hours(input.overtime.workday),
        C::RestDayOvertimeHours => hours(input.overtime.rest_day),
        C::HolidayOvertimeHours => hours(input.overtime.public_holiday),
        C::WeightedOvertimeHours => hours(input.weighted_overtime_minutes),
        C::LeaveHours(code) => hours(input.leave.get(code).copied().unwrap_or_default()),
        C::UnmatchedLeaveHours => hours(input.unmatched_leave_minutes),
        C::PaidLeaveHours => hours(input.paid_leave_minutes),
        C::UnpaidLeaveHours => hours(input.unpaid_leave_minutes),
        C::OpenDecisions => Cell::Number(i64::try_from(row.open_decisions).unwrap_or(i64::MAX)),
        C::RulesVersion => Cell::Number(i64::from(row.rules_version)),
    }
}

/// Minutes as hours with two decimals, half a hundredth up.
fn hours<'a>(minutes: i64) -> Cell<'a> {
    Cell::Hundredths((minutes * 200 + 60).div_euclid(120))
}
