//! The checks that DingTalk makes before it changes anything.

use std::collections::BTreeSet;

use super::super::{Refusal, World};
use super::{DepartmentFields, PersonFields};

const PERMITS_MAX: usize = 50;
const EXTENSION_MAX: usize = 2000;

impl World {
    /// Checks that the app may write to this department. Errors: 40009, 60003, 50004.
    pub(in super::super) fn reachable_department(&self, dept_id: i64) -> Result<(), Refusal> {
        if dept_id < 1 {
            return Err(Refusal::new(40009, "no department can have this id"));
        }
        self.known_department(dept_id)?;
        if self.sees_department(dept_id) {
            return Ok(());
        }
        Err(Refusal::new(
            50004,
            "the department is outside the contact scope",
        ))
    }

    /// Checks that the app may write to this person. Errors: 60121, 50002.
    pub(in super::super) fn reachable_person(&self, userid: &str) -> Result<(), Refusal> {
        match self.known_person(userid) {
            Ok(person) if self.sees_person(person) => Ok(()),
            Ok(_) => Err(Refusal::new(
                50002,
                "the person is outside the contact scope",
            )),
            Err(refusal) => Err(refusal),
        }
    }

    pub(super) fn check_department_fields(&self, fields: &DepartmentFields) -> Result<(), Refusal> {
        if fields.order.is_some_and(i64::is_negative) {
            return Err(Refusal::new(40011, "an order cannot be negative"));
        }
        if fields
            .code
            .as_ref()
            .is_some_and(|code| code.chars().count() > 30)
        {
            return Err(Refusal::new(40035, "a code can have at most 30 characters"));
        }
        let count = |depts: &Option<Vec<i64>>, users: &Option<Vec<String>>| {
            depts.as_ref().map_or(0, Vec::len) + users.as_ref().map_or(0, Vec::len)
        };
        let lists = [
            (&fields.dept_permits, &fields.user_permits),
            (&fields.outer_permit_depts, &fields.outer_permit_users),
        ];
        for (depts, users) in lists {
            let known = depts
                .iter()
                .flatten()
                .all(|id| self.company.departments.contains_key(id))
                && users
                    .iter()
                    .flatten()
                    .all(|id| self.company.people.contains_key(id));
            if count(depts, users) > PERMITS_MAX || !known {
                return Err(Refusal::new(
                    600_109,
                    "at most 50 departments and people, and all must exist",
                ));
            }
        }
        Ok(())
    }

    /// Checks all fields but name, mobile and departments. `userid` is the person that the fields
    /// belong to.
    pub(super) fn check_person_fields(
        &self,
        userid: &str,
        fields: &PersonFields,
    ) -> Result<(), Refusal> {
        let limits = [
            (&fields.telephone, 50, 40063),
            (&fields.job_number, 50, 60123),
            (&fields.title, 200, 60119),
            (&fields.email, 50, 60105),
            (&fields.org_email, 100, 60105),
            (&fields.work_place, 100, 40064),
            (&fields.remark, 2000, 40065),
        ];
        for (text, length, code) in limits {
            if text
                .as_ref()
                .is_some_and(|text| text.trim().chars().count() > length)
            {
                return Err(Refusal::new(code, "the text is too long"));
            }
        }
        for address in [&fields.email, &fields.org_email]
            .into_iter()
            .flatten()
            .map(|text| text.trim())
        {
            if !address.is_empty()
                && address
                    .split_once('@')
                    .is_none_or(|(user, host)| user.is_empty() || host.is_empty())
            {
                return Err(Refusal::new(60105, "this is not an e-mail address"));
            }
        }
        self.check_unique(userid, fields)?;
        check_extension(fields)?;
        match fields
            .manager
            .as_deref()
            .filter(|manager| !manager.is_empty())
        {
            Some(manager) if manager == userid || !self.company.people.contains_key(manager) => {
                Err(Refusal::new(60128, "this person cannot be the manager"))
            }
            _ => Ok(()),
        }
    }

    fn check_unique(&self, userid: &str, fields: &PersonFields) -> Result<(), Refusal> {
        let mut others = self
            .company
            .people
            .values()
            .filter(|person| person.userid != userid);
        let given = |text: &Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let (telephone, email, number) = (
            given(&fields.telephone),
            given(&fields.email),
            given(&fields.job_number),
        );
        let unique_numbers = self.settings.job_numbers_unique;
        let clash = others.find_map(|other| {
            if telephone.as_ref() == Some(&other.telephone) {
                Some(Refusal::new(40100, "another person has this extension"))
            } else if email.as_ref() == Some(&other.email) {
                Some(Refusal::new(
                    60106,
                    "another person has this e-mail address",
                ))
            } else if unique_numbers && number.as_ref() == Some(&other.job_number) {
                Some(Refusal::new(60123, "another person has this job number"))
            } else {
                None
            }
        });
        clash.map_or(Ok(()), Err)
    }

    /// Returns the departments of a person, each once, in their order. There may be at most
    /// `limit`.
    pub(super) fn check_departments(&self, ids: &[i64], limit: usize) -> Result<Vec<i64>, Refusal> {
        if ids.is_empty() || ids.len() > limit {
            return Err(Refusal::new(
                40066,
                "a person must be in at least one department, and not in too many",
            ));
        }
        let mut seen = BTreeSet::new();
        let mut once = Vec::with_capacity(ids.len());
        for id in ids.iter().copied().filter(|id| seen.insert(*id)) {
            self.reachable_department(id)?;
            once.push(id);
        }
        let full = |id: &&i64| {
            self.settings
                .department_people_max
                .is_some_and(|max| self.index.member_count(**id) >= max)
        };
        match once.iter().find(full) {
            Some(_) => Err(Refusal::new(40023, "the department is full")),
            None => Ok(once),
        }
    }
}

fn check_extension(fields: &PersonFields) -> Result<(), Refusal> {
    let Some(text) = fields.extension.as_deref() else {
        return Ok(());
    };
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok();
    if object && text.chars().count() <= EXTENSION_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        60122,
        "the custom fields are not a JSON object of at most 2,000 characters",
    ))
}
