//! CloudFormation, IAM, S3, Events, Logs and whatever else the functions themselves never call: through `boto3` in a
//! process of its own, so that nobody has to build five more clients of the SDK. Everything is decided on this side.

use std::path::Path;
use std::process::Stdio;

use checks::emulator::{REGION, ROOT};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

const CLIENT_PROGRAM: &str = include_str!("aws.py");

/// AWS did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// It said so.
    #[error("{service} {operation} was refused with {code}: {message}")]
    Refused {
        /// The service that was called.
        service: String,
        /// Its operation.
        operation: String,
        /// AWS's code.
        code: String,
        /// AWS's words.
        message: String,
    },
    /// The helper cannot be asked.
    #[error("the AWS client in Python cannot be asked")]
    Gone(#[source] std::io::Error),
    /// It answers nonsense.
    #[error("the AWS client in Python gave an answer that cannot be read")]
    Nonsense(#[from] serde_json::Error),
}

impl AwsError {
    /// AWS's code; empty where AWS said nothing.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code,
            Self::Gone(_) | Self::Nonsense(_) => "",
        }
    }
}

/// The client; it ends with this value.
pub struct BotoClient {
    pipes: Mutex<(ChildStdin, Lines<BufReader<ChildStdout>>)>,
    _process: Child,
}

impl BotoClient {
    /// Starts it for an emulator at `url`, with the Python that has `boto3`, as the account's root.
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

    /// A call in `boto3`'s words, for example `("sqs", "get_queue_attributes", …)`.
    ///
    /// # Errors
    /// [`AwsError`].
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

/// A text field of an answer; empty where there is none.
#[must_use]
pub fn text_field(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
