//! The two or three paths of the first contact API that independent clients still use.

use directory::Timestamp;
use serde_json::{Value, json};

use super::World;
use super::params::CallParams;
use super::reply::ApiError;

impl World {
    pub(super) fn legacy_user(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let person = self.visible_person(&params.need("userid")?)?;
        let dept_ids: Vec<i64> = person.departments.iter().map(|m| m.dept_id).collect();
        let inner = |value: &dyn Fn(&crate::company::Membership) -> String| {
            let pairs: Vec<String> = person
                .departments
                .iter()
                .map(|m| format!("{}:{}", m.dept_id, value(m)))
                .collect();
            format!("{{{}}}", pairs.join(","))
        };
        let mut fields = json!({
            "userid": person.userid, "unionid": person.unionid, "name": person.name, "tel": person.telephone,
            "active": person.active, "isAdmin": person.is_admin(), "isBoss": person.boss, "isHide": person.hide_mobile,
            "isSenior": person.senior, "department": dept_ids, "position": person.title, "avatar": "",
            "jobnumber": person.job_number, "orderInDepts": inner(&|m| m.order.to_string()),
            "isLeaderInDepts": inner(&|m| m.leader.to_string()),
        });
        if self.shows_mobile() {
            fields["mobile"] = json!(person.mobile);
            fields["stateCode"] = json!(person.state_code);
        }
        if self.shows_email() {
            fields["email"] = json!(person.email);
            fields["workPlace"] = json!(person.work_place.clone().unwrap_or_default());
            fields["remark"] = json!(person.remark.clone().unwrap_or_default());
        }
        if let Some(hired) = person.hired_date {
            fields["hiredDate"] = json!(hired);
        }
        Ok(fields)
    }

    /// Lists all departments below `id` (default: the root), or its children with
    /// `fetch_child=false`.
    pub(super) fn legacy_departments(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let top = params.int("id")?.unwrap_or(1);
        self.visible_department(top)?;
        let ids = if params
            .text("fetch_child")
            .as_deref()
            .is_none_or(|text| text.eq_ignore_ascii_case("false"))
        {
            self.index.children(top).collect()
        } else {
            self.index.subtree_of(top)
        };
        let rows: Vec<Value> = ids
            .iter()
            .filter_map(|id| self.company.departments.get(id))
            .map(|d| {
                let mut row = json!({
                    "id": d.dept_id, "name": d.name, "createDeptGroup": d.create_dept_group,
                    "autoAddUser": d.auto_add_user,
                });
                if let Some(parent) = d.parent_id {
                    row["parentid"] = json!(parent);
                }
                row
            })
            .collect();
        Ok(json!({"department": rows}))
    }

    pub(super) fn legacy_department_ids(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let top = params.need_int("id")?;
        self.find_department(top)?;
        let ids: Vec<i64> = self.index.children(top).collect();
        Ok(json!({"sub_dept_id_list": ids}))
    }
}
