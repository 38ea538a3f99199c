//! `POST /attendance/list`: a row for each planned punch, also for one that nobody made.

use directory::{Timestamp, UserId};
use serde::Deserialize;
use serde_json::json;

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::{LenientFlag, RawRows, Row};
use super::super::rows::{
    RowPage, as_strs, asked_user, need, need_moment, need_number, need_text, read_rows, text_of,
};
use super::{ATTENDANCE_ROWS_MAX, AttendanceQuery, CheckSide, check_query};
use crate::error::{DingTalkError, ReplyFault};

const LIST: &str = "attendance/list";

/// What came of one planned punch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceRow {
    /// The plan's number.
    pub plan_id: i64,
    /// Whose.
    pub user: UserId,
    /// Midnight of the work date, in Asia/Shanghai (for people in other zones UNCONFIRMED).
    pub work_date: Timestamp,
    /// Coming or going.
    pub side: CheckSide,
    /// When it was planned (`baseCheckTime`).
    pub planned_at: Timestamp,
    /// When somebody punched; `None` where nobody did, or where it is not said.
    pub punched_at: Option<Timestamp>,
    /// What DingTalk calls it.
    pub result: TimeResult,
    /// `USER`, `ATM`, `APPROVE` and others; `None` where it is not said.
    pub source: Option<String>,
    /// The request that decided it.
    pub instance_id: Option<String>,
}

/// `timeResult`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeResult {
    /// In time.
    Normal,
    /// Went too early.
    Early,
    /// Came too late.
    Late,
    /// Came much too late.
    SeriousLate,
    /// So late that it is absence.
    Absenteeism,
    /// Nobody punched.
    NotSigned,
    /// Another word.
    Other(String),
}

#[derive(Deserialize)]
struct ListAnswer {
    #[serde(rename = "hasMore", alias = "has_more")]
    has_more: LenientFlag,
    recordresult: RawRows,
}

impl Client {
    /// A page of at most 50 results. One day of 50 people with two planned punches is two pages. DingTalk keeps half a year
    /// and may lag behind.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for more than 50 people or 7 days or a
    /// negative offset, [`Malformed`](crate::DingTalkErrorKind::Malformed) for more rows than asked for, or a page that is
    /// empty and not the last.
    pub async fn read_attendance_page(
        &self,
        query: &AttendanceQuery<'_>,
        offset: i64,
    ) -> Result<RowPage<AttendanceRow>, DingTalkError> {
        check_query(LIST, query)?;
        let body = json!({
            "workDateFrom": format!("{} 00:00:00", query.from),
            "workDateTo": format!("{} 00:00:00", query.to),
            "userIdList": as_strs(query.people),
            "offset": offset.max(0),
            "limit": ATTENDANCE_ROWS_MAX,
            "isI18n": query.abroad,
        });
        let answer: ListAnswer = self
            .call_api(&ApiCall::post(LIST, "/attendance/list", body))
            .await?;
        let got = i64::try_from(answer.recordresult.0.len()).unwrap_or(i64::MAX);
        if got > ATTENDANCE_ROWS_MAX {
            return Err(self.malformed_answer(
                LIST,
                ReplyFault::Contradiction("more rows than were asked for"),
            ));
        }
        if answer.has_more.0 && got == 0 {
            return Err(self.malformed_answer(
                LIST,
                ReplyFault::Endless("an empty page that is not the last"),
            ));
        }
        let (rows, odd) = read_rows(&answer.recordresult, |row| {
            let user = asked_user(row, query.people)?;
            read_result(row, user)
        });
        let next = answer
            .has_more
            .0
            .then_some(offset.max(0) + ATTENDANCE_ROWS_MAX);
        Ok(RowPage { rows, odd, next })
    }
}

fn read_result(row: &mut Row<'_>, user: UserId) -> Option<AttendanceRow> {
    let side = need(row, "checkType", |row| {
        CheckSide::parse(&row.text("checkType").into_option()?)
    });
    let plan_id = need_number(row, "planId");
    let work_date = need_moment(row, "workDate");
    let planned_at = need_moment(row, "baseCheckTime");
    let result = need_text(row, "timeResult");
    let punched_at = row.number("userCheckTime");
    // A moment that is not understood is not the absence of one.
    if punched_at.is_unreadable() {
        return None;
    }
    Some(AttendanceRow {
        plan_id: plan_id?,
        user,
        work_date: work_date?,
        side: side?,
        planned_at: planned_at?,
        punched_at: punched_at.into_option().map(Timestamp),
        result: time_result(result?),
        source: text_of(row, "sourceType"),
        instance_id: text_of(row, "procInstId"),
    })
}

fn time_result(word: String) -> TimeResult {
    match word.as_str() {
        "Normal" => TimeResult::Normal,
        "Early" => TimeResult::Early,
        "Late" => TimeResult::Late,
        "SeriousLate" => TimeResult::SeriousLate,
        "Absenteeism" => TimeResult::Absenteeism,
        "NotSigned" => TimeResult::NotSigned,
        _ => TimeResult::Other(word),
    }
}
