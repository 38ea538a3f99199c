//! `POST /v1.0/attendance/holidays`: DingTalk's own calendar of 法定 holidays and 调休, as a person has it.

use directory::{Timestamp, UserId, canonical};
use serde_json::json;
use serde_json::value::RawValue;

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::{RawRows, Reading, Row};
use super::super::rows::{ResultOf, RowPage, as_strs, asked_user, need, need_moment, read_rows};
use super::{AttendanceQuery, check_query};
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind};

const HOLIDAYS: &str = "attendance/holidays";

/// A special day of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayRow {
    /// Whose.
    pub user: UserId,
    /// Midnight of the day, in Asia/Shanghai.
    pub work_date: Timestamp,
    /// What it is.
    pub kind: HolidayKind,
}

/// `holidayType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HolidayKind {
    /// `festival`: 法定节假日.
    Festival,
    /// `rest`: free instead of another day.
    Rest,
    /// `overtime`: worked instead of another day.
    Overtime,
}

impl Client {
    /// The special days of these people. That at most 50 people and 7 days may be asked about is our choice: DingTalk's page
    /// names no limit.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for more people or days.
    pub async fn list_holidays(
        &self,
        query: &AttendanceQuery<'_>,
    ) -> Result<RowPage<HolidayRow>, DingTalkError> {
        check_query(HOLIDAYS, query)?;
        let day = |date| {
            let why = CallFault::Query("the day is in no calendar");
            let unknown = || DingTalkError::new(HOLIDAYS, DingTalkErrorKind::NotSent { why });
            canonical::start_of_day(date)
                .map(Timestamp::millis)
                .ok_or_else(unknown)
        };
        let body = json!({
            "userIds": as_strs(query.people),
            "workDateFrom": day(query.from)?,
            "workDateTo": day(query.to)?,
        });
        let call = ApiCall::post_new(HOLIDAYS, "/v1.0/attendance/holidays", body);
        let answer: ResultOf<RawRows> = self.call_api(&call).await?;
        let (people, odd) = read_rows(&answer.result, |row| {
            let user = asked_user(row, query.people)?;
            let days = match row.list("holidays", read_day) {
                Reading::Absent => Vec::new(),
                days => days.into_option()?,
            };
            Some((user, days))
        });
        let rows = people.into_iter().flat_map(|(user, days)| {
            days.into_iter().map(move |(work_date, kind)| HolidayRow {
                user: user.clone(),
                work_date,
                kind,
            })
        });
        Ok(RowPage::whole((rows.collect(), odd)))
    }
}

fn read_day(raw: &RawValue) -> Reading<(Timestamp, HolidayKind)> {
    let read = || {
        let mut row = Row::parse(raw)?;
        let kind = need(&mut row, "holidayType", |row| {
            match row.text("holidayType").into_option()?.as_str() {
                "festival" => Some(HolidayKind::Festival),
                "rest" => Some(HolidayKind::Rest),
                "overtime" => Some(HolidayKind::Overtime),
                _ => None,
            }
        });
        Some((need_moment(&mut row, "workDate")?, kind?))
    };
    read().map_or(Reading::Unreadable, Reading::Read)
}
