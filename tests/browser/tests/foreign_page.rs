//! A page of another site, and a local process without the key, against a running `up`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

use std::path::Path;

use browser::{CHROMIUM, python_environment, run_script};
use serde_json::{Value, json};
use stories::program::ProgramCommand;

/// A form of the sandbox's own page, as a foreign page would send it.
fn forms() -> Value {
    json!([["/__sandbox/page/act", {"act": "hire", "name": "Mallory", "dept": "1"}]])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_and_a_process_without_the_key_reach_nothing() {
    let python = python_environment(Path::new(env!("CARGO_TARGET_TMPDIR"))).await;
    let home = tempfile::tempdir().unwrap();
    let mut up = ProgramCommand::new(home.path())
        .args(["--people", "12", "--departments", "3"])
        .start();
    let report = up.first_object().await;
    assert_eq!(report["run"]["complete"], true, "{report}");
    let argument = json!({"chromium": CHROMIUM, "pid": up.id(), "forms": forms()});
    let seen = run_script(&python, "foreign_page.py", &argument).await;
    let ports = seen["ports"].as_array().unwrap();
    assert!(
        ports.len() >= 3,
        "sandbox, callback and local socket listen: {seen}"
    );
    for (page, tried) in seen["pages"].as_object().unwrap() {
        assert!(tried["tried"].as_u64().unwrap() > 100, "{page}: {tried}");
        assert_eq!(tried["read"], json!([]), "{page}");
    }
    assert_eq!(seen["rebound"]["page"], 421, "{seen}");
    assert_eq!(seen["rebound"]["fetch"][0], 421, "{seen}");
    assert_eq!(
        seen["process"],
        json!([]),
        "a process without the key was answered"
    );
    let people = |n: usize| seen["people"][n].as_u64().unwrap();
    assert_eq!(
        people(0),
        people(1),
        "a form of a foreign page was accepted"
    );
    assert!(
        people(2) > people(1),
        "the form does nothing even on its own page: {seen}"
    );
    up.kill().await;
}
