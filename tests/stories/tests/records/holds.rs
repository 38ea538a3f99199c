//! Too many changes at once are held, and a release applies exactly those.

use std::path::Path;

use directory::Field;
use sandbox::company::Person;
use sandbox::world::Act;
use serde_json::Value;
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::tempdir;

use super::{choose_bystanders, field_in_ehr, run_command, run_sweep, set_title};

async fn count_titled(data: &Path, people: &[Person], wanted: &str) -> usize {
    let mut have = 0;
    for person in people {
        have += usize::from(
            field_in_ehr(data, &person.userid, Field::Title)
                .await
                .as_deref()
                == Some(wanted),
        );
    }
    have
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_hold_applies_exactly_its_changes() {
    let dingtalk = SandboxCompany::start(60, 6, 93).await;
    let home = tempdir().unwrap();
    let data = home.path();
    run_sweep(&dingtalk, data, 0).await;
    let people = choose_bystanders(&dingtalk, 19).await;
    let (first, second) = people.split_at(10);
    give_title(&dingtalk, first).await;
    run_sweep(&dingtalk, data, 3).await;
    assert_eq!(
        count_titled(data, first, "同名职务").await,
        0,
        "ten of sixty are too many"
    );
    let id = assert_one_hold_of_ten(&dingtalk, data).await;
    release_and_take_back(&dingtalk, data, &id).await;
    assert_eq!(
        count_titled(data, first, "同名职务").await,
        0,
        "the release was taken back"
    );
    run_command(data, &["hold", "release", &id], 0).await;
    // Changes after the release were not released.
    give_title(&dingtalk, second).await;
    run_sweep(&dingtalk, data, 3).await;
    assert_eq!(
        (
            count_titled(data, first, "同名职务").await,
            count_titled(data, second, "同名职务").await
        ),
        (10, 0)
    );
    assert_applied_and_nine_held(data, &id).await;
    run_command(data, &["hold", "release", &id, "--undo"], 1).await;
}

async fn give_title(dingtalk: &SandboxCompany, people: &[Person]) {
    for person in people {
        dingtalk.act(set_title(&person.userid, "同名职务")).await;
    }
}

/// Asserts that ten changes of the title are held, also after another sweep; returns the hold's id.
async fn assert_one_hold_of_ten(dingtalk: &SandboxCompany, data: &Path) -> String {
    let listed = run_command(data, &["hold", "list"], 0).await;
    let [hold] = &listed["holds"].as_array().expect("a list")[..] else {
        panic!("not one hold: {listed}")
    };
    assert_eq!(
        (&hold["count"], &hold["action"], &hold["state"]),
        (&10.into(), &"update".into(), &"held".into())
    );
    let reason = &hold["reason"];
    assert_eq!(
        (
            &reason["code"],
            &reason["arguments"]["field"]["field"],
            &reason["arguments"]["records"],
            &reason["arguments"]["people"]
        ),
        (
            &"guard-field-changed".into(),
            &"title".into(),
            &10.into(),
            &60.into()
        ),
        "{hold}"
    );
    let id = hold["id"].as_str().expect("an id").to_owned();
    run_sweep(dingtalk, data, 3).await;
    assert_eq!(
        run_command(data, &["hold", "list"], 0).await,
        listed,
        "a second sweep finds the same hold"
    );
    let shown = run_command(data, &["hold", "show", &id[..6]], 0).await;
    assert_eq!(
        shown["hold"]["records"].as_array().map(Vec::len),
        Some(10),
        "{shown}"
    );
    id
}

async fn release_and_take_back(dingtalk: &SandboxCompany, data: &Path, id: &str) {
    run_command(data, &["hold", "release", id, "--undo"], 1).await;
    run_command(data, &["hold", "release", id, "--by", "小李"], 0).await;
    run_command(data, &["hold", "release", id, "--undo"], 0).await;
    run_sweep(dingtalk, data, 3).await;
}

async fn assert_applied_and_nine_held(data: &Path, id: &str) {
    let open = run_command(data, &["hold", "list"], 0).await;
    assert_eq!(
        (
            &open["holds"][0]["count"],
            open["holds"].as_array().map(Vec::len)
        ),
        (&9.into(), Some(1)),
        "{open}"
    );
    let applied = run_command(data, &["hold", "show", id], 0).await;
    assert!(
        applied["hold"]["hold"]["state"]["applied"].is_object(),
        "{applied}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_leavers_are_held_and_released() {
    let dingtalk = SandboxCompany::start(60, 6, 97).await;
    let home = tempdir().unwrap();
    let data = home.path();
    run_sweep(&dingtalk, data, 0).await;
    let leavers = choose_bystanders(&dingtalk, 8).await;
    for person in &leavers {
        dingtalk
            .act(Act::Leave {
                userid: person.userid.clone(),
            })
            .await;
    }
    let left = async || {
        let ledger = LedgerSnapshot::read_directory(data)
            .await
            .expect("a binding");
        leavers
            .iter()
            .filter(|person| ledger.find_left(&person.userid).is_some())
            .count()
    };
    run_sweep(&dingtalk, data, 0).await;
    let waiting = run_command(data, &["waiting"], 0).await;
    let missing = waiting["waiting"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["waits_for"] == "sweep");
    assert_eq!(missing.count(), 8, "{waiting}");
    run_sweep(&dingtalk, data, 3).await;
    let held = run_command(data, &["hold", "list"], 0).await;
    let hold = &held["holds"][0];
    assert_eq!(
        (&hold["count"], &hold["action"]),
        (&8.into(), &"remove".into()),
        "{held}"
    );
    assert_eq!(hold["too_much"][0]["Removals"]["limit"], 5, "{held}");
    assert_eq!(left().await, 0);
    run_command(
        data,
        &["hold", "release", hold["id"].as_str().expect("an id")],
        0,
    )
    .await;
    run_sweep(&dingtalk, data, 0).await;
    assert_eq!(left().await, 8);
    assert_eq!(
        run_command(data, &["hold", "list"], 0).await["holds"],
        Value::Array(vec![])
    );
}
