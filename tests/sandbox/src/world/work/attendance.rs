//! Results and punches: `/attendance/list` and `/attendance/listRecord`.

use directory::Timestamp;
use directory::canonical::shanghai_day;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::World;
use super::super::params::CallParams;
use super::super::reply::ApiError;
use super::book::{PlanRecord, PunchOutcome, PunchRecord};
use super::checks::{KEPT_DAYS, PEOPLE_MAX, check_days, millis, moment, people};

const ROWS_MAX: i64 = 50;

impl World {
    /// `POST /attendance/list`.
    pub(super) fn list_attendance(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let people = people(params, "userIdList", PEOPLE_MAX)?;
        let from = moment(params, "workDateFrom")?.date();
        let to = moment(params, "workDateTo")?.date();
        check_days(from, to)?;
        self.check_kept(now, from, "workDateFrom")?;
        let (offset, limit) = (params.need_int("offset")?, params.need_int("limit")?);
        if !(1..=ROWS_MAX).contains(&limit) {
            return Err(ApiError::from_code(40069));
        }
        if params.bool("isI18n")?.unwrap_or(false) != self.settings.registered_abroad {
            return Ok(json!({"hasMore": false, "recordresult": []}));
        }
        let offset = usize::try_from(offset).map_err(|_| ApiError::from_code(40068))?;
        let rows: Vec<Value> = people
            .iter()
            .flat_map(|userid| {
                self.work
                    .plans
                    .get(userid)
                    .into_iter()
                    .flatten()
                    .map(move |plan| (userid, plan))
            })
            .filter(|(_, plan)| (from..=to).contains(&plan.work_date))
            .filter_map(|(userid, plan)| Some(result_row(userid, plan, plan.outcome.as_ref()?)))
            .collect();
        let limit = usize::try_from(limit).unwrap_or_default();
        let page: Vec<Value> = rows.iter().skip(offset).take(limit).cloned().collect();
        Ok(json!({"hasMore": offset + limit < rows.len(), "recordresult": page}))
    }

    /// `POST /attendance/listRecord`: no punch, no row.
    pub(super) fn list_punch_records(
        &mut self,
        now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        let people = people(params, "userIds", PEOPLE_MAX)?;
        let (from, to) = (
            moment(params, "checkDateFrom")?,
            moment(params, "checkDateTo")?,
        );
        check_days(from.date(), to.date())?;
        self.check_kept(now, from.date(), "checkDateFrom")?;
        let at = |wall: jiff::civil::DateTime| {
            let (hour, minute) = (i64::from(wall.hour()), i64::from(wall.minute()));
            let seconds = (hour * 60 + minute) * 60 + i64::from(wall.second());
            millis(wall.date()) + seconds * 1000
        };
        let (from, to) = (at(from), at(to));
        if params.bool("isI18n")?.unwrap_or(false) != self.settings.registered_abroad {
            return Ok(json!({"recordresult": []}));
        }
        let rows: Vec<Value> = people
            .iter()
            .flat_map(|userid| {
                let punches = self.work.punches.get(userid).into_iter().flatten();
                punches.map(move |punch| (userid, punch))
            })
            .filter(|(_, punch)| (from..=to).contains(&punch.at))
            .map(|(userid, punch)| self.punch_row(userid, punch))
            .collect();
        Ok(json!({"recordresult": rows}))
    }

    /// DingTalk keeps half a year.
    fn check_kept(&self, now: Timestamp, from: Date, name: &str) -> Result<(), ApiError> {
        let today = shanghai_day(now).unwrap_or(from);
        match self.work.keeps_everything || (today - from).get_days() <= KEPT_DAYS {
            true => Ok(()),
            false => Err(ApiError::unreadable(name)),
        }
    }

    fn punch_row(&self, userid: &str, punch: &PunchRecord) -> Value {
        json!({
            "id": punch.id, "userId": userid, "workDate": millis(punch.work_date),
            "userCheckTime": punch.at, "sourceType": "USER", "isLegal": if punch.legal { "Y" } else { "N" },
            "locationMethod": "MAP", "locationResult": "Normal", "corpId": self.company.credentials.corp_id,
            "gmtCreate": punch.at, "gmtModified": punch.at,
        })
    }
}

fn result_row(userid: &str, plan: &PlanRecord, outcome: &PunchOutcome) -> Value {
    let mut row = json!({
        "id": outcome.id, "recordId": outcome.id, "planId": plan.plan_id, "groupId": plan.group_id,
        "userId": userid, "workDate": millis(plan.work_date), "checkType": plan.side,
        "baseCheckTime": plan.planned_at, "timeResult": outcome.time_result,
        "locationResult": if outcome.time_result == "NotSigned" { "NotSigned" } else { "Normal" },
        "sourceType": outcome.source,
    });
    if let Some(at) = outcome.punched_at {
        row["userCheckTime"] = json!(at);
    }
    if let Some(instance) = &outcome.instance_id {
        row["procInstId"] = json!(instance);
        row["approveId"] = json!(outcome.id);
    }
    row
}
