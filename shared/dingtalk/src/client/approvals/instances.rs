//! Instances: the ids of a template's, and one whole.

use std::fmt;

use directory::{Timestamp, UserId};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::{LenientNumber, LenientText, RawObject, Reading, Row};
use super::super::rows::{ResultOf, as_strs, need, need_text, read_scalar, text_of};
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind, ReplyFault};

const IDS: &str = "workflow/instanceIds/query";
const GET: &str = "workflow/processInstances";
const PAGE: usize = 20;
const DAY_MILLIS: i64 = 86_400_000;
/// The most people whose instances are asked for at once.
pub const INSTANCE_USERS_MAX: usize = 10;
/// The most days between the two ends of a query.
pub const INSTANCE_WINDOW_DAYS: i64 = 120;

/// Which instances.
#[derive(Debug, Clone, Copy)]
pub struct InstanceQuery<'a> {
    /// Of which template.
    pub process_code: &'a str,
    /// Started not before.
    pub from: Timestamp,
    /// Started not after, at most 120 days later.
    pub to: Timestamp,
    /// By whom, at most 10; empty: by anybody.
    pub people: &'a [UserId],
}

/// A page of ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceIdsPage {
    /// At most 20.
    pub ids: Vec<String>,
    /// The next page's token; `None` on the last.
    pub next: Option<i64>,
}

/// An instance. `Debug` hides what people wrote.
#[derive(Clone, PartialEq, Eq)]
pub struct ApprovalInstance {
    /// Its id.
    pub id: String,
    /// Who started it.
    pub originator: UserId,
    /// When, to the minute.
    pub created_at: Option<Timestamp>,
    /// When it was finished, to the minute.
    pub finished_at: Option<Timestamp>,
    /// How far it is.
    pub status: ApprovalStatus,
    /// Whether it was agreed to; `None` while nothing is decided.
    pub agreed: Option<bool>,
    /// What it does to another one.
    pub action: ApprovalAction,
    /// The instance that it revokes or modifies.
    pub main_instance: Option<String>,
    /// Instances that revoke or modify it.
    pub attached: Vec<String>,
    /// What was filled in.
    pub values: Vec<FormValue>,
    /// Who had or has to decide.
    pub tasks: Vec<ApprovalTask>,
}

/// `status` of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalStatus {
    /// Not decided.
    Running,
    /// Taken back.
    Terminated,
    /// Decided.
    Completed,
    /// Another word.
    Other,
}

/// `bizAction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalAction {
    /// It stands alone.
    None,
    /// It changes another one.
    Modify,
    /// It takes another one back.
    Revoke,
    /// Another word.
    Other,
}

/// A field of the form. `Debug` hides the values.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FormValue {
    /// The component's id.
    pub id: Option<String>,
    /// What the form calls it; of a range a list as text.
    pub name: Option<String>,
    /// What was filled in; lists as text.
    pub value: Option<String>,
    /// More about it, as JSON text.
    pub ext_value: Option<String>,
    /// `DDHolidayField`, `DDDateRangeField` and others.
    pub component_type: Option<String>,
    /// The suite's own name of it.
    pub biz_alias: Option<String>,
}

/// A task of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalTask {
    /// Its id.
    pub task_id: String,
    /// Whose.
    pub user: UserId,
    /// `NEW`, `RUNNING`, `COMPLETED` and others, as DingTalk writes it.
    pub status: Option<String>,
    /// `AGREE`, `REFUSE`, `REDIRECTED`.
    pub result: Option<String>,
}

impl fmt::Debug for FormValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FormValue({:?}, ..)", self.component_type)
    }
}

impl fmt::Debug for ApprovalInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovalInstance")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("agreed", &self.agreed)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireIds {
    list: Vec<LenientText>,
    next_token: Option<LenientNumber>,
}

impl Client {
    /// A page of at most 20 ids of instances that were started in this window. DingTalk answers for 365 days back.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for a longer window or more people,
    /// [`Malformed`](crate::DingTalkErrorKind::Malformed) for more ids than asked for, or a token that does not grow.
    pub async fn list_instance_ids(
        &self,
        query: &InstanceQuery<'_>,
        token: i64,
    ) -> Result<InstanceIdsPage, DingTalkError> {
        check_window(query)?;
        let mut body = json!({
            "processCode": query.process_code,
            "startTime": query.from.millis(),
            "endTime": query.to.millis(),
            "nextToken": token,
            "maxResults": PAGE,
        });
        if !query.people.is_empty() {
            body["userIds"] = json!(as_strs(query.people));
        }
        let path = "/v1.0/workflow/processes/instanceIds/query";
        let answer: ResultOf<WireIds> = self.call_api(&ApiCall::post_new(IDS, path, body)).await?;
        let next = answer.result.next_token.map(|next| next.0);
        if answer.result.list.len() > PAGE {
            return Err(self.malformed_answer(
                IDS,
                ReplyFault::Contradiction("more rows than were asked for"),
            ));
        }
        if next.is_some_and(|next| next <= token) {
            return Err(
                self.malformed_answer(IDS, ReplyFault::Endless("a token that does not grow"))
            );
        }
        let ids = answer.result.list.into_iter().map(|id| id.0).collect();
        Ok(InstanceIdsPage { ids, next })
    }

    /// One instance, whole.
    ///
    /// # Errors
    /// Besides what any call can meet: [`Malformed`](crate::DingTalkErrorKind::Malformed) for one without originator, status
    /// or readable form values.
    pub async fn read_instance(&self, id: &str) -> Result<ApprovalInstance, DingTalkError> {
        let query = vec![("processInstanceId", id.to_owned())];
        let call = ApiCall::get_new(GET, "/v1.0/workflow/processInstances", query);
        let answer: ResultOf<RawObject> = self.call_api(&call).await?;
        let instance =
            Row::parse(answer.result.as_raw()).and_then(|mut row| read_instance(id, &mut row));
        instance.ok_or_else(|| self.malformed_answer(GET, ReplyFault::WrongType))
    }
}

fn check_window(query: &InstanceQuery<'_>) -> Result<(), DingTalkError> {
    let length = query.to.millis().saturating_sub(query.from.millis());
    let why = match length {
        0..=i64::MAX if length > INSTANCE_WINDOW_DAYS * DAY_MILLIS => {
            "instances are asked for over at most 120 days"
        }
        ..0 => "the window ends before it begins",
        _ if query.people.len() > INSTANCE_USERS_MAX => {
            "instances are asked for of at most 10 people"
        }
        _ => return Ok(()),
    };
    let why = CallFault::Query(why);
    Err(DingTalkError::new(IDS, DingTalkErrorKind::NotSent { why }))
}

fn read_instance(id: &str, row: &mut Row<'_>) -> Option<ApprovalInstance> {
    let originator = need_text(row, "originatorUserId")?;
    let values = match row.list("formComponentValues", read_value) {
        Reading::Absent => Vec::new(),
        values => values.into_option()?,
    };
    let attached = match row.list("attachedProcessInstanceIds", read_scalar) {
        Reading::Absent => Vec::new(),
        attached => attached.into_option()?,
    };
    let status = match need_text(row, "status")?.as_str() {
        "RUNNING" | "NEW" => ApprovalStatus::Running,
        "TERMINATED" | "CANCELED" => ApprovalStatus::Terminated,
        "COMPLETED" => ApprovalStatus::Completed,
        _ => ApprovalStatus::Other,
    };
    let action = match text_of(row, "bizAction").as_deref() {
        None | Some("NONE") => ApprovalAction::None,
        Some("MODIFY") => ApprovalAction::Modify,
        Some("REVOKE") => ApprovalAction::Revoke,
        Some(_) => ApprovalAction::Other,
    };
    Some(ApprovalInstance {
        id: id.to_owned(),
        originator: UserId::try_from(originator).ok()?,
        created_at: moment_of(row, "createTime"),
        finished_at: moment_of(row, "finishTime"),
        status,
        agreed: text_of(row, "result").and_then(|word| match word.as_str() {
            "agree" => Some(true),
            "refuse" => Some(false),
            _ => None,
        }),
        action,
        main_instance: text_of(row, "mainProcessInstanceId"),
        attached,
        values,
        tasks: row
            .list("tasks", read_task)
            .into_option()
            .unwrap_or_default(),
    })
}

/// `2022-08-31T11:52Z`: minutes, and a zone.
fn moment_of(row: &mut Row<'_>, name: &'static str) -> Option<Timestamp> {
    let text = text_of(row, name)?;
    let moment: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(moment.as_millisecond()))
}

fn read_value(raw: &RawValue) -> Reading<FormValue> {
    let Some(mut row) = Row::parse(raw) else {
        return Reading::Unreadable;
    };
    Reading::Read(FormValue {
        id: text_of(&mut row, "id"),
        name: text_of(&mut row, "name"),
        value: text_of(&mut row, "value"),
        ext_value: text_of(&mut row, "extValue"),
        component_type: text_of(&mut row, "componentType"),
        biz_alias: text_of(&mut row, "bizAlias"),
    })
}

fn read_task(raw: &RawValue) -> Reading<ApprovalTask> {
    let read = || {
        let mut row = Row::parse(raw)?;
        let user = need(&mut row, "userId", |row| row.text("userId").into_option())?;
        Some(ApprovalTask {
            task_id: need_text(&mut row, "taskId")?,
            user: UserId::try_from(user).ok()?,
            status: text_of(&mut row, "status"),
            result: text_of(&mut row, "result"),
        })
    };
    read().map_or(Reading::Unreadable, Reading::Read)
}
