//! Histories that a review of the engine found broken: freed userids, creates that were cut off,
//! canaries who left, records that cannot be read.

mod canaries;
mod freed_userids;
mod interrupted_creates;

use std::path::Path;

use sandbox::world::{Act, Fault, FaultKind};
use serde_json::Value;
use stories::{LedgerSnapshot, ProgramCommand, SandboxCompany, assert_same};
use tempfile::{TempDir, tempdir};

const PERSON: &str = "/topapi/v2/user/get";

/// Binds a company and syncs it.
async fn bind_company(people: usize, departments: usize, seed: u64) -> (SandboxCompany, TempDir) {
    let dingtalk = SandboxCompany::start(people, departments, seed).await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    (dingtalk, home)
}

async fn read_ledger(data: &Path) -> LedgerSnapshot {
    LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding")
}

async fn run_sweeps(dingtalk: &SandboxCompany, data: &Path, times: usize) {
    for _ in 0..times {
        dingtalk
            .up_command(data)
            .await
            .run_once()
            .await
            .run_report(0);
    }
}

async fn let_leave(dingtalk: &SandboxCompany, userid: &str) {
    dingtalk
        .act(Act::Leave {
            userid: userid.to_owned(),
        })
        .await;
}

/// Hires a person again under a `userid` that was never used.
async fn rehire_under_new_userid(dingtalk: &SandboxCompany, userid: &str) -> String {
    let back = Act::Rehire {
        userid: userid.to_owned(),
        same_userid: false,
        departments: vec![],
    };
    let new = dingtalk.act(back).await.userid.expect("a userid");
    assert_ne!(new, userid);
    new
}

async fn export_people(data: &Path) -> Vec<Value> {
    let file = data.join("people.json");
    let args = [
        "export",
        file.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ];
    let ran = ProgramCommand::without_arguments()
        .args(args)
        .run_to_end()
        .await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_slice(&std::fs::read(file).unwrap()).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehire_under_a_new_userid_without_a_leave_event() {
    let (dingtalk, home) = bind_company(30, 6, 304).await;
    let before = read_ledger(home.path()).await;
    let person = dingtalk.bystander(&[]).await;
    let_leave(&dingtalk, &person.userid).await;
    let new = rehire_under_new_userid(&dingtalk, &person.userid).await;
    run_sweeps(&dingtalk, home.path(), 2).await;
    let after = read_ledger(home.path()).await;
    assert_same(&dingtalk.truth().await, &after);
    assert_eq!(
        before.people.len(),
        after.people.len(),
        "the same person, not another one"
    );
    let is = |stored: &&ehr::StoredRecord| {
        stored
            .record
            .unionid
            .as_ref()
            .is_some_and(|id| id.as_str() == person.unionid)
    };
    let (was, now) = (
        before.people.iter().find(is).unwrap(),
        after.people.iter().find(is).unwrap(),
    );
    assert_eq!(
        (&was.record.id, now.record.active),
        (&now.record.id, true),
        "the same record"
    );
    let rows = export_people(home.path()).await;
    let of = |userid: &str| {
        rows.iter()
            .filter(|row| row["userid"] == *userid)
            .map(|row| row["status"].clone())
            .collect()
    };
    let (old, new): (Vec<Value>, Vec<Value>) = (of(&person.userid), of(&new));
    assert_eq!((old, new), (vec![], vec!["active".into()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_record_is_reported() {
    let dingtalk = SandboxCompany::start(20, 4, 305).await;
    let home = tempdir().unwrap();
    // Seventeen reads of the last eight people fail. At least one person fails three times, which
    // is every try, and at most five do.
    dingtalk
        .arm(
            Fault::new(FaultKind::Html200)
                .at(PERSON)
                .after(12)
                .times(17),
        )
        .await;
    let ran = dingtalk.up_command(home.path()).await.run_once().await;
    assert_eq!(dingtalk.disarm().await, [17], "how often it struck");
    let run = ran.run_report(1);
    println!("{run}");
    assert_eq!(run["complete"], false, "{run}");
    let people = run["people"].as_u64().expect("a number");
    assert!(
        (15..20).contains(&people),
        "{people} of 20 got there: {run}"
    );
    let said = format!("{} {} {}", run["notes"], run["troubles"], ran.stderr);
    assert!(
        said.contains("look-dingtalk-failed"),
        "nothing names it: {said}"
    );
    let again = dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    assert_eq!(
        (&again["complete"], &again["people"]),
        (&true.into(), &20.into()),
        "{again}"
    );
    assert_same(&dingtalk.truth().await, &read_ledger(home.path()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_company_is_synced_twice() {
    let (dingtalk, home) = bind_company(0, 1, 306).await;
    let run = dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    assert_eq!(
        (&run["complete"], &run["people"], &run["writes"]),
        (&true.into(), &0.into(), &0.into()),
        "{run}"
    );
    assert_same(&dingtalk.truth().await, &read_ledger(home.path()).await);
}
