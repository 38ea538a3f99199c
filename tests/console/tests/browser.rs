//! Every page in a real Chromium: three languages, light and dark, phone and desk; nothing is cut, nothing is inaccessible.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use browser::{CHROMIUM, python_environment};
use console::{ConsoleWorld, WorldOptions};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const AXE: &str = "axe-core@4.14.1";

/// Serves a company on loopback. Its address and a link that signs the owner in.
async fn serve(options: WorldOptions, is_empty: bool) -> (String, String) {
    let world = ConsoleWorld::start(options).await;
    if is_empty {
        world.desk.empty_out();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let link = format!("{address}{}", world.link("owner").await);
    tokio::spawn(async move { axum::serve(listener, world.router).await });
    (address, link)
}

/// The script of axe-core, installed once per target directory.
fn axe_script(target: &Path) -> PathBuf {
    let home = target.join("axe");
    let script = home.join("node_modules/axe-core/axe.min.js");
    if !script.exists() {
        std::fs::create_dir_all(&home).unwrap();
        let install = Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
            .arg(&home)
            .arg(AXE)
            .stdout(Stdio::null())
            .status();
        assert!(install.unwrap().success(), "npm could not install {AXE}");
    }
    script
}

async fn look(options: WorldOptions, is_empty: bool, name: &str, pages: Value) -> Value {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let python = python_environment(target).await;
    let (address, link) = serve(options, is_empty).await;
    let argument = json!({
        "chromium": CHROMIUM,
        "address": address,
        "link": link,
        "pages": pages,
        "languages": ["en", "zh-TW", "zh-CN"],
        "themes": ["dark", "light"],
        "widths": [390, 1440],
        "axe": axe_script(target),
        "shots": target.join("console-screens").join(name),
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/console_screens.py");
    let output = tokio::process::Command::new(python)
        .arg(script)
        .arg(argument.to_string())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_clean(seen: &Value, pages: usize) {
    assert_eq!(
        seen["shots"],
        pages * 3 * 2 * 2,
        "each page, language, brightness and width"
    );
    for fault in ["violations", "wider", "cut", "messages"] {
        assert_eq!(seen[fault], json!([]), "{fault}");
    }
    assert_eq!(seen["keyboard"], json!(["#main", "main"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_bound_company_is_accessible_and_nothing_is_cut() {
    let pages = json!({
        "dashboard": "/",
        "holds": "/queues?queue=holds",
        "conflicts": "/queues?queue=conflicts",
        "quarantine": "/queues?queue=quarantine",
        "matches": "/queues?queue=matches",
        "plans": "/plans",
        "plan": "/plans/plan1",
        "people": "/people?q=BD1",
        "person": "/people/link5",
        "hostile": "/people/link12",
        "runs": "/runs",
        "run": "/runs/run3",
        "partial": "/runs/run2",
        "journal": "/journal",
        "doctor": "/doctor",
        "bind": "/bind",
        "make-app": "/bind/make-app",
        "account": "/account",
        "step-up": "/step-up",
        "sign-in": "/sign-in",
    });
    let count = pages.as_object().unwrap().len();
    let seen = look(WorldOptions::default(), false, "bound", pages).await;
    assert_clean(&seen, count);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_company_before_its_first_sync_is_accessible_too() {
    let pages = json!({
        "dashboard": "/",
        "holds": "/queues",
        "plans": "/plans",
        "runs": "/runs",
        "journal": "/journal",
        "doctor": "/doctor",
    });
    let count = pages.as_object().unwrap().len();
    let seen = look(WorldOptions::default(), true, "empty", pages).await;
    assert_clean(&seen, count);
}
