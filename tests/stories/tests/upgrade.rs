//! This version handles what the previous version stored, and what was in flight when it was
//! killed.
//!
//! `fixtures/version-1` is what `up` of the first version left: people in a company of the sandbox,
//! five changes pushed and acknowledged, then `kill -9` before it looked at any.
//! `examples/keep_version.rs` makes such a fixture.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use directory::Kind;
use local::machine::{Machine, MachineConfig};
use local::workers;
use serde_json::Value;
use state::queue::messages::{MessageBody, OutboxMessage, WakeMessage, decode_body, encode_body};
use state::vault::BindingKeys;
use state::{Binding, DeadLetters as _, DingTalkEndpoints};
use stories::compare::format_differences;
use stories::polling::wait_until;
use stories::{LedgerSnapshot, ProgramCommand, assert_same, find_differences, kept};
use tempfile::tempdir;

fn version_1_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/version-1")
}

/// What was stored then, read by this version out of a copy: reading splits the secret of then.
async fn read_kept() -> LedgerSnapshot {
    let copy = tempdir().unwrap();
    kept::unpack_directory(&version_1_folder(), copy.path()).await;
    start_machine(copy.path()).await.stop().await;
    LedgerSnapshot::read_directory(copy.path())
        .await
        .expect("the binding is read")
}

async fn start_machine(data: &Path) -> Machine {
    let place = MachineConfig {
        data: data.to_owned(),
        dynamodb: None,
        allow_loopback: true,
    };
    Machine::start(&place).await.expect("the machine starts")
}

async fn start_sandbox(data: &Path) -> sandbox::RunningServer {
    let config = sandbox::ServerConfig {
        data: Some(data.to_owned()),
        ..sandbox::ServerConfig::in_memory(0, 0, 0)
    };
    sandbox::Server::start(config)
        .await
        .expect("the sandbox starts again")
}

/// Today's queues handle the old messages, without any sweep.
#[tokio::test(flavor = "multi_thread")]
async fn messages_in_flight_are_handled_by_the_next_version() {
    let home = tempdir().unwrap();
    kept::unpack_directory(&version_1_folder(), home.path()).await;
    let before = read_kept().await;
    assert_eq!(
        (before.people.len(), before.departments.len()),
        (12, 4),
        "every entry is read"
    );
    assert_eq!(before.links.len(), 16, "every link is read");
    let server = start_sandbox(home.path()).await;
    let truth = server.world.lock().await.truth();
    assert!(
        find_differences(&truth, &before).len() >= 4,
        "what was in flight is not in the ledger yet"
    );
    let machine = start_machine(home.path()).await;
    let id = &before.binding.id;
    let keys = machine.secrets.get_keys(id).await.expect("the keys");
    let moved = BindingKeys {
        endpoints: Some(DingTalkEndpoints::at(&server.url)),
        ..keys
    };
    let put = machine.secrets.put_keys(id, &moved).await;
    put.expect("the keys are stored");
    let in_flight = machine.queues.wakes.count_waiting().await;
    assert!(in_flight >= 4, "{in_flight} messages were in flight");
    let running = workers::start_queue_workers(&machine, Arc::new(|_, _| {}));
    wait_until(
        Duration::from_secs(60),
        "everything in flight is worked",
        async || match machine.queues.wakes.count_waiting().await {
            0 => Ok(()),
            waiting => Err(format!("{waiting} messages wait")),
        },
    )
    .await;
    assert_eq!(
        machine.queues.wakes.count().await.expect("a count"),
        0,
        "nothing was laid aside"
    );
    drop(running);
    machine.stop().await;
    let after = LedgerSnapshot::read_directory(home.path())
        .await
        .expect("a binding");
    assert_eq!(
        after.binding.swept_at, before.binding.swept_at,
        "no sweep helped"
    );
    // The version before kept no size of the company for the guard: who left waits for the first sweep.
    let waits = find_differences(&truth, &after);
    assert!(
        waits.len() == 1 && format_differences(&waits).contains("not in DingTalk"),
        "{}",
        format_differences(&waits)
    );
    server.shutdown().await;
}

/// The one secret of the previous version becomes three, with its address of DingTalk among the keys.
/// The next start removes it.
#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_the_previous_version_is_split_and_then_removed() {
    let home = tempdir().unwrap();
    kept::unpack_directory(&version_1_folder(), home.path()).await;
    let vault = || {
        let files = std::fs::read_dir(home.path().join("vault")).expect("the vault");
        let mut names: Vec<String> = files
            .flatten()
            .map(|file| file.file_name().to_string_lossy().replace("%2f", "/"))
            .collect();
        names.sort();
        names
    };
    let (former, tokens) = (
        "local/binding/b-mlp6z2hm.json",
        "local/tokens/b-mlp6z2hm.json",
    );
    let parts = [
        "local/callback/b-mlp6z2hm.json",
        "local/credentials/dingtalk/b-mlp6z2hm.json",
        "local/keys/b-mlp6z2hm.json",
    ];
    assert_eq!(vault(), [former, tokens]);
    let machine = start_machine(home.path()).await;
    let id = "b-mlp6z2hm".parse().unwrap();
    let keys = machine.secrets.get_keys(&id).await.expect("the keys");
    assert!(keys.dingtalk_endpoints().is_loopback(), "{keys:?}");
    machine.stop().await;
    assert_eq!(vault(), [former, parts[0], parts[1], parts[2], tokens]);
    start_machine(home.path()).await.stop().await;
    assert_eq!(vault(), [parts[0], parts[1], parts[2], tokens]);
}

/// Today's `up` handles what was in flight. Its sweep then finds nothing to write, because it reads
/// every stored base.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_of_the_next_version_writes_only_real_changes() {
    let home = tempdir().unwrap();
    kept::unpack_directory(&version_1_folder(), home.path()).await;
    let before = read_kept().await;
    let ran = ProgramCommand::new(home.path()).run_once().await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lines: Vec<Value> = ran
        .stdout
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let (report, events) = lines.split_last().expect("a report");
    assert!(
        events.len() >= 5,
        "a line for each message that was in flight: {events:?}"
    );
    assert_eq!(
        (&report["run"]["complete"], &report["run"]["writes"]),
        (&true.into(), &1.into()),
        "{report}"
    );
    // The one who left: the guard does not know the company's size before the first sweep, and the second one is the proof.
    let again = ProgramCommand::new(home.path()).run_once().await;
    let again = again.run_report(0);
    assert_eq!(
        (&again["complete"], &again["removed"]),
        (&true.into(), &1.into()),
        "{again}"
    );
    let after = LedgerSnapshot::read_directory(home.path())
        .await
        .expect("a binding");
    let server = start_sandbox(home.path()).await;
    assert_same(&server.world.lock().await.truth(), &after);
    server.shutdown().await;
    for kind in [Kind::Person, Kind::Department] {
        for stored in before.records(kind) {
            let kept = after
                .records(kind)
                .iter()
                .any(|one| one.record.id == stored.record.id);
            assert!(kept, "{} is still there", stored.record.id);
        }
    }
}

/// Whether an old reader finds everything that it knows. It ignores new fields.
fn contains_all(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => old
            .iter()
            .all(|(name, value)| new.get(name).is_some_and(|new| contains_all(new, value))),
        (new, old) => new == old,
    }
}

/// Returns the items of a kept table.
fn kept_items(table: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(version_1_folder().join(format!("{table}.jsonl")))
        .expect("it was kept");
    text.lines()
        .skip(1)
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn reserialize<B: MessageBody>(body: &str) -> String {
    encode_body(&decode_body::<B>(body).expect("the message of then is read"))
        .expect("it has a form")
}

/// During an upgrade the previous version reads what this one writes: the same version mark, and
/// every field that it knows, unchanged.
#[test]
fn the_previous_version_can_read_what_this_version_writes() {
    let mut kinds = std::collections::BTreeSet::new();
    for item in kept_items("bangding-queues") {
        let Some(body) = item["body"]["S"].as_str() else {
            continue;
        };
        let old: Value = serde_json::from_str(body).expect("JSON");
        let (kind, new) = match () {
            () if old.get("wake").is_some() => ("wake", reserialize::<WakeMessage>(body)),
            () if old.get("message").is_some() => ("outbox", reserialize::<OutboxMessage>(body)),
            () => panic!("a message of no known kind: {old}"),
        };
        kinds.insert(kind);
        assert!(
            contains_all(&serde_json::from_str(&new).expect("JSON"), &old),
            "{new} has not all of {old}"
        );
    }
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    let bindings = kept_items("bangding-control")
        .into_iter()
        .filter(|item| item["pk"]["S"] == "bindings");
    let bindings: Vec<Value> = bindings
        .map(|item| serde_json::from_str(item["b"]["S"].as_str().expect("a body")).expect("JSON"))
        .collect();
    assert_eq!(bindings.len(), 1);
    let read: Binding =
        serde_json::from_value(bindings[0].clone()).expect("the binding of then is read");
    let new = serde_json::to_value(read).expect("it has a form");
    assert!(
        contains_all(&new, &bindings[0]),
        "{new} has not all of {}",
        bindings[0]
    );
}
