//! Administrators, and what 智能人事 knows: who is employed, and in which kind of employment (`dingtalk-api.md` §2.5, §4).

use std::collections::BTreeMap;

use directory::UserId;
use directory::policy::EmploymentType;
use serde::Deserialize;
use serde_json::json;

use super::call::ApiCall;
use super::config::Client;
use super::lenient_json::{LenientNumber, LenientText};
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind, ReplyFault, apply_for};

const LISTADMIN: &str = "user/listadmin";
const ON_JOB: &str = "employee/queryonjob";
const ON_JOB_PAGE: usize = 50;
const ROSTER: &str = "rosters/lists/query";
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
struct WireAdmin {
    userid: LenientText,
    sys_level: LenientNumber,
}

#[derive(Deserialize)]
struct WireOnJob {
    data_list: Vec<LenientText>,
    next_cursor: Option<LenientNumber>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEmployee {
    user_id: LenientText,
    #[serde(default)]
    field_data_list: Option<Vec<WireField>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireField {
    field_code: LenientText,
    #[serde(default)]
    field_value_list: Option<Vec<WireValue>>,
}

#[derive(Deserialize)]
struct WireValue {
    #[serde(default)]
    value: Option<LenientText>,
    #[serde(default)]
    label: Option<LenientText>,
}

impl Client {
    /// All administrators; not limited by the contact scope.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](crate::Trouble::Malformed) for an id that cannot be one.
    pub async fn list_admins(&self) -> Result<Vec<Admin>, DingTalkError> {
        let call = ApiCall::post(LISTADMIN, "/topapi/user/listadmin", json!({}));
        let answer: RosterResponse<Vec<WireAdmin>> = self.call_api(&call).await?;
        let admin = |wire: &WireAdmin| {
            Ok(Admin {
                userid: parse_userid(&wire.userid)?,
                level: admin_level(wire.sys_level.0),
            })
        };
        answer
            .result
            .iter()
            .map(admin)
            .collect::<Result<_, _>>()
            .map_err(|what| self.malformed_answer(LISTADMIN, what))
    }

    /// Who is employed: on probation, regular, about to leave, or without a state. 智能人事 guarantees only people who
    /// were added after it was opened.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](crate::Trouble::Malformed) for an id that cannot be one, more rows than
    /// asked for, or a next offset that does not grow.
    pub async fn list_on_job(&self, offset: u32) -> Result<OnJobPage, DingTalkError> {
        let body = json!({ "status_list": "2,3,5,-1", "offset": offset, "size": ON_JOB_PAGE });
        let call = ApiCall::post(ON_JOB, "/topapi/smartwork/hrm/employee/queryonjob", body);
        let answer: RosterResponse<WireOnJob> = self.call_api(&call).await?;
        on_job_page(&answer.result, offset).map_err(|what| self.malformed_answer(ON_JOB, what))
    }

    /// The kinds of employment that the roster names, of at most [`ROSTER_MAX`] people. Whoever it does not know, or in no
    /// kind, or in one that is not documented, is missing in the answer. Exempt from the monthly quota (§9.1), which the
    /// older `employee/v2/list` is not said to be.
    ///
    /// # Errors
    /// Besides what any call can meet: [`PermissionMissing`](crate::Trouble::PermissionMissing),
    /// [`SmartHrClosed`](crate::Trouble::SmartHrClosed), [`AgentRefused`](crate::Trouble::AgentRefused) also where there is
    /// no AgentId, [`NotSent`](crate::Trouble::NotSent) for too many people, and
    /// [`Malformed`](crate::Trouble::Malformed) for an answer about somebody else.
    pub async fn read_employment_types(
        &self,
        people: &[UserId],
    ) -> Result<BTreeMap<UserId, EmploymentType>, DingTalkError> {
        if people.is_empty() || people.len() > ROSTER_MAX {
            return Err(DingTalkError::new(
                ROSTER,
                DingTalkErrorKind::NotSent {
                    why: CallFault::PeopleCount,
                },
            ));
        }
        let missing = |_| {
            DingTalkError::new(
                ROSTER,
                DingTalkErrorKind::AgentRefused {
                    code: "none".to_owned(),
                },
            )
        };
        let agent = self.agent_id(ROSTER).map_err(missing)?;
        let body = json!({
            "userIdList": people.iter().map(UserId::as_str).collect::<Vec<_>>(),
            "fieldFilterList": [EMPLOYEE_TYPE],
            "appAgentId": agent,
            "text2SelectConvert": true,
        });
        let call = ApiCall::post_new(ROSTER, "/v1.0/hrm/rosters/lists/query", body);
        let answer: RosterResponse<Vec<WireEmployee>> = self
            .call_api(&call)
            .await
            .map_err(|err| self.name_roster_permission(err))?;
        employment_types(&answer.result, people).map_err(|what| self.malformed_answer(ROSTER, what))
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

fn employment_types(
    rows: &[WireEmployee],
    asked: &[UserId],
) -> Result<BTreeMap<UserId, EmploymentType>, ReplyFault> {
    let mut kinds = BTreeMap::new();
    for row in rows {
        let id = parse_userid(&row.user_id)?;
        if !asked.contains(&id) {
            return Err(ReplyFault::Contradiction("an answer about somebody else"));
        }
        let fields = row
            .field_data_list
            .iter()
            .flatten()
            .filter(|field| field.field_code.0 == EMPLOYEE_TYPE);
        let mut values = fields.flat_map(|field| field.field_value_list.iter().flatten());
        if let Some(kind) = values.find_map(employment_type) {
            kinds.insert(id, kind);
        }
    }
    Ok(kinds)
}

/// By the option's number; where that is a company's own, or a text, by its label.
fn employment_type(value: &WireValue) -> Option<EmploymentType> {
    let number = value
        .value
        .as_ref()
        .and_then(|text| text.0.trim().parse().ok());
    let labels = || [&value.label, &value.value].into_iter().flatten();
    let labelled = || labels().find_map(|text| EmploymentType::of_label(&text.0));
    number
        .and_then(EmploymentType::of_dingtalk)
        .or_else(labelled)
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

fn admin_level(sys_level: i64) -> AdminLevel {
    match sys_level {
        1 => AdminLevel::Primary,
        2 => AdminLevel::Sub,
        100 => AdminLevel::Boss,
        other => AdminLevel::Other(other),
    }
}
