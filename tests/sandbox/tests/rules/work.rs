//! Attendance, leave and approvals: limits, permissions and the acting administrator.

use sandbox::month::{LEAVE_TEMPLATE, generate_month};
use sandbox::world::{Settings, WORK_PERMISSIONS};
use serde_json::{Value, json};

use crate::world_harness::WorldHarness;

/// 2026-11-02 10:00:00 in Shanghai.
const AFTER_THE_MONTH: i64 = 1_793_584_800_000;
const DAY: i64 = 86_400_000;

fn office() -> WorldHarness {
    let mut settings = Settings::default();
    settings
        .permissions
        .extend(WORK_PERMISSIONS.map(str::to_owned));
    let mut office = WorldHarness::with_settings(60, 6, settings);
    let month = generate_month(office.world.company(), 1);
    office.world.edit_work(|work| *work = month.book);
    office.advance_clock(AFTER_THE_MONTH - office.now.millis());
    office.log_in();
    office
}

fn everybody(office: &WorldHarness) -> Vec<String> {
    office.world.company().people.keys().cloned().collect()
}

fn admin(office: &WorldHarness) -> String {
    office
        .world
        .work()
        .attendance_admins
        .first()
        .unwrap()
        .clone()
}

fn list(people: &[String], from: &str, to: &str, offset: i64, limit: i64) -> Value {
    json!({
        "workDateFrom": format!("{from} 00:00:00"), "workDateTo": format!("{to} 00:00:00"),
        "userIdList": people, "offset": offset, "limit": limit,
    })
}

#[test]
fn results_come_50_rows_at_a_time_and_each_once() {
    let mut office = office();
    let people = everybody(&office);
    let (mut plans, mut offset, mut calls) = (Vec::new(), 0, 0);
    loop {
        let body = list(&people[..50], "2026-10-08", "2026-10-14", offset, 50);
        let page = office.post("/attendance/list", body);
        let rows = page["recordresult"].as_array().unwrap();
        plans.extend(rows.iter().map(|row| row["planId"].as_i64().unwrap()));
        (offset, calls) = (offset + 50, calls + 1);
        if page["hasMore"] == false {
            break;
        }
        assert_eq!(rows.len(), 50);
    }
    let expected = people[..50]
        .iter()
        .flat_map(|one| &office.world.work().plans[one]);
    let week = |plan: &&sandbox::world::PlanRecord| (8..=14).contains(&plan.work_date.day());
    let mut expected: Vec<i64> = expected
        .filter(week)
        .filter(|plan| plan.outcome.is_some())
        .map(|plan| plan.plan_id)
        .collect();
    assert_eq!(calls, expected.len().div_ceil(50));
    plans.sort_unstable();
    expected.sort_unstable();
    assert_eq!(plans, expected);
}

#[test]
fn what_breaks_a_limit_is_refused_with_its_code() {
    let mut office = office();
    let people = everybody(&office);
    let one = &people[..1];
    let mut code = |body| {
        office.post("/attendance/list", body)["errcode"]
            .as_i64()
            .unwrap()
    };
    assert_eq!(code(list(one, "2026-10-01", "2026-10-07", 0, 50)), 0);
    assert_eq!(code(list(one, "2026-10-01", "2026-10-08", 0, 50)), 41_041);
    assert_eq!(code(list(one, "2026-10-07", "2026-10-01", 0, 50)), 41_041);
    assert_eq!(code(list(one, "2026/10/01", "2026-10-07", 0, 50)), 41_100);
    assert_eq!(code(list(one, "2026-10-01", "2026-10-07", 0, 51)), 40_069);
    assert_eq!(
        code(list(&people[..51], "2026-10-01", "2026-10-07", 0, 50)),
        400_002
    );
    assert_eq!(code(list(&[], "2026-10-01", "2026-10-07", 0, 50)), 40_035);
    assert_eq!(code(list(one, "2026-04-01", "2026-04-07", 0, 50)), 400_002);
    let mut abroad = list(one, "2026-10-08", "2026-10-09", 0, 50);
    abroad["isI18n"] = json!(true);
    assert_eq!(
        office.post("/attendance/list", abroad)["recordresult"],
        json!([])
    );
}

#[test]
fn no_punch_is_no_record_and_only_the_moment_of_a_punch_counts() {
    let mut office = office();
    let missing = |(_, plans): &(&String, &Vec<sandbox::world::PlanRecord>)| {
        plans.iter().any(|plan| {
            plan.outcome
                .as_ref()
                .is_some_and(|one| one.time_result == "NotSigned")
        })
    };
    let work = office.world.work().clone();
    let (userid, plans) = work.plans.iter().find(missing).unwrap();
    let not_signed = |plan: &&sandbox::world::PlanRecord| {
        plan.outcome
            .as_ref()
            .is_some_and(|one| one.time_result == "NotSigned")
    };
    let day = plans.iter().find(not_signed).unwrap().work_date;
    let body = |to: &str| json!({"userIds": [userid], "checkDateFrom": format!("{day} 00:00:00"), "checkDateTo": format!("{day} {to}")});
    let punches = &work.punches[userid];
    let same_day = punches.iter().filter(|punch| {
        directory::canonical::shanghai_day(directory::Timestamp(punch.at)) == Some(day)
    });
    let expected = same_day.count();
    let answer = office.post("/attendance/listRecord", body("23:59:59"));
    assert_eq!(answer["recordresult"].as_array().unwrap().len(), expected);
    let night = office.post("/attendance/listRecord", body("00:00:01"));
    assert_eq!(night["recordresult"], json!([]));
}

#[test]
fn the_acting_administrator_needs_the_right_and_has_to_be_there() {
    let mut office = office();
    let (boss, people) = (admin(&office), everybody(&office));
    let other = people.iter().find(|one| **one != boss).unwrap().clone();
    let body = |acting: &str| json!({"op_user_id": acting, "userids": other, "from_date_time": AFTER_THE_MONTH - 20 * DAY, "to_date_time": AFTER_THE_MONTH - 19 * DAY});
    let path = "/topapi/attendance/schedule/listbyusers";
    assert_eq!(office.post(path, body(&boss))["errcode"], 0);
    assert_eq!(office.post(path, body(&other))["sub_code"], "notManage");
    assert_eq!(office.post(path, body("gone"))["errcode"], 33_012);
    assert_eq!(
        office.post(path, json!({"userids": other}))["errcode"],
        40_035
    );
    let types = "/topapi/attendance/vacation/type/list";
    assert_eq!(
        office.post(types, json!({"op_userid": other}))["sub_code"],
        "notManage"
    );
    let all = office.post(types, json!({"op_userid": boss, "vacation_source": "all"}));
    assert_eq!(all["result"].as_array().unwrap().len(), 3);
    let own = office.post(types, json!({"op_userid": boss, "vacation_source": ""}));
    assert_eq!(
        own["result"],
        json!([]),
        "the console's kinds are not the API's own"
    );
}

#[test]
fn everything_is_metered_and_needs_its_permission() {
    let mut office = office();
    let before = office.world.metered_calls();
    let people = everybody(&office);
    office.post(
        "/attendance/list",
        list(&people[..1], "2026-10-08", "2026-10-09", 0, 50),
    );
    let shifts = json!({"op_user_id": admin(&office), "cursor": 0});
    office.post("/topapi/attendance/shift/list", shifts.clone());
    assert_eq!(office.world.metered_calls(), before + 2);
    office
        .world
        .edit_settings(|one| _ = one.permissions.remove("qyapi_attendance_group_read"));
    let refused = office.post("/topapi/attendance/shift/list", shifts);
    assert_eq!(refused["sub_code"], "60011");
    office
        .world
        .edit_settings(|one| one.monthly_quota = Some(before + 2));
    let body = list(&people[..1], "2026-10-08", "2026-10-09", 0, 50);
    assert_eq!(office.post("/attendance/list", body)["sub_code"], "90020");
}

#[test]
fn instances_are_asked_for_within_120_days_and_a_year() {
    let mut office = office();
    let token = office.log_in();
    let mut ask = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({
            "processCode": LEAVE_TEMPLATE, "startTime": AFTER_THE_MONTH - 40 * DAY, "endTime": AFTER_THE_MONTH,
            "nextToken": 0, "maxResults": 20,
        });
        change(&mut body);
        office.advance_clock(1000);
        let path = "/v1.0/workflow/processes/instanceIds/query";
        let (status, answer) = office.post_new(path, &body, Some(&token));
        match status {
            200 => answer["result"]["list"]
                .as_array()
                .unwrap()
                .len()
                .to_string(),
            _ => answer["code"].as_str().unwrap().to_owned(),
        }
    };
    assert_ne!(ask(&|_| {}), "0");
    assert_eq!(
        ask(&|body| body["maxResults"] = json!(21)),
        "invalidMaxResults"
    );
    assert_eq!(
        ask(&|body| body["startTime"] = json!(AFTER_THE_MONTH - 121 * DAY)),
        "invalidEndTime"
    );
    assert_eq!(
        ask(&|body| body["processCode"] = json!("PROC-NONE")),
        "invalidProcessCode"
    );
    assert_eq!(
        ask(&|body| body["userIds"] = json!(vec!["a"; 11])),
        "invalidUserIds"
    );
    let year = AFTER_THE_MONTH - 366 * DAY;
    let old = |body: &mut Value| {
        body["startTime"] = json!(year);
        body["endTime"] = json!(year + DAY);
    };
    assert_eq!(ask(&old), "invalidEndTime");
}
