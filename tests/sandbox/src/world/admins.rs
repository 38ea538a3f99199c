//! Administrators and roles.

use directory::Timestamp;
use serde_json::{Value, json};

use super::World;
use super::params::CallParams;
use super::reply::ApiError;

impl World {
    /// Lists the administrators. The contact scope does not limit it.
    pub(super) fn list_admins(
        &mut self,
        _now: Timestamp,
        _params: &CallParams,
    ) -> Result<Value, ApiError> {
        let admins = self
            .company
            .people
            .values()
            .filter(|person| person.is_admin());
        let rows: Vec<Value> = admins
            .map(|person| json!({"sys_level": person.sys_level, "userid": person.userid}))
            .collect();
        Ok(json!({"result": rows}))
    }

    /// `dept_ids` stands at the top level, not under `result`.
    pub(super) fn admin_scope(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let person = self.find_person(&params.need("userid")?)?;
        let dept_ids: Vec<i64> = match person.sys_level {
            0 => Vec::new(),
            1 => vec![1],
            _ => person.departments.iter().map(|m| m.dept_id).collect(),
        };
        Ok(json!({"dept_ids": dept_ids}))
    }

    pub(super) fn role_list(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let size = params.int("size")?.unwrap_or(20);
        let offset = params.int("offset")?.unwrap_or(0);
        if !(1..=200).contains(&size) {
            return Err(ApiError::from_code(40069));
        }
        let start = usize::try_from(offset).map_err(|_| ApiError::from_code(40068))?;
        let length = usize::try_from(size).unwrap_or(1);
        let groups = &self.company.roles;
        let list: Vec<Value> = groups
            .iter()
            .skip(start)
            .take(length)
            .map(|group| {
                let roles: Vec<Value> = group
                    .roles
                    .iter()
                    .map(|(id, name)| json!({"id": id, "name": name}))
                    .collect();
                json!({"groupId": group.group_id, "name": group.name, "roles": roles})
            })
            .collect();
        Ok(json!({"result": {"hasMore": start + length < groups.len(), "list": list}}))
    }
}
