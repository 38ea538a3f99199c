//! The measured programs, and the environment that Lambda gives them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};

use checks::static_callback;
use runtime::SystemClock;
use tempfile::TempDir;
use tokio::process::Command;

use super::CallbackError;
use super::company::{AES_KEY, PREFIX, SignedPush, SigningCompany, TOKEN};
use super::fake_aws::FakeAws;

/// What every program needs: the services, their certificates, a place for logs.
pub struct CallbackEnvironment {
    /// The company that pushes events.
    pub company: SigningCompany,
    /// The fake SQS and Secrets Manager.
    pub sink: FakeAws,
    home: TempDir,
    count: AtomicU64,
}

impl CallbackEnvironment {
    /// Sets up the services and their certificates.
    ///
    /// # Errors
    /// [`CallbackError::Setup`] if one of them does not start.
    pub async fn set_up() -> Result<Self, CallbackError> {
        let company = SigningCompany::new().await?;
        let sink = FakeAws::start(SigningCompany::secret_name(), company.secret.clone()).await?;
        let home = TempDir::new().map_err(CallbackError::setup_error("a temporary directory"))?;
        let stage = Self {
            company,
            sink,
            home,
            count: AtomicU64::new(0),
        };
        stage
            .sink
            .authority
            .write_our_bundle(&stage.path("ours.pem"))?;
        Ok(stage)
    }

    /// Returns a new event, signed now.
    #[must_use]
    pub fn event(&self) -> SignedPush {
        self.company.event(
            self.count.fetch_add(1, Ordering::Relaxed),
            SystemClock.now(),
        )
    }

    /// Returns a new event, signed by a stranger.
    #[must_use]
    pub fn forged(&self) -> SignedPush {
        self.company.forged(
            self.count.fetch_add(1, Ordering::Relaxed),
            SystemClock.now(),
        )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Returns the environment that Lambda and the template set. Credentials have the length of
    /// real ones.
    fn lambda_environment(
        &self,
        mut command: Command,
        log: &str,
    ) -> Result<Command, CallbackError> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path(log));
        let log = log.map_err(CallbackError::setup_error("a log"))?;
        let copy = log
            .try_clone()
            .map_err(CallbackError::setup_error("a log"))?;
        command
            .env_clear()
            .stdout(Stdio::from(copy))
            .stderr(Stdio::from(log));
        command.envs([
            ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
            (
                "AWS_SECRET_ACCESS_KEY",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            ),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_DEFAULT_REGION", "eu-central-1"),
            ("AWS_LAMBDA_FUNCTION_NAME", "bench-callback"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench-callback"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("TZ", ":UTC"),
            ("LANG", "en_US.UTF-8"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ]);
        command
            .env("AWS_SESSION_TOKEN", "x".repeat(900))
            .env("HOME", self.home.path());
        command
            .env("AWS_ENDPOINT_URL", self.sink.endpoint())
            .env("WAKES_QUEUE_URL", self.sink.queue_url());
        Ok(command)
    }

    /// Returns the command for our bootstrap.
    ///
    /// # Errors
    /// [`CallbackError::Setup`] if its files cannot be written.
    pub fn our_command(&self, program: &Path) -> Result<Command, CallbackError> {
        let mut command = self.lambda_environment(Command::new(program), "ours.log")?;
        command
            .env("SECRETS_PREFIX", PREFIX)
            .env("LOG_LEVEL", "info")
            .env("AWS_CA_BUNDLE", self.path("ours.pem"));
        Ok(command)
    }

    /// Returns the command for our bootstrap that counts its instructions into a file.
    pub(super) fn our_counted_command(
        &self,
        program: &Path,
        counts: &Path,
    ) -> Result<Command, CallbackError> {
        let mut command = Command::new("valgrind");
        let mut out = std::ffi::OsString::from("--callgrind-out-file=");
        out.push(counts);
        command
            .args(["--tool=callgrind", "--quiet"])
            .arg(out)
            .arg(program);
        let mut command = self.lambda_environment(command, "counted.log")?;
        command
            .env("SECRETS_PREFIX", PREFIX)
            .env("LOG_LEVEL", "info")
            .env("AWS_CA_BUNDLE", self.path("ours.pem"));
        Ok(command)
    }

    /// Returns the command for a peer. Its keys are in its environment, as in its documentation; it
    /// reads no vault.
    pub(super) fn peer_command(
        &self,
        command: Command,
        name: &str,
        roots: &str,
    ) -> Result<Command, CallbackError> {
        let bundle = self.path(&format!("{name}.pem"));
        self.sink.authority.write_bundle(&bundle, roots)?;
        let mut command = self.lambda_environment(command, &format!("{name}.log"))?;
        command
            .env("CALLBACK_TOKEN", TOKEN)
            .env("CALLBACK_AES_KEY", AES_KEY);
        command
            .env("CALLBACK_OWNER", "dingeqqpkv3a1b2c3d4e")
            .env("_HANDLER", "handler.handle");
        command
            .env("AWS_CA_BUNDLE", &bundle)
            .env("NODE_EXTRA_CA_CERTS", &bundle);
        Ok(command)
    }

    /// Returns the end of a program's log, to show why it ended.
    #[must_use]
    pub fn log_tail(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Returns the path of a temporary file.
    pub(super) fn scratch_file(&self, name: &str) -> PathBuf {
        self.path(name)
    }
}

/// Builds our bootstrap as it is deployed: statically linked, or by `cargo lambda` if this machine
/// cannot link that.
///
/// # Errors
/// [`CallbackError::Build`] if neither succeeds.
pub async fn build_deployed() -> Result<PathBuf, CallbackError> {
    let target = checks::emulator::target_directory()
        .map_err(CallbackError::setup_error("cargo's target directory"))?;
    let whole = static_callback::build_callback(&workspace_root(), &target, "x86_64", "release")
        .map_err(CallbackError::setup_error("the callback"))?;
    if let Some(whole) = whole {
        return Ok(whole);
    }
    let bin = checks::pypi_tools::install_cargo_lambda(&target)
        .map_err(CallbackError::setup_error("cargo-lambda"))?;
    let path = runtime::read_variable("PATH").unwrap_or_default();
    let mut cargo = Command::new("cargo");
    cargo.args([
        "lambda",
        "build",
        "--quiet",
        "--release",
        "--x86-64",
        "--locked",
        "--package",
        "callback",
    ]);
    cargo.env("PATH", format!("{}:{path}", bin.display()));
    let status = cargo
        .current_dir(workspace_root())
        .stdout(Stdio::null())
        .status()
        .await;
    let built = status
        .map_err(CallbackError::setup_error("cargo"))?
        .success();
    built
        .then(|| target.join("lambda/callback/bootstrap"))
        .ok_or(CallbackError::Build)
}

/// Builds our bootstrap with plain cargo. This takes a minute, and the result starts a tenth slower
/// than the deployed one.
///
/// # Errors
/// [`CallbackError::Build`] if cargo fails.
pub async fn build_plain() -> Result<PathBuf, CallbackError> {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--package",
        "callback",
        "--message-format",
        "json",
    ]);
    let output = cargo
        .current_dir(workspace_root())
        .stderr(Stdio::inherit())
        .output()
        .await;
    let output = output.map_err(CallbackError::setup_error("cargo"))?;
    let artifacts = String::from_utf8_lossy(&output.stdout).into_owned();
    let programs = artifacts
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut programs =
        programs.filter_map(|artifact| artifact["executable"].as_str().map(PathBuf::from));
    programs
        .next_back()
        .filter(|_| output.status.success())
        .ok_or(CallbackError::Build)
}

fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
