//! Checks the sandbox with programs by other authors: the official Python SDK, the official Stream
//! client and an independent one, in their own virtual environment. The test fails without Python 3 and pip: a skipped check
//! counts as failed.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sandbox::month::generate_month;
use sandbox::world::WORK_PERMISSIONS;
use sandbox::{RunningServer, Server, ServerConfig};
use serde_json::json;

const PACKAGES: [&str; 3] = [
    "alibabacloud-dingtalk==2.2.65",
    "dingtalk-sdk==1.3.8",
    "dingtalk-stream==0.24.3",
];

fn run_command(command: &mut Command, what: &str) -> Output {
    match command.output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => panic!(
            "{what} failed\n{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => {
            panic!("{what} cannot be started ({error}); this test needs Python 3 with venv and pip")
        }
    }
}

/// Returns the environment's Python. The environment is made once per target directory; a marker
/// file records its contents once it is complete.
fn python_environment() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign-clients");
    let python = home.join("bin/python");
    let complete = home.join("complete");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&complete).is_ok_and(|made| made == wanted) && python.exists() {
        return python;
    }
    run_command(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home),
        "python3 -m venv",
    );
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    run_command(
        Command::new(&python).args(install).args(PACKAGES),
        "pip install of the foreign clients",
    );
    std::fs::write(complete, wanted).expect("the environment's mark");
    python
}

/// Gives the sandbox a made-up month, and writes what it holds to a file that a script can read.
async fn make_up_month(server: &RunningServer) -> PathBuf {
    let mut world = server.world.lock().await;
    let mut book = generate_month(world.company(), 5).book;
    book.keeps_everything = true;
    world.edit_work(|work| *work = book);
    world.edit_settings(|settings| {
        settings
            .permissions
            .extend(WORK_PERMISSIONS.map(str::to_owned));
    });
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign-month.json");
    let text = serde_json::to_string(world.work()).expect("the book as JSON");
    std::fs::write(&path, text).expect("the book's file");
    path
}

async fn run_script(script: &str, server: &RunningServer) {
    let month = make_up_month(server).await;
    let keys = server.world.lock().await.company().credentials.clone();
    let argument = json!({
        "url": server.url, "corp_id": keys.corp_id, "other_corp_id": keys.other_corp_id,
        "agent_id": keys.agent_id, "app_key": keys.app_key, "app_secret": keys.app_secret,
        "month": month,
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/foreign")
        .join(script);
    let mut command = Command::new(python_environment());
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(path)
        .arg(argument.to_string());
    let script = script.to_owned();
    let output = tokio::task::spawn_blocking(move || run_command(&mut command, &script))
        .await
        .expect("the script's thread");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains(" ok"),
        "it did not finish"
    );
}

/// This is one test, so that the environment is made once and not by several tests at the same
/// time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_clients_agree_with_the_sandbox() {
    for script in [
        "tokens.py",
        "contacts.py",
        "writes.py",
        "notices.py",
        "callbacks.py",
        "work.py",
        "stream.py",
    ] {
        let mut config = ServerConfig::in_memory(120, 12, 5);
        // These clients do not limit their own pace.
        config.settings.qps = 0;
        let server = Server::start(config).await.expect("the sandbox");
        run_script(script, &server).await;
        server.shutdown().await;
    }
}
