//! Performs the acts that change a person who is here.

use directory::Timestamp;

use super::super::World;
use super::super::act::{ActOutcome, PersonChanges, Refusal};
use super::people::NO_DEPARTMENT;
use crate::company::{Membership, Person};

impl World {
    pub(super) fn do_rename(
        &mut self,
        now: Timestamp,
        userid: &str,
        name: String,
    ) -> Result<ActOutcome, Refusal> {
        self.known_person(userid)?;
        check_name(&name)?;
        self.edit_person(now, userid, |person| person.name = name);
        Ok(self.emit_modified(now, userid))
    }

    pub(super) fn do_change(
        &mut self,
        now: Timestamp,
        userid: &str,
        fields: &PersonChanges,
    ) -> Result<ActOutcome, Refusal> {
        self.known_person(userid)?;
        self.check_changes(fields, userid)?;
        self.edit_person(now, userid, |person| apply_changes(fields, person));
        Ok(self.emit_modified(now, userid))
    }

    pub(super) fn emit_modified(&mut self, now: Timestamp, userid: &str) -> ActOutcome {
        let events = self.emit_people_event(now, "user_modify_org", &[userid.to_owned()]);
        ActOutcome {
            userid: Some(userid.to_owned()),
            events,
            ..ActOutcome::default()
        }
    }

    pub(super) fn check_changes(
        &self,
        fields: &PersonChanges,
        userid: &str,
    ) -> Result<(), Refusal> {
        if let Some(mobile) = &fields.mobile {
            if mobile.is_empty()
                || !mobile
                    .chars()
                    .all(|c| c.is_ascii_digit() || c == '+' || c == '-')
            {
                return Err(Refusal::new(60103, "this is not a mobile number"));
            }
            if self
                .index
                .by_mobile(mobile)
                .is_some_and(|owner| owner != userid)
            {
                return Err(Refusal::new(60104, "this mobile number is already used"));
            }
        }
        if let Some(Some(extension)) = &fields.extension
            && !serde_json::from_str::<serde_json::Value>(extension)
                .is_ok_and(|value| value.is_object())
        {
            return Err(Refusal::new(
                60122,
                "the custom fields are not a JSON object",
            ));
        }
        match fields.main_department {
            Some(Some(main)) => self.known_department(main).map(drop),
            _ => Ok(()),
        }
    }

    pub(super) fn do_move(
        &mut self,
        now: Timestamp,
        userid: &str,
        to: &[i64],
    ) -> Result<ActOutcome, Refusal> {
        let person = self.known_person(userid)?;
        to.iter()
            .try_for_each(|id| self.known_department(*id).map(drop))?;
        if to.is_empty() {
            return Err(NO_DEPARTMENT);
        }
        let before = person.departments.clone();
        let mut departments: Vec<Membership> = Vec::new();
        for dept_id in to {
            if departments.iter().all(|m| m.dept_id != *dept_id) {
                let kept = before.iter().find(|m| m.dept_id == *dept_id).copied();
                departments.push(kept.unwrap_or_else(|| self.new_membership(*dept_id)));
            }
        }
        let left: Vec<i64> = before
            .iter()
            .filter(|m| m.leader && !to.contains(&m.dept_id))
            .map(|m| m.dept_id)
            .collect();
        self.edit_person(now, userid, |person| {
            let first = departments.first().map(|m| m.dept_id);
            person.main_department = person.main_department.and_then(|main| {
                if to.contains(&main) {
                    Some(main)
                } else {
                    first
                }
            });
            person.departments = departments;
        });
        let mut acted = self.emit_modified(now, userid);
        acted
            .events
            .extend(self.emit_department_event(now, "org_dept_modify", &left));
        Ok(acted)
    }

    pub(super) fn do_promote(
        &mut self,
        now: Timestamp,
        userid: &str,
        title: String,
        dept_id: Option<i64>,
    ) -> Result<ActOutcome, Refusal> {
        let person = self.known_person(userid)?;
        let first = person.departments.first().map_or(1, |m| m.dept_id);
        let dept_id = dept_id.unwrap_or(first);
        self.known_department(dept_id)?;
        let joins = self.new_membership(dept_id);
        self.edit_person(now, userid, |person| {
            person.title = title;
            if !person.is_in(dept_id) {
                person.departments.push(joins);
            }
            person
                .departments
                .iter_mut()
                .filter(|m| m.dept_id == dept_id)
                .for_each(|m| m.leader = true);
        });
        let mut acted = self.emit_modified(now, userid);
        acted
            .events
            .extend(self.emit_department_event(now, "org_dept_modify", &[dept_id]));
        acted.dept_id = Some(dept_id);
        Ok(acted)
    }

    pub(super) fn do_set_manager(
        &mut self,
        now: Timestamp,
        userid: &str,
        manager: Option<String>,
    ) -> Result<ActOutcome, Refusal> {
        self.known_person(userid)?;
        if let Some(manager) = &manager
            && (manager == userid || self.known_person(manager).is_err())
        {
            return Err(Refusal::new(60128, "this person cannot be the manager"));
        }
        self.edit_person(now, userid, |person| person.manager_userid = manager);
        Ok(self.emit_modified(now, userid))
    }

    pub(super) fn do_set_employment(
        &mut self,
        now: Timestamp,
        userid: &str,
        kind: u8,
    ) -> Result<ActOutcome, Refusal> {
        self.known_person(userid)?;
        self.edit_person(now, userid, |person| person.employee_type = kind);
        Ok(ActOutcome {
            userid: Some(userid.to_owned()),
            ..ActOutcome::default()
        })
    }

    pub(super) fn do_set_admin(
        &mut self,
        now: Timestamp,
        userid: &str,
        sys_level: u8,
    ) -> Result<ActOutcome, Refusal> {
        let is_primary = self.known_person(userid)?.sys_level == 1;
        if sys_level > 2 || (is_primary && sys_level != 1) {
            return Err(Refusal::new(
                40035,
                "the level is 0, 1 or 2, and there is always a primary administrator",
            ));
        }
        if sys_level == 1 {
            let primary = self
                .company
                .people
                .values()
                .find(|person| person.sys_level == 1)
                .map(|p| p.userid.clone());
            if let Some(primary) = primary {
                self.edit_person(now, &primary, |person| person.sys_level = 0);
            }
        }
        self.edit_person(now, userid, |person| person.sys_level = sys_level);
        let kind = if sys_level == 0 {
            "org_admin_remove"
        } else {
            "org_admin_add"
        };
        let events = self.emit_people_event(now, kind, &[userid.to_owned()]);
        Ok(ActOutcome {
            userid: Some(userid.to_owned()),
            events,
            ..ActOutcome::default()
        })
    }
}

pub(in super::super) fn check_name(name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    if (1..=80).contains(&length) {
        Ok(())
    } else {
        Err(Refusal::new(60112, "a name has 1 to 80 characters"))
    }
}

pub(super) fn apply_changes(fields: &PersonChanges, person: &mut Person) {
    fn set<T: Clone>(to: &mut T, from: Option<&T>) {
        if let Some(value) = from {
            to.clone_from(value);
        }
    }
    set(&mut person.mobile, fields.mobile.as_ref());
    set(&mut person.state_code, fields.state_code.as_ref());
    set(&mut person.hide_mobile, fields.hide_mobile.as_ref());
    set(&mut person.telephone, fields.telephone.as_ref());
    set(&mut person.job_number, fields.job_number.as_ref());
    set(&mut person.title, fields.title.as_ref());
    set(&mut person.email, fields.email.as_ref());
    set(&mut person.org_email, fields.org_email.as_ref());
    set(&mut person.work_place, fields.work_place.as_ref());
    set(&mut person.remark, fields.remark.as_ref());
    set(&mut person.extension, fields.extension.as_ref());
    set(&mut person.hired_date, fields.hired_date.as_ref());
    set(&mut person.main_department, fields.main_department.as_ref());
    set(&mut person.employee_type, fields.employee_type.as_ref());
    set(&mut person.active, fields.active.as_ref());
}
