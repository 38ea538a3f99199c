//! Acts of people in DingTalk, as values.

use serde::{Deserialize, Deserializer, Serialize};

/// An act of a person in DingTalk. `POST /__sandbox/acts` takes one act or a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Hires a person: `user_add_org`. Fields that are absent are generated.
    Hire {
        /// Display name.
        name: String,
        /// Departments, the first one first. An empty list means the root.
        #[serde(default)]
        departments: Vec<i64>,
        /// Every other field.
        #[serde(default)]
        fields: Box<PersonChanges>,
        /// The `userid` to use.
        #[serde(default)]
        userid: Option<String>,
    },
    /// Gives a person a new name: `user_modify_org`.
    Rename {
        /// The person.
        userid: String,
        /// The new name.
        name: String,
    },
    /// Changes other fields of a person: `user_modify_org`.
    Change {
        /// The person.
        userid: String,
        /// The fields that change.
        fields: Box<PersonChanges>,
    },
    /// Moves a person to exactly these departments: `user_modify_org`. The leader flag stays for
    /// each department that stays.
    Move {
        /// The person.
        userid: String,
        /// The new departments; not empty.
        departments: Vec<i64>,
    },
    /// Gives a person a title and makes them leader of a department: `user_modify_org` and
    /// `org_dept_modify`.
    Promote {
        /// The person.
        userid: String,
        /// The new title.
        title: String,
        /// The department. The person becomes a member of it if needed. If it is absent, the
        /// person's first department is taken.
        #[serde(default)]
        dept_id: Option<i64>,
    },
    /// Lets a person leave: `user_leave_org`, and `user_modify_org` for the people they managed.
    Leave {
        /// The person.
        userid: String,
    },
    /// Hires a former employee again, with the same unionid and mobile: `user_add_org`.
    Rehire {
        /// The former `userid`.
        userid: String,
        /// Whether the person gets the same `userid` again. Otherwise they get a new one.
        #[serde(default)]
        same_userid: bool,
        /// Departments. If the list is empty, the person returns to the former ones, or to the root
        /// if they are gone.
        #[serde(default)]
        departments: Vec<i64>,
    },
    /// A person invited by an app (40103) accepts and joins: `user_add_org`.
    AcceptInvitation {
        /// The person.
        userid: String,
    },
    /// A person invited by an app declines. The app gets no event.
    DeclineInvitation {
        /// The person.
        userid: String,
    },
    /// Sets or removes a person's manager: `user_modify_org`.
    SetManager {
        /// The person.
        userid: String,
        /// The manager; absent for none.
        #[serde(default)]
        manager: Option<String>,
    },
    /// Sets the employment type in Smart HR's roster: 0 none, 1 full time, 2 part time, 3 intern, 4
    /// dispatched, 5 rehired retiree, 6 outsourced; a company may define others. Contacts do not
    /// show it, and no contact event reports a change.
    SetEmployment {
        /// The person.
        userid: String,
        /// `sys01-employeeType`.
        employee_type: u8,
    },
    /// Sets the administrator level: 0 none, 1 primary (there is exactly one), 2 sub-administrator.
    /// Events: `org_admin_add`, `org_admin_remove`.
    SetAdmin {
        /// The person.
        userid: String,
        /// The new level.
        sys_level: u8,
    },
    /// Creates a department: `org_dept_create`.
    CreateDepartment {
        /// The name.
        name: String,
        /// The parent.
        parent_id: i64,
    },
    /// Renames the company, which is the root department's name: `org_change`.
    RenameCompany {
        /// The name.
        name: String,
    },
    /// Renames a department: `org_dept_modify`.
    RenameDepartment {
        /// The department.
        dept_id: i64,
        /// The new name.
        name: String,
    },
    /// Moves a department below another parent: `org_dept_modify`.
    MoveDepartment {
        /// The department.
        dept_id: i64,
        /// The new parent.
        parent_id: i64,
    },
    /// Deletes a department: `org_dept_remove`. Refused while it has members or departments below
    /// it.
    DeleteDepartment {
        /// The department.
        dept_id: i64,
    },
    /// Moves the people and the departments of one department into another, then deletes the first.
    MergeDepartments {
        /// The department that ends.
        from: i64,
        /// The department that stays.
        into: i64,
    },
    /// Makes exactly these members heads of a department: `org_dept_modify`.
    SetHeads {
        /// The department.
        dept_id: i64,
        /// The heads; all must be members.
        userids: Vec<String>,
    },
    /// Sets the free external key of a department: `org_dept_modify`.
    SetSource {
        /// The department.
        dept_id: i64,
        /// The key, or none.
        #[serde(default)]
        source_identifier: Option<String>,
    },
}

/// New values of a person's fields. An absent field stays. `null` empties a field that may be
/// empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonChanges {
    /// Mobile number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_code: Option<String>,
    /// Whether colleagues do not see the mobile number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_mobile: Option<bool>,
    /// Extension (分机号).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// Job number (工号).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_number: Option<String>,
    /// Title (职位).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Personal e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Company mailbox.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub org_email: Option<Option<String>>,
    /// Work place (办公地点).
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub work_place: Option<Option<String>>,
    /// Remark (备注).
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub remark: Option<Option<String>>,
    /// Custom fields, as the text of a JSON object.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub extension: Option<Option<String>>,
    /// First working day, in milliseconds since 1970.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub hired_date: Option<Option<i64>>,
    /// Main department.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub main_department: Option<Option<i64>>,
    /// 员工类型 in Smart HR's roster, set like [`Act::SetEmployment`], without an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_type: Option<u8>,
    /// Whether the account is activated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// Reads `null` as a value. Serde would otherwise read it like an absent field.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Outcome of an act.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActOutcome {
    /// The person of the act. After a hire, the new `userid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userid: Option<String>,
    /// The department of the act. After a creation, the new id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dept_id: Option<i64>,
    /// Ids of the events that the act caused.
    pub events: Vec<String>,
}

/// DingTalk refuses the act. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused with {code}: {why}")]
pub struct Refusal {
    /// The code of the write API for it.
    pub code: i64,
    /// The reason, in plain English.
    pub why: &'static str,
}

impl Refusal {
    pub(super) const fn new(code: i64, why: &'static str) -> Self {
        Self { code, why }
    }
}
