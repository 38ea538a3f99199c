//! The contact write API: what an app does, as typed values and as calls.
//!
//! [`World::write`] is the whole of it; the interfaces under `/topapi/v2/` only read parameters into a [`Write`]. What
//! DingTalk accepts it also changes: texts are trimmed, mobiles take its own form, departments are named once.

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
    /// `department/create`: name and parent are needed.
    CreateDepartment {
        /// Its fields.
        fields: Box<DepartmentFields>,
    },
    /// `department/update`.
    UpdateDepartment {
        /// Which.
        dept_id: i64,
        /// What changes.
        fields: Box<DepartmentFields>,
    },
    /// `department/delete`.
    DeleteDepartment {
        /// Which.
        dept_id: i64,
    },
    /// `user/create`: name, mobile and departments are needed.
    CreatePerson {
        /// The `userid` to use; made up if absent.
        #[serde(default)]
        userid: Option<String>,
        /// Their fields.
        fields: Box<PersonFields>,
    },
    /// `user/update`.
    UpdatePerson {
        /// Who.
        userid: String,
        /// What changes.
        fields: Box<PersonFields>,
    },
    /// `user/delete`.
    DeletePerson {
        /// Who.
        userid: String,
    },
}

/// A department's fields as a write names them; an absent one stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DepartmentFields {
    /// 1 to 64 characters without `-`, `,` and `，`.
    pub name: Option<String>,
    /// The parent.
    pub parent_id: Option<i64>,
    /// Smaller first.
    pub order: Option<i64>,
    /// Empty takes it away.
    pub source_identifier: Option<String>,
    /// 主管, members all of them; an empty list does nothing, as in DingTalk.
    pub heads: Option<Vec<String>>,
    /// `force_update_fields`: no 主管 any more.
    pub clear_heads: bool,
    /// Group chat.
    pub create_dept_group: Option<bool>,
    /// Whether new members enter the chat by themselves.
    pub auto_add_user: Option<bool>,
    /// Whether others do not see it.
    pub hide_dept: Option<bool>,
    /// Settable through an update only; at most 30 characters.
    pub code: Option<String>,
    /// Whether its people see only a part of the contacts.
    pub outer_dept: Option<bool>,
    /// Whether that part is their own department.
    pub outer_dept_only_self: Option<bool>,
    /// Departments that see a hidden one; with `user_permits` at most 50.
    pub dept_permits: Option<Vec<i64>>,
    /// People who see a hidden one.
    pub user_permits: Option<Vec<String>>,
    /// Departments that a limited one sees; with `outer_permit_users` at most 50.
    pub outer_permit_depts: Option<Vec<i64>>,
    /// People whom a limited one sees.
    pub outer_permit_users: Option<Vec<String>>,
}

/// A person's fields as a write names them; an absent one stays, an empty text empties.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonFields {
    /// 1 to 80 characters.
    pub name: Option<String>,
    /// Taken at a creation only.
    pub mobile: Option<String>,
    /// Hidden from colleagues.
    pub hide_mobile: Option<bool>,
    /// 分机号, unique, at most 50 characters.
    pub telephone: Option<String>,
    /// 工号, at most 50 characters.
    pub job_number: Option<String>,
    /// 职位, at most 200 characters.
    pub title: Option<String>,
    /// Unique, at most 50 characters.
    pub email: Option<String>,
    /// Company mailbox, at most 100 characters.
    pub org_email: Option<String>,
    /// 办公地点, at most 100 characters.
    pub work_place: Option<String>,
    /// 备注, at most 2,000 characters.
    pub remark: Option<String>,
    /// Custom fields: the text of a JSON object, at most 2,000 characters. They replace all others unless they merge.
    pub extension: Option<String>,
    /// `ext_attrs_update_mode` 1.
    pub merge_extension: bool,
    /// Day of entry, milliseconds.
    pub hired_date: Option<i64>,
    /// Direct manager; empty does nothing, as in DingTalk.
    pub manager: Option<String>,
    /// `force_update_fields`: no manager any more.
    pub clear_manager: bool,
    /// Exactly these departments.
    pub departments: Option<Vec<i64>>,
    /// Department and order in it; larger first.
    pub orders: Vec<(i64, i64)>,
    /// The department that `dept_position_list` calls the main one.
    pub main_department: Option<i64>,
    /// 高管模式.
    pub senior: Option<bool>,
}

/// What came of a write.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AppWriteOutcome {
    /// The department it was about; the new id of a creation.
    pub dept_id: Option<i64>,
    /// The person it was about; the new `userid` of a creation.
    pub userid: Option<String>,
    /// The person across re-hires, of a creation.
    pub unionid: Option<String>,
    /// 40103: nobody is in; an invitation waits for `Act::AcceptInvitation`.
    pub invited: bool,
    /// Ids of the events that it caused.
    pub events: Vec<String>,
}

impl World {
    /// An app writes. The contact scope counts, permissions and frequency do not: those belong to calls.
    ///
    /// # Errors
    /// [`Refusal`] with DingTalk's code; nothing has changed then.
    pub fn apply_write(
        &mut self,
        now: Timestamp,
        write: AppWrite,
    ) -> Result<AppWriteOutcome, Refusal> {
        self.land_due_writes(now);
        self.carry_out_write(now, write)
    }

    /// A write that will be carried out at `due` and not before, as if it had been on the way for that long: with the
    /// first [`act`](World::act), [`write`](World::write), call or [`settle`](World::settle) at or after that moment.
    pub fn schedule_write(&mut self, due: Timestamp, write: AppWrite) {
        self.late.push((due.millis(), write));
        self.mark_changed();
    }

    /// Carries out the late writes that are due, oldest first; one that is refused by then has no effect.
    pub fn land_due_writes(&mut self, now: Timestamp) {
        while let Some(at) = self.next_late_write().filter(|due| *due <= now.millis()) {
            let Some(first) = self.late.iter().position(|(due, _)| *due == at) else {
                return;
            };
            let (_, write) = self.late.remove(first);
            _ = self.carry_out_write(now, write);
        }
    }

    /// When the next late write is due, milliseconds.
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
