//! AWS on this machine: `ministack` from PyPI on loopback, the functions as processes of its own, no Docker, no account.
//!
//! What it ignores, `cargo bangding cloud check` reads from the template's text. It needs Python 3 and nothing else.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::pypi_tools;

/// The region that it plays.
pub const REGION: &str = "eu-central-1";

/// Its only account.
pub const ACCOUNT: &str = "000000000000";

/// Access key and secret key of whoever may everything.
pub const ROOT: &str = "test";

const LAUNCHER: &str = include_str!("emulator/emulator.py");

/// A loaded machine takes seconds.
const READY_WITHIN: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

/// The last lines of its log that an error quotes.
const TAIL: usize = 20;

/// Ports are free when they are asked for, and somebody else's a moment later.
const TRIES: usize = 5;

/// Whether what a role may do is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IamMode {
    /// A function may do what its role says; [`ROOT`] may everything.
    Enforced,
    /// Everybody may everything.
    Off,
}

/// Why it does not run.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// Its environment.
    #[error("the emulator could not be installed: {0}")]
    Install(String),
    /// Its files or its process.
    #[error("the emulator could not be started")]
    Start(#[from] std::io::Error),
    /// It ended, or never answered.
    #[error("the emulator did not become ready: {0}")]
    NotReady(String),
}

/// A running emulator. It ends, with its functions and all that it held, when this is dropped, and when this process
/// ends in whatever way.
#[derive(Debug)]
pub struct Emulator {
    child: Child,
    home: PathBuf,
    url: String,
}

impl Emulator {
    /// Starts one on a free port of 127.0.0.1 and waits until it is ready; as many as are wanted run side by side. The
    /// first time in a target directory (`target`) it is installed there, which takes about 20 seconds. Blocks.
    ///
    /// # Errors
    /// [`EmulatorError`]; nothing keeps running then.
    pub fn start(target: &Path, iam: IamMode) -> Result<Self, EmulatorError> {
        Self::start_with(target, iam, None)
    }

    /// The same, and its functions find AWS at `endpoint`, which has to pass everything on to it.
    ///
    /// # Errors
    /// [`EmulatorError`]; nothing keeps running then.
    pub fn start_behind(
        target: &Path,
        iam: IamMode,
        endpoint: &str,
    ) -> Result<Self, EmulatorError> {
        Self::start_with(target, iam, Some(endpoint))
    }

    fn start_with(
        target: &Path,
        iam: IamMode,
        endpoint: Option<&str>,
    ) -> Result<Self, EmulatorError> {
        let bin = pypi_tools::install_emulator(target).map_err(EmulatorError::Install)?;
        let mut tries = 1;
        loop {
            match Self::try_start(target, &bin, iam, endpoint) {
                Err(EmulatorError::NotReady(_)) if tries < TRIES => tries += 1,
                ended => return ended,
            }
        }
    }

    fn try_start(
        target: &Path,
        bin: &Path,
        iam: IamMode,
        endpoint: Option<&str>,
    ) -> Result<Self, EmulatorError> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let home = target
            .join("emulators")
            .join(format!("{}-{number}", std::process::id()));
        std::fs::create_dir_all(home.join("tmp"))?;
        std::fs::write(home.join("emulator.py"), LAUNCHER)?;
        let log = File::create(home.join("log"))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let url = format!("http://127.0.0.1:{port}");
        let child = Command::new(bin.join("python"))
            .arg(home.join("emulator.py"))
            // Whatever this environment has of AWS is not for an emulator.
            .env_clear()
            .envs([
                ("AWS_ENDPOINT_URL", endpoint.unwrap_or(&url)),
                ("BIND_HOST", "127.0.0.1"),
                ("MINISTACK_REGION", REGION),
            ])
            .envs([
                ("GATEWAY_PORT", port.to_string().as_str()),
                ("AUTH", auth(iam)),
                ("PATH", "/usr/bin:/bin"),
            ])
            .envs([
                ("AWS_ACCESS_KEY_ID", ROOT),
                ("AWS_SECRET_ACCESS_KEY", ROOT),
                ("LANG", "C.UTF-8"),
            ])
            // These would listen on every address.
            .envs([("IOT_MTLS_ENABLED", "0"), ("SFTP_ENABLED", "0")])
            .env("TMPDIR", home.join("tmp"))
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut emulator = Self { child, home, url };
        emulator.wait_until_ready(port)?;
        Ok(emulator)
    }

    fn wait_until_ready(&mut self, port: u16) -> Result<(), EmulatorError> {
        let began = Instant::now();
        while began.elapsed() < READY_WITHIN {
            if is_ready(port) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(EmulatorError::NotReady(format!(
                    "it ended with {status}\n{}",
                    self.tail()
                )));
            }
            std::thread::sleep(LOOK);
        }
        Err(EmulatorError::NotReady(format!(
            "it did not answer within {READY_WITHIN:?}\n{}",
            self.tail()
        )))
    }

    /// Where every service answers.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it wrote so far, for whoever looks for the reason of a failure.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines
            .get(lines.len().saturating_sub(TAIL)..)
            .unwrap_or_default()
            .join("\n")
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // The launcher ends the whole group when its input ends.
        drop(self.child.stdin.take());
        let began = Instant::now();
        while began.elapsed() < ENDS_WITHIN && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(LOOK);
        }
        // What does not end by itself, and what cannot be removed, is a matter of this machine's user.
        _ = self.child.kill();
        _ = self.child.wait();
        _ = std::fs::remove_dir_all(&self.home);
    }
}

/// The target directory that the running program was built into: Cargo marks it with `CACHEDIR.TAG`.
///
/// # Errors
/// Where the program stands outside of any.
pub fn target_directory() -> std::io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let marked = program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists());
    marked.map(Path::to_owned).ok_or_else(|| {
        let why = format!("{} is in no target directory of Cargo's", program.display());
        std::io::Error::new(std::io::ErrorKind::NotFound, why)
    })
}

fn auth(iam: IamMode) -> &'static str {
    match iam {
        IamMode::Enforced => "true",
        IamMode::Off => "false",
    }
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<[u8; 12]> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(
            b"GET /_ministack/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        )?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status)
    };
    ask().is_ok_and(|status| status.ends_with(b" 200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_on_loopback_alone_and_is_gone_afterwards() {
        let emulator = Emulator::start(&target_directory().unwrap(), IamMode::Enforced).unwrap();
        let port = emulator.url().rsplit(':').next().unwrap().parse().unwrap();
        assert!(is_ready(port));
        assert!(emulator.log().contains("Ready"), "{}", emulator.log());
        let home = emulator.home.clone();
        drop(emulator);
        assert!(!is_ready(port) && !home.exists());
    }
}
