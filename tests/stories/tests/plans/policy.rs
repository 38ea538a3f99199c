//! A policy is checked, previewed, and rolled back.

use std::path::Path;

use directory::Field;
use serde_json::Value;
use stories::SandboxCompany;
use tempfile::tempdir;

use super::{rename_person, run_command, run_sweep, value_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_policy_is_refused_with_its_line_and_a_good_one_needs_a_preview() {
    let dingtalk = SandboxCompany::start(30, 5, 75).await;
    let home = tempdir().unwrap();
    let data = home.path();
    run_sweep(&dingtalk, data, 0).await;
    assert_bad_policy_is_refused(data).await;
    let set = set_policy(
        data,
        "{\"version\": 1, \"preset\": \"dingtalk_is_master\", \"grace_days\": 3}\n",
        3,
    )
    .await;
    assert_eq!(
        (&set["policy"]["version"], &set["policy"]["pending"]),
        (&1.into(), &true.into()),
        "{set}"
    );
    assert_change_waits_for_preview(&dingtalk, data).await;
    let active = run_command(data, &["policy", "active"], 0).await;
    assert_eq!(
        (&active["policy"]["version"], &active["policy"]["pending"]),
        (&1.into(), &false.into()),
        "{active}"
    );
    run_sweep(&dingtalk, data, 0).await;
    // A policy whose preview was never applied under this name waits again. The applied one does
    // not.
    let back = run_command(data, &["policy", "rollback"], 3).await;
    assert_eq!(back["policy"]["version"], 0, "{back}");
    let forth = run_command(data, &["policy", "rollback"], 0).await;
    assert_eq!(forth["policy"]["version"], 1, "{forth}");
}

async fn set_policy(data: &Path, document: &str, code: i32) -> Value {
    let file = data.join("policy.json");
    std::fs::write(&file, document).unwrap();
    let path = file.to_str().expect("UTF-8");
    run_command(data, &["policy", "set", path], code).await
}

async fn assert_bad_policy_is_refused(data: &Path) {
    let refused = set_policy(
        data,
        "{\n  \"version\": 1,\n  \"preset\": \"dingtalk_is_master\",\n  \"grace_days\": -3\n}\n",
        1,
    )
    .await;
    assert!(refused.to_string().contains(r#""line":4"#), "{refused}");
    assert!(
        refused.to_string().contains("a whole number from 0 to "),
        "the reason: {refused}"
    );
    let active = run_command(data, &["policy", "active"], 0).await;
    assert_eq!(
        active["policy"]["version"], 0,
        "the running one stays: {active}"
    );
}

/// A new name arrives when the preview is applied, and not before.
async fn assert_change_waits_for_preview(dingtalk: &SandboxCompany, data: &Path) {
    let person = dingtalk.bystander(&[]).await;
    dingtalk
        .act(rename_person(&person.userid, "新策略下改名"))
        .await;
    let report = run_sweep(dingtalk, data, 3).await;
    assert!(
        report["notes"].to_string().contains("gate-preview-needed"),
        "{report}"
    );
    let name = async || value_of(data, &person.userid, Field::Name).await;
    assert_eq!(
        name().await.as_deref(),
        Some(person.name.as_str()),
        "nothing is written before the preview"
    );
    run_command(data, &["approve", "latest"], 0).await;
    run_command(data, &["apply", "latest"], 0).await;
    assert_eq!(name().await.as_deref(), Some("新策略下改名"));
}
