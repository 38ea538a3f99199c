//! A binding that cannot work is refused in one clear sentence, and nothing is written.

use std::path::Path;

use sandbox::company::AppCredentials;
use serde_json::{Value, json};
use stories::program::{FinishedProgram, ProgramCommand};
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::tempdir;

/// Checks what every refusal must have; returns the refusal.
async fn assert_refused(ran: &FinishedProgram, code: &str, corp: &str, data: &Path) -> Value {
    assert_eq!(
        ran.code,
        Some(1),
        "{code}: {:?}\n{}",
        ran.stdout,
        ran.stderr
    );
    let object = ran.single_object();
    assert_eq!(
        object.as_object().map(serde_json::Map::len),
        Some(1),
        "{object}"
    );
    let error = &object["error"];
    assert_eq!(innermost_code(error), code, "{object}");
    for part in ["sentence", "remedy"] {
        let text = error[part].as_str().expect("words");
        assert!(
            text.len() > 5 && !text.contains('\n') && !text.contains("::"),
            "{code}: {part} is no sentence: {text}"
        );
    }
    assert_nothing_written(data, corp).await;
    println!("{code}: {error}");
    error.clone()
}

/// The code of the cause that lies deepest.
fn innermost_code(error: &Value) -> &str {
    let mut reason = error;
    while let Some(cause) = reason.pointer("/arguments/cause/reason") {
        reason = cause;
    }
    reason["code"].as_str().expect("a code")
}

/// Asserts that there is no binding, no secret and no person in the ledger.
async fn assert_nothing_written(data: &Path, corp: &str) {
    assert!(
        LedgerSnapshot::read_directory(data).await.is_none(),
        "a binding was made"
    );
    let secrets = std::fs::read_dir(data.join("vault"))
        .map(Iterator::count)
        .unwrap_or_default();
    assert_eq!(secrets, 0, "a secret was stored");
    if let Ok(corp) = corp.parse() {
        assert_eq!(
            LedgerSnapshot::count_entries(data, &corp).await,
            0,
            "somebody was written down"
        );
    }
}

async fn bind_with_keys(
    dingtalk: &SandboxCompany,
    keys: &AppCredentials,
    data: &Path,
) -> FinishedProgram {
    ProgramCommand::new(data)
        .dingtalk(dingtalk.url(), keys)
        .run_once()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_or_key_is_refused() {
    let dingtalk = SandboxCompany::start(30, 5, 31).await;
    let home = tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    let wrong = AppCredentials {
        app_secret: "not-the-secret-of-this-app".into(),
        ..keys.clone()
    };
    let ran = bind_with_keys(&dingtalk, &wrong, home.path()).await;
    assert_refused(
        &ran,
        "dingtalk-credentials-refused",
        &keys.corp_id,
        home.path(),
    )
    .await;
    for told in [ran.stderr, ran.stdout.join("")] {
        assert!(!told.contains("not-the-secret"), "a secret was printed");
    }
    let wrong = AppCredentials {
        app_key: "dingnosuchapp".into(),
        ..keys
    };
    let ran = bind_with_keys(&dingtalk, &wrong, home.path()).await;
    assert_refused(
        &ran,
        "dingtalk-credentials-refused",
        &wrong.corp_id,
        home.path(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corp_id_of_another_company_is_refused() {
    let dingtalk = SandboxCompany::start(30, 5, 32).await;
    let home = tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    for corp_id in [
        keys.other_corp_id.clone(),
        "ding00000000000000000000000000000000".to_owned(),
    ] {
        let wrong = AppCredentials {
            corp_id,
            ..keys.clone()
        };
        let ran = bind_with_keys(&dingtalk, &wrong, home.path()).await;
        assert_refused(
            &ran,
            "dingtalk-company-refused",
            &wrong.corp_id,
            home.path(),
        )
        .await;
    }
    let wrong = AppCredentials {
        corp_id: "a#b".into(),
        ..keys
    };
    assert_refused(
        &bind_with_keys(&dingtalk, &wrong, home.path()).await,
        "binding-corp-id-invalid",
        &wrong.corp_id,
        home.path(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_the_missing_permission_and_its_link() {
    for (n, permission) in (0..).zip([
        "qyapi_get_department_member",
        "qyapi_get_department_list",
        "qyapi_get_member",
    ]) {
        let dingtalk = SandboxCompany::start(30, 5, 33 + n).await;
        let home = tempdir().unwrap();
        dingtalk
            .change_settings(json!({"revoke": [permission]}))
            .await;
        let keys = dingtalk.credentials().await;
        let ran = bind_with_keys(&dingtalk, &keys, home.path()).await;
        let error = assert_refused(
            &ran,
            "dingtalk-permission-missing",
            &keys.corp_id,
            home.path(),
        )
        .await;
        let words = format!("{} {}", error["sentence"], error["remedy"]);
        assert!(
            words.contains(permission) && words.contains("https://open-dev.dingtalk.com/"),
            "{error}"
        );
        // With the permission, the same command binds.
        dingtalk
            .change_settings(json!({"grant": [permission]}))
            .await;
        bind_with_keys(&dingtalk, &keys, home.path())
            .await
            .run_report(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_mobile_at_the_first_binding_is_refused() {
    let dingtalk = SandboxCompany::start(30, 5, 36).await;
    let home = tempdir().unwrap();
    dingtalk
        .change_settings(json!({"revoke": ["fieldMobile"]}))
        .await;
    let keys = dingtalk.credentials().await;
    let ran = bind_with_keys(&dingtalk, &keys, home.path()).await;
    let error = assert_refused(&ran, "binding-field-hidden", &keys.corp_id, home.path()).await;
    assert_eq!(error["arguments"]["field"]["field"], "mobile", "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_scope_is_refused() {
    let dingtalk = SandboxCompany::start(30, 5, 37).await;
    let home = tempdir().unwrap();
    dingtalk
        .change_settings(json!({"scope": {"depts": [], "users": []}}))
        .await;
    let keys = dingtalk.credentials().await;
    let ran = bind_with_keys(&dingtalk, &keys, home.path()).await;
    assert_refused(&ran, "binding-scope-empty", &keys.corp_id, home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_address_is_refused() {
    let dingtalk = SandboxCompany::start(10, 2, 38).await;
    let home = tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let ran = ProgramCommand::new(home.path())
        .dingtalk(&format!("http://{free}"), &keys)
        .run_once()
        .await;
    assert_refused(&ran, "dingtalk-unreachable", &keys.corp_id, home.path()).await;
    let ran = ProgramCommand::new(home.path())
        .dingtalk("http://192.0.2.1", &keys)
        .run_once()
        .await;
    assert_refused(&ran, "binding-address-invalid", &keys.corp_id, home.path()).await;
    dingtalk
        .change_settings(json!({"ip_allow": ["192.0.2.7"]}))
        .await;
    let ran = bind_with_keys(&dingtalk, &keys, home.path()).await;
    assert_refused(
        &ran,
        "dingtalk-address-not-allowed",
        &keys.corp_id,
        home.path(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_secret_is_refused() {
    let dingtalk = SandboxCompany::start(10, 2, 39).await;
    let home = tempdir().unwrap();
    let keys = dingtalk.credentials().await;
    let agent = keys.agent_id.to_string();
    let named = [
        "--corp-id",
        &keys.corp_id,
        "--agent-id",
        &agent,
        "--app-key",
        &keys.app_key,
    ];
    let up = || {
        ProgramCommand::new(home.path())
            .args(["--dingtalk-url", dingtalk.url()])
            .args(named)
    };
    assert_refused(
        &up().run_once().await,
        "binding-secret-missing",
        &keys.corp_id,
        home.path(),
    )
    .await;
    assert!(
        dingtalk.log().await.is_empty(),
        "DingTalk was called without a secret"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_another_company_is_refused() {
    let (one, other) = (
        SandboxCompany::start(20, 4, 41).await,
        SandboxCompany::start(20, 4, 42).await,
    );
    let home = tempdir().unwrap();
    one.up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let before = LedgerSnapshot::read_directory(home.path())
        .await
        .expect("a binding");
    let ran = other.up_command(home.path()).await.run_once().await;
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(
        ran.single_object()["error"]["code"],
        "binding-other-company"
    );
    let after = LedgerSnapshot::read_directory(home.path())
        .await
        .expect("a binding");
    assert_eq!(before.binding, after.binding);
    stories::assert_same(&one.truth().await, &after);
    assert!(other.log().await.is_empty(), "the other company was called");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_in_use_is_refused() {
    let dingtalk = SandboxCompany::start(20, 4, 43).await;
    let home = tempdir().unwrap();
    let mut first = dingtalk.up_command(home.path()).await.start();
    first.first_object().await;
    let ran = dingtalk.up_command(home.path()).await.run_once().await;
    assert_eq!(
        (ran.code, &ran.single_object()["error"]["code"]),
        (Some(1), &json!("machine-state-in-use"))
    );
    assert!(first.is_running());
}

/// A wrong secret for a bound company is refused, and the stored binding stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_later_changes_nothing() {
    let dingtalk = SandboxCompany::start(20, 4, 44).await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let keys = dingtalk.credentials().await;
    let ran = bind_with_keys(
        &dingtalk,
        &AppCredentials {
            app_secret: "wrong".into(),
            ..keys
        },
        home.path(),
    )
    .await;
    let object = ran.single_object();
    assert_eq!(
        (ran.code, innermost_code(&object["error"])),
        (Some(1), "dingtalk-credentials-refused")
    );
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    stories::assert_same(
        &dingtalk.truth().await,
        &LedgerSnapshot::read_directory(home.path())
            .await
            .expect("a binding"),
    );
}
