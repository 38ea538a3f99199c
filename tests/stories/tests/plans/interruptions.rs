//! An apply that is paused or killed goes on where it stopped, and a pause loses no change.

use std::path::Path;
use std::time::Duration;

use directory::{Field, Kind};
use sandbox::world::Act;
use stories::polling::wait_until;
use stories::program::RunningProgram;
use stories::{LedgerSnapshot, SandboxCompany, assert_same};
use tempfile::tempdir;

use super::{four_bystanders, ledger_versions, plan_command, rename_person, run_command, value_of};

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
