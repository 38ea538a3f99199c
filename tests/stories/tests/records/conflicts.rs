//! A conflict is decided for either side and taken back, and never over a newer change.

use std::path::Path;
use std::time::Duration;

use directory::Field;
use sandbox::company::Person;
use serde_json::Value;
use stories::SandboxCompany;
use stories::polling::wait_until;

use super::{
    bind_company, explain_title, field_in_ehr, run_command, run_sweep, set_title, title_in_dingtalk,
};

const SHARED_TITLE: &str = r#"{"version": 1, "preset": "custom", "direction": "both", "lifecycle": "dingtalk",
  "owners": {"default": "dingtalk"}, "shared": {"person": ["title"]}}"#;

/// Changes one title on both sides before any look; returns the conflict as listed.
async fn create_conflict(
    dingtalk: &SandboxCompany,
    data: &Path,
    person: &Person,
    said: [&str; 2],
) -> Value {
    dingtalk.act(set_title(&person.userid, said[0])).await;
    run_command(
        data,
        &["ehr", "change", &person.job_number, "--title", said[1]],
        0,
    )
    .await;
    run_sweep(dingtalk, data, 0).await;
    let listed = run_command(data, &["conflict", "list"], 0).await;
    let [one] = &listed["conflicts"].as_array().expect("a list")[..] else {
        panic!("not one conflict: {listed}")
    };
    one.clone()
}

async fn assert_both_have_title(
    dingtalk: &SandboxCompany,
    data: &Path,
    person: &Person,
    wanted: &str,
) {
    assert_eq!(
        title_in_dingtalk(dingtalk, &person.userid).await,
        wanted,
        "DingTalk"
    );
    assert_eq!(
        field_in_ehr(data, &person.userid, Field::Title)
            .await
            .as_deref(),
        Some(wanted),
        "the eHR"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_decided_for_either_side_and_undone() {
    let (dingtalk, home) = bind_company(91, 30, SHARED_TITLE).await;
    let data = home.path();
    let person = dingtalk.bystander(&[]).await;
    let one = create_conflict(&dingtalk, data, &person, ["架构师", "顾问"]).await;
    assert_dingtalk_won(&one, &person);
    assert_both_have_title(&dingtalk, data, &person, "架构师").await;
    assert_lost_value_is_explained(data, &person, &one).await;
    // A second sweep finds the same conflict.
    run_sweep(&dingtalk, data, 0).await;
    let again = run_command(data, &["conflict", "list"], 0).await;
    assert_eq!(
        again["conflicts"],
        Value::Array(vec![one.clone()]),
        "{again}"
    );

    let id = one["id"].as_str().expect("an id");
    let unclear = run_command(
        data,
        &["conflict", "resolve", "nothing", "--keep", "ehr"],
        1,
    )
    .await;
    assert!(
        unclear["error"]["why"]
            .as_str()
            .is_some_and(|why| why.contains("conflict list")),
        "{unclear}"
    );
    run_command(data, &["conflict", "resolve", id, "--undo"], 1).await;
    keep_ehr(&dingtalk, data, &person, id).await;
    run_command(data, &["conflict", "resolve", id, "--keep", "dingtalk"], 1).await;
    undo_and_keep_dingtalk(&dingtalk, data, &person, id).await;
}

fn assert_dingtalk_won(one: &Value, person: &Person) {
    assert_eq!(
        (&one["dingtalk"], &one["ehr"]),
        (&"架构师".into(), &"顾问".into()),
        "{one}"
    );
    assert_eq!(
        (&one["won"], &one["stands"]),
        (&"ding_talk".into(), &"ding_talk".into()),
        "{one}"
    );
    assert_eq!(one["record"]["name"], person.name, "{one}");
}

/// The value that lost is told under each of the person's ids.
async fn assert_lost_value_is_explained(data: &Path, person: &Person, one: &Value) {
    let told = explain_title(data, &person.userid).await;
    assert_eq!(
        (&told["lost"], &told["after"], &told["side"]),
        (&"顾问".into(), &"架构师".into(), &"ehr".into()),
        "{told}"
    );
    assert_eq!(
        (&told["owner"], &told["conflict"]),
        (&"shared".into(), &true.into()),
        "{told}"
    );
    assert_eq!(
        explain_title(data, &person.job_number).await,
        told,
        "by job number"
    );
    assert_eq!(
        explain_title(data, one["record"]["ehr"].as_str().expect("an id")).await,
        told,
        "by the eHR's id"
    );
}

/// Resolves the conflict for the eHR, by a short name.
async fn keep_ehr(dingtalk: &SandboxCompany, data: &Path, person: &Person, id: &str) {
    let short = format!("{}-title", &id[..8]);
    let resolved = run_command(
        data,
        &[
            "conflict", "resolve", &short, "--keep", "ehr", "--by", "小李",
        ],
        0,
    )
    .await;
    assert_eq!(
        resolved["conflict"]["state"]["resolved"]["by"], "小李",
        "{resolved}"
    );
    assert_both_have_title(dingtalk, data, person, "顾问").await;
    let told = explain_title(data, &person.userid).await;
    assert_eq!(
        (&told["before"], &told["after"]),
        (&"架构师".into(), &"顾问".into()),
        "{told}"
    );
    assert_eq!(told["reason"]["code"], "change-conflict-resolved", "{told}");
    assert_eq!(
        run_command(data, &["conflict", "list"], 0).await["conflicts"],
        Value::Array(vec![])
    );
    let quiet = run_sweep(dingtalk, data, 0).await;
    assert_eq!(
        quiet["writes"], 0,
        "a decision is agreed on both sides: {quiet}"
    );
    assert_both_have_title(dingtalk, data, person, "顾问").await;
}

async fn undo_and_keep_dingtalk(dingtalk: &SandboxCompany, data: &Path, person: &Person, id: &str) {
    let reopened = run_command(data, &["conflict", "resolve", id, "--undo"], 0).await;
    assert_eq!(reopened["conflict"]["state"], "open", "{reopened}");
    assert_both_have_title(dingtalk, data, person, "架构师").await;
    let kept = run_command(data, &["conflict", "resolve", id, "--keep", "dingtalk"], 0).await;
    assert_eq!(
        kept["conflict"]["state"]["resolved"]["keep"], "ding_talk",
        "{kept}"
    );
    assert_both_have_title(dingtalk, data, person, "架构师").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_does_not_overwrite_a_newer_change() {
    let (dingtalk, home) = bind_company(92, 30, SHARED_TITLE).await;
    let data = home.path();
    let person = dingtalk.bystander(&[]).await;
    let one = create_conflict(&dingtalk, data, &person, ["架构师", "顾问"]).await;
    let id = one["id"].as_str().expect("an id");
    dingtalk.act(set_title(&person.userid, "院长")).await;
    let refused = run_command(data, &["conflict", "resolve", id, "--keep", "ehr"], 1).await;
    assert!(
        refused["error"]["code"]["record"]["moved"] == "ding_talk",
        "{refused}"
    );
    assert_eq!(title_in_dingtalk(&dingtalk, &person.userid).await, "院长");
    // The sweep brings the last value, and nothing is left to decide.
    run_sweep(&dingtalk, data, 0).await;
    assert_both_have_title(&dingtalk, data, &person, "院长").await;
    assert_eq!(
        run_command(data, &["conflict", "list"], 0).await["conflicts"],
        Value::Array(vec![])
    );
    let all = run_command(data, &["conflict", "list", "--all"], 0).await;
    assert!(all["conflicts"][0]["state"]["moot"].is_object(), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_from_an_event_is_decided_while_up_runs() {
    let (dingtalk, home) = bind_company(98, 30, SHARED_TITLE).await;
    let data = home.path();
    let mut up = dingtalk
        .up_command(data)
        .await
        .args(["--sweep-minutes", "1440"])
        .start();
    let report = up.first_object().await;
    dingtalk.subscribe(&report["binding"]).await;
    let person = dingtalk.bystander(&[]).await;
    run_command(data, &["pause"], 0).await;
    dingtalk.act(set_title(&person.userid, "架构师")).await;
    run_command(
        data,
        &["ehr", "change", &person.job_number, "--title", "顾问"],
        0,
    )
    .await;
    run_command(data, &["resume"], 0).await;
    wait_until(
        Duration::from_secs(60),
        "the conflict is found",
        async || {
            let listed = run_command(data, &["conflict", "list"], 0).await;
            let found = listed["conflicts"]
                .as_array()
                .is_some_and(|all| all.len() == 1);
            let written = field_in_ehr(data, &person.userid, Field::Title)
                .await
                .as_deref()
                == Some("架构师");
            if found && written {
                Ok(())
            } else {
                Err(listed.to_string())
            }
        },
    )
    .await;
    let listed = run_command(data, &["conflict", "list"], 0).await;
    let id = listed["conflicts"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    run_command(data, &["conflict", "resolve", &id, "--keep", "ehr"], 0).await;
    assert_both_have_title(&dingtalk, data, &person, "顾问").await;
    let verified = run_command(data, &["journal", "verify"], 0).await;
    assert_eq!(verified["verified"]["broken"], Value::Null, "{verified}");
    // The event of our own write changes nothing.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_both_have_title(&dingtalk, data, &person, "顾问").await;
    assert!(up.is_running(), "{}", up.stderr());
    up.kill().await;
}
