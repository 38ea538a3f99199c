//! Payroll inputs as a file: CSV (UTF-8 with BOM) and XLSX, from the same rows.

mod cells;

use std::collections::BTreeSet;

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::count_month::MonthInput;
use cells::{Cell, inert, row_cells};

/// One person's line.
#[derive(Debug, Clone, Copy)]
pub struct PayrollRow<'a> {
    /// 工号; empty where there is none.
    pub job_number: &'a str,
    /// The name.
    pub name: &'a str,
    /// DingTalk's `userid`.
    pub userid: &'a str,
    /// What was counted.
    pub input: &'a MonthInput,
    /// How many decisions are open.
    pub open_decisions: usize,
    /// The version of the rules by which it was counted.
    pub rules_version: u32,
}

/// A column. Its head is a sentence of the catalogue, which the caller brings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PayrollColumn {
    /// 工号.
    JobNumber,
    /// The name.
    Name,
    /// DingTalk's `userid`.
    UserId,
    /// Days with a schedule.
    ScheduledDays,
    /// Days attended.
    AttendedDays,
    /// Hours that the schedules ask for.
    ScheduledHours,
    /// Hours worked.
    WorkedHours,
    /// Hours on trips and outings.
    TripHours,
    /// Hours of which nothing is known.
    UnknownHours,
    /// How often too late.
    LateTimes,
    /// Minutes too late.
    LateMinutes,
    /// How often too early.
    EarlyTimes,
    /// Minutes too early.
    EarlyMinutes,
    /// Hours neither worked nor excused.
    AbsenceHours,
    /// Missing punches.
    MissingPunches,
    /// Hours of overtime on working days.
    WorkdayOvertimeHours,
    /// Hours of overtime on days of rest.
    RestDayOvertimeHours,
    /// Hours of overtime on public holidays.
    HolidayOvertimeHours,
    /// Hours of overtime times their factors.
    WeightedOvertimeHours,
    /// Hours of leave of this code.
    LeaveHours(String),
    /// Hours of leave of a kind that is not known.
    UnmatchedLeaveHours,
    /// Hours of paid leave.
    PaidLeaveHours,
    /// Hours of unpaid leave.
    UnpaidLeaveHours,
    /// Open decisions.
    OpenDecisions,
    /// The version of the rules.
    RulesVersion,
}

impl PayrollColumn {
    /// The id of its head in the catalogue. That of [`LeaveHours`](Self::LeaveHours) takes the `leave`'s name.
    #[must_use]
    pub fn text_id(&self) -> &'static str {
        match self {
            Self::JobNumber => "payroll-job-number",
            Self::Name => "payroll-name",
            Self::UserId => "payroll-user-id",
            Self::ScheduledDays => "payroll-scheduled-days",
            Self::AttendedDays => "payroll-attended-days",
            Self::ScheduledHours => "payroll-scheduled-hours",
            Self::WorkedHours => "payroll-worked-hours",
            Self::TripHours => "payroll-trip-hours",
            Self::UnknownHours => "payroll-unknown-hours",
            Self::LateTimes => "payroll-late-times",
            Self::LateMinutes => "payroll-late-minutes",
            Self::EarlyTimes => "payroll-early-times",
            Self::EarlyMinutes => "payroll-early-minutes",
            Self::AbsenceHours => "payroll-absence-hours",
            Self::MissingPunches => "payroll-missing-punches",
            Self::WorkdayOvertimeHours => "payroll-workday-overtime-hours",
            Self::RestDayOvertimeHours => "payroll-rest-day-overtime-hours",
            Self::HolidayOvertimeHours => "payroll-holiday-overtime-hours",
            Self::WeightedOvertimeHours => "payroll-weighted-overtime-hours",
            Self::LeaveHours(_) => "payroll-leave-hours",
            Self::UnmatchedLeaveHours => "payroll-unmatched-leave-hours",
            Self::PaidLeaveHours => "payroll-paid-leave-hours",
            Self::UnpaidLeaveHours => "payroll-unpaid-leave-hours",
            Self::OpenDecisions => "payroll-open-decisions",
            Self::RulesVersion => "payroll-rules-version",
        }
    }
}

/// Why no file was made.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The CSV writer refused a row.
    #[error("the CSV was not written")]
    Csv(#[from] csv::Error),
    /// The XLSX writer refused a cell, a text of more than 32,767 characters for instance.
    #[error("the XLSX was not written")]
    Xlsx(#[from] XlsxError),
    /// More rows than a sheet has.
    #[error("a sheet has 1,048,576 rows, heads included")]
    TooManyRows,
}

/// As CSV. A cell that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, a tab or a carriage return first, also after
/// blanks) gets an apostrophe in front. Hours and days have two decimals.
///
/// # Errors
/// [`FileError::Csv`].
pub fn payroll_csv(
    rows: &[PayrollRow<'_>],
    head: impl Fn(&PayrollColumn) -> String,
) -> Result<Vec<u8>, FileError> {
    let columns = columns_of(rows);
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(columns.iter().map(|column| inert(&head(column))))?;
    for row in rows {
        writer.write_record(row_cells(row, &columns).iter().map(Cell::to_csv))?;
    }
    let flushed = writer
        .into_inner()
        .map_err(|err| csv::Error::from(err.into_error()));
    Ok(flushed?)
}

/// As XLSX with one sheet. Figures are numbers; texts are written as texts, so that none is a formula.
///
/// # Errors
/// [`FileError::Xlsx`], [`FileError::TooManyRows`].
pub fn payroll_xlsx(
    rows: &[PayrollRow<'_>],
    head: impl Fn(&PayrollColumn) -> String,
) -> Result<Vec<u8>, FileError> {
    let columns = columns_of(rows);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, at) in columns.iter().zip(0_u16..) {
        sheet.write_string(0, at, head(column))?;
    }
    for (row, line) in rows.iter().zip(1_u32..) {
        if line >= 1_048_576 {
            return Err(FileError::TooManyRows);
        }
        for (cell, at) in row_cells(row, &columns).iter().zip(0_u16..) {
            match cell {
                Cell::Text(text) => sheet.write_string(line, at, *text)?,
                Cell::Number(_) | Cell::Hundredths(_) => {
                    sheet.write_number(line, at, cell.to_float())?
                }
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(book.save_to_buffer()?)
}

/// Every column, with one per kind of leave that anybody took.
fn columns_of(rows: &[PayrollRow<'_>]) -> Vec<PayrollColumn> {
    use PayrollColumn as C;
    let codes: BTreeSet<&String> = rows.iter().flat_map(|row| row.input.leave.keys()).collect();
    let mut columns = vec![
        C::JobNumber,
        C::Name,
        C::UserId,
        C::ScheduledDays,
        C::AttendedDays,
        C::ScheduledHours,
        C::WorkedHours,
        C::TripHours,
        C::UnknownHours,
        C::LateTimes,
        C::LateMinutes,
        C::EarlyTimes,
        C::EarlyMinutes,
        C::AbsenceHours,
        C::MissingPunches,
        C::WorkdayOvertimeHours,
        C::RestDayOvertimeHours,
        C::HolidayOvertimeHours,
        C::WeightedOvertimeHours,
    ];
    columns.extend(codes.into_iter().cloned().map(C::LeaveHours));
    columns.extend([
        C::UnmatchedLeaveHours,
        C::PaidLeaveHours,
        C::UnpaidLeaveHours,
        C::OpenDecisions,
        C::RulesVersion,
    ]);
    columns
}

#[cfg(test)]
mod tests;
