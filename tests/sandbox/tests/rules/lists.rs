//! Reads: pages, forms, conversion, and fields that lists do not show.

use bytes::Bytes;
use sandbox::company::{CompanySize, generate_sized};
use sandbox::world::{Settings, World};
use serde_json::{Value, json};

use crate::world_harness::WorldHarness;

#[test]
fn pages_cover_a_large_department_exactly_once() {
    let mut harness = WorldHarness::new(1, 1);
    let size = CompanySize {
        people: 5_030,
        departments: 6,
        seed: 3,
        big_department: Some(5_000),
    };
    harness.world = World::new(
        generate_sized(size),
        Settings {
            qps: 0,
            ..Settings::default()
        },
    );
    harness.log_in();
    let counts = harness.world.truth().departments;
    let big = counts.iter().max_by_key(|d| d.member_count).unwrap();
    assert_eq!(big.member_count, 5_000);
    let (mut seen, mut cursor, mut calls) = (std::collections::BTreeSet::new(), json!(0), 0);
    loop {
        let body = json!({"dept_id": big.department.dept_id, "cursor": cursor, "size": 100});
        let page = harness.post("/topapi/v2/user/list", body)["result"].clone();
        calls += 1;
        for row in page["list"].as_array().unwrap() {
            assert!(seen.insert(row["userid"].as_str().unwrap().to_owned()));
        }
        if page["has_more"] == false {
            assert!(page.get("next_cursor").is_none(), "absent at the end");
            break;
        }
        cursor = page["next_cursor"].clone();
    }
    assert_eq!((seen.len(), calls), (5_000, 50));
}

#[test]
fn numbers_may_be_text_and_bodies_may_be_forms() {
    let mut harness = WorldHarness::new(20, 3);
    let as_text = harness.post(
        "/topapi/v2/user/list",
        json!({"dept_id": "1", "cursor": "0", "size": "10"}),
    );
    assert_eq!(as_text["errcode"], 0);
    let token = harness.log_in();
    let request = http::Request::post("/topapi/v2/user/list")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(format!(
            "access_token={token}&dept_id=1&cursor=0&size=10"
        )))
        .unwrap();
    let answer = crate::world_harness::parse_body(&harness.world.call(harness.now, &request));
    assert_eq!(answer["result"], as_text["result"]);
}

#[test]
fn bad_pages_are_refused() {
    let mut harness = WorldHarness::new(5, 2);
    let mut code = |body: Value| harness.post("/topapi/v2/user/list", body)["errcode"].clone();
    assert_eq!(code(json!({"dept_id": 1, "cursor": 0, "size": 101})), 40069);
    assert_eq!(code(json!({"dept_id": 1, "cursor": 0, "size": 0})), 40069);
    assert_eq!(code(json!({"dept_id": 1, "cursor": -1, "size": 10})), 40068);
    assert_eq!(code(json!({"dept_id": 1, "cursor": 0})), 40035);
    assert_eq!(
        code(json!({"dept_id": "x", "cursor": 0, "size": 10})),
        400_002
    );
    assert_eq!(code(json!({"dept_id": -7, "cursor": 0, "size": 10})), 40009);
    assert_eq!(code(json!({"dept_id": 99, "cursor": 0, "size": 10})), 60003);
}

#[test]
fn lists_omit_the_fields_of_a_deep_read() {
    let mut harness = WorldHarness::new(80, 8);
    let led = harness
        .world
        .company()
        .people
        .values()
        .find(|p| p.manager_userid.is_some())
        .unwrap()
        .clone();
    let dept = led.departments[0].dept_id;
    let page = harness.post(
        "/topapi/v2/user/list",
        json!({"dept_id": dept, "cursor": 0, "size": 100}),
    );
    let rows = page["result"]["list"].as_array().unwrap().clone();
    let row = rows
        .iter()
        .find(|row| row["userid"] == led.userid.as_str())
        .unwrap();
    for deep in [
        "manager_userid",
        "role_list",
        "real_authed",
        "senior",
        "leader_in_dept",
        "dept_order_list",
    ] {
        assert!(row.get(deep).is_none(), "{deep}");
    }
    let user = harness.user(&led.userid)["result"].clone();
    assert_eq!(user["manager_userid"], led.manager_userid.unwrap().as_str());
    assert_eq!(user["leader_in_dept"][0]["dept_id"], dept);
    let parents = harness.post(
        "/topapi/v2/department/listparentbydept",
        json!({"dept_id": dept}),
    );
    let chain = parents["result"]["parent_id_list"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(
        (chain.first(), chain.last()),
        (Some(&json!(dept)), Some(&json!(1)))
    );
}

#[test]
fn the_root_has_no_parent_and_departments_show_their_heads() {
    let mut harness = WorldHarness::new(80, 8);
    let root = harness.post("/topapi/v2/department/get", json!({"dept_id": 1}))["result"].clone();
    assert!(root.get("parent_id").is_none());
    assert_eq!(root["member_count"], 80);
    let truth = harness.world.truth();
    let headed = truth
        .departments
        .iter()
        .find(|d| !d.heads.is_empty() && d.department.dept_id != 1)
        .unwrap();
    let id = headed.department.dept_id;
    let shown = harness.post("/topapi/v2/department/get", json!({"dept_id": id}))["result"].clone();
    assert_eq!(shown["dept_manager_userid_list"], json!(headed.heads));
    assert_eq!(shown["owning_member_count"], headed.member_count);
}

#[test]
fn the_on_job_list_ends_without_a_cursor() {
    let mut harness = WorldHarness::new(120, 4);
    let (mut found, mut offset) = (0, json!(0));
    loop {
        let body = json!({"status_list": "2,3,5,-1", "offset": offset, "size": 50});
        let answer = harness.post("/topapi/smartwork/hrm/employee/queryonjob", body);
        assert_eq!(answer["success"], true);
        found += answer["result"]["data_list"].as_array().unwrap().len();
        match answer["result"].get("next_cursor") {
            Some(next) => offset = next.clone(),
            None => break,
        }
    }
    assert_eq!(found, 120);
}

#[test]
fn people_are_found_by_mobile_and_unionid() {
    let mut harness = WorldHarness::new(30, 4);
    let who = harness
        .world
        .company()
        .people
        .values()
        .find(|p| p.active && p.state_code == "86")
        .unwrap()
        .clone();
    assert_eq!(
        harness.post("/topapi/v2/user/getbymobile", json!({"mobile": who.mobile}))["result"]["userid"],
        who.userid.as_str()
    );
    assert_eq!(
        harness.post("/topapi/v2/user/getbymobile", json!({"mobile": "12"}))["errcode"],
        40104
    );
    let by = harness.post("/topapi/user/getbyunionid", json!({"unionid": who.unionid}))["result"]
        .clone();
    assert_eq!(by, json!({"contact_type": 0, "userid": who.userid}));
    let admins = harness.post("/topapi/user/listadmin", json!({}))["result"]
        .as_array()
        .unwrap()
        .clone();
    let primary = admins.iter().find(|a| a["sys_level"] == 1).unwrap()["userid"].clone();
    assert_eq!(
        harness.post("/topapi/user/get_admin_scope", json!({"userid": primary}))["dept_ids"],
        json!([1])
    );
}

/// Calls the roster on the new host, with a token; returns status and body.
fn query_roster(harness: &mut WorldHarness, body: &Value) -> (u16, Value) {
    harness.advance_clock(1000);
    let token = harness.log_in();
    harness.post_new("/v1.0/hrm/rosters/lists/query", body, Some(&token))
}

#[test]
fn the_roster_returns_the_employment_type() {
    let mut harness = WorldHarness::new(10, 2);
    let agent = harness.world.company().credentials.agent_id;
    let (who, other) = (harness.person_at(0), harness.person_at(1));
    let act = sandbox::world::Act::SetEmployment {
        userid: who.clone(),
        employee_type: 3,
    };
    assert_eq!(
        harness.world.act(harness.now, act).unwrap().events,
        Vec::<String>::new(),
        "the contacts say nothing of it"
    );
    let new = harness.world.hire(harness.now, "陈新", &[]).unwrap();
    let ask = |people: Value| json!({"userIdList": people, "fieldFilterList": ["sys01-employeeType"], "appAgentId": agent});
    let (status, answer) = query_roster(&mut harness, &ask(json!([who, other, new, "nobody"])));
    assert_eq!(
        (status, answer["result"].as_array().unwrap().len()),
        (200, 3),
        "{answer}"
    );
    let of = |userid: &str| {
        let row = answer["result"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["userId"] == userid)
            .unwrap();
        assert_eq!(
            row["fieldDataList"].as_array().unwrap().len(),
            1,
            "the filter holds"
        );
        row["fieldDataList"][0]["fieldValueList"][0].clone()
    };
    assert_eq!(
        of(&who),
        json!({"itemIndex": 0, "value": "3", "label": "实习"})
    );
    assert_eq!(
        (of(&other)["value"].clone(), of(&new)["value"].clone()),
        (json!("1"), json!("0"))
    );
    let old = json!({"userid_list": format!("{who},{other}"), "agentid": agent});
    let old = harness.post("/topapi/smartwork/hrm/employee/v2/list", old);
    assert_eq!(
        (&old["success"], old["result"].as_array().unwrap().len()),
        (&json!(true), 2),
        "{old}"
    );
    assert_eq!(
        old["result"][0]["field_data_list"]
            .as_array()
            .unwrap()
            .len()
            .min(4),
        4,
        "all fields where none is named"
    );
}

#[test]
fn invalid_roster_calls_get_documented_errors() {
    let mut harness = WorldHarness::new(3, 1);
    let agent = harness.world.company().credentials.agent_id;
    let who = harness.person_at(0);
    let good = json!({"userIdList": [who], "appAgentId": agent});
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    for body in [
        with("userIdList", json!(many)),
        with("userIdList", json!([])),
        with("fieldFilterList", json!(many)),
        with("appAgentId", Value::Null),
        with("appAgentId", json!(agent + 1)),
    ] {
        let (status, answer) = query_roster(&mut harness, &body);
        assert_eq!(
            (status, &answer["code"]),
            (400, &json!("invalidParameter")),
            "{body}"
        );
    }
    assert_eq!(
        query_roster(&mut harness, &with("userIdList", json!(many[..100]))).0,
        200
    );
    harness
        .world
        .edit_settings(|settings| settings.smart_hr_open = false);
    assert_eq!(
        query_roster(&mut harness, &good).1["code"],
        "corpNotOpenHrm"
    );
    harness
        .world
        .edit_settings(|settings| _ = settings.permissions.remove("qyapi_hrm_read_user"));
    let (status, answer) = query_roster(&mut harness, &good);
    assert_eq!(
        (status, &answer["accessdenieddetail"]["requiredScopes"]),
        (403, &json!(["qyapi_hrm_read_user"]))
    );
    harness.world.edit_settings(|settings| {
        settings
            .permissions
            .extend(["qyapi_hrm_read_user".to_owned()]);
    });
    harness
        .world
        .edit_settings(|settings| settings.smart_hr_open = true);
    let token = harness.log_in();
    let answers = (0..25).map(|_| {
        harness
            .post_new("/v1.0/hrm/rosters/lists/query", &good, Some(&token))
            .0
    });
    assert!(
        answers.collect::<Vec<_>>().contains(&403),
        "25 at once are too many"
    );
}

#[test]
fn the_roster_can_keep_former_employees() {
    let mut harness = WorldHarness::new(10, 2);
    let agent = harness.world.company().credentials.agent_id;
    let who = harness.ordinary_person();
    harness.world.let_person_leave(harness.now, &who).unwrap();
    let body = json!({"userIdList": [who], "appAgentId": agent});
    assert_eq!(query_roster(&mut harness, &body).1["result"], json!([]));
    harness
        .world
        .edit_settings(|settings| settings.roster_keeps_leavers = true);
    assert_eq!(
        query_roster(&mut harness, &body).1["result"][0]["userId"],
        who.as_str()
    );
}

#[test]
fn the_roster_names_managers_as_it_is_set_to() {
    let mut harness = WorldHarness::new(10, 3);
    let agent = harness.world.company().credentials.agent_id;
    let of = |harness: &mut WorldHarness, who: &str| {
        let body = json!({"userIdList": [who], "appAgentId": agent, "fieldFilterList": ["sys00-reportManagerId"]});
        let (status, answer) = query_roster(harness, &body);
        assert_eq!(status, 200, "{answer}");
        answer["result"][0]["fieldDataList"][0]["fieldValueList"][0].clone()
    };
    let people = harness.world.company().people.values();
    let mut managed =
        people.filter_map(|one| Some((one.userid.clone(), one.manager_userid.clone()?)));
    let (who, manager) = managed.next().expect("somebody with a manager");
    let name = harness.world.company().people[&manager].name.clone();
    assert_eq!(of(&mut harness, &who)["value"], json!(manager));
    let set = |harness: &mut WorldHarness, change: Value| {
        let change = serde_json::from_value(change).unwrap();
        harness.world.change_settings(harness.now, &change).unwrap();
    };
    set(&mut harness, json!({"roster_ids": "label"}));
    let spelled = of(&mut harness, &who);
    assert_eq!(
        (&spelled["value"], &spelled["label"]),
        (&json!(name), &json!(manager))
    );
    set(
        &mut harness,
        json!({"roster_ids": "value", "roster_lies": {who.clone(): "nobody"}}),
    );
    assert_eq!(of(&mut harness, &who)["value"], "nobody");
    set(
        &mut harness,
        json!({"roster_lies": {}, "roster_missing": [who.clone()]}),
    );
    assert_eq!(of(&mut harness, &who), Value::Null);
    set(
        &mut harness,
        json!({"roster_missing": [], "roster_deep": false}),
    );
    assert_eq!(of(&mut harness, &who), Value::Null);
}
