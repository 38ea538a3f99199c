//! Reading people.

use std::borrow::Cow;

use directory::Timestamp;
use serde_json::{Map, Value, json};

use super::World;
use super::direct_reads::MemberPage;
use super::params::CallParams;
use super::reply::ApiError;
use crate::company::Person;

impl World {
    pub(super) fn list_users(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let dept_id = params.need_int("dept_id")?;
        let page = self.user_page(now, dept_id, params)?;
        let list: Vec<Value> = page
            .people
            .iter()
            .map(|person| self.user_row(person, dept_id))
            .collect();
        Ok(page_result(&page, &list))
    }

    pub(super) fn list_simple_users(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let page = self.user_page(now, params.need_int("dept_id")?, params)?;
        let list: Vec<Value> = page
            .people
            .iter()
            .map(|person| json!({"userid": person.userid, "name": person.name}))
            .collect();
        Ok(page_result(&page, &list))
    }

    fn user_page(
        &self,
        now: Timestamp,
        dept_id: i64,
        params: &CallParams,
    ) -> Result<MemberPage<'_>, ApiError> {
        let cursor = params.need_int("cursor")?;
        let size = params.need_int("size")?;
        if !(1..=100).contains(&size) {
            return Err(ApiError::from_code(40069));
        }
        if !(0..=100_000).contains(&cursor) {
            return Err(ApiError::from_code(40068));
        }
        self.visible_department(dept_id)?;
        let (start, length) = (
            usize::try_from(cursor).unwrap_or(0),
            usize::try_from(size).unwrap_or(1),
        );
        let order = params
            .text("order_field")
            .unwrap_or_else(|| "custom".into());
        match order.as_str() {
            "custom" => Ok(self.direct_member_page(now, dept_id, start, length)),
            "entry_asc" | "entry_desc" | "modify_asc" | "modify_desc" => {
                let all = self.members_by_time(now, dept_id, &order);
                let next = (start + length < all.len()).then_some(start + length);
                Ok(MemberPage {
                    people: all.into_iter().skip(start).take(length).collect(),
                    next,
                })
            }
            _ => Err(ApiError::unreadable("order_field")),
        }
    }

    fn members_by_time(&self, now: Timestamp, dept_id: i64, order: &str) -> Vec<Cow<'_, Person>> {
        let time = |person: &Person| {
            if order.starts_with("entry") {
                person.joined_at
            } else {
                person.modified_at
            }
        };
        let mut rows = self.listed_members(now, dept_id);
        rows.sort_by(|a, b| (time(a), &a.userid).cmp(&(time(b), &b.userid)));
        if order.ends_with("desc") {
            rows.reverse();
        }
        rows
    }

    /// Returns the fields of a person that lists show.
    fn user_row(&self, person: &Person, dept_id: i64) -> Value {
        let mut fields = self.common_user_fields(person);
        let membership = person.membership(dept_id);
        fields.insert(
            "dept_order".into(),
            json!(membership.map_or(0, |m| m.order)),
        );
        fields.insert("leader".into(), json!(membership.is_some_and(|m| m.leader)));
        Value::Object(fields)
    }

    fn common_user_fields(&self, person: &Person) -> Map<String, Value> {
        let dept_ids: Vec<i64> = person.departments.iter().map(|m| m.dept_id).collect();
        let Value::Object(mut fields) = json!({
            "userid": person.userid, "unionid": person.unionid, "name": person.name, "avatar": "",
            "hide_mobile": person.hide_mobile, "telephone": person.telephone, "job_number": person.job_number,
            "title": person.title, "dept_id_list": dept_ids, "active": person.active, "admin": person.is_admin(),
            "boss": person.boss, "exclusive_account": false,
        }) else {
            return Map::new();
        };
        let mut put =
            |name: &str, value: Option<Value>| value.map(|value| fields.insert(name.into(), value));
        if self.shows_mobile() {
            put("mobile", Some(json!(person.mobile)));
            put("state_code", Some(json!(person.state_code)));
        }
        if self.shows_email() {
            put("email", Some(json!(person.email)));
            put("org_email", person.org_email.clone().map(Value::from));
            put("work_place", person.work_place.clone().map(Value::from));
            put("remark", person.remark.clone().map(Value::from));
            put("extension", person.extension.clone().map(Value::from));
        }
        put("hired_date", person.hired_date.map(Value::from));
        fields
    }

    pub(super) fn get_user(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let person = self.visible_person(&params.need("userid")?)?;
        let mut fields = self.common_user_fields(person);
        fields.remove("avatar");
        let each = |name: &str, value: &dyn Fn(&crate::company::Membership) -> Value| -> Value {
            person
                .departments
                .iter()
                .map(|m| json!({"dept_id": m.dept_id, name: value(m)}))
                .collect()
        };
        fields.insert("dept_order_list".into(), each("order", &|m| json!(m.order)));
        fields.insert(
            "leader_in_dept".into(),
            each("leader", &|m| json!(m.leader)),
        );
        let roles = person.roles.iter().filter_map(|id| {
            let (name, group) = self.company.role_names(*id)?;
            Some(json!({"id": id, "name": name, "group_name": group}))
        });
        fields.insert("role_list".into(), roles.collect());
        fields.insert("real_authed".into(), json!(person.real_authed));
        fields.insert("senior".into(), json!(person.senior));
        if let Some(manager) = &person.manager_userid {
            fields.insert("manager_userid".into(), json!(manager));
        }
        if let Some(main) = person.main_department {
            let positions = each("is_main", &|m| json!(m.dept_id == main));
            fields.insert("dept_position_list".into(), positions);
        }
        Ok(json!({"result": fields}))
    }

    /// Lists all direct members at once. The contact scope does not limit it.
    pub(super) fn list_userids(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let dept_id = params.need_int("dept_id")?;
        self.find_department(dept_id)?;
        let members = self.listed_members(now, dept_id);
        let ids: Vec<&str> = members
            .iter()
            .map(|person| person.userid.as_str())
            .collect();
        Ok(json!({"result": {"userid_list": ids}}))
    }

    pub(super) fn get_user_by_mobile(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let mobile = params.need("mobile")?;
        let digits = mobile.chars().filter(char::is_ascii_digit).count();
        if !mobile
            .chars()
            .all(|c| c.is_ascii_digit() || c == '+' || c == '-')
            || !(5..=20).contains(&digits)
        {
            return Err(ApiError::from_code(40104));
        }
        let plain = mobile.strip_prefix("+86-").unwrap_or(&mobile);
        let userid = self
            .index
            .by_mobile(plain)
            .ok_or_else(|| ApiError::from_code(60121))?;
        let person = self.visible_person(userid)?;
        if !person.active {
            return Err(ApiError::from_code(60121));
        }
        let mut result = json!({"userid": userid});
        if params.bool("support_exclusive_account_search")? == Some(true) {
            result["exclusive_account_userid_list"] = json!([]);
        }
        Ok(json!({"result": result}))
    }

    pub(super) fn get_user_by_unionid(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let unionid = params.need("unionid")?;
        let userid = self
            .index
            .by_unionid(&unionid)
            .ok_or_else(|| ApiError::from_code(60121))?;
        self.visible_person(userid)?;
        Ok(json!({"result": {"contact_type": 0, "userid": userid}}))
    }

    /// Counts people. The contact scope does not limit it.
    pub(super) fn count_users(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let only_active = params
            .bool("only_active")?
            .ok_or_else(|| ApiError::missing("only_active"))?;
        let count = self
            .company
            .people
            .values()
            .filter(|person| person.active || !only_active)
            .count();
        Ok(json!({"result": {"count": count}}))
    }

    /// Lists people on the job in Smart HR, at most 50 a page. A missing `next_cursor` marks the
    /// end.
    pub(super) fn query_on_job(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let statuses = params.list("status_list");
        if statuses.is_empty() {
            return Err(ApiError::missing("status_list"));
        }
        let offset = params.need_int("offset")?;
        let size = params.need_int("size")?;
        if !(1..=50).contains(&size) {
            return Err(ApiError::from_code(40069));
        }
        let start = usize::try_from(offset).map_err(|_| ApiError::from_code(40068))?;
        let length = usize::try_from(size).unwrap_or(1);
        let mut matching = self
            .company
            .people
            .values()
            .filter(|person| statuses.contains(&person.status.to_string()))
            .skip(start);
        let page: Vec<&str> = matching
            .by_ref()
            .take(length)
            .map(|person| person.userid.as_str())
            .collect();
        let mut result = json!({"data_list": page});
        if matching.next().is_some() {
            result["next_cursor"] = json!(start + length);
        }
        Ok(json!({"success": true, "result": result}))
    }
}

fn page_result(page: &MemberPage<'_>, list: &[Value]) -> Value {
    let mut result = json!({"has_more": page.next.is_some(), "list": list});
    if let Some(next) = page.next {
        result["next_cursor"] = json!(next);
    }
    json!({"result": result})
}
