//! CloudFormation, IAM, S3, Events, Logs and other services that the functions themselves never
//! call. This module calls them through `boto3` in a child process, so that the SDK's clients for
//! them need not be built. All decisions are made on this side.

use std::path::Path;
use std::process::Stdio;

use checks::emulator::{REGION, ROOT};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

const CLIENT_PROGRAM: &str = include_str!("aws.py");

/// A call of AWS failed.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// AWS refused the call.
    #[error("{service} {operation} was refused with {code}: {message}")]
    Refused {
        /// The service that was called.
        service: String,
        /// The operation.
        operation: String,
        /// AWS's error code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// The child process has ended.
    #[error("the AWS client in Python has ended")]
    Gone(#[source] std::io::Error),
    /// The child process's answer cannot be parsed.
    #[error("the AWS client in Python gave an answer that cannot be read")]
    Nonsense(#[from] serde_json::Error),
}

impl AwsError {
    /// Returns AWS's error code; empty if AWS did not answer.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code,
            Self::Gone(_) | Self::Nonsense(_) => "",
        }
    }
}

/// The client. Dropping it ends the child process.
pub struct BotoClient {
    pipes: Mutex<(ChildStdin, Lines<BufReader<ChildStdout>>)>,
    _process: Child,
}

impl BotoClient {
    /// Starts the client for an emulator at `url` as the account's root, with a Python that has
    /// `boto3`.
    ///
    /// # Errors
    /// [`AwsError::Gone`] if it does not start.
    pub fn start_for_emulator(python: &Path, url: &str) -> Result<Self, AwsError> {
        let mut process = Command::new(python)
            .args(["-c", CLIENT_PROGRAM])
            .env_clear()
            .envs([
                ("AWS_ENDPOINT_URL", url),
                ("AWS_DEFAULT_REGION", REGION),
                ("LANG", "C.UTF-8"),
            ])
            .envs([("AWS_ACCESS_KEY_ID", ROOT), ("AWS_SECRET_ACCESS_KEY", ROOT)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(AwsError::Gone)?;
        let ended = || AwsError::Gone(std::io::ErrorKind::BrokenPipe.into());
        let input = process.stdin.take().ok_or_else(ended)?;
        let output = BufReader::new(process.stdout.take().ok_or_else(ended)?).lines();
        Ok(Self {
            pipes: Mutex::new((input, output)),
            _process: process,
        })
    }

    /// Makes a call with `boto3`'s names, for example `("sqs", "get_queue_attributes", …)`.
    ///
    /// # Errors
    /// [`AwsError`] if AWS refuses it or the child process has ended.
    pub async fn call(
        &self,
        service: &str,
        operation: &str,
        parameters: Value,
    ) -> Result<Value, AwsError> {
        let ask = json!({"service": service, "operation": operation, "parameters": parameters});
        let mut pipes = self.pipes.lock().await;
        let (input, output) = &mut *pipes;
        input
            .write_all(format!("{ask}\n").as_bytes())
            .await
            .map_err(AwsError::Gone)?;
        let line = output.next_line().await.map_err(AwsError::Gone)?;
        let line = line.ok_or_else(|| AwsError::Gone(std::io::ErrorKind::UnexpectedEof.into()))?;
        let mut said: Value = serde_json::from_str(&line)?;
        match said.get_mut("answer") {
            Some(answer) => Ok(answer.take()),
            None => Err(AwsError::Refused {
                service: service.to_owned(),
                operation: operation.to_owned(),
                code: text_field(&said, "code"),
                message: text_field(&said, "message"),
            }),
        }
    }
}

/// Returns a text field of an answer; empty if it is absent.
#[must_use]
pub fn text_field(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
