//! The canary leaves, and somebody else after it.

use std::path::Path;
use std::time::Duration;

use directory::UserId;
use sandbox::world::Act;
use stories::polling::wait_until;
use stories::{RunningProgram, SandboxCompany, assert_same};
use tempfile::tempdir;

use super::{let_leave, read_ledger};

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
