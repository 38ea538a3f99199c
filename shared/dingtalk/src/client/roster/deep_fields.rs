//! Managers and main departments of a hundred people a call, where the company's roster has such fields.
//!
//! Their codes stand in no documentation of DingTalk's; which part of a value holds the id is not known beforehand. Both
//! parts are kept here, and [`RosterProof`](super::RosterProof) finds out by experiment.

use std::collections::{BTreeMap, BTreeSet};

use directory::UserId;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::{ROSTER, ROSTER_MAX, RosterResponse};
use crate::client::call::ApiCall;
use crate::client::config::Client;
use crate::client::lenient::{LenientText, RawRows, Reading, Row, read_text};
use crate::client::people::is_same_userid;
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind, ReplyFault};

const LAYOUT: &str = "roster/meta/get";
const MANAGER: &str = "sys00-reportManagerId";
const MAIN_DEPARTMENT: &str = "sys00-mainDeptId";

/// Which deep fields the company's roster has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RosterLayout {
    /// The direct manager's id, `sys00-reportManagerId`.
    pub manager: bool,
    /// The main department's id, `sys00-mainDeptId`.
    pub main_department: bool,
}

/// A value of the roster. One of its parts is an id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterValue {
    /// `value`; empty where it has none.
    pub value: String,
    /// `label`; empty where it has none.
    pub label: String,
}

/// What the roster says of one person. A field that does not come is `None`: empty, or not told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterRow {
    /// The direct manager.
    pub manager: Option<RosterValue>,
    /// The main department.
    pub main_department: Option<RosterValue>,
}

/// The rows of people who were asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterRows {
    /// By the ids that were asked. Somebody who is missing is not in the roster.
    pub rows: BTreeMap<UserId, RosterRow>,
    /// People of whom it says something that cannot be read, or two things.
    pub unreadable: BTreeSet<UserId>,
}

#[derive(Deserialize)]
struct WireGroup {
    #[serde(default)]
    field_meta_info_list: Vec<WireField>,
}

#[derive(Deserialize)]
struct WireField {
    field_code: Option<LenientText>,
}

impl RosterLayout {
    /// Whether there is anything to read.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    fn codes(self) -> Vec<&'static str> {
        let wanted = [
            (self.manager, MANAGER),
            (self.main_department, MAIN_DEPARTMENT),
        ];
        wanted
            .into_iter()
            .filter_map(|(has, code)| has.then_some(code))
            .collect()
    }
}

impl Client {
    /// Which deep fields the roster has. One call, exempt from the monthly quota.
    ///
    /// # Errors
    /// As [`read_roster_rows`](Self::read_roster_rows).
    pub async fn read_roster_layout(&self) -> Result<RosterLayout, DingTalkError> {
        let agent = self.roster_agent(LAYOUT)?;
        let path = "/topapi/smartwork/hrm/roster/meta/get";
        let call = ApiCall::post(LAYOUT, path, json!({ "agentid": agent }));
        let answer: RosterResponse<Vec<WireGroup>> = self.call_api(&call).await?;
        let fields = answer
            .result
            .iter()
            .flat_map(|group| &group.field_meta_info_list);
        let codes: BTreeSet<&str> = fields
            .filter_map(|field| field.field_code.as_ref())
            .map(|code| code.0.as_str())
            .collect();
        Ok(RosterLayout {
            manager: codes.contains(MANAGER),
            main_department: codes.contains(MAIN_DEPARTMENT),
        })
    }

    /// The deep fields of at most [`ROSTER_MAX`] people. Exempt from the monthly quota. What it says is not known to be true
    /// until a [`RosterProof`](super::RosterProof) has shown it.
    ///
    /// # Errors
    /// Besides what any call can meet: [`PermissionMissing`](crate::DingTalkErrorKind::PermissionMissing),
    /// [`SmartHrClosed`](crate::DingTalkErrorKind::SmartHrClosed), [`AgentRefused`](crate::DingTalkErrorKind::AgentRefused) also
    /// where there is no AgentId, [`NotSent`](crate::DingTalkErrorKind::NotSent) for nobody, too many people or a layout
    /// without fields, and [`Malformed`](crate::DingTalkErrorKind::Malformed) for an answer about somebody else.
    pub async fn read_roster_rows(
        &self,
        layout: RosterLayout,
        people: &[UserId],
    ) -> Result<RosterRows, DingTalkError> {
        if people.is_empty() || people.len() > ROSTER_MAX || layout.is_empty() {
            let why = CallFault::PeopleCount;
            return Err(DingTalkError::new(
                ROSTER,
                DingTalkErrorKind::NotSent { why },
            ));
        }
        let agent = self.roster_agent(ROSTER)?;
        let body = json!({
            "userIdList": people.iter().map(UserId::as_str).collect::<Vec<_>>(),
            "fieldFilterList": layout.codes(),
            "appAgentId": agent,
        });
        let call = ApiCall::post_new(ROSTER, "/v1.0/hrm/rosters/lists/query", body);
        let answer: RosterResponse<RawRows> = self
            .call_api(&call)
            .await
            .map_err(|err| self.name_roster_permission(err))?;
        roster_rows(&answer.result, people).map_err(|what| self.malformed_answer(ROSTER, what))
    }
}

fn roster_rows(rows: &RawRows, asked: &[UserId]) -> Result<RosterRows, ReplyFault> {
    let (mut said, mut nameless) = (RosterRows::default(), false);
    for raw in &rows.0 {
        let Some((id, row)) = read_row(raw) else {
            nameless = true;
            continue;
        };
        let person = asked
            .iter()
            .find(|person| is_same_userid(person.as_str(), &id))
            .ok_or(ReplyFault::Contradiction("an answer about somebody else"))?;
        let told_twice = said.rows.contains_key(person) && said.rows.get(person) != row.as_ref();
        match row {
            Some(row) if !told_twice => _ = said.rows.insert(person.clone(), row),
            _ => _ = said.unreadable.insert(person.clone()),
        }
    }
    if nameless {
        // The row may be about any of those whom no other row is about.
        let others = asked
            .iter()
            .filter(|person| !said.rows.contains_key(*person));
        said.unreadable.extend(others.cloned());
    }
    said.rows
        .retain(|person, _| !said.unreadable.contains(person));
    Ok(said)
}

/// Whose row it is, and what it says; the outer `None` where it says nobody's id, the inner where it cannot be read.
fn read_row(raw: &RawValue) -> Option<(String, Option<RosterRow>)> {
    let mut row = Row::parse(raw)?;
    let id = row
        .read(&["userId", "userid", "user_id"], read_text)
        .into_option()
        .filter(|id| !id.is_empty())?;
    let fields = match row.list("fieldDataList", read_field) {
        Reading::Read(fields) => fields,
        Reading::Absent => Vec::new(),
        Reading::Unreadable => return Some((id, None)),
    };
    let mut said = RosterRow::default();
    for (code, value) in fields.into_iter().flatten() {
        let place = if code == MANAGER {
            &mut said.manager
        } else {
            &mut said.main_department
        };
        // Two values of a field that has one.
        if place.is_some() {
            return Some((id, None));
        }
        *place = Some(value);
    }
    Some((id, Some(said)))
}

/// Code and value, where the field is one of ours and has one.
fn read_field(raw: &RawValue) -> Reading<Option<(String, RosterValue)>> {
    let read = || {
        let mut field = Row::parse(raw)?;
        let code = field.text("fieldCode").into_option()?;
        if code != MANAGER && code != MAIN_DEPARTMENT {
            return Some(None);
        }
        let values = match field.list("fieldValueList", read_value) {
            Reading::Read(values) => values,
            Reading::Absent => Vec::new(),
            Reading::Unreadable => return None,
        };
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Some(None),
            (Some(value), None) => Some((value != RosterValue::default()).then_some((code, value))),
            (Some(_), Some(_)) => None,
        }
    };
    read().map_or(Reading::Unreadable, Reading::Read)
}

fn read_value(raw: &RawValue) -> Reading<RosterValue> {
    let Some(mut row) = Row::parse(raw) else {
        return Reading::Unreadable;
    };
    let parts = [row.text("value"), row.text("label")];
    if parts.iter().any(Reading::is_unreadable) {
        return Reading::Unreadable;
    }
    let [value, label] = parts.map(|part| part.into_option().unwrap_or_default().trim().to_owned());
    Reading::Read(RosterValue { value, label })
}
