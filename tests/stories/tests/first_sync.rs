//! The first sync, a second one, and a change between them.

use std::collections::BTreeMap;
use std::path::Path;

use sandbox::world::{CallRecord, WorldTruth};
use serde_json::{Value, json};
use stories::company::post_json;
use stories::polling::wait_until;
use stories::program::ProgramCommand;
use stories::{LedgerSnapshot, SandboxCompany, assert_same};
use tempfile::tempdir;

const PEOPLE: u64 = 60;
const DEPARTMENTS: u64 = 9;

/// Returns `up --json` with its own sandbox.
fn up_command(data: &Path) -> ProgramCommand {
    ProgramCommand::new(data).args(["--people", "60", "--departments", "9", "--seed", "7"])
}

fn sorted_keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

fn run_counts(run: &Value) -> [u64; 4] {
    ["created", "updated", "removed", "writes"].map(|name| run[name].as_u64().expect("a number"))
}

/// Returns the truth of a stopped sandbox, from its file.
async fn stored_truth(data: &Path) -> WorldTruth {
    let config = sandbox::ServerConfig {
        data: Some(data.to_owned()),
        ..sandbox::ServerConfig::in_memory(0, 0, 0)
    };
    let server = sandbox::Server::start(config)
        .await
        .expect("the sandbox starts again");
    let truth = server.world.lock().await.truth();
    server.shutdown().await;
    truth
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_directory_becomes_a_bound_company() {
    let home = tempdir().unwrap();
    let data = home.path().join("not/there/yet");
    let ran = up_command(&data).run_once().await;
    let run = ran.run_report(0);
    let object = ran.single_object();
    assert_eq!(sorted_keys(&object), ["binding", "run"]);
    assert_eq!(
        sorted_keys(&object["binding"]),
        ["aes_key", "callback_url", "corp_id", "id", "token"]
    );
    // The report has the documented fields and the sentences of the run.
    let documented = [
        "calls",
        "complete",
        "created",
        "departments",
        "held",
        "id",
        "notes",
        "people",
        "removed",
        "seconds",
        "throttled",
        "updated",
        "writes",
    ];
    assert_eq!(sorted_keys(&run), documented);
    assert_eq!(
        object["binding"]["aes_key"].as_str().map(str::len),
        Some(43)
    );
    assert_eq!(
        (&run["complete"], &run["people"], &run["departments"]),
        (&json!(true), &json!(60), &json!(9))
    );
    assert_eq!(
        (&run["created"], &run["updated"], &run["removed"]),
        (&json!(69), &json!(0), &json!(0))
    );
    assert_eq!(
        (&run["held"], &run["throttled"], &run["notes"]),
        (&json!(0), &json!(0), &json!([]))
    );
    assert!(
        run_counts(&run)[3] >= 2 * (PEOPLE + DEPARTMENTS),
        "an entry and a link each at least: {run}"
    );
    assert!(!ran.stderr.is_empty(), "people read what happens on stderr");
    let ledger = LedgerSnapshot::read_directory(&data)
        .await
        .expect("a binding");
    assert_eq!(
        ledger.binding.corp_id.as_str(),
        object["binding"]["corp_id"]
    );
    assert_same(&stored_truth(&data).await, &ledger);
}

/// Returns the list calls that a sweep needs at least: one per department, and one per hundred
/// members of each.
fn minimum_lists(truth: &WorldTruth) -> (usize, usize) {
    let pages = truth
        .departments
        .iter()
        .map(|one| one.member_count.div_ceil(100).max(1));
    (truth.departments.len(), pages.sum())
}

fn subjects_of<'a>(log: &'a [CallRecord], interface: &str) -> Vec<&'a str> {
    let calls = log.iter().filter(|call| call.interface == interface);
    calls
        .map(|call| call.subject.as_deref().unwrap_or_default())
        .collect()
}

/// Counts the sandbox's calls by the names that the program uses. Token calls are not part of the
/// sweep.
fn calls_by_interface(log: &[CallRecord]) -> BTreeMap<String, u64> {
    let mut seen = BTreeMap::new();
    for call in log {
        let name = call
            .interface
            .trim_start_matches('/')
            .trim_start_matches("topapi/")
            .trim_start_matches("v2/");
        if !name.contains("oauth2") && name != "gettoken" {
            *seen.entry(name.to_owned()).or_default() += 1;
        }
    }
    seen
}

/// Asserts that the program counts its calls correctly, and that it makes few calls besides lists and reads.
fn assert_few_other_calls(sweep: usize, log: &[CallRecord], run: &Value) {
    let mut fixed = calls_by_interface(log);
    assert_eq!(
        serde_json::to_value(&fixed).unwrap(),
        run["calls"],
        "what the program counts is what was called"
    );
    for name in [
        "department/listsub",
        "user/list",
        "user/get",
        "department/get",
    ] {
        fixed.remove(name);
    }
    let few = BTreeMap::from([("auth/scopes".to_owned(), 2), ("user/count".to_owned(), 2)]);
    assert_eq!(fixed, few, "sweep {sweep}");
}

/// Seven sweeps of an unchanged company write nothing, repeat no call, and read every person in
/// full once.
#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_company_needs_only_the_minimum_calls() {
    let dingtalk = SandboxCompany::start_sized(sandbox::company::CompanySize {
        people: 250,
        departments: 6,
        seed: 11,
        big_department: Some(205),
    })
    .await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let truth = dingtalk.truth().await;
    let (lists, pages) = minimum_lists(&truth);
    assert!(
        pages > truth.departments.len(),
        "a department of more than a page belongs to this story"
    );
    let mut read: BTreeMap<String, usize> = BTreeMap::new();
    for sweep in 1..=7 {
        dingtalk.clear_log().await;
        let run = dingtalk
            .up_command(home.path())
            .await
            .run_once()
            .await
            .run_report(0);
        assert_eq!(run_counts(&run), [0; 4], "sweep {sweep}: {run}");
        let log = dingtalk.log().await;
        assert_eq!(
            subjects_of(&log, "/topapi/v2/department/listsub").len(),
            lists,
            "sweep {sweep}"
        );
        assert_eq!(
            subjects_of(&log, "/topapi/v2/user/list").len(),
            pages,
            "sweep {sweep}"
        );
        let deep = ["/topapi/v2/user/get", "/topapi/v2/department/get"]
            .map(|interface| subjects_of(&log, interface));
        assert!(
            deep[0].len() <= 250 / 7 + 25,
            "sweep {sweep} read {} people in full",
            deep[0].len()
        );
        deep.iter()
            .flatten()
            .for_each(|subject| *read.entry((*subject).to_owned()).or_default() += 1);
        assert_few_other_calls(sweep, &log, &run);
    }
    // The root is no row of any list: every sweep reads it, and once it is its turn too.
    let root = read.insert("dept 1".to_owned(), 1);
    assert_eq!(root, Some(8), "the root in seven sweeps");
    let again: Vec<_> = read.iter().filter(|(_, times)| **times != 1).collect();
    assert_eq!(
        (read.len(), again),
        (truth.people.len() + truth.departments.len(), vec![]),
        "each once in seven sweeps"
    );
    assert_same(
        &truth,
        &LedgerSnapshot::read_directory(home.path())
            .await
            .expect("a binding"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_between_two_sweeps_is_found() {
    let home = tempdir().unwrap();
    let data = home.path();
    up_command(data).run_once().await.run_report(0);
    assert_eq!(
        run_counts(&up_command(data).run_once().await.run_report(0)),
        [0; 4]
    );
    let person = stored_truth(data)
        .await
        .people
        .into_iter()
        .find(|person| person.sys_level == 0 && !person.boss)
        .unwrap();
    // Starts the sandbox alone, as its own program on the same world.
    let sandbox = ProgramCommand::without_arguments()
        .args(["sandbox", "--data", data.to_str().unwrap()])
        .start();
    let mut url = String::new();
    wait_until(
        std::time::Duration::from_secs(30),
        "the sandbox says where it is",
        async || {
            let found = sandbox.lines().iter().find_map(|line| {
                line.strip_prefix("页面与接口")
                    .map(str::trim)
                    .map(str::to_owned)
            });
            url = found.ok_or_else(|| sandbox.stderr())?;
            Ok(())
        },
    )
    .await;
    let act = json!({"act": "rename", "userid": person.userid, "name": "欧阳新名"});
    assert_eq!(
        post_json(&format!("{url}/__sandbox/acts"), &act).await.0,
        200
    );
    sandbox.kill().await;
    let run = up_command(data).run_once().await.run_report(0);
    assert_eq!(run_counts(&run)[..3], [0, 1, 0], "{run}");
    let truth = stored_truth(data).await;
    assert!(truth.people.iter().any(|person| person.name == "欧阳新名"));
    assert_same(
        &truth,
        &LedgerSnapshot::read_directory(data)
            .await
            .expect("a binding"),
    );
    assert_eq!(
        run_counts(&up_command(data).run_once().await.run_report(0)),
        [0; 4]
    );
}
