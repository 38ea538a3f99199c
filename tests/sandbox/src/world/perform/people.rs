//! Performs the acts on people.

use directory::Timestamp;
use rand::Rng;

use super::super::World;
use super::super::act::{ActOutcome, PersonChanges, Refusal};
use super::person_changes::{apply_changes, check_name};
use crate::company::{FormerEmployee, Membership, Person, fresh_unionid, fresh_userid};

pub(super) const NO_DEPARTMENT: Refusal =
    Refusal::new(40066, "a person must be in at least one department");

impl World {
    pub(super) fn do_hire(
        &mut self,
        now: Timestamp,
        name: String,
        departments: Vec<i64>,
        fields: &PersonChanges,
        userid: Option<String>,
    ) -> Result<ActOutcome, Refusal> {
        check_name(&name)?;
        let departments = if departments.is_empty() {
            vec![1]
        } else {
            departments
        };
        departments
            .iter()
            .try_for_each(|id| self.known_department(*id).map(drop))?;
        let userid = self.free_userid(userid)?;
        let mut person = self.make_newcomer(now, userid.clone(), name, &departments);
        self.check_changes(fields, &userid)?;
        apply_changes(fields, &mut person);
        let events = self.add_person(now, person);
        Ok(ActOutcome {
            userid: Some(userid),
            events,
            ..ActOutcome::default()
        })
    }

    /// Adds a person; returns the event ids. If the person was here before, the former record notes
    /// the re-hire.
    pub(in super::super) fn add_person(&mut self, now: Timestamp, person: Person) -> Vec<String> {
        let userid = person.userid.clone();
        self.remember_person(now, &userid);
        self.company.left.remove(&userid);
        let same = |leaver: &&mut FormerEmployee| {
            leaver.rehired_as.is_none() && leaver.person.unionid == person.unionid
        };
        if let Some(before) = self.company.left.values_mut().find(same) {
            before.rehired_as = Some(userid.clone());
        }
        self.index.add(&person);
        self.company.people.insert(userid.clone(), person);
        self.emit_people_event(now, "user_add_org", &[userid])
    }

    pub(super) fn do_accept(
        &mut self,
        now: Timestamp,
        userid: &str,
    ) -> Result<ActOutcome, Refusal> {
        let not_invited = Refusal::new(60121, "no person with this userid is invited");
        let mut person = self.invited.get(userid).cloned().ok_or(not_invited)?;
        if self.index.by_mobile(&person.mobile).is_some()
            || self.company.people.contains_key(userid)
        {
            return Err(Refusal::new(
                60104,
                "this person or mobile number is already in the company",
            ));
        }
        self.invited.remove(userid);
        person
            .departments
            .retain(|m| self.company.departments.contains_key(&m.dept_id));
        if person.departments.is_empty() {
            person.departments = vec![self.new_membership(1)];
        }
        person.main_department = person.main_department.filter(|main| person.is_in(*main));
        person.manager_userid = person
            .manager_userid
            .filter(|manager| self.company.people.contains_key(manager));
        (person.joined_at, person.modified_at, person.active) = (now.millis(), now.millis(), true);
        let events = self.add_person(now, person);
        Ok(ActOutcome {
            userid: Some(userid.to_owned()),
            events,
            ..ActOutcome::default()
        })
    }

    pub(super) fn do_decline(&mut self, userid: &str) -> Result<ActOutcome, Refusal> {
        let declined = self.invited.remove(userid);
        declined.ok_or(Refusal::new(60121, "no person with this userid is invited"))?;
        Ok(ActOutcome {
            userid: Some(userid.to_owned()),
            ..ActOutcome::default()
        })
    }

    pub(in super::super) fn free_userid(
        &mut self,
        wanted: Option<String>,
    ) -> Result<String, Refusal> {
        if let Some(userid) = wanted {
            let taken = self.company.people.contains_key(&userid)
                || !(1..=64).contains(&userid.chars().count());
            return if taken {
                Err(Refusal::new(60102, "this userid is taken or malformed"))
            } else {
                Ok(userid)
            };
        }
        loop {
            let userid = fresh_userid(&mut self.rng);
            if !self.company.people.contains_key(&userid)
                && !self.company.left.contains_key(&userid)
            {
                return Ok(userid);
            }
        }
    }

    pub(in super::super) fn make_newcomer(
        &mut self,
        now: Timestamp,
        userid: String,
        name: String,
        departments: &[i64],
    ) -> Person {
        let mobile = loop {
            let mobile = format!(
                "1{}{:09}",
                self.rng.random_range(3..=9),
                self.rng.random_range(0..1_000_000_000)
            );
            if self.index.by_mobile(&mobile).is_none() {
                break mobile;
            }
        };
        let number = self.company.people.len() + self.company.left.len() + 1;
        Person {
            unionid: fresh_unionid(&mut self.rng),
            job_number: format!("{number:05}"),
            title: "专员".into(),
            departments: departments
                .iter()
                .map(|id| self.new_membership(*id))
                .collect(),
            hired_date: directory::canonical::shanghai_day(now)
                .and_then(directory::canonical::start_of_day)
                .map(Timestamp::millis),
            joined_at: now.millis(),
            modified_at: now.millis(),
            state_code: "86".into(),
            active: true,
            real_authed: true,
            status: 2,
            employee_type: 0,
            userid,
            name,
            mobile,
            hide_mobile: false,
            telephone: String::new(),
            email: String::new(),
            org_email: None,
            work_place: None,
            remark: None,
            extension: None,
            manager_userid: None,
            main_department: None,
            senior: false,
            boss: false,
            sys_level: 0,
            roles: Vec::new(),
        }
    }

    pub(in super::super) fn new_membership(&mut self, dept_id: i64) -> Membership {
        Membership {
            dept_id,
            order: self.rng.random_range(0..10_000),
            leader: false,
        }
    }

    pub(in super::super) fn do_leave(
        &mut self,
        now: Timestamp,
        userid: &str,
    ) -> Result<ActOutcome, Refusal> {
        if self.known_person(userid)?.sys_level == 1 {
            return Err(Refusal::new(
                50002,
                "the primary administrator cannot leave",
            ));
        }
        self.remember_person(now, userid);
        let Some(person) = self.company.people.remove(userid) else {
            return Ok(ActOutcome::default());
        };
        self.index.remove(&person);
        let led: Vec<i64> = person
            .departments
            .iter()
            .filter(|m| m.leader)
            .map(|m| m.dept_id)
            .collect();
        let managed: Vec<String> = self
            .company
            .people
            .values()
            .filter(|other| other.manager_userid.as_deref() == Some(userid))
            .map(|other| other.userid.clone())
            .collect();
        for other in &managed {
            self.edit_person(now, other, |other| other.manager_userid = None);
        }
        let leaver = FormerEmployee {
            person,
            left_at: now.millis(),
            rehired_as: None,
        };
        self.company.left.insert(userid.to_owned(), leaver);
        let mut events = self.emit_people_event(now, "user_leave_org", &[userid.to_owned()]);
        events.extend(self.emit_people_event(now, "user_modify_org", &managed));
        events.extend(self.emit_department_event(now, "org_dept_modify", &led));
        Ok(ActOutcome {
            userid: Some(userid.to_owned()),
            events,
            ..ActOutcome::default()
        })
    }

    pub(super) fn do_rehire(
        &mut self,
        now: Timestamp,
        userid: &str,
        same_userid: bool,
        departments: &[i64],
    ) -> Result<ActOutcome, Refusal> {
        departments
            .iter()
            .try_for_each(|id| self.known_department(*id).map(drop))?;
        let leaver = self
            .company
            .left
            .get(userid)
            .ok_or(Refusal::new(60121, "no person with this userid has left"))?;
        let taken = self
            .index
            .by_unionid(&leaver.person.unionid)
            .or(self.index.by_mobile(&leaver.person.mobile));
        if taken.is_some() {
            return Err(Refusal::new(
                60104,
                "this person or mobile number is already in the company",
            ));
        }
        let mut person = leaver.person.clone();
        let old: Vec<i64> = person.departments.iter().map(|m| m.dept_id).collect();
        let mut to: Vec<i64> = if departments.is_empty() {
            old
        } else {
            departments.to_vec()
        };
        to.retain(|id| self.company.departments.contains_key(id));
        if to.is_empty() {
            to.push(1);
        }
        let new_id = if same_userid {
            userid.to_owned()
        } else {
            self.free_userid(None)?
        };
        person.departments = to.iter().map(|id| self.new_membership(*id)).collect();
        person.main_department = person.main_department.and(to.first().copied());
        person.manager_userid = None;
        person.sys_level = 0;
        person.roles.clear();
        person.userid.clone_from(&new_id);
        person.joined_at = now.millis();
        person.modified_at = now.millis();
        if let Some(leaver) = self.company.left.get_mut(userid) {
            leaver.rehired_as = Some(new_id.clone());
        }
        let events = self.add_person(now, person);
        Ok(ActOutcome {
            userid: Some(new_id),
            events,
            ..ActOutcome::default()
        })
    }
}
