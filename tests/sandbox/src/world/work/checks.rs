//! What every one of these interfaces checks.

use directory::canonical::start_of_day;
use jiff::civil::{Date, DateTime};

use super::super::World;
use super::super::params::CallParams;
use super::super::reply::ApiError;

/// The most people in one call about attendance.
pub(super) const PEOPLE_MAX: usize = 50;
/// The most days in one call about attendance, both ends included.
pub(super) const DAYS_MAX: i32 = 7;
/// How far back attendance is kept, in days.
pub(super) const KEPT_DAYS: i32 = 180;

impl World {
    /// The acting administrator has to be there, be in the company, and have the right. What the old host answers otherwise
    /// is not documented: the code of the new host's page is used.
    pub(super) fn check_acting_admin(
        &self,
        params: &CallParams,
        name: &str,
        attendance: bool,
    ) -> Result<(), ApiError> {
        let admin = params.need(name)?;
        if !self.company.people.contains_key(&admin) {
            return Err(ApiError::from_code(33012));
        }
        let admins = match attendance {
            true => &self.work.attendance_admins,
            false => &self.work.approval_admins,
        };
        if admins.contains(&admin) {
            return Ok(());
        }
        Err(ApiError::gateway_error("notManage", "部门的管理员不存在"))
    }
}

/// A list of 1 to `most` people.
pub(super) fn people(
    params: &CallParams,
    name: &str,
    most: usize,
) -> Result<Vec<String>, ApiError> {
    let people = params.list(name);
    match people.len() {
        0 => Err(ApiError::missing(name)),
        count if count > most => Err(ApiError::unreadable(name)),
        _ => Ok(people),
    }
}

/// A moment as `yyyy-MM-dd HH:mm:ss`; 41100 for anything else.
pub(super) fn moment(params: &CallParams, name: &str) -> Result<DateTime, ApiError> {
    let text = params.need(name)?;
    let wrong = || ApiError::from_code(41100);
    DateTime::strptime("%Y-%m-%d %H:%M:%S", &text).map_err(|_| wrong())
}

/// 41041 for more than seven days, or days that are turned round.
pub(super) fn check_days(from: Date, to: Date) -> Result<(), ApiError> {
    match (0..DAYS_MAX).contains(&(to - from).get_days()) {
        true => Ok(()),
        false => Err(ApiError::from_code(41041)),
    }
}

/// Midnight of the day in Asia/Shanghai, in milliseconds.
pub(super) fn millis(date: Date) -> i64 {
    start_of_day(date).map_or(0, directory::Timestamp::millis)
}
