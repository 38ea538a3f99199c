//! Performs the acts of people.

mod departments;
mod people;
mod person_changes;

pub(super) use person_changes::check_name;

use directory::Timestamp;

use super::act::{Act, ActOutcome, PersonChanges, Refusal};
use super::event::EventSubject;
use super::{Fault, FaultKind, World};
use crate::company::{Department, Person};

/// Largest number of people in one event.
const EVENT_PEOPLE: usize = 50;

impl World {
    /// Performs an act of a person in DingTalk.
    ///
    /// # Errors
    /// [`Refusal`] with DingTalk's code. Nothing has changed then.
    pub fn act(&mut self, now: Timestamp, act: Act) -> Result<ActOutcome, Refusal> {
        self.land_due_writes(now);
        let acted = match act {
            Act::Hire {
                name,
                departments,
                fields,
                userid,
            } => self.do_hire(now, name, departments, &fields, userid),
            Act::Rename { userid, name } => self.do_rename(now, &userid, name),
            Act::Change { userid, fields } => self.do_change(now, &userid, &fields),
            Act::Move {
                userid,
                departments,
            } => self.do_move(now, &userid, &departments),
            Act::Promote {
                userid,
                title,
                dept_id,
            } => self.do_promote(now, &userid, title, dept_id),
            Act::Leave { userid } => self.do_leave(now, &userid),
            Act::Rehire {
                userid,
                same_userid,
                departments,
            } => self.do_rehire(now, &userid, same_userid, &departments),
            Act::AcceptInvitation { userid } => self.do_accept(now, &userid),
            Act::DeclineInvitation { userid } => self.do_decline(&userid),
            Act::SetManager { userid, manager } => self.do_set_manager(now, &userid, manager),
            Act::SetEmployment {
                userid,
                employee_type,
            } => self.do_set_employment(now, &userid, employee_type),
            Act::SetAdmin { userid, sys_level } => self.do_set_admin(now, &userid, sys_level),
            Act::CreateDepartment { name, parent_id } => self.do_create(now, name, parent_id),
            Act::RenameDepartment { dept_id, name } => {
                self.do_rename_department(now, dept_id, name)
            }
            Act::RenameCompany { name } => Ok(self.do_rename_company(now, name)),
            Act::MoveDepartment { dept_id, parent_id } => {
                self.do_move_department(now, dept_id, parent_id)
            }
            Act::DeleteDepartment { dept_id } => self.do_delete(now, dept_id),
            Act::MergeDepartments { from, into } => self.do_merge(now, from, into),
            Act::SetHeads { dept_id, userids } => self.do_set_heads(now, dept_id, &userids),
            Act::SetSource {
                dept_id,
                source_identifier,
            } => self.do_set_source(now, dept_id, source_identifier),
        }?;
        self.mark_changed();
        Ok(acted)
    }

    /// Hires a person with generated data into these departments; returns the `userid`.
    ///
    /// # Errors
    /// As [`World::act`].
    pub fn hire(
        &mut self,
        now: Timestamp,
        name: &str,
        departments: &[i64],
    ) -> Result<String, Refusal> {
        let fields = Box::new(PersonChanges::default());
        let act = Act::Hire {
            name: name.to_owned(),
            departments: departments.to_vec(),
            fields,
            userid: None,
        };
        self.act(now, act)
            .map(|acted| acted.userid.unwrap_or_default())
    }

    /// Lets a person leave.
    ///
    /// # Errors
    /// As [`World::act`].
    pub fn let_person_leave(
        &mut self,
        now: Timestamp,
        userid: &str,
    ) -> Result<ActOutcome, Refusal> {
        self.act(
            now,
            Act::Leave {
                userid: userid.to_owned(),
            },
        )
    }

    /// Renames a person.
    ///
    /// # Errors
    /// As [`World::act`].
    pub fn rename(
        &mut self,
        now: Timestamp,
        userid: &str,
        name: &str,
    ) -> Result<ActOutcome, Refusal> {
        self.act(
            now,
            Act::Rename {
                userid: userid.to_owned(),
                name: name.to_owned(),
            },
        )
    }

    /// Plans a fault for the next event of any type: twice, late, out of order or never.
    pub fn disturb_next_event(&mut self, kind: FaultKind) -> u64 {
        self.arm(Fault::new(kind))
    }

    pub(super) fn known_person(&self, userid: &str) -> Result<&Person, Refusal> {
        self.company
            .people
            .get(userid)
            .ok_or(Refusal::new(60121, "no person here has this userid"))
    }

    pub(super) fn known_department(&self, dept_id: i64) -> Result<&Department, Refusal> {
        self.company
            .departments
            .get(&dept_id)
            .ok_or(Refusal::new(60003, "there is no such department"))
    }

    /// Changes a person and updates the indexes.
    pub(super) fn edit_person(
        &mut self,
        now: Timestamp,
        userid: &str,
        edit: impl FnOnce(&mut Person),
    ) {
        self.remember_person(now, userid);
        let Some(person) = self.company.people.get_mut(userid) else {
            return;
        };
        self.index.remove(person);
        edit(person);
        person.modified_at = now.millis();
        self.index.add(person);
    }

    pub(super) fn emit_people_event(
        &mut self,
        now: Timestamp,
        kind: &str,
        userids: &[String],
    ) -> Vec<String> {
        userids
            .chunks(EVENT_PEOPLE)
            .map(|ids| self.emit_event(now, kind, EventSubject::Users(ids.to_vec())))
            .collect()
    }

    pub(super) fn emit_department_event(
        &mut self,
        now: Timestamp,
        kind: &str,
        ids: &[i64],
    ) -> Vec<String> {
        if ids.is_empty() {
            return Vec::new();
        }
        vec![self.emit_event(now, kind, EventSubject::Departments(ids.to_vec()))]
    }
}
