//! Writes of an app to people.

use directory::Timestamp;
use serde_json::{Map, Value};

use super::super::perform::check_name;
use super::super::settings::{JoinMode, MobileUpdate, SmartHr};
use super::super::{Refusal, World};
use super::{AppWriteOutcome, PersonFields, mobile};
use crate::company::{Membership, Person};

const DEPARTMENTS_AT_CREATION: usize = 100;
const DEPARTMENTS_AT_UPDATE: usize = 300;
const DAY: i64 = 86_400_000;

impl World {
    pub(super) fn create_person(
        &mut self,
        now: Timestamp,
        userid: Option<String>,
        fields: &PersonFields,
    ) -> Result<AppWriteOutcome, Refusal> {
        let need = |what| Refusal::new(40035, what);
        let name = fields
            .name
            .as_deref()
            .ok_or(need("a person needs a name"))?
            .trim();
        let number = fields
            .mobile
            .as_deref()
            .ok_or(need("a person needs a mobile number"))?;
        let departments = fields
            .departments
            .as_deref()
            .ok_or(need("a person needs a department"))?;
        check_name(name)?;
        let (state_code, number) = mobile::stored_mobile(number, self.settings.registered_abroad)
            .ok_or(Refusal::new(
            60103,
            "this is not a mobile number in the form that this company needs",
        ))?;
        if self.index.by_mobile(&number).is_some() {
            return Err(Refusal::new(60104, "this mobile number is already used"));
        }
        let departments = self.check_departments(departments, DEPARTMENTS_AT_CREATION)?;
        check_main(fields, &departments)?;
        let userid = self.userid_for(userid)?;
        self.check_person_fields(&userid, fields)?;
        let mut person = self.make_newcomer(now, userid.clone(), name.to_owned(), &departments);
        (person.state_code, person.mobile) = (state_code, number);
        self.strip_generated(&mut person);
        self.apply_person_fields(fields, &mut person);
        let unionid = person.unionid.clone();
        if self.has_to_agree(now, &person.mobile) {
            self.invited
                .retain(|_, other| other.mobile != person.mobile);
            self.invited.insert(userid.clone(), person);
            return Ok(AppWriteOutcome {
                userid: Some(userid),
                invited: true,
                ..AppWriteOutcome::default()
            });
        }
        let events = self.add_person(now, person);
        Ok(AppWriteOutcome {
            userid: Some(userid),
            unionid: Some(unionid),
            events,
            ..AppWriteOutcome::default()
        })
    }

    /// Returns the `userid` to use. Ids of current people are taken; a setting decides whether ids
    /// of former people are, too.
    fn userid_for(&mut self, wanted: Option<String>) -> Result<String, Refusal> {
        let gone_for_good =
            |id: &String| !self.settings.left_userids_return && self.company.left.contains_key(id);
        match &wanted {
            Some(id) if !(1..=64).contains(&id.chars().count()) => {
                Err(Refusal::new(33012, "a userid has 1 to 64 characters"))
            }
            Some(id) if gone_for_good(id) => Err(Refusal::new(
                60102,
                "this userid belonged to another person",
            )),
            _ => self.free_userid(wanted),
        }
    }

    /// Removes the values that a hire by hand would generate. A former employee keeps their
    /// DingTalk account.
    fn strip_generated(&self, person: &mut Person) {
        let mut left = self.company.left.values().map(|leaver| &leaver.person);
        let known = left.find(|before| before.mobile == person.mobile);
        person.active = known.is_some();
        person.real_authed = known.is_some();
        if let Some(known) = known {
            person.unionid.clone_from(&known.unionid);
        }
        person.job_number.clear();
        person.title.clear();
        person.hired_date = None;
    }

    fn has_to_agree(&self, now: Timestamp, mobile: &str) -> bool {
        let left_today = || {
            let recent = |left_at: i64| now.millis() - left_at < DAY;
            self.company
                .left
                .values()
                .any(|leaver| leaver.person.mobile == mobile && recent(leaver.left_at))
        };
        match self.settings.joining {
            JoinMode::AtOnce => false,
            JoinMode::AgreeWithinADay => left_today(),
            JoinMode::Agree => true,
        }
    }

    pub(super) fn update_person(
        &mut self,
        now: Timestamp,
        userid: &str,
        fields: &PersonFields,
    ) -> Result<AppWriteOutcome, Refusal> {
        self.reachable_person(userid)?;
        let mut fields = fields.clone();
        self.check_positions(&mut fields)?;
        if fields.mobile.is_some() && self.settings.mobile_update == MobileUpdate::Refused {
            return Err(Refusal::new(
                41054,
                "a mobile number cannot be changed: delete the person and add them again",
            ));
        }
        let before = self.known_person(userid)?.clone();
        if let Some(name) = &fields.name {
            check_name(name.trim())?;
        }
        let present: Vec<i64> = before.departments.iter().map(|m| m.dept_id).collect();
        let departments = match &fields.departments {
            Some(ids) => {
                let entered: Vec<i64> = ids
                    .iter()
                    .copied()
                    .filter(|id| !present.contains(id))
                    .collect();
                if !entered.is_empty() {
                    self.check_departments(&entered, DEPARTMENTS_AT_UPDATE)?;
                }
                self.check_known_departments(ids)?
            }
            None => present,
        };
        check_main(&fields, &departments)?;
        self.check_person_fields(userid, &fields)?;
        let mut after = before.clone();
        self.set_departments(&departments, &mut after);
        self.apply_person_fields(&fields, &mut after);
        if after == before {
            return Ok(AppWriteOutcome {
                userid: Some(userid.to_owned()),
                ..AppWriteOutcome::default()
            });
        }
        let led = before
            .departments
            .iter()
            .filter(|m| m.leader && !after.is_in(m.dept_id));
        let led: Vec<i64> = led.map(|m| m.dept_id).collect();
        self.edit_person(now, userid, |person| *person = after);
        let mut events = self.emit_people_event(now, "user_modify_org", &[userid.to_owned()]);
        events.extend(self.emit_department_event(now, "org_dept_modify", &led));
        Ok(AppWriteOutcome {
            userid: Some(userid.to_owned()),
            events,
            ..AppWriteOutcome::default()
        })
    }

    /// A person who is already in a full department may stay in it.
    fn check_known_departments(&self, ids: &[i64]) -> Result<Vec<i64>, Refusal> {
        let mut once: Vec<i64> = Vec::with_capacity(ids.len());
        for id in ids {
            self.known_department(*id)?;
            if !once.contains(id) {
                once.push(*id);
            }
        }
        match once.len() {
            1..=DEPARTMENTS_AT_UPDATE => Ok(once),
            _ => Err(Refusal::new(
                40066,
                "a person must be in at least one department, and not in too many",
            )),
        }
    }

    /// Smart HR's position management takes over title and departments.
    fn check_positions(&self, fields: &mut PersonFields) -> Result<(), Refusal> {
        let named = fields.title.is_some()
            || fields.departments.is_some()
            || fields.main_department.is_some();
        match self.settings.smart_hr_positions {
            SmartHr::Refuses if named => Err(Refusal::new(
                12150,
                "Smart HR's position management decides title and departments",
            )),
            SmartHr::Ignores => {
                (fields.title, fields.departments, fields.main_department) = (None, None, None);
                Ok(())
            }
            SmartHr::Off | SmartHr::Refuses => Ok(()),
        }
    }

    /// Sets exactly these departments. The leader flag stays for each department that stays.
    fn set_departments(&mut self, departments: &[i64], person: &mut Person) {
        let before = std::mem::take(&mut person.departments);
        let kept = |id: &i64| before.iter().find(|m| m.dept_id == *id).copied();
        person.departments = departments
            .iter()
            .map(|id| kept(id).unwrap_or_else(|| self.new_membership(*id)))
            .collect();
        if person
            .main_department
            .is_some_and(|main| !departments.contains(&main))
        {
            person.main_department = departments.first().copied();
        }
    }

    fn apply_person_fields(&self, fields: &PersonFields, person: &mut Person) {
        let text = |to: &mut String, from: &Option<String>| {
            if let Some(from) = from {
                from.trim().clone_into(to);
            }
        };
        text(&mut person.name, &fields.name);
        text(&mut person.telephone, &fields.telephone);
        text(&mut person.job_number, &fields.job_number);
        text(&mut person.title, &fields.title);
        text(&mut person.email, &fields.email);
        let optional = |to: &mut Option<String>, from: &Option<String>| {
            if let Some(from) = from {
                *to = Some(from.trim().to_owned()).filter(|text| !text.is_empty());
            }
        };
        if self.settings.mailboxes {
            optional(&mut person.org_email, &fields.org_email);
        }
        optional(&mut person.work_place, &fields.work_place);
        optional(&mut person.remark, &fields.remark);
        if let Some(extension) = &fields.extension {
            person.extension = self.merge_custom_fields(
                person.extension.as_deref(),
                extension,
                fields.merge_extension,
            );
        }
        person.hide_mobile = fields.hide_mobile.unwrap_or(person.hide_mobile);
        person.senior = fields.senior.unwrap_or(person.senior);
        person.hired_date = fields.hired_date.or(person.hired_date);
        person.main_department = fields.main_department.or(person.main_department);
        match &fields.manager {
            Some(manager) if !manager.is_empty() => person.manager_userid = Some(manager.clone()),
            _ if fields.clear_manager => person.manager_userid = None,
            _ => {}
        }
        let order = |membership: &mut Membership| {
            let given = fields
                .orders
                .iter()
                .find(|(id, _)| *id == membership.dept_id);
            membership.order = given.map_or(membership.order, |(_, order)| *order);
        };
        person.departments.iter_mut().for_each(order);
    }

    /// Returns the custom fields after a write that replaces or merges them. Fields that the admin
    /// console does not know are dropped; an empty one is removed.
    fn merge_custom_fields(
        &self,
        present: Option<&str>,
        written: &str,
        merge: bool,
    ) -> Option<String> {
        let object =
            |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        let mut fields = if merge {
            present.map(object).unwrap_or_default()
        } else {
            Map::new()
        };
        let known = |key: &String| {
            self.settings
                .custom_fields
                .as_ref()
                .is_none_or(|known| known.contains(key))
        };
        fields.extend(object(written).into_iter().filter(|(key, _)| known(key)));
        fields.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
        (!fields.is_empty()).then(|| Value::Object(fields).to_string())
    }

    pub(super) fn delete_person(
        &mut self,
        now: Timestamp,
        userid: &str,
    ) -> Result<AppWriteOutcome, Refusal> {
        self.reachable_person(userid)?;
        let acted = self.do_leave(now, userid)?;
        Ok(AppWriteOutcome {
            userid: Some(userid.to_owned()),
            events: acted.events,
            ..AppWriteOutcome::default()
        })
    }
}

fn check_main(fields: &PersonFields, departments: &[i64]) -> Result<(), Refusal> {
    match fields.main_department {
        Some(main) if !departments.contains(&main) => Err(Refusal::new(
            40066,
            "the main department must be one of the person's departments",
        )),
        _ => Ok(()),
    }
}
