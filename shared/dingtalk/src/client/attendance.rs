//! Attendance: results, punches, schedules, shifts, groups and holidays. Every call counts against the month's quota.

mod groups;
mod holidays;
mod punches;
mod results;
mod schedules;
mod shifts;

use directory::UserId;
use jiff::civil::Date;

pub use groups::{AttendanceGroup, GroupRow};
pub use holidays::{HolidayKind, HolidayRow};
pub use punches::PunchRow;
pub use results::{AttendanceRow, TimeResult};
pub use schedules::{PlannedCheck, ScheduleRow};
pub use shifts::{Shift, ShiftPunch, ShiftRest, ShiftRow};

/// The most people in one call.
pub const ATTENDANCE_PEOPLE_MAX: usize = 50;
/// The most days in one call, both ends included.
pub const ATTENDANCE_DAYS_MAX: i32 = 7;
/// The most rows that `attendance/list` answers; one row is one planned punch.
pub const ATTENDANCE_ROWS_MAX: i64 = 50;

const TOO_MANY_PEOPLE: &str = "attendance is asked about 1 to 50 people at once";
const TOO_MANY_DAYS: &str = "attendance is asked about 1 to 7 days at once";

/// Whose attendance, of which days.
#[derive(Debug, Clone, Copy)]
pub struct AttendanceQuery<'a> {
    /// 1 to 50. Ids that DingTalk does not know are left out of its answer without a word.
    pub people: &'a [UserId],
    /// The first work date.
    pub from: Date,
    /// The last one, at most six days later.
    pub to: Date,
    /// Whether the company is registered abroad (`isI18n`); the wrong value makes an empty answer.
    pub abroad: bool,
}

/// Coming or going, `checkType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckSide {
    /// `OnDuty`.
    OnDuty,
    /// `OffDuty`.
    OffDuty,
}

impl CheckSide {
    /// `None` for another word.
    fn parse(word: &str) -> Option<Self> {
        match word {
            "OnDuty" => Some(Self::OnDuty),
            "OffDuty" => Some(Self::OffDuty),
            _ => None,
        }
    }
}

fn check_query(
    interface: &'static str,
    query: &AttendanceQuery<'_>,
) -> Result<(), crate::DingTalkError> {
    super::rows::check_people(
        interface,
        query.people,
        ATTENDANCE_PEOPLE_MAX,
        TOO_MANY_PEOPLE,
    )?;
    super::rows::check_days(
        interface,
        query.from,
        query.to,
        ATTENDANCE_DAYS_MAX,
        TOO_MANY_DAYS,
    )
}

#[cfg(test)]
mod tests;
