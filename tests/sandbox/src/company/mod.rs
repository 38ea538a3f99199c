//! A company: its people and its departments. All data is invented.

mod generate;
mod people;
mod tree;
mod vocabulary;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use generate::random_string as random_text;
pub use generate::{CompanySize, generate, generate_sized};
pub(crate) use people::{fresh_userid, random_unionid as fresh_unionid};

/// The whole company as DingTalk knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Its display name; also the name of department 1.
    pub name: String,
    /// Credentials of the organisation and of the app that is bound.
    pub credentials: AppCredentials,
    /// Departments by id; the root is 1.
    pub departments: BTreeMap<i64, Department>,
    /// People who work here now, by `userid`.
    pub people: BTreeMap<String, Person>,
    /// People who have left, by `userid`.
    pub left: BTreeMap<String, FormerEmployee>,
    /// Role groups (角色组).
    pub roles: Vec<RoleGroup>,
}

/// What an internal app is known by, and one other organisation that the sandbox also knows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppCredentials {
    /// CorpId of the organisation.
    pub corp_id: String,
    /// AgentId of the app.
    pub agent_id: i64,
    /// AppKey of the app, also called Client ID.
    pub app_key: String,
    /// AppSecret, also called Client Secret. An invented value that opens only this sandbox.
    pub app_secret: String,
    /// CorpId of another organisation, in which this app is not authorised.
    pub other_corp_id: String,
}

impl fmt::Debug for AppCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, {}, ..)", self.corp_id, self.app_key)
    }
}

/// A department (部门).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Department {
    /// Id that DingTalk assigned.
    pub dept_id: i64,
    /// Unique under one parent; 1 to 64 characters without `-`, `,` and `，`.
    pub name: String,
    /// `None` for the root only.
    pub parent_id: Option<i64>,
    /// Position among its siblings; smaller comes first.
    pub order: i64,
    /// Free external key. An eHR's department id belongs here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identifier: Option<String>,
    /// Whether the department has a group chat.
    pub create_dept_group: bool,
    /// Whether new members join that chat automatically.
    pub auto_add_user: bool,
    /// Whether the department is hidden from other departments.
    pub hide_dept: bool,
    /// Department code. Only an update can set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Visibility of this department, and of the contacts for its members.
    #[serde(flatten)]
    pub sight: DepartmentVisibility,
}

/// Visibility of one department: which others see it if it is hidden, and which contacts its
/// members see.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DepartmentVisibility {
    /// Its members see only a part of the contacts.
    pub outer_dept: bool,
    /// That part is their own department.
    pub outer_dept_only_self: bool,
    /// Departments that see this department although it is hidden.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dept_permits: Vec<i64>,
    /// People who see this department although it is hidden.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_permits: Vec<String>,
    /// Departments that its members see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outer_permit_depts: Vec<i64>,
    /// People that its members see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outer_permit_users: Vec<String>,
}

/// A person (员工).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Unique in the corp. Never changes.
    pub userid: String,
    /// Stays the same across re-hires.
    pub unionid: String,
    /// Display name.
    pub name: String,
    /// Country code without `+`, for example `86`.
    pub state_code: String,
    /// Eleven digits on the mainland, `+852-…` elsewhere.
    pub mobile: String,
    /// Whether colleagues do not see the mobile number.
    pub hide_mobile: bool,
    /// Extension (分机号); empty if there is none.
    pub telephone: String,
    /// Job number (工号); empty if there is none.
    pub job_number: String,
    /// Title (职位).
    pub title: String,
    /// Personal e-mail address; empty if there is none.
    pub email: String,
    /// Company mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_email: Option<String>,
    /// Work place (办公地点).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_place: Option<String>,
    /// Remark (备注).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Custom fields, as the text of a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// First working day, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hired_date: Option<i64>,
    /// Direct manager. Lists do not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_userid: Option<String>,
    /// Memberships in the order of `dept_id_list`; never empty.
    pub departments: Vec<Membership>,
    /// Main department, shown as `dept_position_list` if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_department: Option<i64>,
    /// Whether the account is activated.
    pub active: bool,
    /// Whether the real name is verified.
    pub real_authed: bool,
    /// Senior mode (高管模式).
    pub senior: bool,
    /// Whether the person is marked as 老板 (boss).
    pub boss: bool,
    /// Administrator level: 0 none, 1 primary administrator, 2 sub-administrator.
    pub sys_level: u8,
    /// Ids of roles.
    pub roles: Vec<i64>,
    /// Smart HR status: 2 probation, 3 regular, 5 leaving.
    pub status: i8,
    /// 员工类型 in Smart HR's roster: 0 none, 1 full time, 2 part time, 3 intern, 4 dispatched, 5
    /// rehired retiree, 6 outsourced. A person who is added in the contacts starts with 0.
    #[serde(default, skip_serializing_if = "is_none")]
    pub employee_type: u8,
    /// When the account entered the corp, in milliseconds since 1970.
    pub joined_at: i64,
    /// When the profile last changed, in milliseconds since 1970.
    pub modified_at: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none(employee_type: &u8) -> bool {
    *employee_type == 0
}

/// Membership of one person in one department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Id of the department.
    pub dept_id: i64,
    /// Position of the person in the department's lists; larger comes first.
    pub order: i64,
    /// Whether the person is 主管 (head) of this department.
    pub leader: bool,
}

/// A person who has left, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormerEmployee {
    /// The person as of the last day.
    pub person: Person,
    /// When the person left, in milliseconds since 1970.
    pub left_at: i64,
    /// The `userid` of a later re-hire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehired_as: Option<String>,
}

/// A group of roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGroup {
    /// Id of the group.
    pub group_id: i64,
    /// Name of the group.
    pub name: String,
    /// Id and name of each role.
    pub roles: Vec<(i64, String)>,
}

impl Department {
    /// Creates a department as DingTalk first stores it: last among its siblings, with default
    /// settings.
    #[must_use]
    pub fn new(dept_id: i64, name: String, parent_id: i64) -> Self {
        Self {
            dept_id,
            name,
            parent_id: Some(parent_id),
            order: dept_id,
            source_identifier: None,
            create_dept_group: false,
            auto_add_user: false,
            hide_dept: false,
            code: None,
            sight: DepartmentVisibility::default(),
        }
    }
}

impl Person {
    /// Whether the person is a direct member of this department.
    #[must_use]
    pub fn is_in(&self, dept_id: i64) -> bool {
        self.membership(dept_id).is_some()
    }

    /// Returns the membership in this department.
    #[must_use]
    pub fn membership(&self, dept_id: i64) -> Option<&Membership> {
        self.departments.iter().find(|m| m.dept_id == dept_id)
    }

    /// Whether the person is a primary administrator or a sub-administrator.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.sys_level != 0
    }
}

impl Company {
    /// Returns the ids from this department up to the root, this department first. The chain stops
    /// if a parent is missing.
    #[must_use]
    pub fn chain(&self, dept_id: i64) -> Vec<i64> {
        let mut chain = Vec::new();
        let mut at = Some(dept_id);
        while let Some(department) = at.and_then(|id| self.departments.get(&id)) {
            if chain.contains(&department.dept_id) {
                break;
            }
            chain.push(department.dept_id);
            at = department.parent_id;
        }
        chain
    }

    /// Returns the names from below the root down to this department, joined by `/`. For the root
    /// it returns the root's name.
    #[must_use]
    pub fn path(&self, dept_id: i64) -> String {
        let mut names: Vec<&str> = self
            .chain(dept_id)
            .iter()
            .filter_map(|id| self.departments.get(id))
            .map(|d| d.name.as_str())
            .collect();
        if names.len() > 1 {
            names.pop();
        }
        names.reverse();
        names.join("/")
    }

    /// Returns the names of a role and of its group.
    #[must_use]
    pub fn role_names(&self, id: i64) -> Option<(&str, &str)> {
        let group = self
            .roles
            .iter()
            .find(|g| g.roles.iter().any(|(role, _)| *role == id))?;
        let (_, name) = group.roles.iter().find(|(role, _)| *role == id)?;
        Some((name, &group.name))
    }
}
