//! What people do in DingTalk, as values.

use serde::{Deserialize, Deserializer, Serialize};

/// Something that a person does: `POST /__sandbox/acts` takes one, or a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// A new person enters: `user_add_org`. What is absent is made up.
    Hire {
        /// Display name.
        name: String,
        /// Departments, the first one first; empty is the root.
        #[serde(default)]
        departments: Vec<i64>,
        /// Every other field.
        #[serde(default)]
        fields: Box<PersonChanges>,
        /// The `userid` to use.
        #[serde(default)]
        userid: Option<String>,
    },
    /// A new name: `user_modify_org`.
    Rename {
        /// Who.
        userid: String,
        /// The name.
        name: String,
    },
    /// Other fields: `user_modify_org`.
    Change {
        /// Who.
        userid: String,
        /// Which.
        fields: Box<PersonChanges>,
    },
    /// Exactly these departments from now on: `user_modify_org`. Leadership stays where the department stays.
    Move {
        /// Who.
        userid: String,
        /// Whereto; not empty.
        departments: Vec<i64>,
    },
    /// A new title, and leader of a department: `user_modify_org` and `org_dept_modify`.
    Promote {
        /// Who.
        userid: String,
        /// The title.
        title: String,
        /// The department, of which the person becomes a member where needed; absent is the first one.
        #[serde(default)]
        dept_id: Option<i64>,
    },
    /// Leaves the company: `user_leave_org`, and `user_modify_org` for whom it managed.
    Leave {
        /// Who.
        userid: String,
    },
    /// Comes back, with the same unionid and mobile: `user_add_org`.
    Rehire {
        /// The `userid` of then.
        userid: String,
        /// Keeps that `userid`; otherwise a new one.
        #[serde(default)]
        same_userid: bool,
        /// Whereto; empty is where it was (or the root, if that is gone).
        #[serde(default)]
        departments: Vec<i64>,
    },
    /// Whom an app invited (40103) agrees and is in: `user_add_org`.
    AcceptInvitation {
        /// Who.
        userid: String,
    },
    /// Whom an app invited declines; the app is not told.
    DeclineInvitation {
        /// Who.
        userid: String,
    },
    /// A manager, or none: `user_modify_org`.
    SetManager {
        /// Who.
        userid: String,
        /// The manager.
        #[serde(default)]
        manager: Option<String>,
    },
    /// The kind of employment in Smart HR's roster: 0 none, 1 full time, 2 part time, 3 intern, 4 dispatched, 5 rehired
    /// retiree, 6 outsourced, others as a company calls its own. The contacts say nothing of it, and no event of theirs.
    SetEmployment {
        /// Who.
        userid: String,
        /// `sys01-employeeType`.
        employee_type: u8,
    },
    /// Administrator rights: 0 none, 1 primary (of which there is one), 2 sub: `org_admin_add`, `org_admin_remove`.
    SetAdmin {
        /// Who.
        userid: String,
        /// The level.
        sys_level: u8,
    },
    /// A new department: `org_dept_create`.
    CreateDepartment {
        /// Its name.
        name: String,
        /// Its parent.
        parent_id: i64,
    },
    /// A new name: `org_dept_modify`.
    RenameDepartment {
        /// Which.
        dept_id: i64,
        /// The name.
        name: String,
    },
    /// A new name of the company, which is its root department's: `org_change`.
    RenameCompany {
        /// The name.
        name: String,
    },
    /// A new parent: `org_dept_modify`.
    MoveDepartment {
        /// Which.
        dept_id: i64,
        /// The parent.
        parent_id: i64,
    },
    /// Gone: `org_dept_remove`. Refused while it has people or departments below.
    DeleteDepartment {
        /// Which.
        dept_id: i64,
    },
    /// People and departments of one go into the other, then it is gone.
    MergeDepartments {
        /// Which ends.
        from: i64,
        /// Which stays.
        into: i64,
    },
    /// Exactly these members lead it: `org_dept_modify`.
    SetHeads {
        /// Which.
        dept_id: i64,
        /// Members of it.
        userids: Vec<String>,
    },
    /// The free external key of a department: `org_dept_modify`.
    SetSource {
        /// Which.
        dept_id: i64,
        /// The key, or none.
        #[serde(default)]
        source_identifier: Option<String>,
    },
}

/// New values of a person's fields. An absent one stays; `null` empties one that can be empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonChanges {
    /// Mobile number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_code: Option<String>,
    /// Hidden from colleagues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_mobile: Option<bool>,
    /// 分机号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// 工号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_number: Option<String>,
    /// 职位.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Personal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Company mailbox.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub org_email: Option<Option<String>>,
    /// 办公地点.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub work_place: Option<Option<String>>,
    /// 备注.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub remark: Option<Option<String>>,
    /// Custom fields: the text of a JSON object.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub extension: Option<Option<String>>,
    /// Day of entry, milliseconds.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub hired_date: Option<Option<i64>>,
    /// Main department.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub main_department: Option<Option<i64>>,
    /// 员工类型 in Smart HR's roster, as [`Act::SetEmployment`] sets it without an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_type: Option<u8>,
    /// Has activated the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// `null` is a value here, absence is none.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActOutcome {
    /// The person it was about; the new `userid` of a hire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userid: Option<String>,
    /// The department it was about; the new id of a creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dept_id: Option<i64>,
    /// Ids of the events that it caused.
    pub events: Vec<String>,
}

/// DingTalk does not let people do that. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused with {code}: {why}")]
pub struct Refusal {
    /// The code of the write API for it.
    pub code: i64,
    /// Why.
    pub why: &'static str,
}

impl Refusal {
    pub(super) const fn new(code: i64, why: &'static str) -> Self {
        Self { code, why }
    }
}
