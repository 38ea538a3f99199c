//! Administrators, and what 智能人事 knows: who is employed, and in which kind of employment.

mod deep_fields;
mod proof;

use std::collections::{BTreeMap, BTreeSet};

use directory::UserId;
use directory::policy::EmploymentType;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::call::ApiCall;
use super::config::Client;
use super::lenient::{LenientNumber, LenientText, RawRows, Reading, Row, read_text};
use super::people::is_same_userid;
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind, ReplyFault, apply_for};

pub use deep_fields::{RosterLayout, RosterRow, RosterRows, RosterValue};
pub use proof::{DeepField, IdPart, ProofNews, RosterDoubt, RosterProof, SampledPerson};

const LISTADMIN: &str = "user/listadmin";
const ON_JOB: &str = "employee/queryonjob";
const ON_JOB_PAGE: usize = 50;
const ROSTER: &str = "rosters/lists/query";
/// Of an administrator whose level cannot be read.
const UNKNOWN_LEVEL: i64 = -1;
const EMPLOYEE_TYPE: &str = "sys01-employeeType";

/// What lets an app read the roster.
const ROSTER_PERMISSION: &str = "qyapi_hrm_read_user";

/// The most people whom the roster tells about in one call.
pub const ROSTER_MAX: usize = 100;

/// An administrator of the corp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Who.
    pub userid: UserId,
    /// Of what kind.
    pub level: AdminLevel,
}

/// Kinds of administrators, `sys_level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdminLevel {
    /// 主管理员.
    Primary,
    /// 子管理员.
    Sub,
    /// 老板.
    Boss,
    /// A level that the reference does not know.
    Other(i64),
}

/// What the roster says of the people who were asked about, by the ids that were asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RosterKinds {
    /// Their kinds of employment; somebody who is missing has none that it names.
    pub kinds: BTreeMap<UserId, EmploymentType>,
    /// People of whom it says something that cannot be read: their kind is not known.
    pub unreadable: BTreeSet<UserId>,
}

/// One page of employed people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnJobPage {
    /// At most 50.
    pub users: Vec<UserId>,
    /// The next page's offset, larger than this page's; `None` on the last.
    pub next: Option<u32>,
}

#[derive(Deserialize)]
struct RosterResponse<T> {
    result: T,
}

#[derive(Deserialize)]
struct WireOnJob {
    data_list: Vec<LenientText>,
    next_cursor: Option<LenientNumber>,
}

impl Client {
    /// All administrators; not limited by the contact scope.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](crate::DingTalkErrorKind::Malformed) for an id that cannot be one.
    pub async fn list_admins(&self) -> Result<Vec<Admin>, DingTalkError> {
        let call = ApiCall::post(LISTADMIN, "/topapi/user/listadmin", json!({}));
        let answer: RosterResponse<RawRows> = self.call_api(&call).await?;
        let admins: Option<_> = answer.result.0.iter().map(|raw| read_admin(raw)).collect();
        admins.ok_or_else(|| {
            self.malformed_answer(
                LISTADMIN,
                ReplyFault::InvalidId("an administrator without a userid"),
            )
        })
    }

    /// Who is employed: on probation, regular, about to leave, or without a state. 智能人事 guarantees only people who
    /// were added after it was opened.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](crate::DingTalkErrorKind::Malformed) for an id that cannot be one, more rows than
    /// asked for, or a next offset that does not grow.
    pub async fn list_on_job(&self, offset: u32) -> Result<OnJobPage, DingTalkError> {
        let body = json!({ "status_list": "2,3,5,-1", "offset": offset, "size": ON_JOB_PAGE });
        let call = ApiCall::post(ON_JOB, "/topapi/smartwork/hrm/employee/queryonjob", body);
        let answer: RosterResponse<WireOnJob> = self.call_api(&call).await?;
        on_job_page(&answer.result, offset).map_err(|what| self.malformed_answer(ON_JOB, what))
    }

    /// The kinds of employment that the roster names, of at most [`ROSTER_MAX`] people. People whom it does not know, or in
    /// no kind, or in one that is not documented, are missing in the answer. Exempt from the monthly quota, which the
    /// older `employee/v2/list` is not said to be.
    ///
    /// # Errors
    /// Besides what any call can meet: [`PermissionMissing`](crate::DingTalkErrorKind::PermissionMissing),
    /// [`SmartHrClosed`](crate::DingTalkErrorKind::SmartHrClosed), [`AgentRefused`](crate::DingTalkErrorKind::AgentRefused) also where there is
    /// no AgentId, [`NotSent`](crate::DingTalkErrorKind::NotSent) for too many people, and
    /// [`Malformed`](crate::DingTalkErrorKind::Malformed) for an answer about somebody else.
    pub async fn read_employment_types(
        &self,
        people: &[UserId],
    ) -> Result<RosterKinds, DingTalkError> {
        if people.is_empty() || people.len() > ROSTER_MAX {
            return Err(DingTalkError::new(
                ROSTER,
                DingTalkErrorKind::NotSent {
                    why: CallFault::PeopleCount,
                },
            ));
        }
        let agent = self.roster_agent(ROSTER)?;
        let body = json!({
            "userIdList": people.iter().map(UserId::as_str).collect::<Vec<_>>(),
            "fieldFilterList": [EMPLOYEE_TYPE],
            "appAgentId": agent,
            "text2SelectConvert": true,
        });
        let call = ApiCall::post_new(ROSTER, "/v1.0/hrm/rosters/lists/query", body);
        let answer: RosterResponse<RawRows> = self
            .call_api(&call)
            .await
            .map_err(|err| self.name_roster_permission(err))?;
        employment_types(&answer.result, people).map_err(|what| self.malformed_answer(ROSTER, what))
    }

    /// The AgentId that the roster wants.
    fn roster_agent(&self, interface: &'static str) -> Result<i64, DingTalkError> {
        self.agent_id(interface).map_err(|_| {
            let code = "none".to_owned();
            DingTalkError::new(interface, DingTalkErrorKind::AgentRefused { code })
        })
    }

    /// The roster's own word for a missing permission, which names none.
    fn name_roster_permission(&self, err: DingTalkError) -> DingTalkError {
        match err.trouble {
            DingTalkErrorKind::Refused { code } if code.eq_ignore_ascii_case("noPermission") => {
                let apply_link = apply_for(&self.0.config.app_key, ROSTER_PERMISSION);
                let scope = Some(ROSTER_PERMISSION.to_owned());
                DingTalkError::new(
                    ROSTER,
                    DingTalkErrorKind::PermissionMissing { scope, apply_link },
                )
            }
            trouble => DingTalkError::new(ROSTER, trouble),
        }
    }
}

fn employment_types(rows: &RawRows, asked: &[UserId]) -> Result<RosterKinds, ReplyFault> {
    let mut said = RosterKinds::default();
    let (mut answered, mut nameless) = (BTreeSet::new(), false);
    for raw in &rows.0 {
        let Some((id, kind)) = read_employee(raw) else {
            nameless = true;
            continue;
        };
        let person = asked
            .iter()
            .find(|person| is_same_userid(person.as_str(), &id))
            .ok_or(ReplyFault::Contradiction("an answer about somebody else"))?;
        let first = answered.insert(person.clone());
        match kind {
            Reading::Read(kind) if first => _ = said.kinds.insert(person.clone(), kind),
            Reading::Absent if first => {}
            Reading::Read(kind) if said.kinds.get(person) == Some(&kind) => {}
            _ => _ = said.unreadable.insert(person.clone()),
        }
    }
    if nameless {
        // The row may be about any of those whom no other row is about.
        let others = asked.iter().filter(|person| !answered.contains(*person));
        said.unreadable.extend(others.cloned());
    }
    said.kinds
        .retain(|person, _| !said.unreadable.contains(person));
    Ok(said)
}

/// Whose row it is, and the kind of employment in it; `None` where it says nobody's id.
fn read_employee(raw: &RawValue) -> Option<(String, Reading<EmploymentType>)> {
    let mut row = Row::parse(raw)?;
    let id = row
        .read(&["userId", "userid", "user_id"], read_text)
        .into_option()
        .filter(|id| !id.is_empty())?;
    let kinds = match row.list("fieldDataList", read_roster_field) {
        Reading::Read(kinds) => kinds,
        Reading::Absent => return Some((id, Reading::Absent)),
        Reading::Unreadable => return Some((id, Reading::Unreadable)),
    };
    let kind = kinds.into_iter().flatten().next();
    Some((id, kind.map_or(Reading::Absent, Reading::Read)))
}

/// The kind of employment, where the field is that one and names a known kind.
fn read_roster_field(raw: &RawValue) -> Reading<Option<EmploymentType>> {
    let read = || {
        let mut field = Row::parse(raw)?;
        if field.text("fieldCode").into_option()? != EMPLOYEE_TYPE {
            return Some(None);
        }
        match field.list("fieldValueList", read_employment_type) {
            Reading::Read(kinds) => Some(kinds.into_iter().flatten().next()),
            Reading::Absent => Some(None),
            Reading::Unreadable => None,
        }
    };
    read().map_or(Reading::Unreadable, Reading::Read)
}

/// By the option's number; where that is a company's own, or a text, by its label.
fn read_employment_type(raw: &RawValue) -> Reading<Option<EmploymentType>> {
    let Some(mut row) = Row::parse(raw) else {
        return Reading::Unreadable;
    };
    let texts = [row.text("value"), row.text("label")];
    let unreadable = texts.iter().any(Reading::is_unreadable);
    let [value, label] = texts.map(Reading::into_option);
    let number = value.as_ref().and_then(|text| text.trim().parse().ok());
    let labels = || [&label, &value].into_iter().flatten();
    let labelled = || labels().find_map(|text| EmploymentType::of_label(text));
    match number
        .and_then(EmploymentType::of_dingtalk)
        .or_else(labelled)
    {
        None if unreadable => Reading::Unreadable,
        kind => Reading::Read(kind),
    }
}

fn on_job_page(page: &WireOnJob, offset: u32) -> Result<OnJobPage, ReplyFault> {
    if page.data_list.len() > ON_JOB_PAGE {
        return Err(ReplyFault::Contradiction("more rows than were asked for"));
    }
    let next = match page.next_cursor {
        None => None,
        Some(next) => Some(
            u32::try_from(next.0)
                .ok()
                .filter(|next| *next > offset)
                .ok_or(ReplyFault::Endless("an offset that does not grow"))?,
        ),
    };
    Ok(OnJobPage {
        users: page
            .data_list
            .iter()
            .map(parse_userid)
            .collect::<Result<_, _>>()?,
        next,
    })
}

fn parse_userid(text: &LenientText) -> Result<UserId, ReplyFault> {
    UserId::new(&text.0).map_err(|_| ReplyFault::InvalidId("a userid that cannot be one"))
}

/// `None` where it says nobody's id: whom it would protect is not known.
fn read_admin(raw: &RawValue) -> Option<Admin> {
    let mut row = Row::parse(raw)?;
    let id = row
        .read(&["userid", "userId", "user_id"], read_text)
        .into_option()?;
    let level = row.number("sys_level").into_option();
    Some(Admin {
        userid: UserId::try_from(id).ok()?,
        level: admin_level(level.unwrap_or(UNKNOWN_LEVEL)),
    })
}

fn admin_level(sys_level: i64) -> AdminLevel {
    match sys_level {
        1 => AdminLevel::Primary,
        2 => AdminLevel::Sub,
        100 => AdminLevel::Boss,
        other => AdminLevel::Other(other),
    }
}
