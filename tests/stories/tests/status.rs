//! The status shows a hold, a pause and its end, each with the command that decides it.

use std::path::Path;

use sandbox::world::{Act, PersonChanges};
use serde_json::Value;
use stories::SandboxCompany;
use stories::program::{FinishedProgram, ProgramCommand};
use tempfile::tempdir;

async fn run_command(data: &Path, args: &[&str], code: i32) -> FinishedProgram {
    let ran = ProgramCommand::without_arguments()
        .args(args.iter().copied())
        .args(["--data", data.to_str().expect("UTF-8")])
        .run_to_end()
        .await;
    assert_eq!(
        ran.code,
        Some(code),
        "{args:?}: {:?}\n{}",
        ran.stdout,
        ran.stderr
    );
    ran
}

/// The status for programs.
async fn read_status(data: &Path, code: i32) -> Value {
    let ran = run_command(data, &["status", "--json"], code).await;
    let status = ran.single_object();
    assert_eq!(status["waits"], code == 3, "{status}");
    status["status"].clone()
}

/// The status for people, in English.
async fn read_lines(data: &Path, code: i32) -> String {
    let ran = run_command(data, &["status", "--lang", "en"], code).await;
    ran.stdout.join("\n")
}

async fn run_sweep(dingtalk: &SandboxCompany, data: &Path, code: i32) {
    let up = dingtalk.up_command(data).await;
    up.run_once().await.run_report(code);
}

/// Gives ten people another title, which is too much at once in a company of sixty.
async fn give_titles(dingtalk: &SandboxCompany) {
    let mut chosen: Vec<String> = Vec::new();
    for _ in 0..10 {
        let not: Vec<&str> = chosen.iter().map(String::as_str).collect();
        let userid = dingtalk.bystander(&not).await.userid;
        let fields = Box::new(PersonChanges {
            title: Some("同名职务".into()),
            ..PersonChanges::default()
        });
        chosen.push(userid.clone());
        dingtalk.act(Act::Change { userid, fields }).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_shows_a_hold_a_pause_and_a_resume() {
    let dingtalk = SandboxCompany::start(60, 6, 93).await;
    let home = tempdir().unwrap();
    let data = home.path();
    run_command(data, &["status"], 1).await;
    run_sweep(&dingtalk, data, 0).await;
    let fine = read_status(data, 0).await;
    assert_eq!(fine["sweep"]["outcome"], "complete", "{fine}");
    assert!(fine["binding"]["paused"].is_null(), "{fine}");
    assert!(
        fine["binding"]["budget"]["removals"]["limit"].is_u64(),
        "{fine}"
    );
    let told = read_lines(data, 0).await;
    assert!(told.contains("● nothing waits for a person"), "{told}");

    give_titles(&dingtalk).await;
    run_sweep(&dingtalk, data, 3).await;
    let id = assert_hold_is_shown(data).await;
    assert_pause_is_shown(data).await;
    // The pause has ended, and the hold still waits.
    assert_eq!(assert_hold_is_shown(data).await, id);

    run_command(data, &["hold", "release", &id], 0).await;
    let released = read_status(data, 0).await;
    assert_eq!(released["binding"]["released"], 1, "{released}");
    run_sweep(&dingtalk, data, 0).await;
    let after = read_status(data, 0).await;
    assert_eq!(after["binding"]["holds"], 0, "{after}");
    assert_eq!(after["sweep"]["outcome"], "complete", "{after}");
}

/// Asserts that one hold of ten records is shown and that nothing is paused; returns its id.
async fn assert_hold_is_shown(data: &Path) -> String {
    let held = read_status(data, 3).await;
    let binding = &held["binding"];
    assert_eq!(
        (&binding["holds"], &binding["held_records"]),
        (&1.into(), &10.into())
    );
    assert!(binding["paused"].is_null(), "{held}");
    assert_eq!(held["sweep"]["outcome"], "waits", "{held}");
    let id = held["holds"]["ids"][0].as_str().expect("an id").to_owned();
    let told = read_lines(data, 3).await;
    let decides = format!("bangding hold release {}", &id[..8]);
    assert!(told.contains(&decides), "{told}");
    assert!(told.contains("● changes are written"), "{told}");
    id
}

async fn assert_pause_is_shown(data: &Path) {
    run_command(data, &["pause", "--by", "小李"], 0).await;
    let paused = read_status(data, 3).await;
    assert_eq!(paused["binding"]["paused"]["by"], "小李", "{paused}");
    let told = read_lines(data, 3).await;
    assert!(told.contains("■ paused by 小李 since 20"), "{told}");
    assert!(told.contains("bangding resume"), "{told}");
    assert!(!told.contains("● changes are written"), "{told}");
    run_command(data, &["resume"], 0).await;
}
