//! What cannot be bound is refused in one clear sentence, and nothing is written.

use std::path::Path;

use sandbox::company::Credentials;
use serde_json::{Value, json};
use stories::program::{Ran, Up};
use stories::{DingTalk, Ledger};
use tempfile::tempdir;

/// The refusal, after all that every refusal must be.
async fn refused(ran: &Ran, code: &str, corp: &str, data: &Path) -> Value {
    assert_eq!(ran.code, Some(1), "{code}: {:?}\n{}", ran.stdout, ran.stderr);
    let object = ran.object();
    assert_eq!(object.as_object().map(serde_json::Map::len), Some(1), "{object}");
    let error = &object["error"];
    let mut keys: Vec<&String> = error.as_object().expect("an error").keys().collect();
    keys.sort();
    assert_eq!(keys, ["code", "remedy", "what", "why"], "{object}");
    assert_eq!(error["code"], code, "{object}");
    for part in ["what", "why", "remedy"] {
        let text = error[part].as_str().expect("words");
        assert!(
            text.len() > 5 && !text.contains('\n') && !text.contains("::"),
            "{code}: {part} is no sentence: {text}"
        );
    }
    nothing_written(data, corp).await;
    println!("{code}: {error}");
    error.clone()
}

/// No binding, no secret, nobody in the ledger.
async fn nothing_written(data: &Path, corp: &str) {
    assert!(Ledger::read(data).await.is_none(), "a binding was made");
    let secrets = std::fs::read_dir(data.join("vault")).map(Iterator::count).unwrap_or_default();
    assert_eq!(secrets, 0, "a secret was stored");
    if let Ok(corp) = corp.parse() {
        assert_eq!(Ledger::count(data, &corp).await, 0, "somebody was written down");
    }
}

async fn try_with(dingtalk: &DingTalk, keys: &Credentials, data: &Path) -> Ran {
    Up::new(data).dingtalk(dingtalk.url(), keys).once().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_and_a_wrong_key() {
    let dingtalk = DingTalk::of(30, 5, 31).await;
    let home = tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    let wrong = Credentials { app_secret: "not-the-secret-of-this-app".into(), ..keys.clone() };
    let ran = try_with(&dingtalk, &wrong, home.path()).await;
    refused(&ran, "credentials_refused", &keys.corp_id, home.path()).await;
    for told in [ran.stderr, ran.stdout.join("")] {
        assert!(!told.contains("not-the-secret"), "a secret was printed");
    }
    let wrong = Credentials { app_key: "dingnosuchapp".into(), ..keys };
    let ran = try_with(&dingtalk, &wrong, home.path()).await;
    refused(&ran, "credentials_refused", &wrong.corp_id, home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_companys_corp_id() {
    let dingtalk = DingTalk::of(30, 5, 32).await;
    let home = tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    for corp_id in [keys.other_corp_id.clone(), "ding00000000000000000000000000000000".to_owned()] {
        let wrong = Credentials { corp_id, ..keys.clone() };
        let ran = try_with(&dingtalk, &wrong, home.path()).await;
        refused(&ran, "company_refused", &wrong.corp_id, home.path()).await;
    }
    let wrong = Credentials { corp_id: "a#b".into(), ..keys };
    refused(&try_with(&dingtalk, &wrong, home.path()).await, "bad_corp_id", &wrong.corp_id, home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named_with_its_link() {
    for (n, permission) in (0..).zip(["qyapi_get_department_member", "qyapi_get_department_list", "qyapi_get_member"]) {
        let dingtalk = DingTalk::of(30, 5, 33 + n).await;
        let home = tempdir().unwrap();
        dingtalk.settings(json!({"revoke": [permission]})).await;
        let keys = dingtalk.credentials().await;
        let ran = try_with(&dingtalk, &keys, home.path()).await;
        let error = refused(&ran, "permission_missing", &keys.corp_id, home.path()).await;
        let words = format!("{} {}", error["why"], error["remedy"]);
        assert!(words.contains(permission) && words.contains("https://open-dev.dingtalk.com/"), "{error}");
        // Granted, the same command binds.
        dingtalk.settings(json!({"grant": [permission]})).await;
        try_with(&dingtalk, &keys, home.path()).await.run(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_mobile_at_the_first_binding() {
    let dingtalk = DingTalk::of(30, 5, 36).await;
    let home = tempdir().unwrap();
    dingtalk.settings(json!({"revoke": ["fieldMobile"]})).await;
    let keys = dingtalk.credentials().await;
    let ran = try_with(&dingtalk, &keys, home.path()).await;
    let error = refused(&ran, "field_hidden", &keys.corp_id, home.path()).await;
    assert!(error["why"].as_str().unwrap().contains("mobile"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_scope() {
    let dingtalk = DingTalk::of(30, 5, 37).await;
    let home = tempdir().unwrap();
    dingtalk.settings(json!({"scope": {"depts": [], "users": []}})).await;
    let keys = dingtalk.credentials().await;
    let ran = try_with(&dingtalk, &keys, home.path()).await;
    refused(&ran, "scope_empty", &keys.corp_id, home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nobody_answers() {
    let dingtalk = DingTalk::of(10, 2, 38).await;
    let home = tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = Up::new(home.path()).dingtalk(&format!("http://{free}"), &keys).once().await;
    refused(&ran, "unreachable", &keys.corp_id, home.path()).await;
    let ran = Up::new(home.path()).dingtalk("http://192.0.2.1", &keys).once().await;
    refused(&ran, "bad_address", &keys.corp_id, home.path()).await;
    dingtalk.settings(json!({"ip_allow": ["192.0.2.7"]})).await;
    let ran = try_with(&dingtalk, &keys, home.path()).await;
    refused(&ran, "address_not_allowed", &keys.corp_id, home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_secret() {
    let dingtalk = DingTalk::of(10, 2, 39).await;
    let home = tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    let agent = keys.agent_id.to_string();
    let named = ["--corp-id", &keys.corp_id, "--agent-id", &agent, "--app-key", &keys.app_key];
    let up = || Up::new(home.path()).args(["--dingtalk-url", dingtalk.url()]).args(named);
    refused(&up().once().await, "secret_missing", &keys.corp_id, home.path()).await;
    assert!(dingtalk.log().await.is_empty(), "DingTalk was called without a secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_another_company() {
    let (one, other) = (DingTalk::of(20, 4, 41).await, DingTalk::of(20, 4, 42).await);
    let home = tempdir().unwrap();
    one.up(home.path()).await.once().await.run(0);
    let before = Ledger::read(home.path()).await.expect("a binding");
    let ran = other.up(home.path()).await.once().await;
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(ran.object()["error"]["code"], "data_of_another_company");
    let after = Ledger::read(home.path()).await.expect("a binding");
    assert_eq!(before.binding, after.binding);
    stories::assert_same(&one.truth().await, &after);
    assert!(other.log().await.is_empty(), "the other company was called");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_in_use() {
    let dingtalk = DingTalk::of(20, 4, 43).await;
    let home = tempdir().unwrap();
    let mut first = dingtalk.up(home.path()).await.start();
    first.report().await;
    let ran = dingtalk.up(home.path()).await.once().await;
    assert_eq!((ran.code, &ran.object()["error"]["code"]), (Some(1), &json!("data_in_use")));
    assert!(first.is_running());
}

/// A wrong secret for a company that is bound: refused, and what was bound stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_later_changes_nothing() {
    let dingtalk = DingTalk::of(20, 4, 44).await;
    let home = tempdir().unwrap();
    dingtalk.up(home.path()).await.once().await.run(0);
    let keys = dingtalk.credentials().await;
    let ran = try_with(&dingtalk, &Credentials { app_secret: "wrong".into(), ..keys }, home.path()).await;
    assert_eq!((ran.code, &ran.object()["error"]["code"]), (Some(1), &json!("credentials_refused")));
    dingtalk.up(home.path()).await.once().await.run(0);
    stories::assert_same(&dingtalk.truth().await, &Ledger::read(home.path()).await.expect("a binding"));
}
