//! Tokens, addresses, frequency, quota, permissions, scope: what is refused before an interface is reached.

use sandbox::world::{Scope, Settings, SettingsChange};
use serde_json::{Value, json};

use crate::world_harness::{WorldHarness, parse_body};

fn change_settings(desk: &mut WorldHarness, change: Value) {
    let change: SettingsChange = serde_json::from_value(change).unwrap();
    desk.world.change_settings(desk.now, &change).unwrap();
}

#[test]
fn a_token_stays_the_same_while_it_is_valid_and_is_renewed() {
    let mut desk = WorldHarness::new(5, 2);
    let first = desk.log_in();
    desk.advance_clock(7_000_000);
    assert_eq!(desk.log_in(), first);
    desk.advance_clock(7_000_000);
    assert_eq!(
        desk.user("x")["errcode"],
        60121,
        "renewed by the second login"
    );
    desk.advance_clock(7_300_000);
    let answer = desk.user("x");
    assert_eq!(
        (answer["errcode"].clone(), answer["sub_code"].clone()),
        (json!(88), json!("40014"))
    );
    assert_ne!(desk.log_in(), first);
}

#[test]
fn wrong_credentials_get_the_error_form_of_each_host() {
    let mut desk = WorldHarness::new(1, 1);
    assert_eq!(
        desk.get("/gettoken?appkey=a&appsecret=b"),
        json!({"errcode": 40096, "errmsg": "不合法的appKey或appSecret"})
    );
    assert_eq!(
        desk.get("/gettoken"),
        json!({"errcode": 40035, "errmsg": "缺少参数 corpid or appkey"})
    );
    let (status, body) = desk.post_new(
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
    let mut desk = WorldHarness::new(1, 1);
    let keys = desk.world.company().credentials.clone();
    let body = json!({"client_id": keys.app_key, "client_secret": keys.app_secret, "grant_type": "client_credentials"});
    let mut ask =
        |corp: &str, body: &Value| desk.post_new(&format!("/v1.0/oauth2/{corp}/token"), body, None);
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
    let mut desk = WorldHarness::new(1, 1);
    let mut sent = |path: &str| parse_body(&desk.send("POST", path, &Value::Null, None));
    assert_eq!(sent("/topapi/v2/user/get")["sub_code"], "40000");
    assert_eq!(sent("/auth/scopes")["errcode"], 41001);
    assert_eq!(
        sent("/v1.0/contact/organizations/authInfos")["code"],
        "AuthenticationFailed.MissingParameter"
    );
    let (status, body) = desk.post_new(
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
    let mut desk = WorldHarness::new(1, 1);
    let list = |desk: &mut WorldHarness| {
        desk.post_at_once("/topapi/v2/department/listsubid", json!({"dept_id": 1}))
    };
    for _ in 0..20 {
        assert_eq!(list(&mut desk)["errcode"], 0);
    }
    let refused = list(&mut desk);
    assert_eq!(refused["sub_code"], "90018");
    assert!(desk.world.log().next_back().unwrap().throttled);
    assert_eq!(
        desk.post_at_once("/topapi/user/listadmin", json!({}))["errcode"],
        0,
        "another interface has its own"
    );
    desk.advance_clock(49);
    assert_eq!(list(&mut desk)["sub_code"], "90018");
    desk.advance_clock(1);
    assert_eq!(list(&mut desk)["errcode"], 0);
    assert_eq!(list(&mut desk)["sub_code"], "90018");
}

#[test]
fn messages_are_metered_and_contacts_are_not() {
    let mut desk = WorldHarness::with_settings(
        3,
        1,
        Settings {
            monthly_quota: Some(2),
            ..Settings::default()
        },
    );
    let agent = desk.world.company().credentials.agent_id;
    let progress = json!({"agent_id": agent, "task_id": 1});
    let path = "/topapi/message/corpconversation/getsendprogress";
    for _ in 0..30 {
        assert_eq!(desk.post("/topapi/user/listadmin", json!({}))["errcode"], 0);
    }
    assert_eq!(desk.post(path, progress.clone())["errcode"], 40035);
    assert_eq!(desk.post(path, progress.clone())["errcode"], 40035);
    assert_eq!(desk.post(path, progress.clone())["sub_code"], "90020");
    desk.advance_clock(31 * 86_400_000);
    desk.log_in();
    assert_eq!(desk.post(path, progress)["errcode"], 40035, "a new month");
}

#[test]
fn a_missing_permission_names_its_scope_and_link() {
    let mut desk = WorldHarness::new(3, 1);
    change_settings(&mut desk, json!({"revoke": ["qyapi_get_department_list"]}));
    let answer = desk.post("/topapi/v2/department/listsub", json!({}));
    let key = desk.world.company().credentials.app_key.clone();
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
    let token = desk.log_in();
    let (status, body) = desk.post_new(
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
    let mut desk = WorldHarness::new(10, 2);
    let who = desk.ordinary_person();
    assert!(desk.user(&who)["result"].get("mobile").is_some());
    change_settings(&mut desk, json!({"revoke": ["fieldMobile", "fieldEmail"]}));
    let row = desk.user(&who)["result"].clone();
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
    let fields = desk.post("/auth/scopes", Value::Null)["auth_user_field"].clone();
    assert!(!fields.as_array().unwrap().contains(&json!("mobile")));
}

#[test]
fn records_outside_the_scope_are_refused() {
    let mut desk = WorldHarness::new(60, 8);
    let departments: Vec<i64> = desk.world.company().departments.keys().copied().collect();
    let seen = *departments.last().unwrap();
    change_settings(&mut desk, json!({"scope": Scope::departments([seen])}));
    assert_eq!(
        desk.post("/topapi/v2/department/listsub", json!({"dept_id": 1}))["errcode"],
        50004
    );
    assert_eq!(
        desk.post(
            "/topapi/v2/user/list",
            json!({"dept_id": 1, "cursor": 0, "size": 10})
        )["errcode"],
        50004
    );
    let insider = desk
        .world
        .company()
        .people
        .values()
        .find(|p| p.is_in(seen))
        .unwrap()
        .userid
        .clone();
    let outsider = desk
        .world
        .company()
        .people
        .values()
        .find(|p| !p.is_in(seen))
        .unwrap()
        .userid
        .clone();
    assert_eq!(desk.user(&insider)["errcode"], 0);
    assert_eq!(desk.user(&outsider)["errcode"], 50002);
    // Not limited by the scope.
    assert_eq!(
        desk.post("/topapi/v2/department/listsubid", json!({"dept_id": 1}))["errcode"],
        0
    );
    assert_eq!(
        desk.post("/topapi/user/listid", json!({"dept_id": 1}))["errcode"],
        0
    );
    assert_eq!(
        desk.post("/topapi/user/count", json!({"only_active": false}))["result"]["count"],
        60
    );
    let scopes = desk.post("/auth/scopes", Value::Null);
    assert_eq!(scopes["auth_org_scopes"]["authed_dept"], json!([seen]));
}

#[test]
fn a_refusal_names_the_unlisted_address() {
    let mut desk = WorldHarness::new(1, 1);
    change_settings(&mut desk, json!({"ip_allow": ["10.0.0.1"]}));
    let answer = desk.post("/topapi/user/listadmin", json!({}));
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
    let mut desk = WorldHarness::with_settings(
        1,
        1,
        Settings {
            ban_calls: Some(50),
            ..Settings::default()
        },
    );
    let bodies: Vec<Value> = (0..60)
        .map(|_| desk.post_at_once("/topapi/user/listadmin", json!({})))
        .collect();
    assert_eq!(bodies.last().unwrap()["status"], 1111);
    desk.advance_clock(299_000);
    assert_eq!(
        desk.post_at_once("/topapi/user/listadmin", json!({}))["punish"],
        "deny"
    );
    desk.advance_clock(2_000);
    assert_eq!(
        desk.post_at_once("/topapi/user/listadmin", json!({}))["errcode"],
        0
    );
}

#[test]
fn unknown_paths_get_the_gateway_error() {
    let mut desk = WorldHarness::new(1, 1);
    let answer = desk.post("/topapi/v2/user/notexist", json!({}));
    assert_eq!(answer["errcode"], 22);
    assert_eq!(
        answer["errmsg"],
        "Invalid method[submsg=不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist]"
    );
    assert_eq!(
        desk.get("/oauth2/corpAccessToken"),
        json!({"errcode": 404, "errmsg": "请求的URI地址不存在"})
    );
}

#[test]
fn an_unknown_setting_is_refused_and_changes_nothing() {
    let mut desk = WorldHarness::new(1, 1);
    let before = desk.world.settings().clone();
    let typo: SettingsChange = serde_json::from_value(json!({"qsp": 5})).unwrap();
    assert!(desk.world.change_settings(desk.now, &typo).is_err());
    assert_eq!(desk.world.settings(), &before);
}
