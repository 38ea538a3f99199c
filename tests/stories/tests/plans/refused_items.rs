//! An apply looks again: what has changed since the plan is refused, the rest is applied.

use std::collections::BTreeMap;
use std::path::Path;

use directory::Field;
use sandbox::company::Person;
use sandbox::world::{Act, PersonChanges};
use serde_json::Value;
use stories::{LedgerSnapshot, SandboxCompany, assert_same};
use tempfile::tempdir;

use super::{four_bystanders, ledger_versions, rename_person, run_command, run_sweep, value_of};

fn set_title(userid: &str, title: &str) -> Act {
    let fields = Box::new(PersonChanges {
        title: Some(title.into()),
        ..PersonChanges::default()
    });
    Act::Change {
        userid: userid.to_owned(),
        fields,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_refuses_changed_records_and_applies_the_rest() {
    let dingtalk = SandboxCompany::start(60, 8, 71).await;
    let home = tempdir().unwrap();
    let data = home.path();
    run_sweep(&dingtalk, data, 0).await;
    let people = four_bystanders(&dingtalk).await;
    let [renamed, promoted, steady, back] = &people;
    change_four_and_hire(&dingtalk, &people).await;
    let plan = make_plan(data).await;
    let id = plan["id"].as_str().expect("an id").to_owned();

    // Both sides change: another name in DingTalk, a title in the eHR, a title changed back.
    dingtalk.act(rename_person(&renamed.userid, "改名二")).await;
    let number = promoted.job_number.clone();
    run_command(data, &["ehr", "change", &number, "--title", "手改"], 0).await;
    dingtalk.act(set_title(&back.userid, &back.title)).await;

    let refused = run_command(data, &["apply", &id], 1).await;
    assert!(refused.to_string().contains("plan-unapproved"), "{refused}");
    let approved = run_command(data, &["approve", &id, "--by", "小李"], 0).await;
    assert_eq!(approved["head"]["approved"]["by"], "小李", "{approved}");
    dingtalk.clear_log().await;
    assert_apply_refuses_three(data, &id).await;
    for (userid, field, value) in [
        (steady.userid.as_str(), Field::Title, "顾问一"),
        ("newcomer-7", Field::Name, "新来的"),
        (promoted.userid.as_str(), Field::Title, "手改"),
        (renamed.userid.as_str(), Field::Name, renamed.name.as_str()),
    ] {
        assert_eq!(value_of(data, userid, field).await.as_deref(), Some(value));
    }
    assert_predicted_calls(&plan, &dingtalk).await;
    // It was applied, and is not applied twice.
    run_command(data, &["apply", &id], 1).await;
    // A refused item is not lost: the next sweep brings it.
    run_sweep(&dingtalk, data, 0).await;
    assert_same(
        &dingtalk.truth().await,
        &LedgerSnapshot::read_directory(data).await.unwrap(),
    );
}

/// One is renamed, three have other titles, and somebody new comes.
async fn change_four_and_hire(dingtalk: &SandboxCompany, people: &[Person; 4]) {
    let [renamed, promoted, steady, back] = people;
    dingtalk.act(rename_person(&renamed.userid, "改名一")).await;
    dingtalk.act(set_title(&promoted.userid, "总监一")).await;
    dingtalk.act(set_title(&steady.userid, "顾问一")).await;
    dingtalk.act(set_title(&back.userid, "经理一")).await;
    let hire = Act::Hire {
        name: "新来的".into(),
        departments: vec![steady.departments[0].dept_id],
        fields: Box::default(),
        userid: Some("newcomer-7".into()),
    };
    dingtalk.act(hire).await;
}

/// Makes the plan of [`change_four_and_hire`], which shows every value and writes none.
async fn make_plan(data: &Path) -> Value {
    let before = ledger_versions(data).await;
    let made = run_command(data, &["plan"], 3).await;
    let plan = &made["plan"];
    assert_eq!(
        (&plan["counts"]["created"], &plan["counts"]["updated"]),
        (&1.into(), &4.into()),
        "{plan}"
    );
    assert_eq!(
        (&plan["complete"], &plan["state"]),
        (&true.into(), &"open".into()),
        "{plan}"
    );
    assert_eq!(ledger_versions(data).await, before, "a plan writes nothing");
    let id = plan["id"].as_str().expect("an id");
    let shown = run_command(data, &["plan", "show", id], 0).await;
    let text = shown["items"].to_string();
    for value in ["改名一", "总监一", "顾问一", "新来的"] {
        assert!(text.contains(value), "{value} is not shown: {text}");
    }
    plan.clone()
}

async fn assert_apply_refuses_three(data: &Path, id: &str) {
    let applied = run_command(data, &["apply", id], 3).await;
    let applied = &applied["plan"]["applied"];
    let outcomes = &applied["place"]["outcomes"];
    assert_eq!(
        (
            &outcomes["applied"],
            &outcomes["refused"],
            &outcomes["failed"]
        ),
        (&2.into(), &3.into(), &0.into()),
        "{applied}"
    );
    let reasons = applied["place"]["not_applied"].to_string();
    for moved in [
        r#"{"field":"name","side":"ding_talk","what":"changed"}"#,
        r#"{"field":"title","side":"ehr","what":"changed"}"#,
        r#"{"field":"title","side":"ding_talk","what":"changed"}"#,
    ] {
        assert!(reasons.contains(moved), "{moved} is not in {reasons}");
    }
}

/// Asserts that the calls that the plan predicted are those that were made. The token that a start
/// asks for does not count.
async fn assert_predicted_calls(plan: &Value, dingtalk: &SandboxCompany) {
    let mut made: BTreeMap<String, u64> = BTreeMap::new();
    for call in dingtalk.log().await {
        let parts: Vec<&str> = call.interface.split('/').collect();
        let name = parts[parts.len().saturating_sub(2)..].join("/");
        *made.entry(name).or_default() += 1;
    }
    made.retain(|name, _| !name.contains("oken"));
    let said: BTreeMap<String, u64> =
        serde_json::from_value(plan["forecast"]["calls"].clone()).expect("calls");
    assert_eq!(made, said);
}
