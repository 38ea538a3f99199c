//! The write interfaces: parameters in, a [`Write`] made of them, an answer out.

use directory::Timestamp;
use serde_json::{Value, json};

use super::super::World;
use super::super::params::Params;
use super::super::reply::ApiError;
use super::{DepartmentFields, PersonFields, Write, Written};

const INVITED: i64 = 40103;

impl World {
    pub(in super::super) fn department_create(&mut self, now: Timestamp, params: &Params) -> Result<Value, ApiError> {
        params.need("name")?;
        params.need_int("parent_id")?;
        let fields = Box::new(department_fields(params)?);
        let written = self.called(now, Write::CreateDepartment { fields })?;
        Ok(written.map_or(json!({}), |written| json!({"result": {"dept_id": written.dept_id}})))
    }

    pub(in super::super) fn department_update(&mut self, now: Timestamp, params: &Params) -> Result<Value, ApiError> {
        let write = Write::UpdateDepartment {
            dept_id: params.need_int("dept_id")?,
            fields: Box::new(department_fields(params)?),
        };
        self.called(now, write).map(|_| json!({}))
    }

    pub(in super::super) fn department_delete(&mut self, now: Timestamp, params: &Params) -> Result<Value, ApiError> {
        let dept_id = params.need_int("dept_id")?;
        self.called(now, Write::DeleteDepartment { dept_id }).map(|_| json!({}))
    }

    pub(in super::super) fn user_create(&mut self, now: Timestamp, params: &Params) -> Result<Value, ApiError> {
        for needed in ["name", "mobile", "dept_id_list"] {
            params.need(needed)?;
        }
        let fields = Box::new(person_fields(params)?);
        let write = Write::CreatePerson { userid: params.text("userid"), fields };
        match self.called(now, write)? {
            Some(Written { invited: true, .. }) => Err(ApiError::plain(INVITED)),
            // Every other interface spells it `unionid` (`dingtalk-api.md` §0.4.2).
            Some(written) => Ok(json!({"result": {"userid": written.userid, "unionId": written.unionid}})),
            None => Ok(json!({})),
        }
    }

    pub(in super::super) fn user_update(&mut self, now: Timestamp, params: &Params) -> Result<Value, ApiError> {
        let userid = params.need("userid")?;
        let fields = Box::new(person_fields(params)?);
        self.called(now, Write::UpdatePerson { userid, fields }).map(|_| json!({}))
    }

    pub(in super::super) fn user_delete(&mut self, now: Timestamp, params: &Params) -> Result<Value, ApiError> {
        let userid = params.need("userid")?;
        self.called(now, Write::DeletePerson { userid }).map(|_| json!({}))
    }

    /// Carries the write out, or puts it off where a fault has it land late: then nothing is known yet.
    fn called(&mut self, now: Timestamp, write: Write) -> Result<Option<Written>, ApiError> {
        if let Some(ms) = self.seen.late_ms {
            self.write_late(now.plus_millis(ms), write);
            return Ok(None);
        }
        self.write(now, write).map(Some).map_err(|refusal| ApiError::plain(refusal.code))
    }
}

fn department_fields(params: &Params) -> Result<DepartmentFields, ApiError> {
    Ok(DepartmentFields {
        name: params.given("name"),
        parent_id: params.int("parent_id")?,
        order: params.int("order")?,
        source_identifier: params.given("source_identifier"),
        heads: params.given("dept_manager_userid_list").map(|_| params.list("dept_manager_userid_list")),
        clear_heads: params.list("force_update_fields").iter().any(|field| field == "dept_manager_userid_list"),
        create_dept_group: params.bool("create_dept_group")?,
        auto_add_user: params.bool("auto_add_user")?,
        hide_dept: params.bool("hide_dept")?,
        code: params.given("code"),
        outer_dept: params.bool("outer_dept")?,
        outer_dept_only_self: params.bool("outer_dept_only_self")?,
        dept_permits: params.numbers("dept_permits", 600_109)?,
        user_permits: params.given("user_permits").map(|_| params.list("user_permits")),
        outer_permit_depts: params.numbers("outer_permit_depts", 600_109)?,
        outer_permit_users: params.given("outer_permit_users").map(|_| params.list("outer_permit_users")),
    })
}

fn person_fields(params: &Params) -> Result<PersonFields, ApiError> {
    let orders = params.objects("dept_order_list")?;
    let number = |row: &Value, name: &str| match &row[name] {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    let pair = |row: &Value| number(row, "dept_id").zip(number(row, "order"));
    let positions = params.objects("dept_position_list")?;
    let is_main = |row: &&Value| row["is_main"] == true || row["is_main"] == "true";
    Ok(PersonFields {
        name: params.given("name"),
        mobile: params.given("mobile"),
        hide_mobile: params.bool("hide_mobile")?,
        telephone: params.given("telephone"),
        job_number: params.given("job_number"),
        title: params.given("title"),
        email: params.given("email"),
        org_email: params.given("org_email"),
        work_place: params.given("work_place"),
        remark: params.given("remark"),
        extension: params.given("extension").filter(|text| !text.is_empty()),
        merge_extension: params.int("ext_attrs_update_mode")? == Some(1),
        hired_date: params.int("hired_date")?,
        manager: params.given("manager_userid"),
        clear_manager: params.list("force_update_fields").iter().any(|field| field == "manager_userid"),
        departments: params.numbers("dept_id_list", 40066)?,
        orders: orders.iter().map(|row| pair(row).ok_or_else(|| ApiError::plain(40011))).collect::<Result<_, _>>()?,
        main_department: positions.iter().find(is_main).and_then(|row| number(row, "dept_id")),
        senior: params.bool("senior_mode")?,
    })
}
