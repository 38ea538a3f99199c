//! Shifts: `/topapi/attendance/shift/list` and `/shift/query`.

use directory::UserId;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::{LenientFlag, LenientNumber, RawObject, RawRows, Reading, Row};
use super::super::rows::{RowPage, need, need_number, need_text, read_rows};
use super::CheckSide;
use crate::error::{DingTalkError, ReplyFault};

const LIST: &str = "attendance/shift/list";
const QUERY: &str = "attendance/shift/query";

/// A shift, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftRow {
    /// DingTalk's number.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// A shift, whole. Times are minutes after the work date's midnight by the clock on the wall, above 1,440 on the next day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// DingTalk's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Planned punches in their order, of all sections.
    pub punches: Vec<ShiftPunch>,
    /// Pauses.
    pub rests: Vec<ShiftRest>,
    /// What a day of it counts, in minutes; `None` where DingTalk does not say.
    pub work_minutes: Option<i64>,
}

/// A planned punch of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShiftPunch {
    /// Coming or going.
    pub side: CheckSide,
    /// When.
    pub minute: i64,
    /// DingTalk's own grace in minutes.
    pub permit_minutes: Option<i64>,
}

/// A pause of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShiftRest {
    /// Its begin.
    pub from_minute: i64,
    /// Its end.
    pub to_minute: i64,
}

#[derive(Deserialize)]
struct ShiftPage {
    has_more: LenientFlag,
    cursor: Option<LenientNumber>,
    result: RawRows,
}

impl Client {
    /// A page of shifts, 200 at most.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::DingTalkErrorKind::Malformed) for a cursor that does not grow,
    /// and DingTalk's refusal of an acting administrator without the right.
    pub async fn list_shifts(
        &self,
        acting_admin: &UserId,
        cursor: i64,
    ) -> Result<RowPage<ShiftRow>, DingTalkError> {
        let body = json!({ "op_user_id": acting_admin.as_str(), "cursor": cursor });
        let call = ApiCall::post(LIST, "/topapi/attendance/shift/list", body);
        let answer: ShiftPage = self.call_for_result(&call).await?;
        let next = next_cursor(answer.has_more, answer.cursor, cursor)
            .map_err(|what| self.malformed_answer(LIST, what))?;
        let (rows, odd) = read_rows(&answer.result, |row| {
            let (id, name) = (need_number(row, "id"), need_text(row, "name"));
            Some(ShiftRow {
                id: id?,
                name: name?,
            })
        });
        Ok(RowPage { rows, odd, next })
    }

    /// One shift, whole. A shift with a punch or a pause that is not understood is refused as a whole: time that is counted
    /// without a pause would be wrong.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::DingTalkErrorKind::Malformed).
    pub async fn read_shift(
        &self,
        acting_admin: &UserId,
        shift_id: i64,
    ) -> Result<Shift, DingTalkError> {
        let body = json!({ "op_user_id": acting_admin.as_str(), "shift_id": shift_id });
        let call = ApiCall::post(QUERY, "/topapi/attendance/shift/query", body);
        let answer: RawObject = self.call_for_result(&call).await?;
        let shift = parse_shift(answer.as_raw()).filter(|shift| shift.id == shift_id);
        shift.ok_or_else(|| self.malformed_answer(QUERY, ReplyFault::WrongType))
    }
}

/// `None` on the last page.
pub(super) fn next_cursor(
    has_more: LenientFlag,
    next: Option<LenientNumber>,
    cursor: i64,
) -> Result<Option<i64>, ReplyFault> {
    match (has_more.0, next) {
        (false, _) => Ok(None),
        (true, Some(next)) if next.0 > cursor => Ok(Some(next.0)),
        (true, _) => Err(ReplyFault::Endless("more rows, but no later cursor")),
    }
}

fn parse_shift(raw: &RawValue) -> Option<Shift> {
    let mut row = Row::parse(raw)?;
    let sections = row.list("sections", read_section).into_option()?;
    let mut shift = Shift {
        id: row.number("id").into_option()?,
        name: row.text("name").into_option()?,
        punches: Vec::new(),
        rests: Vec::new(),
        work_minutes: None,
    };
    for (punches, rests) in sections {
        shift.punches.extend(punches);
        shift.rests.extend(pair_rests(&rests)?);
    }
    shift.punches.sort_by_key(|punch| punch.minute);
    let setting = |raw: &RawValue| match Row::parse(raw) {
        Some(mut row) => row.number("work_time_minutes"),
        None => Reading::Unreadable,
    };
    let minutes = row.read(&["shift_setting"], setting).into_option();
    shift.work_minutes = minutes.filter(|minutes| *minutes >= 0);
    Some(shift)
}

type SectionParts = (Vec<ShiftPunch>, Vec<(CheckSide, i64)>);

fn read_section(raw: &RawValue) -> Reading<SectionParts> {
    let read = || {
        let mut row = Row::parse(raw)?;
        let punches = row.list("punches", read_punch).into_option()?;
        let rests = match row.list("rests", read_rest) {
            Reading::Absent => Vec::new(),
            rests => rests.into_option()?,
        };
        Some((punches, rests))
    };
    read().map_or(Reading::Unreadable, Reading::Read)
}

fn read_punch(raw: &RawValue) -> Reading<ShiftPunch> {
    let read = || {
        let mut row = Row::parse(raw)?;
        let (side, minute) = read_side_and_minute(&mut row)?;
        Some(ShiftPunch {
            side,
            minute,
            permit_minutes: row
                .number("permit_minutes")
                .into_option()
                .filter(|one| *one >= 0),
        })
    };
    read().map_or(Reading::Unreadable, Reading::Read)
}

fn read_rest(raw: &RawValue) -> Reading<(CheckSide, i64)> {
    let read = || read_side_and_minute(&mut Row::parse(raw)?);
    read().map_or(Reading::Unreadable, Reading::Read)
}

fn read_side_and_minute(row: &mut Row<'_>) -> Option<(CheckSide, i64)> {
    let side = need(row, "check_type", |row| {
        CheckSide::parse(&row.text("check_type").into_option()?)
    })?;
    let across = match row.number("across") {
        Reading::Absent => 0,
        across => across.into_option()?,
    };
    let minute = wall_minute(&row.text("check_time").into_option()?)?;
    Some((side, across.checked_mul(1440)?.checked_add(minute)?))
}

/// `1970-01-01 19:00:00`: only its clock counts.
fn wall_minute(text: &str) -> Option<i64> {
    let clock = text.rsplit(' ').next()?;
    let time: jiff::civil::Time = clock.parse().ok()?;
    Some(i64::from(time.hour()) * 60 + i64::from(time.minute()))
}

/// `OnDuty` begins a pause and `OffDuty` ends it.
fn pair_rests(marks: &[(CheckSide, i64)]) -> Option<Vec<ShiftRest>> {
    let mut rests = Vec::new();
    for pair in marks.chunks(2) {
        let [
            (CheckSide::OnDuty, from_minute),
            (CheckSide::OffDuty, to_minute),
        ] = *pair
        else {
            return None;
        };
        if from_minute >= to_minute {
            return None;
        }
        rests.push(ShiftRest {
            from_minute,
            to_minute,
        });
    }
    Some(rests)
}
