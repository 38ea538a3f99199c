//! A company: who works there and in which departments. Everybody in it is invented.

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
    /// Keys of the organisation and of the app that is bound.
    pub credentials: AppCredentials,
    /// By department id; the root is 1.
    pub departments: BTreeMap<i64, Department>,
    /// By `userid`: who works here now.
    pub people: BTreeMap<String, Person>,
    /// By `userid`: who has left.
    pub left: BTreeMap<String, FormerEmployee>,
    /// Role groups (角色组).
    pub roles: Vec<RoleGroup>,
}

/// What an internal app is known by, and one other organisation that the sandbox also knows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppCredentials {
    /// CorpId.
    pub corp_id: String,
    /// AgentId.
    pub agent_id: i64,
    /// AppKey, Client ID.
    pub app_key: String,
    /// AppSecret, Client Secret. A made-up value that opens this sandbox only.
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
    /// Chosen by DingTalk.
    pub dept_id: i64,
    /// Unique under one parent; 1 to 64 characters without `-`, `,` and `，`.
    pub name: String,
    /// `None` for the root only.
    pub parent_id: Option<i64>,
    /// Smaller first.
    pub order: i64,
    /// The free external key, the natural place for an eHR's department id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identifier: Option<String>,
    /// Whether a group chat exists for it.
    pub create_dept_group: bool,
    /// Whether new members enter that chat by themselves.
    pub auto_add_user: bool,
    /// Whether other departments do not see it.
    pub hide_dept: bool,
    /// The department code, settable through an update only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Who sees whom.
    #[serde(flatten)]
    pub sight: DepartmentVisibility,
}

/// Who sees a hidden department, and whom a limited one sees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DepartmentVisibility {
    /// Its people see only a part of the contacts.
    pub outer_dept: bool,
    /// That part is their own department.
    pub outer_dept_only_self: bool,
    /// Departments that see it although it is hidden.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dept_permits: Vec<i64>,
    /// People who do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_permits: Vec<String>,
    /// Departments that its people see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outer_permit_depts: Vec<i64>,
    /// People whom they see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outer_permit_users: Vec<String>,
}

/// A person (员工).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Unique in the corp, immutable.
    pub userid: String,
    /// The same person across re-hires.
    pub unionid: String,
    /// Display name.
    pub name: String,
    /// Country code without `+`.
    pub state_code: String,
    /// Eleven digits on the mainland, `+852-…` elsewhere.
    pub mobile: String,
    /// Hidden from colleagues.
    pub hide_mobile: bool,
    /// Extension; empty where there is none.
    pub telephone: String,
    /// 工号; empty where there is none.
    pub job_number: String,
    /// 职位.
    pub title: String,
    /// Personal address; empty where there is none.
    pub email: String,
    /// Company mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_email: Option<String>,
    /// 办公地点.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_place: Option<String>,
    /// 备注.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Custom fields: the text of a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// Day of entry, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hired_date: Option<i64>,
    /// Direct manager. Lists do not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_userid: Option<String>,
    /// In the order of `dept_id_list`; never empty.
    pub departments: Vec<Membership>,
    /// Shown as `dept_position_list` where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_department: Option<i64>,
    /// Has activated the account.
    pub active: bool,
    /// Has proven the real name.
    pub real_authed: bool,
    /// Senior mode (高管模式).
    pub senior: bool,
    /// 老板.
    pub boss: bool,
    /// 0 none, 1 primary administrator, 2 sub-administrator.
    pub sys_level: u8,
    /// Ids of roles.
    pub roles: Vec<i64>,
    /// Smart HR status: 2 probation, 3 regular, 5 leaving.
    pub status: i8,
    /// 员工类型 in Smart HR's roster: 0 none, 1 full time, 2 part time, 3 intern, 4 dispatched, 5 rehired retiree, 6
    /// outsourced. Whoever is added in the contacts has none at first.
    #[serde(default, skip_serializing_if = "is_none")]
    pub employee_type: u8,
    /// When the account entered the corp, milliseconds.
    pub joined_at: i64,
    /// When the profile last changed, milliseconds.
    pub modified_at: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none(employee_type: &u8) -> bool {
    *employee_type == 0
}

/// One person in one department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The department.
    pub dept_id: i64,
    /// Larger first.
    pub order: i64,
    /// 主管 of this department.
    pub leader: bool,
}

/// Who has left, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormerEmployee {
    /// As on the last day.
    pub person: Person,
    /// Milliseconds.
    pub left_at: i64,
    /// The `userid` of a later re-hire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehired_as: Option<String>,
}

/// A group of roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGroup {
    /// Its id.
    pub group_id: i64,
    /// Its name.
    pub name: String,
    /// Id and name of each role.
    pub roles: Vec<(i64, String)>,
}

impl Department {
    /// A department as one begins: last among its siblings, and nothing else said.
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
    /// Whether the person is in this department (directly).
    #[must_use]
    pub fn is_in(&self, dept_id: i64) -> bool {
        self.membership(dept_id).is_some()
    }

    /// The membership in this department.
    #[must_use]
    pub fn membership(&self, dept_id: i64) -> Option<&Membership> {
        self.departments.iter().find(|m| m.dept_id == dept_id)
    }

    /// Primary or sub-administrator.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.sys_level != 0
    }
}

impl Company {
    /// The chain from this department to the root, itself first. Stops where a parent is missing.
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

    /// Names from below the root down to this department, joined by `/`; of the root, its own name.
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

    /// Name of a role and of its group.
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
