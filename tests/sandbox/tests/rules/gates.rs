//! Token, address, frequency, quota, permission and scope: the checks before an interface is
//! reached.

use sandbox::world::{Scope, Settings, SettingsChange};
use serde_json::{Value, json};

use crate::world_harness::{WorldHarness, parse_body};

fn change_settings(harness: &mut WorldHarness, change: Value) {
    let change: SettingsChange = serde_json::from_value(change).unwrap();
    harness.world.change_settings(harness.now, &change).unwrap();
}

#[test]
fn a_token_stays_the_same_while_it_is_valid_and_is_renewed() {
    let mut harness = WorldHarness::new(5, 2);
    let first = harness.log_in();
    harness.advance_clock(7_000_000);
    assert_eq!(harness.log_in(), first);
    harness.advance_clock(7_000_000);
    assert_eq!(
        harness.user("x")["errcode"],
        60121,
        "renewed by the second login"
    );
    harness.advance_clock(7_300_000);
    let answer = harness.user("x");
    assert_eq!(
        (answer["errcode"].clone(), answer["sub_code"].clone()),
        (json!(88), json!("40014"))
    );
    assert_ne!(harness.log_in(), first);
}

#[test]
fn wrong_credentials_get_the_error_form_of_each_host() {
    let mut harness = WorldHarness::new(1, 1);
    assert_eq!(
        harness.get("/gettoken?appkey=a&appsecret=b"),
        json!({"errcode": 40096, "errmsg": "不合法的appKey或appSecret"})
    );
    assert_eq!(
        harness.get("/gettoken"),
        json!({"errcode": 40035, "errmsg": "缺少参数 corpid or appkey"})
    );
    let (status, body) = harness.post_new(
        "/v1.0/oauth2/accessToken",
        &json!({"appKey": "a", "appSecret": "b"}),
        None,
    );
    assert_eq!(
        (status, body["code"].as_str()),
        (400, Some("invalidClientIdOrSecret"))
    );
    assert!(body["requestid"].as_str().is_some_and(|id| id.len() == 36));
}

#[test]
fn a_corp_token_is_refused_for_another_or_an_unknown_corp() {
    let mut harness = WorldHarness::new(1, 1);
    let keys = harness.world.company().credentials.clone();
    let body = json!({"client_id": keys.app_key, "client_secret": keys.app_secret, "grant_type": "client_credentials"});
    let mut ask = |corp: &str, body: &Value| {
        harness.post_new(&format!("/v1.0/oauth2/{corp}/token"), body, None)
    };
    assert_eq!(ask(&keys.corp_id, &body).1["expires_in"], 7200);
    let (status, other) = ask(&keys.other_corp_id, &body);
    assert_eq!(
        (status, other["code"].as_str()),
        (401, Some("unauthorized.client"))
    );
    let (status, unknown) = ask("dingffff", &body);
    assert_eq!(
        (status, unknown["code"].as_str()),
        (500, Some("unknownError"))
    );
}

#[test]
fn a_missing_token_gets_the_error_form_of_each_host() {
    let mut harness = WorldHarness::new(1, 1);
    let mut sent = |path: &str| parse_body(&harness.send("POST", path, &Value::Null, None));
    assert_eq!(sent("/topapi/v2/user/get")["sub_code"], "40000");
    assert_eq!(sent("/auth/scopes")["errcode"], 41001);
    assert_eq!(
        sent("/v1.0/contact/organizations/authInfos")["code"],
        "AuthenticationFailed.MissingParameter"
    );
    let (status, body) = harness.post_new(
        "/v1.0/contact/organizations/authInfos",
        &Value::Null,
        Some("bad"),
    );
    assert_eq!(
        (status, body["code"].as_str()),
        (400, Some("InvalidAuthentication"))
    );
}

#[test]
fn twenty_calls_are_a_burst_and_the_next_waits_fifty_milliseconds() {
    let mut harness = WorldHarness::new(1, 1);
    let list = |harness: &mut WorldHarness| {
        harness.post_at_once("/topapi/v2/department/listsubid", json!({"dept_id": 1}))
    };
    for _ in 0..20 {
        assert_eq!(list(&mut harness)["errcode"], 0);
    }
    let refused = list(&mut harness);
    assert_eq!(refused["sub_code"], "90018");
    assert!(harness.world.log().next_back().unwrap().throttled);
    assert_eq!(
        harness.post_at_once("/topapi/user/listadmin", json!({}))["errcode"],
        0,
        "another interface has its own"
    );
    harness.advance_clock(49);
    assert_eq!(list(&mut harness)["sub_code"], "90018");
    harness.advance_clock(1);
    assert_eq!(list(&mut harness)["errcode"], 0);
    assert_eq!(list(&mut harness)["sub_code"], "90018");
}

#[test]
fn messages_are_metered_and_contacts_are_not() {
    let mut harness = WorldHarness::with_settings(
        3,
        1,
        Settings {
            monthly_quota: Some(2),
            ..Settings::default()
        },
    );
    let agent = harness.world.company().credentials.agent_id;
    let progress = json!({"agent_id": agent, "task_id": 1});
    let path = "/topapi/message/corpconversation/getsendprogress";
    for _ in 0..30 {
        assert_eq!(
            harness.post("/topapi/user/listadmin", json!({}))["errcode"],
            0
        );
    }
    assert_eq!(harness.post(path, progress.clone())["errcode"], 40035);
    assert_eq!(harness.post(path, progress.clone())["errcode"], 40035);
    assert_eq!(harness.post(path, progress.clone())["sub_code"], "90020");
    harness.advance_clock(31 * 86_400_000);
    harness.log_in();
    assert_eq!(
        harness.post(path, progress)["errcode"],
        40035,
        "a new month"
    );
}

#[test]
fn a_missing_permission_names_its_scope_and_link() {
    let mut harness = WorldHarness::new(3, 1);
    change_settings(
        &mut harness,
        json!({"revoke": ["qyapi_get_department_list"]}),
    );
    let answer = harness.post("/topapi/v2/department/listsub", json!({}));
    let key = harness.world.company().credentials.app_key.clone();
    let link = format!(
        "https://open-dev.dingtalk.com/appscope/apply?content={key}%23qyapi_get_department_list"
    );
    assert_eq!(answer["sub_code"], "60011");
    assert!(answer["sub_msg"].as_str().unwrap().ends_with(&link));
    assert!(
        answer["errmsg"]
            .as_str()
            .unwrap()
            .ends_with(", {requiredScopes=[qyapi_get_department_list]}]")
    );
    let token = harness.log_in();
    let (status, body) = harness.post_new(
        "/v1.0/contact/organizations/authInfos",
        &Value::Null,
        Some(&token),
    );
    assert_eq!(status, 403);
    assert_eq!(
        body["accessdenieddetail"],
        json!({"requiredScopes": ["Contact.Org.Read"]})
    );
}

#[test]
fn a_missing_field_permission_hides_the_field_silently() {
    let mut harness = WorldHarness::new(10, 2);
    let who = harness.ordinary_person();
    assert!(harness.user(&who)["result"].get("mobile").is_some());
    change_settings(
        &mut harness,
        json!({"revoke": ["fieldMobile", "fieldEmail"]}),
    );
    let row = harness.user(&who)["result"].clone();
    for hidden in [
        "mobile",
        "state_code",
        "email",
        "org_email",
        "work_place",
        "remark",
        "extension",
    ] {
        assert!(row.get(hidden).is_none(), "{hidden}");
    }
    assert_eq!(row["userid"], who.as_str());
    let fields = harness.post("/auth/scopes", Value::Null)["auth_user_field"].clone();
    assert!(!fields.as_array().unwrap().contains(&json!("mobile")));
}

#[test]
fn records_outside_the_scope_are_refused() {
    let mut harness = WorldHarness::new(60, 8);
    let departments: Vec<i64> = harness
        .world
        .company()
        .departments
        .keys()
        .copied()
        .collect();
    let seen = *departments.last().unwrap();
    change_settings(&mut harness, json!({"scope": Scope::departments([seen])}));
    assert_eq!(
        harness.post("/topapi/v2/department/listsub", json!({"dept_id": 1}))["errcode"],
        50004
    );
    assert_eq!(
        harness.post(
            "/topapi/v2/user/list",
            json!({"dept_id": 1, "cursor": 0, "size": 10})
        )["errcode"],
        50004
    );
    let insider = harness
        .world
        .company()
        .people
        .values()
        .find(|p| p.is_in(seen))
        .unwrap()
        .userid
        .clone();
    let outsider = harness
        .world
        .company()
        .people
        .values()
        .find(|p| !p.is_in(seen))
        .unwrap()
        .userid
        .clone();
    assert_eq!(harness.user(&insider)["errcode"], 0);
    assert_eq!(harness.user(&outsider)["errcode"], 50002);
    // Not limited by the scope.
    assert_eq!(
        harness.post("/topapi/v2/department/listsubid", json!({"dept_id": 1}))["errcode"],
        0
    );
    assert_eq!(
        harness.post("/topapi/user/listid", json!({"dept_id": 1}))["errcode"],
        0
    );
    assert_eq!(
        harness.post("/topapi/user/count", json!({"only_active": false}))["result"]["count"],
        60
    );
    let scopes = harness.post("/auth/scopes", Value::Null);
    assert_eq!(scopes["auth_org_scopes"]["authed_dept"], json!([seen]));
}

#[test]
fn a_refusal_names_the_unlisted_address() {
    let mut harness = WorldHarness::new(1, 1);
    change_settings(&mut harness, json!({"ip_allow": ["10.0.0.1"]}));
    let answer = harness.post("/topapi/user/listadmin", json!({}));
    assert_eq!(answer["sub_code"], "60020");
    assert!(
        answer["sub_msg"]
            .as_str()
            .unwrap()
            .contains("request ip=127.0.0.1 appKey(ding")
    );
}

#[test]
fn ten_thousand_calls_in_a_window_cause_a_ban() {
    let mut harness = WorldHarness::with_settings(
        1,
        1,
        Settings {
            ban_calls: Some(50),
            ..Settings::default()
        },
    );
    let bodies: Vec<Value> = (0..60)
        .map(|_| harness.post_at_once("/topapi/user/listadmin", json!({})))
        .collect();
    assert_eq!(bodies.last().unwrap()["status"], 1111);
    harness.advance_clock(299_000);
    assert_eq!(
        harness.post_at_once("/topapi/user/listadmin", json!({}))["punish"],
        "deny"
    );
    harness.advance_clock(2_000);
    assert_eq!(
        harness.post_at_once("/topapi/user/listadmin", json!({}))["errcode"],
        0
    );
}

#[test]
fn unknown_paths_get_the_gateway_error() {
    let mut harness = WorldHarness::new(1, 1);
    let answer = harness.post("/topapi/v2/user/notexist", json!({}));
    assert_eq!(answer["errcode"], 22);
    assert_eq!(
        answer["errmsg"],
        "Invalid method[submsg=不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist]"
    );
    assert_eq!(
        harness.get("/oauth2/corpAccessToken"),
        json!({"errcode": 404, "errmsg": "请求的URI地址不存在"})
    );
}

#[test]
fn an_unknown_setting_is_refused_and_changes_nothing() {
    let mut harness = WorldHarness::new(1, 1);
    let before = harness.world.settings().clone();
    let typo: SettingsChange = serde_json::from_value(json!({"qsp": 5})).unwrap();
    assert!(harness.world.change_settings(harness.now, &typo).is_err());
    assert_eq!(harness.world.settings(), &before);
}
