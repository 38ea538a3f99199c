//! The sandbox's own rules, driven by a plain HTTP client and not by ours.

#![allow(clippy::unwrap_used, reason = "these are tests, their harness too")]

use std::sync::Arc;

use axum::http::StatusCode;
use sandbox_jiandaoyun::company::{self, APP, KEY, PEOPLE, widget_name};
use sandbox_jiandaoyun::{
    AddressBookMode, PushSubscription, RunningServer, Server, Settings, machine_time,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

const LIST: &str = "/v5/app/entry/data/list";
const GET: &str = "/v5/app/entry/data/get";
const CREATE: &str = "/v5/app/entry/data/create";
const UPDATE: &str = "/v5/app/entry/data/update";
const BATCH: &str = "/v5/app/entry/data/batch_create";

struct Tenant {
    server: RunningServer,
    http: reqwest::Client,
}

async fn tenant(people: usize) -> Tenant {
    let world = company::generate(people, Settings::default());
    let server = Server::start(world).await.unwrap();
    // The server has installed the provider of its own client by its first task; another one does no harm.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Tenant { server, http }
}

impl Tenant {
    async fn call(&self, path: &str, body: Value) -> (u16, Value) {
        let mut body = body;
        body["app_id"] = json!(APP);
        body["entry_id"] = json!(PEOPLE);
        let request = self.http.post(format!("{}{path}", self.server.url));
        let answer = request.bearer_auth(KEY).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn code(&self, path: &str, body: Value) -> i64 {
        let (status, answer) = self.call(path, body).await;
        assert_eq!(status, 400, "{answer}");
        answer["code"].as_i64().unwrap()
    }

    async fn ids(&self, body: Value) -> Vec<String> {
        let (_, answer) = self.call(LIST, body).await;
        let rows = answer["data"].as_array().unwrap();
        rows.iter()
            .map(|row| row["_id"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn a_page_has_ten_rows_or_as_many_as_asked_up_to_a_hundred() {
    let tenant = tenant(120).await;
    assert_eq!(tenant.ids(json!({})).await.len(), 10);
    let first = tenant.ids(json!({ "limit": 100 })).await;
    let rest = tenant
        .ids(json!({ "limit": 100, "data_id": first[99] }))
        .await;
    assert_eq!((first.len(), rest.len()), (100, 20));
    assert!(first.is_sorted() && first[99] < rest[0]);
    for limit in [json!(0), json!(101), json!("x")] {
        assert_eq!(tenant.code(LIST, json!({ "limit": limit })).await, 17017);
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_so() {
    let tenant = tenant(1).await;
    let (mut refused, mut other) = (0, 0);
    for _ in 0..33 {
        let (status, answer) = tenant.call(LIST, json!({})).await;
        refused += usize::from(answer["code"] == 8304);
        other += usize::from(status == 200);
    }
    // Thirty a second: unless this machine needed more than a second for them.
    assert_eq!(refused + other, 33);
    let calls = tenant.server.world.lock().await.calls().to_vec();
    if calls[32].at - calls[0].at < 1000 {
        assert_eq!(refused, 3);
    }
}

#[tokio::test]
async fn keys_are_checked() {
    let tenant = tenant(1).await;
    let url = format!("{}{LIST}", tenant.server.url);
    let ask = async |key: &str| {
        let body = json!({ "app_id": APP, "entry_id": PEOPLE });
        let answer = tenant
            .http
            .post(&url)
            .bearer_auth(key)
            .json(&body)
            .send()
            .await
            .unwrap();
        answer.json::<Value>().await.unwrap()["code"].as_i64()
    };
    tenant
        .server
        .world
        .lock()
        .await
        .add_key("narrow", Some(&["other-app"]));
    assert_eq!(ask(KEY).await, None);
    assert_eq!(ask("nobody's").await, Some(8301));
    assert_eq!(ask("narrow").await, Some(17053));
    tenant.server.world.lock().await.revoke_keys();
    assert_eq!(ask(KEY).await, Some(17018));
}

#[tokio::test]
async fn a_write_is_wrapped_and_nothing_else_is_checked() {
    let tenant = tenant(1).await;
    let bare = json!({ "data": { "job_no": "X" } });
    assert_eq!(tenant.code(CREATE, bare).await, 17017);
    let day = widget_name(6);
    for odd in [
        json!(null),
        json!(""),
        json!(0),
        json!(1_700_000_000),
        json!([]),
        json!("2026/03/01"),
    ] {
        let body = json!({ "data": { day.clone(): { "value": odd } } });
        assert_eq!(tenant.code(CREATE, body).await, 17034);
    }
    // An option that the form does not have, and a job number that somebody has.
    let taken = json!({ "data": {
        "job_no": { "value": "A00000" },
        widget_name(5): { "value": "no such option" },
        day.clone(): { "value": "2026-02-28T16:00:00.000Z" },
        "no_such_field": { "value": 1 },
    } });
    let (status, answer) = tenant.call(CREATE, taken).await;
    assert_eq!(status, 200);
    assert_eq!(answer["data"][widget_name(5)], "no such option");
    assert_eq!(answer["data"][day], "2026-02-28T16:00:00.000Z");
    assert_eq!(answer["data"].get("no_such_field"), None);
}

#[tokio::test]
async fn a_sub_form_is_replaced_as_a_whole() {
    let tenant = tenant(1).await;
    let id = tenant.ids(json!({})).await.remove(0);
    let (_, before) = tenant.call(GET, json!({ "data_id": id })).await;
    let kin = widget_name(25);
    let first = before["data"][&kin][0]["_id"].clone();
    let rows = json!([
        { "_id": { "value": first }, widget_name(27): { "value": "父亲" } },
        { widget_name(26): { "value": "新人" } },
    ]);
    let body = json!({ "data_id": id, "data": { kin.clone(): { "value": rows } } });
    let (_, after) = tenant.call(UPDATE, body).await;
    let rows = after["data"][&kin].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    // The row kept its id and lost the column that was not written.
    assert_eq!(rows[0]["_id"], first);
    assert_eq!(rows[0].get(widget_name(26)), None);
    assert_ne!(rows[1]["_id"], before["data"][&kin][1]["_id"]);
    // What was not written stays.
    assert_eq!(after["data"]["job_no"], before["data"]["job_no"]);
}

#[tokio::test]
async fn a_transaction_makes_its_rows_once() {
    let tenant = tenant(0).await;
    let body = |name: &str| json!({ "transaction_id": "t-1", "data_list": [{ "full_name": { "value": name } }] });
    let (_, first) = tenant.call(BATCH, body("甲")).await;
    let (_, second) = tenant.call(BATCH, body("乙")).await;
    assert_eq!(first["success_ids"], second["success_ids"]);
    let rows = tenant.server.world.lock().await.rows(APP, PEOPLE);
    assert_eq!((rows.len(), &rows[0]["full_name"]), (1, &json!("乙")));
    let many: Vec<Value> = (0..101).map(|_| json!({})).collect();
    assert_eq!(
        tenant.code(BATCH, json!({ "data_list": many })).await,
        17023
    );
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    let tenant = tenant(0).await;
    let url = format!("{}{LIST}", tenant.server.url);
    let status = async |name: &str, value: &str| {
        let request = tenant.http.post(&url).bearer_auth(KEY).header(name, value);
        request.body("{}").send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("Host", "evil.example").await, 421);
    assert_eq!(status("Origin", "http://evil.example").await, 403);
    assert_eq!(status("X-Harmless", "1").await, 400);
}

/// A receiver that answers with a status and counts what came.
async fn receiver(status: u16) -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/push?binding=b1", listener.local_addr().unwrap());
    let came: Arc<Mutex<Vec<Value>>> = Arc::default();
    let seen = Arc::clone(&came);
    let take = move |body: String| async move {
        seen.lock().await.push(serde_json::from_str(&body).unwrap());
        StatusCode::from_u16(status).unwrap()
    };
    let router = axum::Router::new().fallback(take);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, came)
}

async fn wait_for(came: &Mutex<Vec<Value>>, count: usize) -> usize {
    for _ in 0..400 {
        if came.lock().await.len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    came.lock().await.len()
}

#[tokio::test]
async fn edits_of_one_row_are_pushed_and_nothing_else_is() {
    let tenant = tenant(2).await;
    let (url, came) = receiver(200).await;
    let ids = tenant.ids(json!({})).await;
    let (form, now) = ((APP, PEOPLE), machine_time());
    {
        let mut world = tenant.server.world.lock().await;
        world.subscribe(Some(PushSubscription::new(&url, "s")));
        world.import_row(now, form, &json!({ "job_no": "I1" }));
        world.edit_rows(
            now,
            form,
            &[&ids[0], &ids[1]],
            &json!({ "full_name": "多人" }),
        );
    }
    let update = json!({ "data_id": ids[0], "data": { "full_name": { "value": "接口" } } });
    assert_eq!(tenant.call(UPDATE, update).await.0, 200);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(came.lock().await.is_empty());
    {
        let mut world = tenant.server.world.lock().await;
        world.edit_row(now, form, &ids[0], &json!({ "full_name": "一人" }));
        world.remove_row(now, form, &ids[1]);
    }
    assert_eq!(wait_for(&came, 2).await, 2);
    let operations: Vec<Value> = came
        .lock()
        .await
        .iter()
        .map(|push| push["op"].clone())
        .collect();
    assert_eq!(operations, ["data_update", "data_remove"]);
}

#[tokio::test]
async fn a_push_that_nobody_takes_is_tried_six_times_and_a_hundred_failures_switch_it_off() {
    let tenant = tenant(1).await;
    let (url, came) = receiver(500).await;
    let id = tenant.ids(json!({})).await.remove(0);
    tenant.server.world.lock().await.settings.push_retry_ms = 1;
    tenant
        .server
        .world
        .lock()
        .await
        .subscribe(Some(PushSubscription::new(&url, "s")));
    let edit = async || {
        let mut world = tenant.server.world.lock().await;
        world.edit_row(
            machine_time(),
            (APP, PEOPLE),
            &id,
            &json!({ "full_name": "改" }),
        );
    };
    edit().await;
    assert_eq!(wait_for(&came, 6).await, 6);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(came.lock().await.len(), 6);
    for _ in 0..17 {
        edit().await;
    }
    assert_eq!(wait_for(&came, 100).await, 100);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(came.lock().await.len(), 100);
    assert!(!tenant.server.world.lock().await.push_is_alive());
}

#[tokio::test]
async fn a_copied_address_book_refuses_writes() {
    let tenant = tenant(0).await;
    tenant.server.world.lock().await.address_book = AddressBookMode::Integration;
    let made = tenant
        .code("/v6/corp/department/create", json!({ "name": "新" }))
        .await;
    assert_eq!(made, Settings::default().locked_code);
    let list = json!({ "dept_no": 1, "has_child": true });
    let (_, listed) = tenant.call("/v6/corp/department/list", list).await;
    assert_eq!(listed["departments"][0]["integrate_id"], "2");
}
