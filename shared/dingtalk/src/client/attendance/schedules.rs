//! `POST /topapi/attendance/schedule/listbyusers`: planned punches, also of days to come.

use directory::{Timestamp, UserId, canonical};
use serde_json::json;

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::{RawRows, Row};
use super::super::rows::{
    RowPage, asked_user, joined, need, need_moment, need_number, read_rows, text_of,
};
use super::{AttendanceQuery, CheckSide, check_query};
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind};

const SCHEDULES: &str = "attendance/schedule/listbyusers";

/// A planned punch, or a day of rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// The plan's number; the same as in `attendance/list`.
    pub plan_id: i64,
    /// Whose.
    pub user: UserId,
    /// Midnight of the work date, in Asia/Shanghai.
    pub work_date: Timestamp,
    /// What is planned; `None` on a day of rest.
    pub punch: Option<PlannedCheck>,
    /// The request that changed it.
    pub approve_id: Option<String>,
}

/// What is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedCheck {
    /// Coming or going.
    pub side: CheckSide,
    /// When.
    pub planned_at: Timestamp,
    /// In which shift.
    pub shift_id: i64,
}

impl Client {
    /// The schedules of these work dates; without pages.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for more than 50 people or 7 days, and
    /// DingTalk's refusal of an acting administrator without the right.
    pub async fn list_schedules(
        &self,
        acting_admin: &UserId,
        query: &AttendanceQuery<'_>,
    ) -> Result<RowPage<ScheduleRow>, DingTalkError> {
        check_query(SCHEDULES, query)?;
        let unknown = || {
            let why = CallFault::Query("the day is in no calendar");
            DingTalkError::new(SCHEDULES, DingTalkErrorKind::NotSent { why })
        };
        let from = canonical::start_of_day(query.from).ok_or_else(unknown)?;
        let to = canonical::start_of_day(query.to).ok_or_else(unknown)?;
        let body = json!({
            "op_user_id": acting_admin.as_str(),
            "userids": joined(query.people),
            "from_date_time": from.millis(),
            "to_date_time": to.millis(),
        });
        let path = "/topapi/attendance/schedule/listbyusers";
        let answer: RawRows = self
            .call_for_result(&ApiCall::post(SCHEDULES, path, body))
            .await?;
        let rows = read_rows(&answer, |row| {
            let user = asked_user(row, query.people)?;
            read_schedule(row, user)
        });
        Ok(RowPage::whole(rows))
    }
}

fn read_schedule(row: &mut Row<'_>, user: UserId) -> Option<ScheduleRow> {
    let plan_id = need_number(row, "id");
    let work_date = need_moment(row, "work_date");
    let rest = row.flag("is_rest");
    let shift = row.number("shift_id");
    if rest.is_unreadable() || shift.is_unreadable() {
        return None;
    }
    let shift = shift.into_option();
    let rests = rest.into_option().unwrap_or(false) || shift == Some(0);
    let punch = if rests {
        None
    } else {
        let side = need(row, "check_type", |row| {
            CheckSide::parse(&row.text("check_type").into_option()?)
        });
        let planned_at = need_moment(row, "plan_check_time");
        let shift_id = need(row, "shift_id", |_| shift);
        Some(PlannedCheck {
            side: side?,
            planned_at: planned_at?,
            shift_id: shift_id?,
        })
    };
    Some(ScheduleRow {
        plan_id: plan_id?,
        user,
        work_date: work_date?,
        punch,
        approve_id: text_of(row, "approve_id"),
    })
}
