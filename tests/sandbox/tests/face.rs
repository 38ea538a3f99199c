//! What only shows over a real connection: the HTTP server.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::post;
use dingtalk::crypto::{CallbackCipher, SignedQuery};
use sandbox::http::machine_time;
use sandbox::world::{Act, Fault, FaultKind, PushOutcome, WorldTruth};
use sandbox::{RunningServer, Server, ServerConfig};
use serde_json::{Value, json};

const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

async fn start_server() -> RunningServer {
    Server::start(ServerConfig::in_memory(30, 5, 2))
        .await
        .expect("the sandbox")
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

async fn get_json(url: &str) -> Value {
    let text = client()
        .get(url)
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    serde_json::from_str(&text).expect("JSON")
}

async fn post_json(url: &str, body: Value) -> (u16, Value) {
    let request = client()
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_string());
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (
        status,
        serde_json::from_str(&answer.text().await.expect("text")).unwrap_or(Value::Null),
    )
}

async fn log_in(server: &RunningServer) -> String {
    let keys = server.world.lock().await.company().credentials.clone();
    let answer = get_json(&format!(
        "{}/gettoken?appkey={}&appsecret={}",
        server.url, keys.app_key, keys.app_secret
    ))
    .await;
    answer["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn the_world_survives_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let config = || ServerConfig {
        data: Some(home.path().join("deep/down")),
        ..ServerConfig::in_memory(30, 5, 2)
    };
    let server = Server::start(config()).await.unwrap();
    let token = log_in(&server).await;
    let (status, acted) = post_json(
        &format!("{}/__sandbox/acts", server.url),
        json!({"act": "hire", "name": "𠮷新"}),
    )
    .await;
    assert_eq!(status, 200);
    let truth = server.world.lock().await.truth();
    // Drops the server instead of shutting it down: an act is stored before it is answered.
    drop(server);
    let server = Server::start(config()).await.unwrap();
    assert_eq!(server.world.lock().await.truth(), truth);
    let again: WorldTruth =
        serde_json::from_value(get_json(&format!("{}/__sandbox/world", server.url)).await).unwrap();
    assert_eq!(again, truth);
    let userid = acted["acted"][0]["userid"].as_str().unwrap();
    let path = format!("{}/topapi/v2/user/get?access_token={token}", server.url);
    server.shutdown().await;
    let server = Server::start(config()).await.unwrap();
    let path = path.replace(path.split("/topapi").next().unwrap(), &server.url);
    let (_, user) = post_json(&path, json!({"userid": userid})).await;
    assert_eq!(
        user["result"]["name"], "𠮷新",
        "the token is still valid, too"
    );
}

#[tokio::test]
async fn a_lost_connection_fails_only_one_call() {
    let server = start_server().await;
    let url = format!(
        "{}/auth/scopes?access_token={}",
        server.url,
        log_in(&server).await
    );
    server
        .world
        .lock()
        .await
        .arm(Fault::new(FaultKind::LostConnection).at("/auth/scopes"));
    assert!(client().get(&url).send().await.is_err());
    assert_eq!(get_json(&url).await["errcode"], 0);
    let log = get_json(&format!(
        "{}/__sandbox/log?interface=/auth/scopes",
        server.url
    ))
    .await;
    let outcomes: Vec<&str> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["lost_connection", "0"]);
}

#[tokio::test]
async fn a_held_call_is_answered_after_the_release() {
    let server = start_server().await;
    let url = format!(
        "{}/auth/scopes?access_token={}",
        server.url,
        log_in(&server).await
    );
    let (_, armed) = post_json(
        &format!("{}/__sandbox/faults", server.url),
        json!({"kind": "hold", "interface": "/auth/scopes"}),
    )
    .await;
    assert_eq!(armed, json!({"ids": [1]}));
    assert_eq!(
        get_json(&format!("{}/__sandbox/held?wait_ms=1", server.url)).await["held"],
        0
    );
    let call = tokio::spawn(async move { get_json(&url).await });
    assert_eq!(
        get_json(&format!("{}/__sandbox/held", server.url)).await["held"],
        1
    );
    assert!(!call.is_finished());
    assert_eq!(
        post_json(&format!("{}/__sandbox/release", server.url), Value::Null)
            .await
            .1["released"],
        1
    );
    assert_eq!(call.await.unwrap()["errcode"], 0);
}

#[tokio::test]
async fn slow_bodies_and_latency_delay_the_answer() {
    let server = start_server().await;
    let url = format!(
        "{}/auth/scopes?access_token={}",
        server.url,
        log_in(&server).await
    );
    server.world.lock().await.set_pace(20, 120);
    let began = Instant::now();
    assert_eq!(get_json(&url).await["errcode"], 0);
    assert!(began.elapsed() >= Duration::from_millis(120));
    server.world.lock().await.arm(Fault {
        ms: Some(400),
        ..Fault::new(FaultKind::SlowBody)
    });
    let began = Instant::now();
    let answer = client().get(&url).send().await.unwrap();
    assert!(
        began.elapsed() < Duration::from_millis(400),
        "the headers come at once"
    );
    assert!(answer.text().await.unwrap().contains("authed_dept"));
    assert!(began.elapsed() >= Duration::from_millis(520));
}

/// Starts a receiver that refuses the first `refuses` pushes after the check.
async fn start_receiver(owner: String, refuses: usize) -> (String, Arc<AtomicUsize>) {
    type ReceiverState = (Arc<CallbackCipher>, Arc<AtomicUsize>, usize);
    async fn receive_push(
        State((cipher, seen, refuses)): State<ReceiverState>,
        RawQuery(query): RawQuery,
        body: String,
    ) -> String {
        let query = query.unwrap();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let opened = cipher
            .open_callback(
                &SignedQuery::from_pairs(pairs).unwrap(),
                body.as_bytes(),
                machine_time(),
            )
            .unwrap();
        if !String::from_utf8(opened.plaintext)
            .unwrap()
            .contains("check_url")
            && seen.fetch_add(1, Ordering::SeqCst) < refuses
        {
            return "{}".into();
        }
        serde_json::to_string(&cipher.seal_reply("success", &opened.owner, machine_time(), [7; 32]))
            .unwrap()
    }
    let cipher = Arc::new(CallbackCipher::new("tok", AES_KEY, &[owner]).unwrap());
    let seen = Arc::new(AtomicUsize::new(0));
    let router = Router::new().route("/cb", post(receive_push)).with_state((
        cipher,
        Arc::clone(&seen),
        refuses,
    ));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cb", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, seen)
}

#[tokio::test]
async fn refused_events_are_pushed_again() {
    let mut config = ServerConfig::in_memory(30, 5, 2);
    config.settings.retry_ms = [40, 40];
    let server = Server::start(config).await.unwrap();
    let key = server
        .world
        .lock()
        .await
        .company()
        .credentials
        .app_key
        .clone();
    let (url, seen) = start_receiver(key, 1).await;
    let keys = json!({"url": url, "token": "tok", "aes_key": AES_KEY});
    let (status, saved) = post_json(&format!("{}/__sandbox/subscription", server.url), keys).await;
    assert_eq!((status, saved), (200, json!({"saved": true})));
    let who = server
        .world
        .lock()
        .await
        .company()
        .people
        .keys()
        .next()
        .unwrap()
        .clone();
    let renamed = Act::Rename {
        userid: who,
        name: "新名".into(),
    };
    server
        .world
        .lock()
        .await
        .act(machine_time(), renamed)
        .unwrap();
    server.apply_changes().await;
    let began = Instant::now();
    while server
        .world
        .lock()
        .await
        .summary(machine_time())
        .pending_events
        > 0
    {
        assert!(began.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let world = server.world.lock().await;
    let outcomes: Vec<bool> = world
        .deliveries()
        .next()
        .unwrap()
        .attempts
        .iter()
        .map(|a| a.outcome.is_accepted())
        .collect();
    assert_eq!(
        (outcomes, seen.load(Ordering::SeqCst)),
        (vec![false, true], 2)
    );
}

#[tokio::test]
async fn only_loopback_addresses_receive_pushes() {
    let server = start_server().await;
    let mut world = server.world.lock().await;
    let owner = world.settings().owner;
    drop(world);
    for url in [
        "http://192.0.2.1/cb",
        "https://example.com/cb",
        "ftp://127.0.0.1/",
        "nonsense",
    ] {
        let keys = json!({"url": url, "token": "tok", "aes_key": AES_KEY});
        let (status, refused) =
            post_json(&format!("{}/__sandbox/subscription", server.url), keys).await;
        assert_eq!(status, 400);
        assert!(
            refused["error"]
                .as_str()
                .unwrap()
                .contains("not a URL of this machine"),
            "{refused}"
        );
    }
    world = server.world.lock().await;
    assert!(world.subscription().is_none());
    let check = world.check_url(
        machine_time(),
        sandbox::world::EventSubscription {
            url: "http://127.0.0.1:1/".into(),
            token: "tok".into(),
            aes_key: AES_KEY.into(),
            tags: vec![],
        },
        owner,
    );
    assert!(!world.record_url_check(check, &PushOutcome::Unreachable { why: "test".into() }));
}

#[tokio::test]
async fn the_admin_interface_reports_bad_requests() {
    let server = start_server().await;
    let at = |path: &str| format!("{}/__sandbox/{path}", server.url);
    let (status, answer) =
        post_json(&at("acts"), json!({"act": "leave", "userid": "nobody"})).await;
    assert_eq!(
        (status, answer["refused"]["code"].clone()),
        (409, json!(60121))
    );
    let (status, answer) = post_json(&at("acts"), json!({"act": "fly"})).await;
    assert!(status == 422 && answer["error"].as_str().unwrap().contains("fly"));
    let (status, answer) = post_json(&at("settings"), json!({"qsp": 1})).await;
    assert!(status == 422 && answer["error"].as_str().unwrap().contains("qsp"));
    let (status, answer) = post_json(
        &at("settings"),
        json!({"qps": 60, "revoke": ["qyapi_get_member"]}),
    )
    .await;
    assert_eq!((status, answer["qps"].clone()), (200, json!(60)));
    assert!(
        !answer["permissions"]
            .as_array()
            .unwrap()
            .contains(&json!("qyapi_get_member"))
    );
    assert_eq!(
        post_json(&at("faults"), json!({"kind": "throttle", "tiems": 3}))
            .await
            .0,
        422
    );
}
