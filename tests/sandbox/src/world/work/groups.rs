//! Shifts and attendance groups.

use directory::Timestamp;
use serde_json::{Value, json};

use super::super::World;
use super::super::params::CallParams;
use super::super::reply::ApiError;
use super::book::ShiftRecord;

const SHIFTS_PAGE: usize = 200;
const GROUPS_PAGE: usize = 10;

impl World {
    /// `POST /topapi/attendance/shift/list`.
    pub(super) fn list_shifts(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.check_acting_admin(params, "op_user_id", true)?;
        let shifts = self
            .work
            .shifts
            .iter()
            .map(|(id, shift)| (*id, shift.name.clone()));
        page_of(params, &shifts.collect::<Vec<_>>(), SHIFTS_PAGE)
    }

    /// `POST /topapi/attendance/shift/query`.
    pub(super) fn read_shift(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.check_acting_admin(params, "op_user_id", true)?;
        let id = params.need_int("shift_id")?;
        let unknown = || ApiError::unreadable("shift_id");
        let shift = self.work.shifts.get(&id).ok_or_else(unknown)?;
        Ok(
            json!({"result": shift_body(id, shift, &self.company.credentials.corp_id), "success": true}),
        )
    }

    /// `POST /topapi/attendance/group/minimalism/list`.
    pub(super) fn list_attendance_groups(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.check_acting_admin(params, "op_user_id", true)?;
        let groups = self
            .work
            .groups
            .iter()
            .map(|(id, group)| (*id, group.name.clone()));
        page_of(params, &groups.collect::<Vec<_>>(), GROUPS_PAGE)
    }

    /// `POST /topapi/attendance/group/query`.
    pub(super) fn read_attendance_group(
        &mut self,
        _now: Timestamp,
        params: &CallParams,
    ) -> Result<Value, ApiError> {
        self.check_acting_admin(params, "op_user_id", true)?;
        let id = params.need_int("group_id")?;
        let unknown = || ApiError::unreadable("group_id");
        let group = self.work.groups.get(&id).ok_or_else(unknown)?;
        Ok(json!({"result": {
            "id": id, "name": group.name, "type": group.kind, "shift_ids": group.shift_ids,
            "member_count": group.members.len(), "manager_list": [], "wifis": [], "address_list": [],
        }, "success": true}))
    }
}

/// Rows after the cursor, which is the number of rows before them.
fn page_of(params: &CallParams, all: &[(i64, String)], most: usize) -> Result<Value, ApiError> {
    let cursor = params.int("cursor")?.unwrap_or(0);
    let start = usize::try_from(cursor).map_err(|_| ApiError::from_code(40068))?;
    let rows = all.iter().skip(start).take(most);
    let rows: Vec<Value> = rows
        .map(|(id, name)| json!({"id": id, "name": name}))
        .collect();
    let end = start + rows.len();
    let mut result = json!({"has_more": end < all.len(), "result": rows});
    if end < all.len() {
        result["cursor"] = json!(end);
    }
    Ok(json!({"result": result, "success": true}))
}

fn shift_body(id: i64, shift: &ShiftRecord, corp_id: &str) -> Value {
    let sections = shift.sections.iter().zip(0..).map(|(&(from, to), at)| {
        let inside = shift
            .rests
            .iter()
            .filter(|rest| from <= rest.0 && rest.1 <= to);
        let rests = inside.flat_map(|&(from, to)| [clock("OnDuty", from), clock("OffDuty", to)]);
        let punches = [("OnDuty", from), ("OffDuty", to)].map(|(side, minute)| {
            let mut punch = clock(side, minute);
            for (name, value) in [("begin_min", 120), ("end_min", -1), ("permit_minutes", 0)] {
                punch[name] = json!(value);
            }
            punch["serious_late_minutes"] = json!("-1");
            punch
        });
        json!({"id": id * 10 + at, "punches": punches, "rests": rests.collect::<Vec<Value>>()})
    });
    json!({
        "id": id, "name": shift.name, "corp_id": corp_id, "sections": sections.collect::<Vec<Value>>(),
        "shift_setting": {"work_time_minutes": -1, "attend_days": "1.0"},
    })
}

fn clock(side: &str, minute: i64) -> Value {
    let (across, minute) = (minute / 1440, minute % 1440);
    let time = format!("1970-01-01 {:02}:{:02}:00", minute / 60, minute % 60);
    json!({"check_type": side, "check_time": time, "across": across})
}
