//! `kill -9` at forty moments of a sync. After the restart everything is as if nothing had
//! happened.

use std::path::Path;
use std::time::Duration;

use axum::http::HeaderMap;
use local::embedded::Database;
use sandbox::world::{Act, Fault, FaultKind};
use stories::compare::{find_differences, format_differences};
use stories::{LedgerSnapshot, Relay, SandboxCompany};
use tempfile::{TempDir, tempdir};

/// Moments per story; four stories make forty.
const MOMENTS: u64 = 10;
/// Limit for reaching a moment.
const MOMENT_TIMEOUT: Duration = Duration::from_secs(60);

/// Returns `MOMENTS` numbers spread over 1 to `last`.
fn spread_moments(last: u64) -> Vec<u64> {
    assert!(last >= MOMENTS, "only {last} moments");
    (0..MOMENTS)
        .map(|n| 1 + n * (last - 1) / (MOMENTS - 1))
        .collect()
}

async fn start_company(seed: u64) -> SandboxCompany {
    SandboxCompany::start(24, 5, seed).await
}

/// Makes every kind of change to a company, without an event.
async fn change_company(dingtalk: &SandboxCompany) {
    let renamed = dingtalk.bystander(&[]).await.userid;
    let left = dingtalk.bystander(&[&renamed]).await.userid;
    let moved = dingtalk.bystander(&[&renamed, &left]).await;
    let parent_id = moved.departments[0].dept_id;
    let made = dingtalk
        .act(Act::CreateDepartment {
            name: "新部门".into(),
            parent_id,
        })
        .await
        .dept_id
        .expect("an id");
    for name in ["新一", "新二", "新三"] {
        let hire = Act::Hire {
            name: name.into(),
            departments: vec![made, 1],
            fields: Box::default(),
            userid: None,
        };
        dingtalk.act(hire).await;
    }
    dingtalk
        .act(Act::Rename {
            userid: renamed,
            name: "改名人".into(),
        })
        .await;
    dingtalk
        .act(Act::Move {
            userid: moved.userid,
            departments: vec![made],
        })
        .await;
    dingtalk.act(Act::Leave { userid: left }).await;
}

/// Returns a directory with the bound and synced company.
async fn bind_company(dingtalk: &SandboxCompany) -> TempDir {
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    home
}

/// Copies the state of a directory that no program has open.
fn copy_directory(from: &Path) -> TempDir {
    let to = tempdir().unwrap();
    std::fs::create_dir(to.path().join("vault")).unwrap();
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        if from.join(file).exists() {
            std::fs::copy(from.join(file), to.path().join(file)).unwrap();
        }
    }
    for secret in std::fs::read_dir(from.join("vault")).unwrap() {
        let secret = secret.unwrap();
        std::fs::copy(
            secret.path(),
            to.path().join("vault").join(secret.file_name()),
        )
        .unwrap();
    }
    to
}

/// Asserts that one run, or two after a person left, makes everything exist exactly once.
async fn assert_converges(dingtalk: &SandboxCompany, data: &Path, runs: usize, moment: &str) {
    for run in 1..=runs {
        let ran = dingtalk.up_command(data).await.run_once().await;
        assert_eq!(
            ran.code,
            Some(0),
            "{moment}, run {run} after it: {:?}\n{}",
            ran.stdout,
            ran.stderr
        );
    }
    let ledger = LedgerSnapshot::read_directory(data)
        .await
        .unwrap_or_else(|| panic!("{moment}: no binding"));
    let found = find_differences(&dingtalk.truth().await, &ledger);
    assert!(
        found.is_empty(),
        "{moment}: it did not converge:\n{}",
        format_differences(&found)
    );
    let truth = dingtalk.truth().await;
    assert!(
        ledger.people.len() <= truth.people.len() + truth.left.len(),
        "{moment}: more entries than people"
    );
}

async fn kill_at_call(dingtalk: &SandboxCompany, data: &Path, k: u64) {
    dingtalk.arm(Fault::new(FaultKind::Hold).after(k - 1)).await;
    let up = dingtalk.up_command(data).await.args(["--once"]).start();
    let held = dingtalk
        .wait_for_held(u64::try_from(MOMENT_TIMEOUT.as_millis()).unwrap())
        .await;
    assert!(held, "k = {k}: the call never came\n{}", up.stderr());
    up.kill().await;
    dingtalk.disarm().await;
    dingtalk.release().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_a_call_of_the_first_sync() {
    let dingtalk = start_company(51).await;
    bind_company(&dingtalk).await;
    for k in spread_moments(dingtalk.log().await.len() as u64) {
        let home = tempdir().unwrap();
        kill_at_call(&dingtalk, home.path(), k).await;
        assert_converges(
            &dingtalk,
            home.path(),
            1,
            &format!("first sync, call k = {k}"),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_a_call_of_a_later_sync() {
    let dingtalk = start_company(52).await;
    let before = bind_company(&dingtalk).await;
    change_company(&dingtalk).await;
    dingtalk.clear_log().await;
    dingtalk
        .up_command(copy_directory(before.path()).path())
        .await
        .run_once()
        .await
        .run_report(0);
    for k in spread_moments(dingtalk.log().await.len() as u64) {
        let home = copy_directory(before.path());
        kill_at_call(&dingtalk, home.path(), k).await;
        assert_converges(
            &dingtalk,
            home.path(),
            2,
            &format!("later sync, call k = {k}"),
        )
        .await;
    }
}

/// Whether a request writes state. The queues' own records do not count.
fn is_state_write(headers: &HeaderMap, body: &[u8]) -> bool {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default();
    let action = target.rsplit('.').next().unwrap_or_default();
    let writes = [
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "TransactWriteItems",
        "BatchWriteItem",
    ]
    .contains(&action);
    writes && !String::from_utf8_lossy(body).contains("bangding-queues")
}

/// Runs `up --once` on a database behind a relay and kills it at the `k`-th write; 0 lets it end.
/// Returns how many writes it made.
async fn kill_at_write(dingtalk: &SandboxCompany, data: &Path, k: u64) -> u64 {
    let database = Database::open(&data.join("state.db"))
        .await
        .expect("the database opens");
    let relay = Relay::to_database(&database, is_state_write, k).await;
    let up = dingtalk
        .up_command(data)
        .await
        .args(["--once", "--dynamodb", &relay.address.to_string()])
        .start();
    if k == 0 {
        up.wait_for_end().await.run_report(0);
    } else {
        let stopped = tokio::time::timeout(MOMENT_TIMEOUT, relay.wait_until_stopped()).await;
        assert!(
            stopped.is_ok(),
            "k = {k}: the write never came\n{}",
            up.stderr()
        );
        up.kill().await;
    }
    let count = relay.count();
    drop(relay);
    database.stop().await.expect("the database stops");
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_a_write_of_the_first_sync() {
    let dingtalk = start_company(53).await;
    let last = kill_at_write(&dingtalk, tempdir().unwrap().path(), 0).await;
    for k in spread_moments(last) {
        let home = tempdir().unwrap();
        kill_at_write(&dingtalk, home.path(), k).await;
        assert_converges(
            &dingtalk,
            home.path(),
            1,
            &format!("first sync, write k = {k} of {last}"),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_a_write_of_a_later_sync() {
    let dingtalk = start_company(54).await;
    let before = bind_company(&dingtalk).await;
    change_company(&dingtalk).await;
    let last = kill_at_write(&dingtalk, copy_directory(before.path()).path(), 0).await;
    for k in spread_moments(last) {
        let home = copy_directory(before.path());
        kill_at_write(&dingtalk, home.path(), k).await;
        assert_converges(
            &dingtalk,
            home.path(),
            2,
            &format!("later sync, write k = {k} of {last}"),
        )
        .await;
    }
}
