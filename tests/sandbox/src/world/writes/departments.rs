//! Writes of an app to departments.

use directory::Timestamp;

use super::super::{Refusal, World};
use super::{AppWriteOutcome, DepartmentFields};
use crate::company::Department;

impl World {
    pub(super) fn create_department(
        &mut self,
        now: Timestamp,
        fields: &DepartmentFields,
    ) -> Result<AppWriteOutcome, Refusal> {
        let name = fields
            .name
            .as_deref()
            .ok_or(Refusal::new(40035, "a department needs a name"))?
            .trim();
        let parent_id = fields
            .parent_id
            .ok_or(Refusal::new(40035, "a department needs a parent"))?;
        self.known_parent(parent_id)?;
        self.reachable_department(parent_id)?;
        self.check_department_name(name, parent_id, None)?;
        self.check_depth(parent_id, 1)?;
        self.check_department_fields(fields)?;
        let dept_id = self.next_dept_id();
        let mut department = Department::new(dept_id, name.to_owned(), parent_id);
        // Only an update accepts these fields.
        let taken = DepartmentFields {
            code: None,
            auto_add_user: None,
            name: None,
            ..fields.clone()
        };
        apply_fields(&taken, &mut department);
        let events = self.add_department(now, department);
        Ok(AppWriteOutcome {
            dept_id: Some(dept_id),
            events,
            ..AppWriteOutcome::default()
        })
    }

    pub(super) fn update_department(
        &mut self,
        now: Timestamp,
        id: i64,
        fields: &DepartmentFields,
    ) -> Result<AppWriteOutcome, Refusal> {
        self.reachable_department(id)?;
        let before = self.known_department(id)?.clone();
        let Some(old_parent) = before.parent_id else {
            return Err(Refusal::new(60018, "the root cannot be changed"));
        };
        self.check_department_fields(fields)?;
        let parent = fields.parent_id.unwrap_or(old_parent);
        if parent != old_parent {
            self.check_move(id, parent)?;
            self.reachable_department(parent)?;
        }
        let name = fields
            .name
            .as_deref()
            .map_or(before.name.as_str(), str::trim);
        if parent != old_parent || name != before.name {
            self.check_department_name(name, parent, Some(id))?;
        }
        let heads = self.intended_heads(id, fields)?;
        let mut after = before.clone();
        apply_fields(fields, &mut after);
        let mut events = Vec::new();
        if after != before {
            events = self.replace_department(now, &before, after);
        }
        if let Some(heads) = heads {
            events.extend(self.do_set_heads(now, id, &heads)?.events);
        }
        Ok(AppWriteOutcome {
            dept_id: Some(id),
            events,
            ..AppWriteOutcome::default()
        })
    }

    /// Returns the heads that the department has after the write; `None` if they do not change.
    fn intended_heads(
        &self,
        id: i64,
        fields: &DepartmentFields,
    ) -> Result<Option<Vec<String>>, Refusal> {
        let heads = match &fields.heads {
            Some(heads) if !heads.is_empty() => heads.clone(),
            // An empty list without force changes nothing.
            _ if fields.clear_heads => Vec::new(),
            _ => return Ok(None),
        };
        if heads.iter().any(|head| {
            !self
                .company
                .people
                .get(head)
                .is_some_and(|person| person.is_in(id))
        }) {
            return Err(Refusal::new(
                40031,
                "a head must be a member of the department",
            ));
        }
        let (mut sorted, mut present) = (heads.clone(), self.department_heads(id));
        sorted.sort_unstable();
        present.sort_unstable();
        Ok((sorted != present).then_some(heads))
    }

    pub(super) fn delete_department(
        &mut self,
        now: Timestamp,
        id: i64,
    ) -> Result<AppWriteOutcome, Refusal> {
        self.reachable_department(id)?;
        let acted = self.do_delete(now, id)?;
        Ok(AppWriteOutcome {
            dept_id: Some(id),
            events: acted.events,
            ..AppWriteOutcome::default()
        })
    }
}

fn apply_fields(fields: &DepartmentFields, department: &mut Department) {
    fn set<T: Clone>(to: &mut T, from: Option<&T>) {
        if let Some(value) = from {
            to.clone_from(value);
        }
    }
    if let Some(name) = &fields.name {
        name.trim().clone_into(&mut department.name);
    }
    if let Some(parent) = fields.parent_id {
        department.parent_id = Some(parent);
    }
    let text = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(key) = &fields.source_identifier {
        department.source_identifier = text(key);
    }
    if let Some(code) = &fields.code {
        department.code = text(code);
    }
    set(&mut department.order, fields.order.as_ref());
    set(
        &mut department.create_dept_group,
        fields.create_dept_group.as_ref(),
    );
    set(&mut department.auto_add_user, fields.auto_add_user.as_ref());
    set(&mut department.hide_dept, fields.hide_dept.as_ref());
    set(&mut department.sight.outer_dept, fields.outer_dept.as_ref());
    set(
        &mut department.sight.outer_dept_only_self,
        fields.outer_dept_only_self.as_ref(),
    );
    set(
        &mut department.sight.dept_permits,
        fields.dept_permits.as_ref(),
    );
    set(
        &mut department.sight.user_permits,
        fields.user_permits.as_ref(),
    );
    set(
        &mut department.sight.outer_permit_depts,
        fields.outer_permit_depts.as_ref(),
    );
    set(
        &mut department.sight.outer_permit_users,
        fields.outer_permit_users.as_ref(),
    );
}
