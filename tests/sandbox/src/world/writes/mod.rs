//! The contact write API: what an app does, as typed values and as calls.
//!
//! [`World::apply_write`] does the work; the interfaces under `/topapi/v2/` only read parameters
//! into an [`AppWrite`]. What DingTalk accepts it also changes: it trims texts, converts mobile
//! numbers to its own form, and names each department once.

mod checks;
mod departments;
mod interfaces;
mod mobile;
mod people;

use directory::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Refusal, World};

/// One write of an app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "snake_case")]
pub enum AppWrite {
    /// `department/create`. Name and parent are required.
    CreateDepartment {
        /// Fields of the new department.
        fields: Box<DepartmentFields>,
    },
    /// `department/update`.
    UpdateDepartment {
        /// The department.
        dept_id: i64,
        /// The fields that change.
        fields: Box<DepartmentFields>,
    },
    /// `department/delete`.
    DeleteDepartment {
        /// The department.
        dept_id: i64,
    },
    /// `user/create`. Name, mobile and departments are required.
    CreatePerson {
        /// The `userid` to use; generated if absent.
        #[serde(default)]
        userid: Option<String>,
        /// Fields of the new person.
        fields: Box<PersonFields>,
    },
    /// `user/update`.
    UpdatePerson {
        /// The person.
        userid: String,
        /// The fields that change.
        fields: Box<PersonFields>,
    },
    /// `user/delete`.
    DeletePerson {
        /// The person.
        userid: String,
    },
}

/// Fields of a department in a write. An absent field stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DepartmentFields {
    /// 1 to 64 characters without `-`, `,` and `，`.
    pub name: Option<String>,
    /// Id of the parent.
    pub parent_id: Option<i64>,
    /// Position among its siblings; smaller comes first.
    pub order: Option<i64>,
    /// Free external key; empty removes it.
    pub source_identifier: Option<String>,
    /// 主管 (heads); all must be members. An empty list changes nothing, as in DingTalk.
    pub heads: Option<Vec<String>>,
    /// `force_update_fields`: removes all 主管.
    pub clear_heads: bool,
    /// Whether the department has a group chat.
    pub create_dept_group: Option<bool>,
    /// Whether new members join the chat automatically.
    pub auto_add_user: Option<bool>,
    /// Whether the department is hidden from others.
    pub hide_dept: Option<bool>,
    /// Department code, at most 30 characters. Only an update can set it.
    pub code: Option<String>,
    /// Whether its members see only a part of the contacts.
    pub outer_dept: Option<bool>,
    /// Whether that part is their own department.
    pub outer_dept_only_self: Option<bool>,
    /// Departments that see this department although it is hidden; with `user_permits` at most 50.
    pub dept_permits: Option<Vec<i64>>,
    /// People who see this department although it is hidden.
    pub user_permits: Option<Vec<String>>,
    /// Departments that its members see; with `outer_permit_users` at most 50.
    pub outer_permit_depts: Option<Vec<i64>>,
    /// People that its members see.
    pub outer_permit_users: Option<Vec<String>>,
}

/// Fields of a person in a write. An absent field stays; an empty text empties the field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonFields {
    /// 1 to 80 characters.
    pub name: Option<String>,
    /// Mobile number. Only a creation accepts it.
    pub mobile: Option<String>,
    /// Whether colleagues do not see the mobile number.
    pub hide_mobile: Option<bool>,
    /// Extension (分机号), unique, at most 50 characters.
    pub telephone: Option<String>,
    /// Job number (工号), at most 50 characters.
    pub job_number: Option<String>,
    /// Title (职位), at most 200 characters.
    pub title: Option<String>,
    /// Personal e-mail address, unique, at most 50 characters.
    pub email: Option<String>,
    /// Company mailbox, at most 100 characters.
    pub org_email: Option<String>,
    /// Work place (办公地点), at most 100 characters.
    pub work_place: Option<String>,
    /// Remark (备注), at most 2,000 characters.
    pub remark: Option<String>,
    /// Custom fields: the text of a JSON object, at most 2,000 characters. They replace all others
    /// unless `merge_extension` is set.
    pub extension: Option<String>,
    /// `ext_attrs_update_mode` 1: custom fields that are not named stay.
    pub merge_extension: bool,
    /// First working day, in milliseconds since 1970.
    pub hired_date: Option<i64>,
    /// Direct manager. Empty changes nothing, as in DingTalk.
    pub manager: Option<String>,
    /// `force_update_fields`: removes the manager.
    pub clear_manager: bool,
    /// The complete list of departments.
    pub departments: Option<Vec<i64>>,
    /// Department and the person's order in it; larger comes first.
    pub orders: Vec<(i64, i64)>,
    /// The department that `dept_position_list` shows as the main one.
    pub main_department: Option<i64>,
    /// Senior mode (高管模式).
    pub senior: Option<bool>,
}

/// Outcome of a write.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AppWriteOutcome {
    /// The department of the write. After a creation, the new id.
    pub dept_id: Option<i64>,
    /// The person of the write. After a creation, the new `userid`.
    pub userid: Option<String>,
    /// After a creation, the id that stays the same across re-hires.
    pub unionid: Option<String>,
    /// 40103: the person is not in yet. An invitation waits for `Act::AcceptInvitation`.
    pub invited: bool,
    /// Ids of the events that the write caused.
    pub events: Vec<String>,
}

impl World {
    /// Applies a write of an app. The contact scope applies. Permissions and frequency do not: they
    /// belong to calls.
    ///
    /// # Errors
    /// [`Refusal`] with DingTalk's code. Nothing has changed then.
    pub fn apply_write(
        &mut self,
        now: Timestamp,
        write: AppWrite,
    ) -> Result<AppWriteOutcome, Refusal> {
        self.land_due_writes(now);
        self.carry_out_write(now, write)
    }

    /// Schedules a write that lands at `due` and not before, as if the network had delayed it. It
    /// lands with the first act, write, call or [`land_due_writes`](World::land_due_writes) at or
    /// after that moment.
    pub fn schedule_write(&mut self, due: Timestamp, write: AppWrite) {
        self.late.push((due.millis(), write));
        self.mark_changed();
    }

    /// Carries out the delayed writes that are due, oldest first. A write that DingTalk refuses by
    /// then has no effect.
    pub fn land_due_writes(&mut self, now: Timestamp) {
        while let Some(at) = self.next_late_write().filter(|due| *due <= now.millis()) {
            let Some(first) = self.late.iter().position(|(due, _)| *due == at) else {
                return;
            };
            let (_, write) = self.late.remove(first);
            _ = self.carry_out_write(now, write);
        }
    }

    /// When the next delayed write is due, in milliseconds since 1970.
    pub(super) fn next_late_write(&self) -> Option<i64> {
        self.late.iter().map(|(due, _)| *due).min()
    }

    fn carry_out_write(
        &mut self,
        now: Timestamp,
        write: AppWrite,
    ) -> Result<AppWriteOutcome, Refusal> {
        self.by_api = true;
        let written = match write {
            AppWrite::CreateDepartment { fields } => self.create_department(now, &fields),
            AppWrite::UpdateDepartment { dept_id, fields } => {
                self.update_department(now, dept_id, &fields)
            }
            AppWrite::DeleteDepartment { dept_id } => self.delete_department(now, dept_id),
            AppWrite::CreatePerson { userid, fields } => self.create_person(now, userid, &fields),
            AppWrite::UpdatePerson { userid, fields } => self.update_person(now, &userid, &fields),
            AppWrite::DeletePerson { userid } => self.delete_person(now, &userid),
        };
        self.by_api = false;
        if written.is_ok() {
            self.mark_changed();
        }
        written
    }
}
