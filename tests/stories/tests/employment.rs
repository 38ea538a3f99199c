//! A policy that names employment types. People outside of it stay exactly as they are on both
//! sides. If the roster cannot be read, no person is included.

mod dingtalk_decides;
mod ehr_decides;
mod roster;

use std::path::Path;

use directory::{Field, Kind};
use sandbox::company::Person;
use sandbox::world::{Act, PersonChanges};
use serde_json::{Value, json};
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::{TempDir, tempdir};

use crate::asks::run_command;

const ROSTER: &str = "/v1.0/hrm/rosters/lists/query";
const FULL_TIME: u8 = 1;
const INTERN: u8 = 3;
const WITHOUT_INTERNS: &str = r#"{"version": 1, "preset": "dingtalk_is_master", "employment_types": {"exclude": ["intern"]}}"#;

/// Binds a company of thirty, syncs it, and sets this policy.
async fn bind_company(seed: u64, policy: &str) -> (SandboxCompany, TempDir) {
    let dingtalk = SandboxCompany::start(30, 6, seed).await;
    dingtalk
        .change_settings(json!({"grant": ["qyapi_manage_addresslist"]}))
        .await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    assert_eq!(
        roster_calls(&dingtalk).await,
        0,
        "a policy that names no kind asks for none"
    );
    apply_policy(home.path(), policy).await;
    (dingtalk, home)
}

async fn apply_policy(data: &Path, policy: &str) {
    let file = data.join("policy.json");
    std::fs::write(&file, policy).unwrap();
    run_command(data, &["policy", "set", file.to_str().expect("UTF-8")], 3).await;
    run_command(data, &["plan"], 0).await;
    run_command(data, &["approve", "latest"], 0).await;
    run_command(data, &["apply", "latest"], 0).await;
}

async fn roster_calls(dingtalk: &SandboxCompany) -> usize {
    dingtalk
        .log()
        .await
        .iter()
        .filter(|call| call.interface == ROSTER)
        .count()
}

async fn run_sweep(dingtalk: &SandboxCompany, data: &Path, code: i32) -> Value {
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(code)
}

async fn hire_person(dingtalk: &SandboxCompany, name: &str, kind: u8) -> String {
    let fields = Box::new(PersonChanges {
        employee_type: Some(kind),
        ..PersonChanges::default()
    });
    let act = Act::Hire {
        name: name.to_owned(),
        departments: vec![],
        fields,
        userid: None,
    };
    dingtalk.act(act).await.userid.expect("a userid")
}

async fn change_employee_type(dingtalk: &SandboxCompany, userid: &str, employee_type: u8) {
    dingtalk
        .act(Act::SetEmployment {
            userid: userid.to_owned(),
            employee_type,
        })
        .await;
}

async fn rename_person(dingtalk: &SandboxCompany, userid: &str, name: &str) {
    dingtalk
        .act(Act::Rename {
            userid: userid.to_owned(),
            name: name.to_owned(),
        })
        .await;
}

async fn let_leave(dingtalk: &SandboxCompany, userid: &str) {
    dingtalk
        .act(Act::Leave {
            userid: userid.to_owned(),
        })
        .await;
}

/// Returns the name of an active person in the ledger.
async fn active_name_in_ledger(data: &Path, userid: &str) -> Option<String> {
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    active
        .get(userid)
        .and_then(|stored| stored[0].record.values.text(Field::Name).map(str::to_owned))
}

async fn has_left(data: &Path, userid: &str) -> bool {
    LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding")
        .find_left(userid)
        .is_some()
}

/// Returns this many people without ties.
async fn bystanders<const N: usize>(dingtalk: &SandboxCompany) -> [Person; N] {
    let mut chosen: Vec<Person> = Vec::new();
    while chosen.len() < N {
        let not: Vec<&str> = chosen.iter().map(|person| person.userid.as_str()).collect();
        chosen.push(dingtalk.bystander(&not).await);
    }
    chosen.try_into().expect("so many")
}

/// The note of a run that leaves so many people unchanged, as JSON.
fn left_unchanged(people: u64) -> String {
    format!(r#"{{"arguments":{{"people":{people}}},"code":"run-employment-left-out"}}"#)
}
