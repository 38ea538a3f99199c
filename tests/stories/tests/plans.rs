//! Plans are shown, approved, and applied as shown. Items that have changed are refused, a pause
//! stops the plan, and it continues where it stopped.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use directory::{Field, Kind};
use sandbox::company::Person;
use sandbox::world::{Act, PersonChanges};
use serde_json::Value;
use stories::polling::wait_until;
use stories::program::{FinishedProgram, ProgramCommand, RunningProgram};
use stories::{LedgerSnapshot, SandboxCompany, assert_same};
use tempfile::tempdir;

/// Returns `bangding …` with the state in `data`.
fn plan_command<'a>(data: &'a Path, args: &[&'a str]) -> ProgramCommand {
    ProgramCommand::without_arguments()
        .args(args.iter().copied())
        .args(["--json", "--data", data.to_str().expect("UTF-8")])
}

async fn run_command(data: &Path, args: &[&str], code: i32) -> Value {
    let ran: FinishedProgram = plan_command(data, args).run_to_end().await;
    assert_eq!(
        ran.code,
        Some(code),
        "{args:?}: {:?}\n{}",
        ran.stdout,
        ran.stderr
    );
    ran.single_object()
}

/// Returns the versions of everything in the ledger. Every write changes one.
async fn ledger_versions(data: &Path) -> BTreeMap<String, u64> {
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    let all = ledger.people.iter().chain(&ledger.departments);
    all.map(|stored| (stored.record.id.to_string(), stored.version))
        .collect()
}

async fn value_of(data: &Path, userid: &str, field: Field) -> Option<String> {
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    active
        .get(userid)
        .and_then(|stored| stored[0].record.values.text(field).map(str::to_owned))
}

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

fn rename_person(userid: &str, name: &str) -> Act {
    Act::Rename {
        userid: userid.to_owned(),
        name: name.to_owned(),
    }
}

/// Returns four people without ties.
async fn four_bystanders(dingtalk: &SandboxCompany) -> [Person; 4] {
    let mut chosen: Vec<Person> = Vec::new();
    for _ in 0..4 {
        let not: Vec<&str> = chosen.iter().map(|person| person.userid.as_str()).collect();
        chosen.push(dingtalk.bystander(&not).await);
    }
    chosen.try_into().expect("four")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_refuses_changed_records_and_applies_the_rest() {
    let dingtalk = SandboxCompany::start(60, 8, 71).await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let [renamed, promoted, steady, back] = four_bystanders(&dingtalk).await;
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

    let before = ledger_versions(data).await;
    let made = run_command(data, &["plan"], 3).await;
    let plan = &made["plan"];
    let id = plan["id"].as_str().expect("an id").to_owned();
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
    let shown = run_command(data, &["plan", "show", &id], 0).await;
    let text = shown["items"].to_string();
    for value in ["改名一", "总监一", "顾问一", "新来的"] {
        assert!(text.contains(value), "{value} is not shown: {text}");
    }

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
    let applied = run_command(data, &["apply", &id], 3).await;
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
    assert_eq!(
        value_of(data, &steady.userid, Field::Title)
            .await
            .as_deref(),
        Some("顾问一")
    );
    assert_eq!(
        value_of(data, "newcomer-7", Field::Name).await.as_deref(),
        Some("新来的")
    );
    assert_eq!(
        value_of(data, &promoted.userid, Field::Title)
            .await
            .as_deref(),
        Some("手改")
    );
    assert_eq!(
        value_of(data, &renamed.userid, Field::Name)
            .await
            .as_deref(),
        Some(renamed.name.as_str())
    );
    assert_predicted_calls(plan, &dingtalk).await;
    // It was applied, and is not applied twice.
    run_command(data, &["apply", &id], 1).await;
    // A refused item is not lost: the next sweep brings it.
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    assert_same(
        &dingtalk.truth().await,
        &LedgerSnapshot::read_directory(data).await.unwrap(),
    );
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

/// Binds a company in shadow mode, switches to live mode, and approves a plan; returns its id.
async fn approve_plan(dingtalk: &SandboxCompany, data: &Path, qps: u32) -> String {
    let report = dingtalk
        .up_command(data)
        .await
        .qps(qps)
        .args(["--shadow"])
        .run_once()
        .await
        .run_report(3);
    assert_eq!(
        (&report["people"], &report["created"]),
        (&0.into(), &0.into()),
        "nothing is written in shadow mode"
    );
    let first = run_command(data, &["plan", "list"], 0).await;
    let first = first["heads"][0]["id"]
        .as_str()
        .expect("shadow mode makes plans")
        .to_owned();
    run_command(data, &["approve", &first], 0).await;
    let refused = run_command(data, &["apply", &first], 1).await;
    assert!(refused.to_string().contains("gate-shadow"), "{refused}");
    run_command(data, &["shadow", "off"], 0).await;
    first
}

async fn count_people(data: &Path) -> usize {
    LedgerSnapshot::read_directory(data)
        .await
        .map_or(0, |ledger| ledger.people.len())
}

async fn wait_for_people(data: &Path, least: usize) {
    wait_until(
        Duration::from_secs(120),
        "some people are there",
        async || {
            let people = count_people(data).await;
            if people >= least {
                Ok(())
            } else {
                Err(format!("{people} people"))
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_apply_resumes_where_it_stopped() {
    let dingtalk = SandboxCompany::start(400, 12, 72).await;
    let home = tempdir().unwrap();
    let data = home.path();
    let plan = approve_plan(&dingtalk, data, 60).await;
    let applying: RunningProgram = plan_command(data, &["apply", &plan]).start();
    wait_for_people(data, 1).await;
    let paused = run_command(data, &["pause"], 0).await;
    let at_pause = ledger_versions(data).await;
    assert_eq!(
        paused["paused"]["stopped"],
        serde_json::json!([plan]),
        "{paused}"
    );
    let ended = applying.wait_for_end().await;
    assert_eq!(ended.code, Some(3), "{:?}\n{}", ended.stdout, ended.stderr);
    let stood = ended.single_object()["plan"]["applied"].clone();
    assert!(
        stood["stopped"].to_string().contains("gate-paused"),
        "{stood}"
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        ledger_versions(data).await,
        at_pause,
        "nothing is written after the pause"
    );
    assert!(
        count_people(data).await < 400,
        "the pause came too late to show anything"
    );
    let refused = run_command(data, &["apply", &plan], 1).await;
    assert!(refused.to_string().contains("gate-paused"), "{refused}");

    dingtalk.clear_log().await;
    run_command(data, &["resume"], 0).await;
    let heads = run_command(data, &["plan", "list"], 0).await;
    let head = heads["heads"]
        .as_array()
        .unwrap()
        .iter()
        .find(|head| head["id"] == *plan)
        .unwrap()
        .clone();
    assert_eq!(head["state"], "applied", "{head}");
    let outcomes = &head["applied"]["place"]["outcomes"];
    assert_eq!(
        (&outcomes["refused"], &outcomes["failed"]),
        (&0.into(), &0.into()),
        "{outcomes}"
    );
    let asked_again = dingtalk
        .log()
        .await
        .iter()
        .filter(|call| call.interface.ends_with("user/get"))
        .count();
    let left = 412 - stood["place"]["next"].as_u64().unwrap() as usize;
    assert!(
        asked_again <= left,
        "{asked_again} people were read again, {left} were left"
    );
    assert_same(
        &dingtalk.truth().await,
        &LedgerSnapshot::read_directory(data).await.unwrap(),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_apply_resumes_without_duplicates() {
    let dingtalk = SandboxCompany::start(300, 10, 73).await;
    let home = tempdir().unwrap();
    let data = home.path();
    let plan = approve_plan(&dingtalk, data, 60).await;
    let applying: RunningProgram = plan_command(data, &["apply", &plan]).start();
    wait_for_people(data, 1).await;
    applying.kill().await;
    assert!(
        count_people(data).await < 300,
        "the kill came too late to show anything"
    );
    let done = run_command(data, &["apply", &plan], 0).await;
    let outcomes = &done["plan"]["applied"]["place"]["outcomes"];
    assert_eq!(
        (&outcomes["refused"], &outcomes["failed"]),
        (&0.into(), &0.into()),
        "{outcomes}"
    );
    let ledger = LedgerSnapshot::read_directory(data).await.unwrap();
    assert_eq!(
        (
            ledger.people.len(),
            ledger.active_by_dingtalk_id(Kind::Person).len()
        ),
        (300, 300)
    );
    assert_same(&dingtalk.truth().await, &ledger);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_during_a_pause_arrive_afterwards() {
    let dingtalk = SandboxCompany::start(40, 6, 74).await;
    let home = tempdir().unwrap();
    let data = home.path();
    let mut up = dingtalk
        .up_command(data)
        .await
        .args(["--sweep-minutes", "1440"])
        .start();
    let report = up.first_object().await;
    dingtalk.subscribe(&report["binding"]).await;
    let [renamed, left, ..] = four_bystanders(&dingtalk).await;
    let name = async || value_of(data, &renamed.userid, Field::Name).await;
    let paused = run_command(data, &["pause"], 0).await;
    assert!(
        paused["paused"]["stopped"]
            .as_array()
            .is_some_and(Vec::is_empty),
        "{paused}"
    );
    dingtalk
        .act(rename_person(&renamed.userid, "停时改名"))
        .await;
    dingtalk
        .act(Act::Leave {
            userid: left.userid.clone(),
        })
        .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        name().await.as_deref(),
        Some(renamed.name.as_str()),
        "nothing is written during a pause"
    );
    run_command(data, &["resume"], 0).await;
    wait_until(
        Duration::from_secs(60),
        "the changes of the pause arrive",
        async || {
            let ledger = LedgerSnapshot::read_directory(data)
                .await
                .expect("a binding");
            let gone = ledger.find_left(&left.userid).is_some();
            let name = name().await;
            if gone && name.as_deref() == Some("停时改名") {
                Ok(())
            } else {
                Err(format!("{name:?}, left: {gone}"))
            }
        },
    )
    .await;
    up.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_policy_is_refused_with_its_line_and_a_good_one_needs_a_preview() {
    let dingtalk = SandboxCompany::start(30, 5, 75).await;
    let home = tempdir().unwrap();
    let data = home.path();
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    let file = home.path().join("policy.json");
    let path = file.to_str().expect("UTF-8");
    std::fs::write(
        &file,
        "{\n  \"version\": 1,\n  \"preset\": \"dingtalk_is_master\",\n  \"grace_days\": -3\n}\n",
    )
    .unwrap();
    let refused = run_command(data, &["policy", "set", path], 1).await;
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

    std::fs::write(
        &file,
        "{\"version\": 1, \"preset\": \"dingtalk_is_master\", \"grace_days\": 3}\n",
    )
    .unwrap();
    let set = run_command(data, &["policy", "set", path], 3).await;
    assert_eq!(
        (&set["policy"]["version"], &set["policy"]["pending"]),
        (&1.into(), &true.into()),
        "{set}"
    );
    let person = dingtalk.bystander(&[]).await;
    dingtalk
        .act(rename_person(&person.userid, "新策略下改名"))
        .await;
    let report = dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(3);
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
    let active = run_command(data, &["policy", "active"], 0).await;
    assert_eq!(
        (&active["policy"]["version"], &active["policy"]["pending"]),
        (&1.into(), &false.into()),
        "{active}"
    );
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(0);
    // A policy whose preview was never applied under this name waits again. The applied one does
    // not.
    let back = run_command(data, &["policy", "rollback"], 3).await;
    assert_eq!(back["policy"]["version"], 0, "{back}");
    let forth = run_command(data, &["policy", "rollback"], 0).await;
    assert_eq!(forth["policy"]["version"], 1, "{forth}");
}
