//! Schedules and special days: `schedule/listbyusers` and `/v1.0/attendance/holidays`.

use directory::Timestamp;
use directory::canonical::shanghai_day;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::World;
use super::super::params::CallParams;
use super::super::reply::ApiError;
use super::book::PlanRecord;
use super::checks::{PEOPLE_MAX, check_days, millis, people};

impl World {
    /// `POST /topapi/attendance/schedule/listbyusers`.
    pub(super) fn list_schedules(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.check_acting_admin(params, "op_user_id", true)?;
        let people = people(params, "userids", PEOPLE_MAX)?;
        let from = day(params, "from_date_time")?;
        let to = day(params, "to_date_time")?;
        check_days(from, to)?;
        let rows: Vec<Value> = people
            .iter()
            .flat_map(|userid| {
                let plans = self.work.plans.get(userid).into_iter().flatten();
                plans.map(move |plan| (userid, plan))
            })
            .filter(|(_, plan)| (from..=to).contains(&plan.work_date))
            .map(|(userid, plan)| plan_row(userid, plan))
            .collect();
        Ok(json!({"result": rows, "success": true}))
    }

    /// `POST /v1.0/attendance/holidays`.
    pub(super) fn list_holidays(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let people = people(params, "userIds", PEOPLE_MAX)?;
        let (from, to) = (day(params, "workDateFrom")?, day(params, "workDateTo")?);
        let days: Vec<Value> = self
            .work
            .holidays
            .range(from..=to.max(from))
            .map(|(date, holiday)| {
                let mut row = json!({
                    "workDate": millis(*date), "holidayName": holiday.name, "holidayType": holiday.kind,
                });
                if let Some(real) = holiday.real_date {
                    row["realWorkDate"] = json!(millis(real));
                }
                row
            })
            .collect();
        let known = |userid: &&String| self.company.people.contains_key(*userid);
        let rows = people.iter().filter(known);
        let rows: Vec<Value> = rows
            .map(|userid| json!({"userId": userid, "holidays": days}))
            .collect();
        Ok(json!({"result": rows}))
    }
}

fn plan_row(userid: &str, plan: &PlanRecord) -> Value {
    let rest = plan.side.is_empty();
    let mut row = json!({
        "id": plan.plan_id, "userid": userid, "work_date": millis(plan.work_date),
        "shift_id": plan.shift_id, "group_id": plan.group_id, "is_rest": if rest { "Y" } else { "N" },
    });
    if !rest {
        row["check_type"] = json!(plan.side);
        row["plan_check_time"] = json!(plan.planned_at);
        row["shift_version"] = json!(1);
    }
    row
}

fn day(params: &CallParams, name: &str) -> Result<Date, ApiError> {
    let moment = Timestamp(params.need_int(name)?);
    shanghai_day(moment).ok_or_else(|| ApiError::unreadable(name))
}
