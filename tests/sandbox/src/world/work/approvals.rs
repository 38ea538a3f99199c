//! Approval templates and instances.

use directory::Timestamp;
use serde_json::{Value, json};

use super::super::World;
use super::super::params::CallParams;
use super::super::reply::ApiError;
use super::book::InstanceRecord;

const DAY: i64 = 86_400_000;
const IDS_PAGE: i64 = 20;
const TEMPLATES_PAGE: i64 = 100;

impl World {
    /// `GET /v1.0/workflow/processes/userVisibilities/templates`.
    pub(super) fn list_templates(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let (token, most) = (
            params.int("nextToken")?.unwrap_or(0),
            params.need_int("maxResults")?,
        );
        if !(1..=TEMPLATES_PAGE).contains(&most) {
            return Err(refused("invalidMaxResults"));
        }
        let (start, most) = (size(token)?, size(most)?);
        let rows = self.work.templates.iter().skip(start).take(most);
        let rows: Vec<Value> = rows
            .map(
                |one| json!({"name": one.name, "processCode": one.process_code, "dirName": "其他"}),
            )
            .collect();
        let end = start + rows.len();
        let mut result = json!({"processList": rows});
        if end < self.work.templates.len() {
            result["nextToken"] = json!(end);
        }
        Ok(json!({"result": result}))
    }

    /// `GET /v1.0/workflow/processes/managements/templates`.
    pub(super) fn list_managed_templates(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let refuse = |_| ApiError::new(400, "needAuth", "无权限");
        self.check_acting_admin(params, "userId", false)
            .map_err(refuse)?;
        let rows: Vec<Value> = self
            .work
            .templates
            .iter()
            .map(|one| {
                json!({
                    "flowTitle": one.name, "processCode": one.process_code,
                    "attendanceType": one.attendance_type, "gmtModified": "2026-01-01T00:00Z",
                })
            })
            .collect();
        Ok(json!({"result": rows, "success": true}))
    }

    /// `POST /v1.0/workflow/processes/instanceIds/query`.
    pub(super) fn list_instance_ids(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let code = params.need("processCode")?;
        if !self
            .work
            .templates
            .iter()
            .any(|one| one.process_code == code)
        {
            return Err(refused("invalidProcessCode"));
        }
        let from = params.need_int("startTime")?;
        let to = params.int("endTime")?.unwrap_or(now.millis());
        let too_old = now.millis() - from > 365 * DAY && !self.work.keeps_everything;
        if to < from || to - from > 120 * DAY || too_old {
            return Err(refused("invalidEndTime"));
        }
        let most = params.need_int("maxResults")?;
        if !(1..=IDS_PAGE).contains(&most) {
            return Err(refused("invalidMaxResults"));
        }
        let people = params.list("userIds");
        if people.len() > 10 {
            return Err(refused("invalidUserIds"));
        }
        let fits = |one: &InstanceRecord| {
            one.process_code == code
                && (from..=to).contains(&one.created_at)
                && (people.is_empty() || people.contains(&one.originator))
        };
        let ids: Vec<&String> = self
            .work
            .instances
            .iter()
            .filter(|(_, one)| fits(one))
            .map(|(id, _)| id)
            .collect();
        let (start, most) = (size(params.need_int("nextToken")?)?, size(most)?);
        let page: Vec<&String> = ids.iter().skip(start).take(most).copied().collect();
        let mut result = json!({"list": page});
        if start + most < ids.len() {
            result["nextToken"] = json!((start + most).to_string());
        }
        Ok(json!({"result": result, "success": true}))
    }

    /// `GET /v1.0/workflow/processInstances`.
    pub(super) fn read_instance(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let id = params.need("processInstanceId")?;
        let unknown = || refused("processInstanceNotExist");
        let one = self.work.instances.get(&id).ok_or_else(unknown)?;
        let all = self.work.instances.iter();
        let attached = all.filter(|(_, other)| other.main.as_ref() == Some(&id));
        let attached: Vec<&String> = attached.map(|(id, _)| id).collect();
        let mut result = json!({
            "title": "审批", "createTime": minute(one.created_at), "originatorUserId": one.originator,
            "originatorDeptId": "-1", "originatorDeptName": self.company.name, "status": one.status,
            "businessId": id, "bizAction": one.action, "attachedProcessInstanceIds": attached,
            "formComponentValues": one.values, "operationRecords": [], "tasks": [],
        });
        if !one.result.is_empty() {
            result["result"] = json!(one.result);
        }
        if let Some(at) = one.finished_at {
            result["finishTime"] = json!(minute(at));
        }
        if let Some(main) = &one.main {
            result["mainProcessInstanceId"] = json!(main);
        }
        Ok(json!({"result": result, "success": "true"}))
    }
}

fn refused(code: &'static str) -> ApiError {
    ApiError::new(400, code, "参数错误")
}

fn size(number: i64) -> Result<usize, ApiError> {
    usize::try_from(number).map_err(|_| refused("invalidParameter"))
}

/// `2022-08-31T11:52Z`.
fn minute(millis: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(millis);
    moment
        .map(|at| at.strftime("%Y-%m-%dT%H:%MZ").to_string())
        .unwrap_or_default()
}
