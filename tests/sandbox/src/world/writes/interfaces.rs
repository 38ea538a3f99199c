//! The write interfaces: they read parameters, make an [`AppWrite`] and return an answer.

use directory::Timestamp;
use serde_json::{Value, json};

use super::super::World;
use super::super::params::CallParams;
use super::super::reply::ApiError;
use super::{AppWrite, AppWriteOutcome, DepartmentFields, PersonFields};

const INVITED_CODE: i64 = 40103;

impl World {
    pub(in super::super) fn department_create(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        params.need("name")?;
        params.need_int("parent_id")?;
        let fields = Box::new(department_fields(params)?);
        let written = self.carry_out_call(now, AppWrite::CreateDepartment { fields })?;
        Ok(written.map_or(
            json!({}),
            |written| json!({"result": {"dept_id": written.dept_id}}),
        ))
    }

    pub(in super::super) fn department_update(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let write = AppWrite::UpdateDepartment {
            dept_id: params.need_int("dept_id")?,
            fields: Box::new(department_fields(params)?),
        };
        self.carry_out_call(now, write).map(|_| json!({}))
    }

    pub(in super::super) fn department_delete(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let dept_id = params.need_int("dept_id")?;
        self.carry_out_call(now, AppWrite::DeleteDepartment { dept_id })
            .map(|_| json!({}))
    }

    pub(in super::super) fn user_create(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        for needed in ["name", "mobile", "dept_id_list"] {
            params.need(needed)?;
        }
        let fields = Box::new(person_fields(params)?);
        let write = AppWrite::CreatePerson {
            userid: params.text("userid"),
            fields,
        };
        match self.carry_out_call(now, write)? {
            Some(AppWriteOutcome { invited: true, .. }) => Err(ApiError::from_code(INVITED_CODE)),
            // Every other interface spells it `unionid`.
            Some(written) => {
                Ok(json!({"result": {"userid": written.userid, "unionId": written.unionid}}))
            }
            None => Ok(json!({})),
        }
    }

    pub(in super::super) fn user_update(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let userid = params.need("userid")?;
        let fields = Box::new(person_fields(params)?);
        self.carry_out_call(now, AppWrite::UpdatePerson { userid, fields })
            .map(|_| json!({}))
    }

    pub(in super::super) fn user_delete(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let userid = params.need("userid")?;
        self.carry_out_call(now, AppWrite::DeletePerson { userid })
            .map(|_| json!({}))
    }

    /// Carries out the write. If a fault delays it, the write waits and its outcome is unknown for
    /// now.
    fn carry_out_call(
        &mut self,
        now: Timestamp,
        write: AppWrite,
    ) -> Result<Option<AppWriteOutcome>, ApiError> {
        if let Some(ms) = self.seen.late_ms {
            self.schedule_write(now.plus_millis(ms), write);
            return Ok(None);
        }
        self.apply_write(now, write)
            .map(Some)
            .map_err(|refusal| ApiError::from_code(refusal.code))
    }
}

fn department_fields(params: &CallParams) -> Result<DepartmentFields, ApiError> {
    Ok(DepartmentFields {
        name: params.given_text("name"),
        parent_id: params.int("parent_id")?,
        order: params.int("order")?,
        source_identifier: params.given_text("source_identifier"),
        heads: params
            .given_text("dept_manager_userid_list")
            .map(|_| params.list("dept_manager_userid_list")),
        clear_heads: params
            .list("force_update_fields")
            .iter()
            .any(|field| field == "dept_manager_userid_list"),
        create_dept_group: params.bool("create_dept_group")?,
        auto_add_user: params.bool("auto_add_user")?,
        hide_dept: params.bool("hide_dept")?,
        code: params.given_text("code"),
        outer_dept: params.bool("outer_dept")?,
        outer_dept_only_self: params.bool("outer_dept_only_self")?,
        dept_permits: params.numbers("dept_permits", 600_109)?,
        user_permits: params
            .given_text("user_permits")
            .map(|_| params.list("user_permits")),
        outer_permit_depts: params.numbers("outer_permit_depts", 600_109)?,
        outer_permit_users: params
            .given_text("outer_permit_users")
            .map(|_| params.list("outer_permit_users")),
    })
}

fn person_fields(params: &CallParams) -> Result<PersonFields, ApiError> {
    let orders = params.objects("dept_order_list")?;
    let number = |row: &Value, name: &str| match &row[name] {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    let pair = |row: &Value| number(row, "dept_id").zip(number(row, "order"));
    let positions = params.objects("dept_position_list")?;
    let is_main = |row: &&Value| row["is_main"] == true || row["is_main"] == "true";
    Ok(PersonFields {
        name: params.given_text("name"),
        mobile: params.given_text("mobile"),
        hide_mobile: params.bool("hide_mobile")?,
        telephone: params.given_text("telephone"),
        job_number: params.given_text("job_number"),
        title: params.given_text("title"),
        email: params.given_text("email"),
        org_email: params.given_text("org_email"),
        work_place: params.given_text("work_place"),
        remark: params.given_text("remark"),
        extension: params
            .given_text("extension")
            .filter(|text| !text.is_empty()),
        merge_extension: params.int("ext_attrs_update_mode")? == Some(1),
        hired_date: params.int("hired_date")?,
        manager: params.given_text("manager_userid"),
        clear_manager: params
            .list("force_update_fields")
            .iter()
            .any(|field| field == "manager_userid"),
        departments: params.numbers("dept_id_list", 40066)?,
        orders: orders
            .iter()
            .map(|row| pair(row).ok_or_else(|| ApiError::from_code(40011)))
            .collect::<Result<_, _>>()?,
        main_department: positions
            .iter()
            .find(is_main)
            .and_then(|row| number(row, "dept_id")),
        senior: params.bool("senior_mode")?,
    })
}
