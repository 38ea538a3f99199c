//! Reading people: pages of a department's members, and one person whole.

use directory::{DeptId, FieldSet, Record, UserId};
use serde::Deserialize;
use serde_json::json;

use super::call::ApiCall;
use super::config::Client;
use super::lenient::{LenientFlag, LenientNumber, RawObject, RawRows};
use super::wire_person::{PersonReading, ReadDepth, UnreadableRow, read_person_row};
use crate::error::{DingTalkError, ReplyFault};

const LIST: &str = "user/list";
const GET: &str = "user/get";
const COUNT: &str = "user/count";
/// The largest page that `user/list` gives.
const PAGE: usize = 100;

/// One row of a department's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// What the list shows: no manager, leads or main department.
    pub record: Record,
    /// Whether the person leads *this* department.
    pub leads_here: bool,
}

/// One page of a department's direct members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MembersPage {
    /// At most 100. Fields that could not be read are hidden in them.
    pub rows: Vec<MemberRow>,
    /// What could not be read of them, of whom.
    pub unreadable: Vec<UnreadableRow>,
    /// Rows of nobody knows whom: no id could be read in them. The page is not everybody, then.
    pub nameless: usize,
    /// The next page's cursor, larger than this page's; `None` on the last.
    pub next: Option<u32>,
}

#[derive(Deserialize)]
struct WirePage {
    has_more: LenientFlag,
    next_cursor: Option<LenientNumber>,
    list: RawRows,
}

#[derive(Deserialize)]
struct WireCount {
    count: LenientNumber,
}

impl Client {
    /// A page of a department's direct members, in pages of 100. A field that is absent is empty where `visible` has it,
    /// else hidden. A row with a field that cannot be read spoils neither the page nor its other fields.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::DingTalkErrorKind::Malformed) for more rows than asked for, or
    /// a next cursor that does not grow.
    pub async fn list_members(
        &self,
        department: DeptId,
        cursor: u32,
        visible: FieldSet,
    ) -> Result<MembersPage, DingTalkError> {
        let body = json!({ "dept_id": department.0, "cursor": cursor, "size": PAGE });
        let answer: WirePage = self
            .call_for_result(&ApiCall::post(LIST, "/topapi/v2/user/list", body))
            .await?;
        read_page(&answer, cursor, visible).map_err(|what| self.malformed_answer(LIST, what))
    }

    /// One person, with every field. DingTalk finds a `userid` in another case too: the record has the one that it
    /// answered. Fields that could not be read are hidden, and counted in the tally.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotFound`](crate::DingTalkErrorKind::NotFound),
    /// [`OutOfScope`](crate::DingTalkErrorKind::OutOfScope), and [`Malformed`](crate::DingTalkErrorKind::Malformed) when the
    /// answer is about somebody else.
    pub async fn read_person(
        &self,
        userid: &UserId,
        visible: FieldSet,
    ) -> Result<Record, DingTalkError> {
        let body = json!({ "userid": userid.as_str() });
        let answer: RawObject = self
            .call_for_result(&ApiCall::post(GET, "/topapi/v2/user/get", body))
            .await?;
        let PersonReading { record, odd, .. } =
            read_person_row(answer.as_raw(), ReadDepth::Read, visible)
                .map_err(|what| self.malformed_answer(GET, what))?;
        if !is_same_userid(record.id.as_str(), userid.as_str()) {
            return Err(self.malformed_answer(
                GET,
                ReplyFault::Contradiction("an answer about somebody else"),
            ));
        }
        self.0.log.count_odd_row(odd.as_ref());
        Ok(record)
    }

    /// How many people the whole company has, activated or not; not limited by the contact scope.
    ///
    /// # Errors
    /// What any call can meet.
    pub async fn head_count(&self) -> Result<u64, DingTalkError> {
        let call = ApiCall::post(COUNT, "/topapi/user/count", json!({ "only_active": false }));
        let answer: WireCount = self.call_for_result(&call).await?;
        u64::try_from(answer.count.0)
            .map_err(|_| self.malformed_answer(COUNT, ReplyFault::WrongType))
    }
}

fn read_page(page: &WirePage, cursor: u32, visible: FieldSet) -> Result<MembersPage, ReplyFault> {
    if page.list.0.len() > PAGE {
        return Err(ReplyFault::Contradiction("more rows than were asked for"));
    }
    let mut members = MembersPage::default();
    for raw in &page.list.0 {
        let Ok(person) = read_person_row(raw, ReadDepth::Listed, visible) else {
            members.nameless += 1;
            continue;
        };
        members.unreadable.extend(person.odd);
        members.rows.push(MemberRow {
            record: person.record,
            leads_here: person.leads_here,
        });
    }
    members.next = next_cursor(page, cursor)?;
    Ok(members)
}

fn next_cursor(page: &WirePage, cursor: u32) -> Result<Option<u32>, ReplyFault> {
    match (page.has_more.0, page.next_cursor) {
        (false, _) => Ok(None),
        (true, Some(next)) => u32::try_from(next.0)
            .ok()
            .filter(|next| *next > cursor)
            .map(Some)
            .ok_or(ReplyFault::Endless("a cursor that does not grow")),
        (true, None) => Err(ReplyFault::Endless("more rows, but no cursor to them")),
    }
}

/// Whether two spellings are the same person: DingTalk does not tell upper from lower case in a `userid` (UNCONFIRMED).
pub(super) fn is_same_userid(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests;
