//! Leave: kinds, balances and records. The acting administrator needs rights to OA approval. Quantities are hundredths of a day
//! or an hour, as DingTalk has them.

use directory::{Timestamp, UserId};
use serde::Deserialize;
use serde_json::json;

use super::call::ApiCall;
use super::config::Client;
use super::lenient::{LenientFlag, RawRows, Row};
use super::rows::{
    ResultOf, RowPage, as_strs, asked_user, check_people, joined, need_text, read_rows, text_of,
};
use crate::error::{DingTalkError, ReplyFault};

const TYPES: &str = "vacation/type/list";
const QUOTAS: &str = "vacation/quota/list";
const RECORDS: &str = "vacations/records/query";
/// The most people whose balances are asked for at once, and the most rows of a page.
pub const QUOTA_PEOPLE_MAX: usize = 50;
const QUOTA_PAGE: i64 = 50;
const RECORD_PAGE: i64 = 200;
const TOO_MANY: &str = "leave is asked about 1 to 50 people at once";

/// A kind of leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveTypeRow {
    /// DingTalk's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its unit; `None` for a word that is not known.
    pub unit: Option<LeaveUnit>,
    /// Whether it was made in the console (`inner`): apps may not change its balances. `None` where it is not said.
    pub made_in_console: Option<bool>,
    /// Hours of a day of it, in hundredths.
    pub hours_in_day_hundredths: Option<i64>,
}

/// `leave_view_unit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveUnit {
    /// By the day.
    Day,
    /// By half days.
    HalfDay,
    /// By the hour.
    Hour,
}

/// What somebody has of one kind of leave in one cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveQuotaRow {
    /// Whose.
    pub user: UserId,
    /// Of which kind.
    pub code: String,
    /// Such as `2026`.
    pub cycle: String,
    /// Given, in hundredths.
    pub given_hundredths: Option<i64>,
    /// Used, in hundredths.
    pub used_hundredths: Option<i64>,
    /// Whether both are of hours; else of days.
    pub in_hours: bool,
}

/// A change of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveRecordRow {
    /// Whose.
    pub user: UserId,
    /// The record's id.
    pub record_id: String,
    /// Whether it was taken; `None` for a word that is not known.
    pub state: Option<LeaveRecordState>,
    /// Whether it is leave that was taken; else the balance was given or changed.
    pub taken: bool,
    /// From when.
    pub from: Option<Timestamp>,
    /// To when.
    pub to: Option<Timestamp>,
    /// How much, in hundredths of a day.
    pub day_hundredths: Option<i64>,
    /// How much, in hundredths of an hour.
    pub hour_hundredths: Option<i64>,
}

/// `leaveStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveRecordState {
    /// `init`.
    Started,
    /// `success`.
    Passed,
    /// `refuse`.
    Refused,
    /// `abort`.
    Withdrawn,
    /// `revoke`.
    Revoked,
}

#[derive(Deserialize)]
struct QuotaPage {
    has_more: LenientFlag,
    leave_quotas: RawRows,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordPage {
    has_more: LenientFlag,
    leave_records: RawRows,
}

impl Client {
    /// Every kind of leave, of the console and of apps.
    ///
    /// # Errors
    /// What any call can meet, and DingTalk's refusal of an acting administrator without the right.
    pub async fn list_leave_types(
        &self,
        acting_admin: &UserId,
    ) -> Result<RowPage<LeaveTypeRow>, DingTalkError> {
        let body = json!({ "op_userid": acting_admin.as_str(), "vacation_source": "all" });
        let call = ApiCall::post(TYPES, "/topapi/attendance/vacation/type/list", body);
        let answer: RawRows = self.call_for_result(&call).await?;
        Ok(RowPage::whole(read_rows(&answer, read_leave_type)))
    }

    /// A page of balances of one kind of leave, 50 rows at most.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for more than 50 people,
    /// [`Malformed`](crate::DingTalkErrorKind::Malformed) for an empty page that is not the last.
    pub async fn list_leave_quotas(
        &self,
        acting_admin: &UserId,
        leave_code: &str,
        people: &[UserId],
        offset: i64,
    ) -> Result<RowPage<LeaveQuotaRow>, DingTalkError> {
        check_people(QUOTAS, people, QUOTA_PEOPLE_MAX, TOO_MANY)?;
        let body = json!({
            "op_userid": acting_admin.as_str(),
            "leave_code": leave_code,
            "userids": joined(people),
            "offset": offset.max(0),
            "size": QUOTA_PAGE,
        });
        let call = ApiCall::post(QUOTAS, "/topapi/attendance/vacation/quota/list", body);
        let answer: QuotaPage = self.call_for_result(&call).await?;
        if answer.has_more.0 && answer.leave_quotas.0.is_empty() {
            return Err(self.malformed_answer(
                QUOTAS,
                ReplyFault::Endless("an empty page that is not the last"),
            ));
        }
        let (rows, odd) = read_rows(&answer.leave_quotas, |row| {
            let user = asked_user(row, people)?;
            read_quota(row, user)
        });
        let next = answer.has_more.0.then_some(offset.max(0) + QUOTA_PAGE);
        Ok(RowPage { rows, odd, next })
    }

    /// A page of changes of balances of one kind of leave, 200 rows at most; pages count from 0.
    ///
    /// # Errors
    /// As [`list_leave_quotas`](Self::list_leave_quotas).
    pub async fn list_leave_records(
        &self,
        acting_admin: &UserId,
        leave_code: &str,
        people: &[UserId],
        page: i64,
    ) -> Result<RowPage<LeaveRecordRow>, DingTalkError> {
        check_people(RECORDS, people, QUOTA_PEOPLE_MAX, TOO_MANY)?;
        let body = json!({
            "opUserId": acting_admin.as_str(),
            "leaveCode": leave_code,
            "userIds": as_strs(people),
            "pageNumber": page.max(0),
            "pageSize": RECORD_PAGE,
        });
        let path = "/v1.0/attendance/vacations/records/query";
        let answer: ResultOf<RecordPage> = self
            .call_api(&ApiCall::post_new(RECORDS, path, body))
            .await?;
        let answer = answer.result;
        if answer.has_more.0 && answer.leave_records.0.is_empty() {
            return Err(self.malformed_answer(
                RECORDS,
                ReplyFault::Endless("an empty page that is not the last"),
            ));
        }
        let (rows, odd) = read_rows(&answer.leave_records, |row| {
            let user = asked_user(row, people)?;
            read_record(row, user)
        });
        let next = answer.has_more.0.then_some(page.max(0) + 1);
        Ok(RowPage { rows, odd, next })
    }
}

fn read_leave_type(row: &mut Row<'_>) -> Option<LeaveTypeRow> {
    let (code, name) = (need_text(row, "leave_code"), need_text(row, "leave_name"));
    let unit = text_of(row, "leave_view_unit");
    let source = text_of(row, "source");
    Some(LeaveTypeRow {
        code: code?,
        name: name?,
        unit: unit.and_then(|unit| match unit.as_str() {
            "day" => Some(LeaveUnit::Day),
            "halfDay" => Some(LeaveUnit::HalfDay),
            "hour" => Some(LeaveUnit::Hour),
            _ => None,
        }),
        made_in_console: source.and_then(|source| match source.as_str() {
            "inner" => Some(true),
            "external" => Some(false),
            _ => None,
        }),
        hours_in_day_hundredths: row.number("hours_in_per_day").into_option(),
    })
}

fn read_quota(row: &mut Row<'_>, user: UserId) -> Option<LeaveQuotaRow> {
    let code = need_text(row, "leave_code");
    let cycle = need_text(row, "quota_cycle");
    let mut number = |name| row.number(name).into_option();
    let days = (number("quota_num_per_day"), number("used_num_per_day"));
    let hours = (number("quota_num_per_hour"), number("used_num_per_hour"));
    let in_hours = days.0.is_none() && hours.0.is_some();
    let (given, used) = if in_hours { hours } else { days };
    Some(LeaveQuotaRow {
        user,
        code: code?,
        cycle: cycle?,
        given_hundredths: given,
        used_hundredths: used,
        in_hours,
    })
}

fn read_record(row: &mut Row<'_>, user: UserId) -> Option<LeaveRecordRow> {
    let record_id = need_text(row, "recordId");
    let state = text_of(row, "leaveStatus");
    let kind = need_text(row, "leaveRecordType");
    let mut number = |name| row.number(name).into_option();
    let (from, to) = (number("startTime"), number("endTime"));
    let (days, hours) = (number("recordNumPerDay"), number("recordNumPerHour"));
    Some(LeaveRecordRow {
        user,
        record_id: record_id?,
        state: state.and_then(|state| match state.as_str() {
            "init" => Some(LeaveRecordState::Started),
            "success" => Some(LeaveRecordState::Passed),
            "refuse" => Some(LeaveRecordState::Refused),
            "abort" => Some(LeaveRecordState::Withdrawn),
            "revoke" => Some(LeaveRecordState::Revoked),
            _ => None,
        }),
        taken: kind? == "leave",
        from: from.map(Timestamp),
        to: to.map(Timestamp),
        day_hundredths: days,
        hour_hundredths: hours,
    })
}

#[cfg(test)]
mod tests;
