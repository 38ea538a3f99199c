//! The contact scope and the field permissions.

use directory::Timestamp;
use serde_json::{Value, json};

use super::World;
use super::params::CallParams;
use super::reply::ApiError;
use super::settings::Scope;
use crate::company::{Department, Person};

impl World {
    fn contact_scope(&self) -> &Scope {
        self.seen.scope.as_ref().unwrap_or(&self.settings.scope)
    }

    pub(super) fn sees_department(&self, dept_id: i64) -> bool {
        let scope = self.contact_scope();
        scope.depts.contains(&1)
            || self
                .company
                .chain(dept_id)
                .iter()
                .any(|id| scope.depts.contains(id))
    }

    pub(super) fn sees_person(&self, person: &Person) -> bool {
        self.contact_scope().users.contains(&person.userid)
            || person
                .departments
                .iter()
                .any(|m| self.sees_department(m.dept_id))
    }

    /// Finds a department by the id in a parameter. Ignores the scope.
    pub(super) fn find_department(&self, dept_id: i64) -> Result<&Department, ApiError> {
        if dept_id < 1 {
            return Err(ApiError::from_code(40009));
        }
        self.company
            .departments
            .get(&dept_id)
            .ok_or_else(|| ApiError::from_code(60003))
    }

    /// Finds a department that the app may see. Errors: 40009, 60003, 50004.
    pub(super) fn visible_department(&self, dept_id: i64) -> Result<&Department, ApiError> {
        let department = self.find_department(dept_id)?;
        if self.sees_department(dept_id) {
            Ok(department)
        } else {
            Err(ApiError::from_code(50004))
        }
    }

    /// Finds a person by `userid`. Ignores the scope.
    pub(super) fn find_person(&self, userid: &str) -> Result<&Person, ApiError> {
        let people = &self.company.people;
        let other_case = || {
            let same = |id: &&String| id.to_lowercase() == userid.to_lowercase();
            let known = people
                .keys()
                .find(same)
                .filter(|_| self.settings.userids_any_case);
            people.get(known?)
        };
        people
            .get(userid)
            .or_else(other_case)
            .ok_or_else(|| ApiError::from_code(60121))
    }

    /// Finds a person that the app may see. Errors: 60121, 50002.
    pub(super) fn visible_person(&self, userid: &str) -> Result<&Person, ApiError> {
        let person = self.find_person(userid)?;
        if self.sees_person(person) {
            Ok(person)
        } else {
            Err(ApiError::from_code(50002))
        }
    }

    pub(super) fn shows_mobile(&self) -> bool {
        !self.seen.mobile_hidden && self.settings.permissions.contains("fieldMobile")
    }

    pub(super) fn shows_email(&self) -> bool {
        self.settings.permissions.contains("fieldEmail")
    }

    pub(super) fn auth_scopes(
        &mut self,
        _now: Timestamp,
        _params: &CallParams,
    ) -> Result<Value, ApiError> {
        let mut fields = vec![
            "jobnumber",
            "isLeader",
            "name",
            "position",
            "isAdmin",
            "avatar",
            "department",
            "userid",
            "deviceId",
            "isHide",
        ];
        if self.shows_mobile() {
            fields.push("mobile");
        }
        if self.shows_email() {
            fields.push("email");
        }
        let scope = self.contact_scope();
        Ok(json!({
            "auth_user_field": fields, "condition_field": [],
            "auth_org_scopes": {"authed_user": scope.users, "authed_dept": scope.depts},
        }))
    }
}
