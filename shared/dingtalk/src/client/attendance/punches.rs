//! `POST /attendance/listRecord`: every punch, also invalid ones. No punch, no row: missing ones are not in it.

use directory::{Timestamp, UserId};
use serde::Deserialize;
use serde_json::json;

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::{RawRows, Row};
use super::super::rows::{
    RowPage, as_strs, asked_user, need_moment, need_number, read_rows, text_of,
};
use super::{AttendanceQuery, check_query};
use crate::error::DingTalkError;

const RECORDS: &str = "attendance/listRecord";

/// A punch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PunchRow {
    /// The record's number.
    pub record_id: i64,
    /// Who punched.
    pub user: UserId,
    /// Midnight of the day that DingTalk counts it to, in Asia/Shanghai.
    pub work_date: Timestamp,
    /// When.
    pub punched_at: Timestamp,
    /// `isLegal`: whether DingTalk takes it for valid; `None` where it is not said.
    pub legal: Option<bool>,
    /// `USER`, `ATM` and others; `None` where it is not said.
    pub source: Option<String>,
}

#[derive(Deserialize)]
struct RecordsAnswer {
    recordresult: RawRows,
}

impl Client {
    /// Every punch of these days, by the moment of the punch in Asia/Shanghai; without pages. DingTalk keeps 180 days.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for more than 50 people or 7 days.
    pub async fn list_punches(
        &self,
        query: &AttendanceQuery<'_>,
    ) -> Result<RowPage<PunchRow>, DingTalkError> {
        check_query(RECORDS, query)?;
        let body = json!({
            "userIds": as_strs(query.people),
            "checkDateFrom": format!("{} 00:00:00", query.from),
            "checkDateTo": format!("{} 23:59:59", query.to),
            "isI18n": query.abroad,
        });
        let call = ApiCall::post(RECORDS, "/attendance/listRecord", body);
        let answer: RecordsAnswer = self.call_api(&call).await?;
        let rows = read_rows(&answer.recordresult, |row| {
            let user = asked_user(row, query.people)?;
            read_punch(row, user)
        });
        Ok(RowPage::whole(rows))
    }
}

fn read_punch(row: &mut Row<'_>, user: UserId) -> Option<PunchRow> {
    let record_id = need_number(row, "id");
    let work_date = need_moment(row, "workDate");
    let punched_at = need_moment(row, "userCheckTime");
    let legal = row.flag("isLegal");
    if legal.is_unreadable() {
        return None;
    }
    Some(PunchRow {
        record_id: record_id?,
        user,
        work_date: work_date?,
        punched_at: punched_at?,
        legal: legal.into_option(),
        source: text_of(row, "sourceType"),
    })
}
