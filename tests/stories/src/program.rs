//! The `bangding` program as a child process. Dropping it kills it.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::company::AppCredentials;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::company::QPS;
use crate::polling::wait_until;

/// Limit for the program. It takes this long only if it hangs.
const PROGRAM_TIMEOUT: Duration = Duration::from_secs(900);

/// Who runs the program here, as the journal names them.
pub const OPERATOR: &str = "stories";

/// Returns the path of the program next to this test program.
///
/// # Panics
/// If it is not built.
#[must_use]
pub fn program_path() -> PathBuf {
    let here = std::env::current_exe().expect("this program has a path");
    let target = here
        .parent()
        .and_then(Path::parent)
        .expect("tests run in target/<profile>/deps");
    let program = target.join("bangding");
    assert!(
        program.is_file(),
        "{} is not built: run `cargo build -p local` first",
        program.display()
    );
    program
}

/// A command of the program.
pub struct ProgramCommand {
    command: Command,
    qps: Option<u32>,
}

impl ProgramCommand {
    /// Creates `bangding up --json` with its state in `data`.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self::without_arguments()
            .args(["up", "--json", "--data", data.to_str().expect("UTF-8")])
            .qps(QPS)
    }

    /// Creates a command without arguments, and without the environment variables that the program
    /// reads.
    #[must_use]
    pub fn without_arguments() -> Self {
        let mut command = Command::new(program_path());
        command
            .env_remove("BANGDING_APP_SECRET")
            .env("USER", OPERATOR)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Self { command, qps: None }
    }

    /// Sets another pace, in calls per second.
    #[must_use]
    pub fn qps(mut self, qps: u32) -> Self {
        self.qps = Some(qps);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    /// Uses another DingTalk than the program's own sandbox.
    #[must_use]
    pub fn dingtalk(self, url: &str, keys: &AppCredentials) -> Self {
        let agent = keys.agent_id.to_string();
        let args = [
            "--dingtalk-url",
            url,
            "--corp-id",
            &keys.corp_id,
            "--agent-id",
            &agent,
            "--app-key",
            &keys.app_key,
        ];
        self.args(args).secret(&keys.app_secret)
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets the AppSecret in the environment.
    #[must_use]
    pub fn secret(mut self, secret: &str) -> Self {
        self.command.env("BANGDING_APP_SECRET", secret);
        self
    }

    /// Runs with `--once` until it ends.
    pub async fn run_once(self) -> FinishedProgram {
        self.args(["--once"]).run_to_end().await
    }

    /// Runs until it ends.
    pub async fn run_to_end(self) -> FinishedProgram {
        let mut running = self.start();
        let status = tokio::time::timeout(PROGRAM_TIMEOUT, running.child.wait()).await;
        let status = status.unwrap_or_else(|_| {
            panic!(
                "it did not end within {PROGRAM_TIMEOUT:?}:\n{}",
                running.stderr()
            )
        });
        running.into_finished(status.expect("its end")).await
    }

    /// Starts the program.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(mut self) -> RunningProgram {
        if let Some(qps) = self.qps {
            self.command.args(["--qps", &qps.to_string()]);
        }
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (out, err) = (OutputLines::default(), OutputLines::default());
        let readers = [
            tokio::spawn(
                out.clone()
                    .collect_from(child.stdout.take().expect("stdout is piped")),
            ),
            tokio::spawn(
                err.clone()
                    .collect_from(child.stderr.take().expect("stderr is piped")),
            ),
        ];
        RunningProgram {
            child,
            out,
            err,
            readers,
        }
    }
}

/// Lines as they arrive.
#[derive(Clone, Default)]
struct OutputLines(Arc<Mutex<Vec<String>>>);

impl OutputLines {
    async fn collect_from(self, from: impl AsyncRead + Unpin) {
        let mut lines = BufReader::new(from).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            self.0
                .lock()
                .expect("nobody panics with the lines")
                .push(line);
        }
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics with the lines").clone()
    }
}

/// The running program.
pub struct RunningProgram {
    child: Child,
    out: OutputLines,
    err: OutputLines,
    readers: [JoinHandle<()>; 2],
}

impl RunningProgram {
    /// Returns the first JSON object that it printed: the report of the first sync, or an error.
    pub async fn first_object(&mut self) -> Value {
        wait_until(PROGRAM_TIMEOUT, "the first sync is reported", async || {
            if self.out.all().is_empty() {
                Err(self.stderr())
            } else {
                Ok(())
            }
        })
        .await;
        serde_json::from_str(&self.out.all()[0]).expect("the first line is JSON")
    }

    /// Returns every JSON object so far.
    #[must_use]
    pub fn objects(&self) -> Vec<Value> {
        self.out
            .all()
            .iter()
            .map(|line| serde_json::from_str(line).expect("every line is JSON"))
            .collect()
    }

    /// Returns the lines on stdout so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.out.all()
    }

    /// Returns the text on stderr so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.err.all().join("\n")
    }

    /// Its process id; `None` after its end.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Whether it is still running.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it like `kill -9`.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Waits until it ends by itself.
    pub async fn wait_for_end(mut self) -> FinishedProgram {
        let status = tokio::time::timeout(PROGRAM_TIMEOUT, self.child.wait())
            .await
            .expect("it ends")
            .expect("its end");
        self.into_finished(status).await
    }

    async fn into_finished(self, status: ExitStatus) -> FinishedProgram {
        for reader in self.readers {
            reader.await.expect("its output was read");
        }
        let (stdout, stderr) = (self.out.all(), self.err.all().join("\n"));
        FinishedProgram {
            code: status.code(),
            stdout,
            stderr,
        }
    }
}

/// The result of the program.
pub struct FinishedProgram {
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Lines on stdout.
    pub stdout: Vec<String>,
    /// Text on stderr.
    pub stderr: String,
}

impl FinishedProgram {
    /// Returns the only JSON object on stdout.
    ///
    /// # Panics
    /// If there is anything else.
    #[must_use]
    pub fn single_object(&self) -> Value {
        let [line] = &self.stdout[..] else {
            panic!("not one line on stdout: {:?}\n{}", self.stdout, self.stderr)
        };
        serde_json::from_str(line).unwrap_or_else(|err| panic!("not JSON ({err}): {line}"))
    }

    /// Returns the run of a sync that ended with this exit code.
    ///
    /// # Panics
    /// If the exit code differs.
    #[allow(
        clippy::must_use_candidate,
        reason = "that the code is right can be all that is asked"
    )]
    pub fn run_report(&self, code: i32) -> Value {
        assert_eq!(
            self.code,
            Some(code),
            "exit code; stdout {:?}\n{}",
            self.stdout,
            self.stderr
        );
        let object = self.single_object();
        assert!(object["run"].is_object(), "no run in {object}");
        object["run"].clone()
    }
}
