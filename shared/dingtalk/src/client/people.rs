//! Reading people: pages of a department's members, and one person whole.

use directory::{DeptId, FieldSet, Record, UserId};
use serde::Deserialize;
use serde_json::json;

use super::call::ApiCall;
use super::config::Client;
use super::lenient_json::{LenientFlag, LenientNumber};
use super::wire_person::{ReadDepth, WirePerson, is_set};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembersPage {
    /// At most 100.
    pub rows: Vec<MemberRow>,
    /// The next page's cursor, larger than this page's; `None` on the last.
    pub next: Option<u32>,
}

#[derive(Deserialize)]
struct WirePage {
    has_more: LenientFlag,
    next_cursor: Option<LenientNumber>,
    list: Vec<WirePerson>,
}

#[derive(Deserialize)]
struct WireCount {
    count: LenientNumber,
}

impl Client {
    /// A page of a department's direct members, in pages of 100. A field that is absent is empty where `visible` has it,
    /// else hidden.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::Trouble::Malformed) for an id that cannot be one, more rows
    /// than asked for, or a next cursor that does not grow.
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
        read_page(answer, cursor, visible).map_err(|what| self.malformed_answer(LIST, what))
    }

    /// One person, with every field.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotFound`](crate::Trouble::NotFound), [`OutOfScope`](crate::Trouble::OutOfScope),
    /// and [`Malformed`](crate::Trouble::Malformed) when the answer is about somebody else.
    pub async fn read_person(
        &self,
        userid: &UserId,
        visible: FieldSet,
    ) -> Result<Record, DingTalkError> {
        let body = json!({ "userid": userid.as_str() });
        let answer: WirePerson = self
            .call_for_result(&ApiCall::post(GET, "/topapi/v2/user/get", body))
            .await?;
        if answer.userid.0 != userid.as_str() {
            return Err(self.malformed_answer(
                GET,
                ReplyFault::Contradiction("an answer about somebody else"),
            ));
        }
        answer
            .into_record(ReadDepth::Read, visible)
            .map_err(|what| self.malformed_answer(GET, what))
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

fn read_page(page: WirePage, cursor: u32, visible: FieldSet) -> Result<MembersPage, ReplyFault> {
    if page.list.len() > PAGE {
        return Err(ReplyFault::Contradiction("more rows than were asked for"));
    }
    let row = |person: WirePerson| -> Result<MemberRow, ReplyFault> {
        let leads_here = is_set(person.leader);
        Ok(MemberRow {
            record: person.into_record(ReadDepth::Listed, visible)?,
            leads_here,
        })
    };
    let rows = page.list.into_iter().map(row).collect::<Result<_, _>>()?;
    let next = match (page.has_more.0, page.next_cursor) {
        (false, _) => None,
        (true, Some(next)) => Some(
            u32::try_from(next.0)
                .ok()
                .filter(|next| *next > cursor)
                .ok_or(ReplyFault::Endless("a cursor that does not grow"))?,
        ),
        (true, None) => return Err(ReplyFault::Endless("more rows, but no cursor to them")),
    };
    Ok(MembersPage { rows, next })
}

#[cfg(test)]
mod tests;
