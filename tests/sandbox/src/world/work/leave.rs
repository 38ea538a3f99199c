//! Kinds of leave, balances, records.

use directory::Timestamp;
use serde_json::{Value, json};

use super::super::World;
use super::super::params::CallParams;
use super::super::reply::ApiError;
use super::checks::people;

const PEOPLE_MAX: usize = 50;
const QUOTA_PAGE: i64 = 50;
const RECORD_PAGE: i64 = 200;

impl World {
    /// `POST /topapi/attendance/vacation/type/list`.
    pub(super) fn list_leave_types(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.check_acting_admin(params, "op_userid", false)?;
        let all = params.text("vacation_source").as_deref() == Some("all");
        let types = self.work.leave_types.iter();
        let types = types.filter(|one| all || one.source == "external");
        let rows: Vec<Value> = types
            .map(|one| {
                json!({
                    "leave_code": one.code, "leave_name": one.name, "leave_view_unit": one.unit,
                    "biz_type": "general_leave", "natural_day_leave": "false", "hours_in_per_day": 800,
                    "source": one.source,
                })
            })
            .collect();
        Ok(json!({"result": rows, "success": true}))
    }

    /// `POST /topapi/attendance/vacation/quota/list`.
    pub(super) fn list_leave_quotas(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.check_acting_admin(params, "op_userid", false)?;
        let (code, people) = (
            params.need("leave_code")?,
            people(params, "userids", PEOPLE_MAX)?,
        );
        let (offset, size) = (params.need_int("offset")?, params.need_int("size")?);
        if !(1..=QUOTA_PAGE).contains(&size) {
            return Err(ApiError::from_code(40069));
        }
        let rows = self.work.quotas.iter();
        let rows = rows.filter(|row| row.code == code && people.contains(&row.userid));
        let rows: Vec<Value> = rows
            .map(|row| {
                json!({
                    "userid": row.userid, "leave_code": row.code, "quota_cycle": row.cycle,
                    "quota_id": format!("{}-{}-{}", row.userid, row.code, row.cycle),
                    "quota_num_per_day": row.given, "used_num_per_day": row.used,
                })
            })
            .collect();
        let (page, more) = cut(rows, offset, size)?;
        Ok(json!({"result": {"has_more": more, "leave_quotas": page}, "success": true}))
    }

    /// `POST /v1.0/attendance/vacations/records/query`: consumption, from the requests.
    pub(super) fn list_leave_records(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let refused = |_| ApiError::new(400, "notManage", "部门的管理员不存在");
        self.check_acting_admin(params, "opUserId", false)
            .map_err(refused)?;
        let code = params.need("leaveCode")?;
        let people = people(params, "userIds", PEOPLE_MAX)?;
        let (page, size) = (params.need_int("pageNumber")?, params.need_int("pageSize")?);
        if !(1..=RECORD_PAGE).contains(&size) {
            return Err(ApiError::from_code(40069));
        }
        let name = self.work.leave_types.iter().find(|one| one.code == code);
        let name = name.map(|one| one.name.clone()).unwrap_or_default();
        let revoked: Vec<&String> = self
            .work
            .instances
            .values()
            .filter(|one| one.action == "REVOKE" && one.result == "agree")
            .filter_map(|one| one.main.as_ref())
            .collect();
        let mine = |one: &&super::InstanceRecord| {
            people.contains(&one.originator) && one.action != "REVOKE" && names_leave(one, &name)
        };
        let rows = self.work.instances.iter().filter(|(_, one)| mine(one));
        let rows = rows.map(|(id, one)| {
            let status = match (one.status.as_str(), one.result.as_str()) {
                _ if revoked.contains(&id) => "revoke",
                ("RUNNING", _) => "init",
                ("TERMINATED", _) => "abort",
                (_, "agree") => "success",
                _ => "refuse",
            };
            json!({
                "userId": one.originator, "recordId": id, "leaveCode": code, "leaveRecordType": "leave",
                "leaveStatus": status, "leaveViewUnit": "day", "gmtCreate": one.created_at,
            })
        });
        let (page, more) = cut(rows.collect(), page * size, size)?;
        Ok(json!({"result": {"hasMore": more, "leaveRecords": page}, "success": true}))
    }
}

fn names_leave(instance: &super::InstanceRecord, name: &str) -> bool {
    let quoted = format!("\"{name}\"");
    instance.values.iter().any(|value| {
        value["componentType"] == "DDHolidayField"
            && value["value"]
                .as_str()
                .is_some_and(|text| text.contains(&quoted))
    })
}

fn cut(rows: Vec<Value>, offset: i64, size: i64) -> Result<(Vec<Value>, bool), ApiError> {
    let wrong = |_| ApiError::from_code(40068);
    let start = usize::try_from(offset).map_err(wrong)?;
    let size = usize::try_from(size).map_err(wrong)?;
    let more = start + size < rows.len();
    Ok((rows.into_iter().skip(start).take(size).collect(), more))
}
