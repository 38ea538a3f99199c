//! Reading departments.

use directory::Timestamp;
use serde_json::{Value, json};

use super::World;
use super::params::CallParams;
use super::reply::ApiError;
use crate::company::Department;

impl World {
    pub(super) fn list_subdepartments(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let dept_id = params.int("dept_id")?.unwrap_or(1);
        self.visible_department(dept_id)?;
        let rows: Vec<Value> = self
            .listed_children(now, dept_id)
            .into_iter()
            .map(|department| {
                json!({
                    "dept_id": department.dept_id, "name": department.name, "parent_id": department.parent_id,
                    "create_dept_group": department.create_dept_group, "auto_add_user": department.auto_add_user,
                })
            })
            .collect();
        Ok(json!({"result": rows}))
    }

    /// Lists the ids of the direct children. The contact scope does not limit it.
    pub(super) fn list_subdepartment_ids(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let dept_id = params.need_int("dept_id")?;
        self.find_department(dept_id)?;
        let ids: Vec<i64> = self
            .listed_children(now, dept_id)
            .iter()
            .map(|child| child.dept_id)
            .collect();
        Ok(json!({"result": {"dept_id_list": ids}}))
    }

    pub(super) fn department_get(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let department = self.visible_department(params.need_int("dept_id")?)?;
        Ok(json!({"result": self.department_details(department)}))
    }

    fn department_details(&self, department: &Department) -> Value {
        let (id, sight) = (department.dept_id, &department.sight);
        let below = self.index.subtree_of(id);
        let mut everybody: Vec<&str> = below
            .iter()
            .flat_map(|id| self.index.members(*id))
            .collect();
        everybody.sort_unstable();
        everybody.dedup();
        let mut result = json!({
            "dept_id": id, "name": department.name, "order": department.order,
            "create_dept_group": department.create_dept_group, "auto_add_user": department.auto_add_user,
            "auto_approve_apply": false, "from_union_org": false, "group_contain_sub_dept": false,
            "dept_manager_userid_list": self.department_heads(id), "hide_dept": department.hide_dept,
            "outer_dept": sight.outer_dept, "outer_dept_only_self": sight.outer_dept_only_self,
            "outer_permit_depts": sight.outer_permit_depts, "outer_permit_users": sight.outer_permit_users,
            "dept_permits": sight.dept_permits, "user_permits": sight.user_permits,
            "member_count": everybody.len(), "owning_member_count": self.index.member_count(id),
        });
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                result[name] = value;
            }
        };
        put("parent_id", department.parent_id.map(Value::from));
        put(
            "source_identifier",
            department.source_identifier.clone().map(Value::from),
        );
        put("code", department.code.clone().map(Value::from));
        put(
            "dept_group_chat_id",
            department
                .create_dept_group
                .then(|| json!(format!("chat{id:x}"))),
        );
        result
    }

    /// Returns 部门主管: the direct members who lead the department, in list order.
    pub(super) fn department_heads(&self, dept_id: i64) -> Vec<String> {
        let leads = |userid: &&str| {
            let person = self.company.people.get(*userid);
            person
                .and_then(|person| person.membership(dept_id))
                .is_some_and(|membership| membership.leader)
        };
        self.index
            .members(dept_id)
            .filter(leads)
            .map(str::to_owned)
            .collect()
    }

    /// Lists the parents of a department. The contact scope does not limit it.
    pub(super) fn list_parents_of_department(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let dept_id = params.need_int("dept_id")?;
        self.find_department(dept_id)?;
        Ok(json!({"result": {"parent_id_list": self.company.chain(dept_id)}}))
    }

    /// Lists the parents of a person's departments. The contact scope does not limit it.
    pub(super) fn list_parents_of_user(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let person = self.find_person(&params.need("userid")?)?;
        let chains: Vec<Value> = person
            .departments
            .iter()
            .map(|m| json!({"parent_dept_id_list": self.company.chain(m.dept_id)}))
            .collect();
        Ok(json!({"result": {"parent_list": chains}}))
    }
}
