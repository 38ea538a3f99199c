use std::os::unix::fs::PermissionsExt as _;

use clap::Parser as _;
use directory::{CorpId, Kind};
use state::Binding;
use state::store::PutCondition;
use state::vault::BindingKeys;

use std::path::Path;

use super::*;
use crate::args::{Args, Command};
use crate::command_error;
use crate::language::Language;
use crate::local_socket::LocalSocket;
use crate::machine::{Machine, MachineConfig};
use desk::{EditRefusal, LedgerOrderError, OrderError};
use runtime::SystemClock;

/// A data directory with a bound company whose ledger is empty.
async fn bound_data() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    bound_machine(home.path()).await.stop().await;
    home
}

/// The same, running.
pub(crate) async fn bound_machine(data: &Path) -> Machine {
    let machine = machine_of(data).await;
    let corp: CorpId = "ding1".parse().unwrap();
    let binding = Binding::new("b-1".parse().unwrap(), corp);
    let keys = BindingKeys {
        hash_key: [1; 32],
        seal_key: [2; 32],
        endpoints: None,
    };
    machine.secrets.put_keys(&binding.id, &keys).await.unwrap();
    machine
        .store
        .put_binding(&binding, PutCondition::New)
        .await
        .unwrap();
    machine
}

async fn machine_of(data: &Path) -> Machine {
    Machine::start(&MachineConfig {
        data: data.to_owned(),
        dynamodb: None,
        allow_loopback: true,
    })
    .await
    .unwrap()
}

pub(crate) fn parse_order(line: &str) -> LedgerRequest {
    let words = ["bangding", "ehr"].into_iter().chain(
        line.split(' ')
            .map(|word| if word == "''" { "" } else { word }),
    );
    match Args::try_parse_from(words).unwrap().command {
        Command::Ehr(args) => args.action.to_order(),
        _ => unreachable!("it is an ehr command"),
    }
}

/// As typed by someone who is called tester.
fn here(data: &Path) -> ContextArgs {
    ContextArgs {
        data: data.to_owned(),
        json: false,
        lang: Language::En,
        by: Some("tester".to_owned()),
        binding: None,
    }
}

async fn order_line(data: &Path, line: &str) -> Result<LedgerOutcome, CommandError> {
    send_order(&here(data), &parse_order(line)).await
}

/// What a command line prints in English, its ids left out.
async fn run_line(data: &Path, line: &str) -> String {
    let outcome = order_line(data, line).await;
    let text = match &outcome {
        Ok(answer) => words::describe_reply(answer, Language::En),
        Err(err) => command_error::describe_error(err, Language::En),
    };
    let is_id = |word: &str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split_whitespace()
        .filter(|word| !is_id(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The company of the tests: root, 销售 with 华东 below, 李娜 in 华东.
async fn company(data: &Path) {
    for line in [
        "department create 公司 --under ''",
        "department create 销售",
        "department create 华东 --under 销售",
        "hire --name 李娜 --mobile 13800000001 --job-number A1 --department 销售/华东",
    ] {
        order_line(data, line).await.unwrap();
    }
}

#[tokio::test]
async fn a_company_is_run_from_the_command_line() {
    let home = bound_data().await;
    let data = home.path();
    company(data).await;
    let today = directory::canonical::shanghai_day(SystemClock.now()).unwrap();
    assert_eq!(
        run_line(data, "show A1").await,
        format!("● 李娜 A1 销售/华东 {today} active")
    );
    assert_eq!(
        run_line(data, "change A1 --title 经理 --department 销售").await,
        "● change: done v2"
    );
    assert_eq!(
        run_line(data, "department heads 销售 李娜").await,
        "● change: done v2"
    );
    assert_eq!(
        run_line(data, "department move 华东 --under /").await,
        "● change: done v2"
    );
    assert_eq!(
        run_line(data, "department rename 华东 华南").await,
        "● change: done v3"
    );
    assert_eq!(
        run_line(data, "department close 华南").await,
        "● close: done v4"
    );
    assert_eq!(
        run_line(data, "department list").await,
        "● 公司 active ● 销售 公司 李娜 active"
    );
    assert_eq!(
        run_line(data, "department reopen 华南").await,
        "● reopen: done v5"
    );
    assert_eq!(
        run_line(data, "leave 13800000001").await,
        "● leave: done v4"
    );
    assert_eq!(run_line(data, "list").await, "");
    assert_eq!(
        run_line(data, "rehire 李娜 --department 华南").await,
        "● rehire: done v5"
    );
    assert_eq!(
        run_line(data, "leave A1 --last-day 2099-12-31").await,
        "● leave: waits until 2100-01-01 v6"
    );
    assert!(
        run_line(data, "list")
            .await
            .ends_with("active ahead 2100-01-01 leaving")
    );
    assert_eq!(run_line(data, "cancel A1").await, "● cancel: done v7");
    let told = run_line(data, "changes --after 4").await;
    assert_eq!(
        told.matches(" person ").count() + told.matches(" department ").count(),
        12,
        "{told}"
    );
    assert!(told.ends_with("go on with --after 16"), "{told}");
}

#[tokio::test]
async fn a_wrong_order_is_refused_with_a_reason() {
    let home = bound_data().await;
    let data = home.path();
    company(data).await;
    let refused = async |line: &str| run_line(data, line).await;
    for (line, code, said) in [
        ("leave nobody", "ledger-name-unknown", "is called nobody"),
        (
            "department close 销售",
            "ledger-department-not-empty",
            "0 people and 1 departments are in it",
        ),
        (
            "hire --name 王伟 --mobile 13800000001 --department 销售",
            "ledger-value-taken",
            "has this mobile number already",
        ),
        (
            "change A1 --mobile ''",
            "ledger-value-missing",
            "must not be empty",
        ),
    ] {
        let refused = refused(line).await;
        let is_said = refused.contains(said) && refused.contains(code);
        assert!(is_said, "{line}: {refused}");
    }
    assert_eq!(
        refused("hire --name 李娜 --mobile 13800000002 --department 销售").await,
        "● hire: done v1"
    );
    let ambiguous = refused("show 李娜").await;
    assert!(ambiguous.contains("李娜 fits 2 records"), "{ambiguous}");
    let parses =
        |line: &str| Args::try_parse_from(["bangding", "ehr"].into_iter().chain(line.split(' ')));
    assert!(
        parses("leave A1 --on 2026-02-30").is_err(),
        "a day that does not exist"
    );
    assert!(parses("leave A1 --on 2027-01-01 --last-day 2027-01-01").is_err());
    let not_empty = LedgerOrderError::Refused(EditRefusal::NotEmpty {
        people: 2,
        departments: 0,
    });
    let err = OrderError::Ledger(not_empty).into();
    let zh = command_error::describe_error(&err, Language::ZhCn);
    assert!(zh.starts_with("里面还有 2 人、0 个下级部门"), "{zh}");
    assert!(zh.contains("ledger-department-not-empty"), "{zh}");
    let nowhere = data.join("nowhere");
    assert!(matches!(
        order_line(&nowhere, "list").await,
        Err(CommandError::NoState { .. })
    ));
}

#[tokio::test]
async fn a_running_up_handles_orders_on_its_local_socket() {
    let home = bound_data().await;
    let data = home.path();
    company(data).await;
    let machine = machine_of(data).await;
    let socket = LocalSocket::open(data, machine.desk()).await.unwrap();
    let file = data.join("desk.json");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        run_line(data, "change A1 --title 经理").await,
        "● change: done v2"
    );
    assert_eq!(
        run_line(data, "change A1 --title 经理").await,
        "It is so already: nothing changes [ledger-no-change]"
    );

    // A wrong key opens nothing.
    let mut way: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    way["key"] = "0".repeat(32).into();
    std::fs::write(&file, way.to_string()).unwrap();
    let refused = order_line(data, "change A1 --title 总监").await;
    assert!(
        matches!(
            refused,
            Err(CommandError::Order(OrderError::Unusable { .. }))
        ),
        "{refused:?}"
    );
    drop(socket);
    assert!(!file.exists());
    machine.stop().await;
    let shown = order_line(data, "show A1").await.unwrap();
    let LedgerOutcome::Entries(entries) = shown else {
        unreachable!("an entry was asked for")
    };
    assert_eq!(
        (entries[0].kind, entries[0].version),
        (Kind::Person, 2),
        "without a socket, this process does it"
    );
}

#[tokio::test]
async fn an_employment_type_is_printed_in_both_languages() {
    let home = bound_data().await;
    let data = home.path();
    company(data).await;
    let refused = run_line(data, "change A1 --employment 长工").await;
    let choices = "full_time, part_time, intern, dispatched, rehired_retiree, outsourced";
    assert!(refused.contains(choices), "{refused}");
    assert_eq!(
        run_line(data, "change A1 --employment full_time").await,
        "● change: done v2"
    );
    assert!(
        run_line(data, "show A1")
            .await
            .ends_with("full time active")
    );
    let shown = order_line(data, "show A1").await;
    assert!(
        words::describe_reply(shown.as_ref().unwrap(), Language::ZhCn).contains("  全职  在职")
    );
    assert!(
        words::as_json(shown.as_ref().unwrap())
            .to_string()
            .contains(r#"["employment",["full_time"]]"#)
    );
    assert_eq!(
        run_line(data, "change A1 --employment 兼职 --on 2099-01-01").await,
        "● change: waits until 2099-01-01 v3"
    );
    assert!(
        run_line(data, "list")
            .await
            .ends_with("ahead 2099-01-01 change of employment")
    );
    assert_eq!(run_line(data, "cancel A1").await, "● cancel: done v4");
    assert_eq!(
        run_line(data, "change A1 --employment ''").await,
        "● change: done v5"
    );
    assert!(!run_line(data, "show A1").await.contains("full time"));
    let hired = "hire --name 王伟 --mobile 13800000002 --department 销售 --employment intern";
    assert_eq!(run_line(data, hired).await, "● hire: done v1");
    let told = run_line(data, "changes --after 8").await;
    assert!(
        told.contains("person hire") && !told.contains("intern"),
        "the feed tells what was done, no kind: {told}"
    );
}
