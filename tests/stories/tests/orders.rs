//! Who ordered what: a pause, an approval, a policy, an export and an edit of the ledger are in the journal with their outcome.

use std::path::Path;

use serde_json::Value;
use stories::program::OPERATOR;
use stories::{ProgramCommand, SandboxCompany};
use tempfile::tempdir;

async fn run_command(data: &Path, args: &[&str], code: i32) -> Value {
    let ran = ProgramCommand::without_arguments()
        .args(args.iter().copied())
        .args(["--json", "--data", data.to_str().expect("UTF-8")])
        .run_to_end()
        .await;
    assert_eq!(
        ran.code,
        Some(code),
        "{args:?}: {:?}\n{}",
        ran.stdout,
        ran.stderr
    );
    ran.single_object()
}

/// Action, actor and outcome of the newest orders, oldest first.
async fn newest_orders(data: &Path) -> Vec<[String; 3]> {
    let shown = run_command(data, &["journal", "show"], 0).await;
    let orders = shown["orders"].as_array().expect("a list");
    let text = |order: &Value, name: &str| order[name].as_str().expect("text").to_owned();
    let mut found: Vec<_> = orders
        .iter()
        .map(|order| ["action", "actor", "outcome"].map(|name| text(order, name)))
        .collect();
    found.reverse();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_is_in_the_journal_with_who_and_outcome() {
    let dingtalk = SandboxCompany::start(20, 5, 99).await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let person = dingtalk.bystander(&[]).await;
    let number = person.job_number.as_str();
    run_command(data, &["pause", "--by", "小李"], 0).await;
    run_command(data, &["resume"], 0).await;
    run_command(data, &["ehr", "change", number, "--title", "手改"], 0).await;
    run_command(data, &["plan"], 3).await;
    run_command(data, &["approve", "latest", "--by", "小王"], 0).await;
    run_command(data, &["hold", "release", "nothing"], 1).await;
    let policy = home.path().join("policy.json");
    std::fs::write(
        &policy,
        r#"{"version": 1, "preset": "dingtalk_is_master", "grace_days": 3}"#,
    )
    .unwrap();
    run_command(data, &["policy", "set", policy.to_str().expect("UTF-8")], 3).await;
    export_people(data).await;
    run_command(data, &["ehr", "list"], 0).await;
    run_command(data, &["ehr", "show", number], 0).await;
    let expected = [
        ["pause-writes", "小李", "done"],
        ["resume-writes", OPERATOR, "done"],
        ["edit-person", OPERATOR, "done"],
        ["make-plan", OPERATOR, "done"],
        ["approve-plan", "小王", "done"],
        ["release-hold", OPERATOR, "refused"],
        ["set-policy", OPERATOR, "done"],
        ["export-people", OPERATOR, "done"],
        ["show-person", OPERATOR, "done"],
    ];
    assert_eq!(
        newest_orders(data).await,
        expected.map(|one| one.map(str::to_owned))
    );

    let about = run_command(data, &["journal", "show", &person.userid], 0).await;
    let orders = about["history"]["orders"].as_array().expect("a list");
    let actions: Vec<&str> = orders
        .iter()
        .filter_map(|order| order["action"].as_str())
        .collect();
    assert_eq!(actions, ["show-person", "edit-person"], "{about}");
    assert_eq!(orders[1]["fields"], serde_json::json!(["title"]), "{about}");
    let verified = run_command(data, &["journal", "verify"], 0).await;
    assert_eq!(verified["verified"]["open"], 0, "{verified}");
}

async fn export_people(data: &Path) {
    let file = data.join("people.csv");
    let ran = ProgramCommand::without_arguments()
        .args(["export", file.to_str().expect("UTF-8")])
        .args(["--data", data.to_str().expect("UTF-8")])
        .run_to_end()
        .await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = std::fs::read_to_string(file).unwrap();
    assert_eq!(text.lines().count(), 21, "a head and twenty people");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_without_a_name_is_refused_with_the_remedy() {
    let home = tempdir().unwrap();
    let ran = ProgramCommand::without_arguments()
        .environment("USER", "")
        .args(["pause", "--lang", "en"])
        .args(["--data", home.path().to_str().expect("UTF-8")])
        .run_to_end()
        .await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("--by NAME"), "{}", ran.stderr);
}
