//! Making, changing, moving and deleting departments.

use directory::{DeptId, Field, FieldValue, FieldValues, Kind};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::super::call::ApiCall;
use super::super::config::Client;
use super::super::lenient::LenientNumber;
use super::written_fields::{WriteMoment, WrittenFields};
use super::{CallOutcome, Deletion, IgnoredContent, limits, not_sent};
use crate::error::{CallFault, DingTalkError};

const CREATE: &str = "department/create";
const UPDATE: &str = "department/update";
const DELETE: &str = "department/delete";

/// What is no canonical field. Absent: DingTalk's default at a creation, unchanged at an update. The lists of who may see
/// a hidden department, or be seen from a limited one, are left to DingTalk's own console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DepartmentOptions {
    /// A group chat for the department. Nothing deletes it again.
    pub group_chat: Option<bool>,
    /// Who enters the department enters its chat; an update only.
    pub auto_add_user: Option<bool>,
    /// Others do not see the department.
    pub hidden: Option<bool>,
    /// Its people see only a part of the contacts (`outer_dept`).
    pub limited: Option<bool>,
    /// That part is their own department (`outer_dept_only_self`).
    pub only_self: Option<bool>,
}

/// A new department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedDepartment {
    /// Always chosen by DingTalk.
    pub id: DeptId,
    /// What was sent; its heads were not.
    pub written: WrittenFields,
}

#[derive(Deserialize)]
struct CreatedDepartmentAnswer {
    result: CreatedId,
}

#[derive(Deserialize)]
struct CreatedId {
    dept_id: LenientNumber,
}

impl Client {
    /// Makes a department of `Name`, `Parent`, `Order` and `SourceIdentifier`; the first two are needed.
    ///
    /// Not idempotent: DingTalk chooses the id, and the name is unique only under its parent. Give every department a
    /// `SourceIdentifier`; after [`CallOutcome::Unknown`](super::CallOutcome::Unknown) read the parent's children one by one and adopt only the one that
    /// carries it.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotSent`](crate::DingTalkErrorKind::NotSent) for a name or reference that cannot be
    /// one, [`Taken`](crate::DingTalkErrorKind::Taken) by a sibling's name, [`FieldRefused`](crate::DingTalkErrorKind::FieldRefused) for the
    /// parent (missing, too deep) or the name (sensitive words), [`LimitReached`](crate::DingTalkErrorKind::LimitReached).
    pub async fn create_department(
        &self,
        values: &FieldValues,
        options: DepartmentOptions,
    ) -> Result<CallOutcome<CreatedDepartment>, DingTalkError> {
        let refuse = |why| not_sent(CREATE, why);
        let written = WrittenFields::of(Kind::Department, WriteMoment::Creation, values);
        let mut body = department_body(values, &written).map_err(refuse)?;
        for (name, field) in [("name", Field::Name), ("parent_id", Field::Parent)] {
            if !body.contains_key(name) {
                let kind = Kind::Department;
                return Err(refuse(CallFault::Required { kind, field }));
            }
        }
        body.extend(options.wire_fields(WriteMoment::Creation).map_err(refuse)?);
        let call = ApiCall::post(CREATE, "/topapi/v2/department/create", Json::Object(body));
        Ok(
            match self.send_write::<CreatedDepartmentAnswer>(call).await? {
                CallOutcome::Done(CreatedDepartmentAnswer { result }) => {
                    CallOutcome::Done(CreatedDepartment {
                        id: DeptId(result.dept_id.0),
                        written,
                    })
                }
                CallOutcome::Unknown => CallOutcome::Unknown,
            },
        )
    }

    /// Changes a department: every field that `values` shows and that can be written. `Parent` moves it with everything
    /// below; `Heads` are exactly its 主管 from then on (empty: none) and have to be members of it.
    ///
    /// Idempotent, but unconditional: what somebody changed meanwhile is overwritten, and a write of unknown outcome may
    /// still land after a later one. Nothing is called where nothing is left to send.
    ///
    /// # Errors
    /// As [`create_department`](Self::create_department), and [`NotFound`](crate::DingTalkErrorKind::NotFound),
    /// [`OutOfScope`](crate::DingTalkErrorKind::OutOfScope), [`Protected`](crate::DingTalkErrorKind::Protected) for the root,
    /// [`FieldRefused`](crate::DingTalkErrorKind::FieldRefused) for a parent below the department itself and for heads who are not
    /// in it.
    pub async fn update_department(
        &self,
        department: DeptId,
        values: &FieldValues,
        options: DepartmentOptions,
    ) -> Result<CallOutcome<WrittenFields>, DingTalkError> {
        let refuse = |why| not_sent(UPDATE, why);
        let written = WrittenFields::of(Kind::Department, WriteMoment::Update, values);
        let mut body = department_body(values, &written).map_err(refuse)?;
        body.extend(options.wire_fields(WriteMoment::Update).map_err(refuse)?);
        if body.is_empty() {
            return Ok(CallOutcome::Done(written));
        }
        body.insert("dept_id".into(), json!(department.0));
        let call = ApiCall::post(UPDATE, "/topapi/v2/department/update", Json::Object(body));
        Ok(match self.send_write::<IgnoredContent>(call).await? {
            CallOutcome::Done(IgnoredContent {}) => CallOutcome::Done(written),
            CallOutcome::Unknown => CallOutcome::Unknown,
        })
    }

    /// Deletes an empty department; its group chat and its id never come back. Idempotent.
    ///
    /// # Errors
    /// Besides what any call can meet: [`NotEmpty`](crate::DingTalkErrorKind::NotEmpty),
    /// [`Protected`](crate::DingTalkErrorKind::Protected) for the root, [`OutOfScope`](crate::DingTalkErrorKind::OutOfScope).
    pub async fn delete_department(
        &self,
        department: DeptId,
    ) -> Result<CallOutcome<Deletion>, DingTalkError> {
        if department == DeptId::ROOT {
            return Err(not_sent(DELETE, CallFault::RootDepartment));
        }
        let body = json!({ "dept_id": department.0 });
        self.send_deletion(ApiCall::post(DELETE, "/topapi/v2/department/delete", body))
            .await
    }
}

fn department_body(
    values: &FieldValues,
    written: &WrittenFields,
) -> Result<Map<String, Json>, CallFault> {
    let mut body = Map::new();
    for field in written.sent.iter() {
        match field {
            Field::Name => {
                let name = values.text(field).unwrap_or_default();
                body.insert("name".into(), json!(limits::department_name(name)?));
            }
            Field::Parent => {
                let parent =
                    limits::single_department(values, field)?.ok_or(CallFault::Required {
                        kind: Kind::Department,
                        field: Field::Parent,
                    })?;
                body.insert("parent_id".into(), json!(parent.0));
            }
            Field::Order => {
                let Some(FieldValue::Number(order)) = values.get(field) else {
                    return Err(CallFault::Invalid {
                        kind: Kind::Department,
                        field: Field::Order,
                    });
                };
                body.insert("order".into(), json!(order));
            }
            Field::SourceIdentifier => {
                body.insert(
                    "source_identifier".into(),
                    json!(values.text(field).unwrap_or_default()),
                );
            }
            // An empty list misbehaves; only forcing clears it.
            Field::Heads if values.get(field).is_none() => {
                body.insert(
                    "force_update_fields".into(),
                    json!("dept_manager_userid_list"),
                );
            }
            Field::Heads => {
                body.insert(
                    "dept_manager_userid_list".into(),
                    json!(limits::joined_people(values, field)?),
                );
            }
            _ => {}
        }
    }
    Ok(body)
}

impl DepartmentOptions {
    fn wire_fields(
        self,
        moment: WriteMoment,
    ) -> Result<impl Iterator<Item = (String, Json)>, CallFault> {
        if moment == WriteMoment::Creation && self.auto_add_user.is_some() {
            return Err(CallFault::ChatOption);
        }
        let all = [
            ("create_dept_group", self.group_chat),
            ("auto_add_user", self.auto_add_user),
            ("hide_dept", self.hidden),
            ("outer_dept", self.limited),
            ("outer_dept_only_self", self.only_self),
        ];
        Ok(all
            .into_iter()
            .filter_map(|(name, flag)| Some((name.to_owned(), json!(flag?)))))
    }
}
