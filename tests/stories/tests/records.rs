//! What waits for a person: a conflict is decided either way and taken back, a hold is released, a
//! quarantined record is tried again, and each shows its reason.

mod conflicts;
mod holds;
mod quarantine;
mod why;

use std::path::Path;

use directory::{Field, Kind};
use sandbox::company::Person;
use sandbox::world::{Act, PersonChanges};
use serde_json::{Value, json};
use stories::program::{FinishedProgram, ProgramCommand};
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::{TempDir, tempdir};

/// Runs `bangding …` with the state in `data`; returns its only JSON object.
async fn run_command(data: &Path, args: &[&str], code: i32) -> Value {
    let up = ProgramCommand::without_arguments()
        .args(args.iter().copied())
        .args(["--json", "--data", data.to_str().expect("UTF-8")]);
    let ran: FinishedProgram = up.run_to_end().await;
    assert_eq!(
        ran.code,
        Some(code),
        "{args:?}: {:?}\n{}",
        ran.stdout,
        ran.stderr
    );
    ran.single_object()
}

/// Runs one sweep that ends with this code; returns its report.
async fn run_sweep(dingtalk: &SandboxCompany, data: &Path, code: i32) -> Value {
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(code)
}

/// Returns the ledger's value.
async fn field_in_ehr(data: &Path, userid: &str, field: Field) -> Option<String> {
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .expect("a binding");
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    active
        .get(userid)
        .and_then(|stored| stored[0].record.values.text(field).map(str::to_owned))
}

/// Returns the title that DingTalk shows.
async fn title_in_dingtalk(dingtalk: &SandboxCompany, userid: &str) -> String {
    let truth = dingtalk.truth().await;
    truth
        .people
        .iter()
        .find(|person| person.userid == userid)
        .expect("still there")
        .title
        .clone()
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

/// Binds a company and syncs it under a policy with an approved and applied preview.
async fn bind_company(seed: u64, people: usize, policy: &str) -> (SandboxCompany, TempDir) {
    let dingtalk = SandboxCompany::start(people, 6, seed).await;
    dingtalk
        .change_settings(json!({"grant": ["qyapi_manage_addresslist"]}))
        .await;
    let home = tempdir().unwrap();
    let data = home.path();
    run_sweep(&dingtalk, data, 0).await;
    let file = data.join("policy.json");
    std::fs::write(&file, policy).unwrap();
    run_command(data, &["policy", "set", file.to_str().expect("UTF-8")], 3).await;
    run_sweep(&dingtalk, data, 3).await;
    run_command(data, &["approve", "latest"], 0).await;
    run_command(data, &["apply", "latest"], 0).await;
    run_sweep(&dingtalk, data, 0).await;
    (dingtalk, home)
}

/// Returns the last change of a person's title.
async fn explain_title(data: &Path, who: &str) -> Value {
    run_command(data, &["why", who, "title"], 0).await["why"]["changed"].clone()
}

/// Returns this many people without ties.
async fn choose_bystanders(dingtalk: &SandboxCompany, count: usize) -> Vec<Person> {
    let mut chosen: Vec<Person> = Vec::new();
    for _ in 0..count {
        let not: Vec<&str> = chosen.iter().map(|person| person.userid.as_str()).collect();
        chosen.push(dingtalk.bystander(&not).await);
    }
    chosen
}
