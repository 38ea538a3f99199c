//! Calls about departments.

use serde_json::{Value, json};

use super::calls::text;
use super::form::Department;
use super::refusal::Refusal;
use super::{AddressBookMode, World};

const ROOT: i64 = 1;

impl World {
    pub(crate) fn list_departments(&self, body: &Value) -> Result<Value, Refusal> {
        let top = number(body, "dept_no").ok_or(Refusal::REQUEST)?;
        if top != ROOT && !self.departments.contains_key(&top) {
            return Err(Refusal(6002));
        }
        let deep = body
            .get("has_child")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let below = self.departments.values().filter(|department| {
            if deep {
                self.is_below(department, top)
            } else {
                department.parent == top
            }
        });
        let shown: Vec<Value> = below.map(|one| one.to_json(self.address_book)).collect();
        Ok(json!({ "departments": shown }))
    }

    fn is_below(&self, department: &Department, top: i64) -> bool {
        let mut at = Some(department);
        while let Some(one) = at {
            if one.parent == top {
                return true;
            }
            at = self.departments.get(&one.parent);
        }
        false
    }

    pub(crate) fn create_department(&mut self, body: &Value) -> Result<Value, Refusal> {
        self.refuse_if_locked()?;
        let name = text(body, "name")?.to_owned();
        let parent = number(body, "parent_no").unwrap_or(ROOT);
        self.check_place(&name, parent, None)?;
        let number_ = number(body, "dept_no").unwrap_or(self.next_department);
        if self.departments.contains_key(&number_) || number_ == ROOT {
            return Err(Refusal(6013));
        }
        let made = Department {
            number: number_,
            name,
            parent,
            order: number(body, "seq").unwrap_or(0),
        };
        let shown = made.to_json(self.address_book);
        self.departments.insert(number_, made);
        self.next_department = self.next_department.max(number_) + 1;
        Ok(json!({ "department": shown }))
    }

    pub(crate) fn update_department(&mut self, body: &Value) -> Result<Value, Refusal> {
        self.refuse_if_locked()?;
        let id = number(body, "dept_no").ok_or(Refusal::REQUEST)?;
        let mut changed = self.departments.get(&id).cloned().ok_or(Refusal(6002))?;
        if let Some(name) = body.get("name").and_then(Value::as_str) {
            name.clone_into(&mut changed.name);
        }
        changed.parent = number(body, "parent_no").unwrap_or(changed.parent);
        changed.order = number(body, "seq").unwrap_or(changed.order);
        self.check_place(&changed.name, changed.parent, Some(id))?;
        let shown = changed.to_json(self.address_book);
        self.departments.insert(id, changed);
        Ok(json!({ "department": shown }))
    }

    pub(crate) fn delete_department(&mut self, body: &Value) -> Result<Value, Refusal> {
        self.refuse_if_locked()?;
        let id = number(body, "dept_no").ok_or(Refusal::REQUEST)?;
        if id == ROOT {
            return Err(Refusal(6015));
        }
        if self.departments.values().any(|one| one.parent == id) {
            return Err(Refusal(6003));
        }
        self.departments.remove(&id).ok_or(Refusal(6002))?;
        Ok(json!({ "status": "success" }))
    }

    fn refuse_if_locked(&self) -> Result<(), Refusal> {
        match self.address_book {
            AddressBookMode::Public => Ok(()),
            AddressBookMode::Integration => Err(Refusal(self.settings.locked_code)),
        }
    }

    fn check_place(&self, name: &str, parent: i64, own: Option<i64>) -> Result<(), Refusal> {
        if parent != ROOT && !self.departments.contains_key(&parent) {
            return Err(Refusal(6001));
        }
        let taken = self
            .departments
            .values()
            .any(|other| Some(other.number) != own && other.parent == parent && other.name == name);
        if taken { Err(Refusal(6000)) } else { Ok(()) }
    }
}

fn number(body: &Value, name: &str) -> Option<i64> {
    body.get(name).and_then(Value::as_i64)
}
