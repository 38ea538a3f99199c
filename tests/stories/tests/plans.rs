//! Plans are shown, approved, and applied as shown. Items that have changed are refused, a pause
//! stops the plan, and it continues where it stopped.

mod interruptions;
mod policy;
mod refused_items;

use std::collections::BTreeMap;
use std::path::Path;

use directory::{Field, Kind};
use sandbox::company::Person;
use sandbox::world::Act;
use serde_json::Value;
use stories::program::{FinishedProgram, ProgramCommand};
use stories::{LedgerSnapshot, SandboxCompany};

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

/// Runs one sweep that ends with this code; returns its report.
async fn run_sweep(dingtalk: &SandboxCompany, data: &Path, code: i32) -> Value {
    dingtalk
        .up_command(data)
        .await
        .run_once()
        .await
        .run_report(code)
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
