//! Histories that a review of the engine found broken: freed userids, creates that were cut off,
//! canaries who left, records that cannot be read.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use directory::{Kind, LinkLifecycle, Side, UserId};
use sandbox::company::Person;
use sandbox::world::{Act, Fault, FaultKind};
use serde_json::Value;
use stories::polling::wait_until;
use stories::{LedgerSnapshot, ProgramCommand, RunningProgram, SandboxCompany, assert_same};
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

/// Gives the freed `userid` to a stranger who manages a newcomer. Lists show no manager, so the
/// engine reads the stranger only for the newcomer. Returns the newcomer.
async fn give_userid_to_stranger(dingtalk: &SandboxCompany, userid: &str) -> String {
    let hire = |name: &str, userid: Option<&str>| {
        let (name, userid) = (name.to_owned(), userid.map(str::to_owned));
        Act::Hire {
            name,
            departments: vec![],
            fields: Box::default(),
            userid,
        }
    };
    dingtalk.act(hire("另一人", Some(userid))).await;
    let subordinate = dingtalk
        .act(hire("新下属", None))
        .await
        .userid
        .expect("a userid");
    let manager = Some(userid.to_owned());
    dingtalk
        .act(Act::SetManager {
            userid: subordinate.clone(),
            manager,
        })
        .await;
    subordinate
}

/// Asserts that these are two people, that the first has the new `userid`, and that the stranger
/// manages the newcomer.
async fn assert_two_people(
    dingtalk: &SandboxCompany,
    data: &Path,
    first: &Person,
    new: &str,
    subordinate: &str,
) {
    let (truth, ledger) = (dingtalk.truth().await, read_ledger(data).await);
    assert_same(&truth, &ledger);
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    let (back, stranger) = (active[new][0], active[first.userid.as_str()][0]);
    assert_eq!(
        back.record.unionid.as_ref().map(directory::UnionId::as_str),
        Some(first.unionid.as_str())
    );
    assert_ne!(stranger.record.unionid, back.record.unionid);
    assert_ne!(
        stranger.record.id, back.record.id,
        "one record for two people"
    );
    let managers: Vec<&str> = active[subordinate][0]
        .record
        .values
        .refs(directory::Field::Manager)
        .collect();
    assert_eq!(
        managers,
        [stranger.record.id.as_str()],
        "the manager is the stranger"
    );
    assert_eq!(
        ledger.people.len(),
        truth.people.len(),
        "nobody is there twice"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freed_userid_is_reused_with_a_sweep_after_each_change() {
    let (dingtalk, home) = bind_company(30, 6, 301).await;
    let first = dingtalk.bystander(&[]).await;
    let_leave(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 2).await;
    assert!(
        read_ledger(home.path())
            .await
            .find_left(&first.userid)
            .is_some()
    );
    let new = rehire_under_new_userid(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 1).await;
    let subordinate = give_userid_to_stranger(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 1).await;
    assert_two_people(&dingtalk, home.path(), &first, &new, &subordinate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freed_userid_is_reused_before_the_leave_is_seen() {
    let (dingtalk, home) = bind_company(30, 6, 302).await;
    let first = dingtalk.bystander(&[]).await;
    let_leave(&dingtalk, &first.userid).await;
    let new = rehire_under_new_userid(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 1).await;
    let subordinate = give_userid_to_stranger(&dingtalk, &first.userid).await;
    run_sweeps(&dingtalk, home.path(), 2).await;
    assert_two_people(&dingtalk, home.path(), &first, &new, &subordinate).await;
}

/// The first list of a sweep is the root's.
async fn keep_plain_people_in_root(dingtalk: &SandboxCompany) {
    let truth = dingtalk.truth().await;
    let below = truth
        .departments
        .iter()
        .map(|one| one.department.dept_id)
        .find(|id| *id != 1)
        .expect("a department");
    for person in truth
        .people
        .iter()
        .filter(|one| one.boss || one.sys_level > 0)
    {
        dingtalk
            .act(Act::Move {
                userid: person.userid.clone(),
                departments: vec![below],
            })
            .await;
    }
    for name in ["根一", "根二", "根三"] {
        let hire = Act::Hire {
            name: name.into(),
            departments: vec![1],
            fields: Box::default(),
            userid: None,
        };
        dingtalk.act(hire).await;
    }
}

/// Follows a company whose canary may leave without a person's consent; returns the canary.
async fn follow_with_plain_canary(home: &Path) -> (SandboxCompany, RunningProgram, UserId) {
    for seed in 310..330 {
        let dingtalk = SandboxCompany::start(40, 6, seed).await;
        keep_plain_people_in_root(&dingtalk).await;
        let data = home.join(seed.to_string());
        std::fs::create_dir(&data).unwrap();
        let mut up = dingtalk
            .up_command(&data)
            .await
            .args(["--sweep-minutes", "1440"])
            .start();
        let report = up.first_object().await;
        let canary = read_ledger(&data)
            .await
            .binding
            .canary
            .expect("the first sync saw somebody");
        let truth = dingtalk.truth().await;
        let person = truth
            .people
            .iter()
            .find(|one| one.userid == canary.as_str())
            .expect("somebody who is there");
        if person.sys_level == 0 && !person.boss {
            dingtalk.subscribe(&report["binding"]).await;
            return (dingtalk, up, canary);
        }
        up.kill().await;
    }
    panic!("every company's canary is an administrator or its boss");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_person_leaves_after_the_canary() {
    let home = tempdir().unwrap();
    let (dingtalk, mut up, canary) = follow_with_plain_canary(home.path()).await;
    let data = std::fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max()
        .expect("the last one");
    let other = dingtalk.bystander(&[canary.as_str()]).await.userid;
    let_leave(&dingtalk, canary.as_str()).await;
    let_leave(&dingtalk, &other).await;
    let took = wait_until(
        Duration::from_secs(15),
        "both are marked left",
        async || {
            let ledger = read_ledger(&data).await;
            let still = [canary.as_str(), &other]
                .into_iter()
                .filter(|id| ledger.find_left(id).is_none())
                .count();
            if still == 0 {
                Ok(())
            } else {
                Err(format!("{still} of 2 are not left"))
            }
        },
    )
    .await;
    println!("the canary and somebody else: {took:?}");
    assert!(up.is_running(), "{}", up.stderr());
    assert_same(&dingtalk.truth().await, &read_ledger(&data).await);
}

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
        said.contains("dingtalk-busy") || said.contains("dingtalk-reply-malformed"),
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
