#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::process::Command;

/// What pip installs, with versions.
const PACKAGES: [&str; 1] = ["playwright==1.65.2"];

/// Debian's Chromium.
pub const CHROMIUM: &str = "/usr/bin/chromium";

async fn run_command(command: &mut Command, what: &str) -> Vec<u8> {
    let output = match command.kill_on_drop(true).output().await {
        Ok(output) => output,
        Err(error) => {
            panic!("{what} cannot be started ({error}); it needs Python 3 with venv and pip")
        }
    };
    assert!(
        output.status.success(),
        "{what} failed\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// The Python with Playwright. It is made once per target directory; a file in it names the versions.
///
/// # Panics
/// If Python 3, pip, the package index or Chromium is missing.
pub async fn python_environment(target: &Path) -> PathBuf {
    assert!(
        Path::new(CHROMIUM).exists(),
        "{CHROMIUM} is missing: apt-get install chromium fonts-noto-cjk"
    );
    let home = target.join("browser-environment");
    let (python, complete) = (home.join("bin/python"), home.join("complete"));
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&complete).is_ok_and(|made| made == wanted) && python.exists() {
        return python;
    }
    let venv = ["-m", "venv", "--clear"];
    run_command(
        Command::new("python3").args(venv).arg(&home),
        "python3 -m venv",
    )
    .await;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    run_command(
        Command::new(&python).args(install).args(PACKAGES),
        "pip install",
    )
    .await;
    std::fs::write(complete, wanted).expect("the environment is writable");
    python
}

/// Runs a script of `scripts/` with one JSON argument and returns the JSON object that it prints.
///
/// # Panics
/// If the script fails or prints something else.
pub async fn run_script(python: &Path, script: &str, argument: &Value) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scripts")
        .join(script);
    let mut command = Command::new(python);
    command.arg(path).arg(argument.to_string());
    let printed = run_command(&mut command, script).await;
    serde_json::from_slice(&printed).expect("one JSON object")
}
