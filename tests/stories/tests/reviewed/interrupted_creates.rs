//! A first sync that is killed while it creates people.

use std::collections::BTreeSet;
use std::path::Path;

use directory::{LinkLifecycle, Side};
use sandbox::company::Person;
use sandbox::world::{Fault, FaultKind};
use stories::{LedgerSnapshot, SandboxCompany, assert_same};
use tempfile::tempdir;

use super::{PERSON, let_leave, read_ledger, run_sweeps};

/// Kills a first sync while it reads a person; returns whether that happened before its end.
async fn kill_at_person(dingtalk: &SandboxCompany, data: &Path, nth: u64) -> bool {
    dingtalk
        .arm(Fault::new(FaultKind::Hold).at(PERSON).after(nth - 1))
        .await;
    let up = dingtalk.up_command(data).await.args(["--once"]).start();
    let held = dingtalk.wait_for_held(60_000).await;
    up.kill().await;
    dingtalk.disarm().await;
    dingtalk.release().await;
    held
}

/// Returns the people in the ledger whose link does not yet say that the create has ended.
fn cut_off_people(ledger: &LedgerSnapshot) -> BTreeSet<String> {
    let begun = ledger
        .links
        .iter()
        .filter(|link| link.lifecycle == LinkLifecycle::Creating);
    let begun: Vec<_> = begun
        .map(|link| (link.native_id(Side::Ehr), link.native_id(Side::DingTalk)))
        .collect();
    let people = ledger.people.iter().filter(|stored| {
        let ids = (Some(&stored.record.id), stored.dingtalk.as_ref());
        begun
            .iter()
            .any(|link| link.0 == ids.0 || (link.1.is_some() && link.1 == ids.1))
    });
    people
        .filter_map(|stored| stored.dingtalk.as_ref())
        .map(ToString::to_string)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_leaves_after_an_interrupted_create() {
    let dingtalk = SandboxCompany::start(320, 12, 303).await;
    let home = tempdir().unwrap();
    let mut known = BTreeSet::new();
    // People are written 250 at a time while the next ones are read.
    for nth in [120, 252, 264, 272, 280] {
        assert!(
            kill_at_person(&dingtalk, home.path(), nth).await,
            "read {nth} never came"
        );
        if let Some(ledger) = LedgerSnapshot::read_directory(home.path()).await {
            known = cut_off_people(&ledger);
            println!(
                "killed at read {nth}: {} people, {} cut off",
                ledger.people.len(),
                known.len()
            );
            if known.is_empty() {
                known = ledger
                    .people
                    .iter()
                    .filter_map(|one| one.dingtalk.as_ref())
                    .map(ToString::to_string)
                    .collect();
            }
        }
        if !known.is_empty() {
            break;
        }
    }
    assert!(
        !known.is_empty(),
        "nobody got into the ledger before a kill"
    );
    let truth = dingtalk.truth().await;
    let plain =
        |person: &&Person| person.sys_level == 0 && !person.boss && known.contains(&person.userid);
    let leaver = truth
        .people
        .iter()
        .find(plain)
        .expect("one without rights")
        .userid
        .clone();
    let_leave(&dingtalk, &leaver).await;
    run_sweeps(&dingtalk, home.path(), 3).await;
    let ledger = read_ledger(home.path()).await;
    assert_same(&dingtalk.truth().await, &ledger);
    assert!(
        ledger.find_left(&leaver).is_some(),
        "{leaver} is kept as left"
    );
}
