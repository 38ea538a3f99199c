//! Attendance groups: `/topapi/attendance/group/minimalism/list` and `/group/query`.

use directory::UserId;
use serde::Deserialize;
use serde_json::json;

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::{LenientFlag, LenientNumber, RawObject, RawRows, Row, read_number};
use super::super::rows::{RowPage, need_number, need_text, read_rows, text_of};
use super::shifts::next_cursor;
use crate::error::{DingTalkError, ReplyFault};

const LIST: &str = "attendance/group/minimalism/list";
const QUERY: &str = "attendance/group/query";

/// An attendance group, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// DingTalk's number.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// An attendance group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceGroup {
    /// DingTalk's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// `FIXED`, `TURN` or `NONE`, as DingTalk writes it.
    pub kind: Option<String>,
    /// Its shifts.
    pub shift_ids: Vec<i64>,
    /// How many people are in it.
    pub member_count: Option<i64>,
}

#[derive(Deserialize)]
struct GroupPage {
    has_more: LenientFlag,
    cursor: Option<LenientNumber>,
    result: RawRows,
}

impl Client {
    /// A page of attendance groups.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::DingTalkErrorKind::Malformed) for a cursor that does not grow,
    /// and DingTalk's refusal of an acting administrator without the right.
    pub async fn list_attendance_groups(
        &self,
        acting_admin: &UserId,
        cursor: i64,
    ) -> Result<RowPage<GroupRow>, DingTalkError> {
        let body = json!({ "op_user_id": acting_admin.as_str(), "cursor": cursor });
        let call = ApiCall::post(LIST, "/topapi/attendance/group/minimalism/list", body);
        let answer: GroupPage = self.call_for_result(&call).await?;
        let next = next_cursor(answer.has_more, answer.cursor, cursor)
            .map_err(|what| self.malformed_answer(LIST, what))?;
        let (rows, odd) = read_rows(&answer.result, |row| {
            let (id, name) = (need_number(row, "id"), need_text(row, "name"));
            Some(GroupRow {
                id: id?,
                name: name?,
            })
        });
        Ok(RowPage { rows, odd, next })
    }

    /// One attendance group.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::DingTalkErrorKind::Malformed) for a group without number, name
    /// or shifts that can be read.
    pub async fn read_attendance_group(
        &self,
        acting_admin: &UserId,
        group_id: i64,
    ) -> Result<AttendanceGroup, DingTalkError> {
        let body = json!({ "op_user_id": acting_admin.as_str(), "group_id": group_id });
        let call = ApiCall::post(QUERY, "/topapi/attendance/group/query", body);
        let answer: RawObject = self.call_for_result(&call).await?;
        let group = Row::parse(answer.as_raw()).and_then(|mut row| read_group(&mut row));
        let group = group.filter(|group| group.id == group_id);
        group.ok_or_else(|| self.malformed_answer(QUERY, ReplyFault::WrongType))
    }
}

fn read_group(row: &mut Row<'_>) -> Option<AttendanceGroup> {
    let shifts = row.list("shift_ids", read_number);
    if shifts.is_unreadable() {
        return None;
    }
    Some(AttendanceGroup {
        id: need_number(row, "id")?,
        name: need_text(row, "name")?,
        kind: text_of(row, "type"),
        shift_ids: shifts.into_option().unwrap_or_default(),
        member_count: row.number("member_count").into_option(),
    })
}
