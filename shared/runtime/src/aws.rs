//! Lean AWS clients: ring instead of AWS-LC, embedded roots instead of the system's bundle, credentials from the three
//! variables that Lambda sets, no `aws-config`. `performance.md` §3: the defaults cost 38 ms of CPU in the first request
//! and 0.7 ms of parsing certificates in each cold start.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
pub use aws_smithy_http_client::HttpClientError;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
pub use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::variables::{
    AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_REGION, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, Missing, optional,
    required,
};

/// Roots that AWS endpoints chain to: Amazon Root CA 1–4 and Starfield Services G2 (Amazon Trust Services), and the
/// three DigiCert roots used before them and in the China partition. Earliest expiry 2031.
const ROOTS: &str = include_str!("aws/roots.pem");

/// Who we are, where, and how long we wait.
#[derive(Debug, Clone)]
pub struct Settings {
    region: String,
    credentials: Credentials,
    endpoint: Option<String>,
    patience: Patience,
}

/// Bounds on one AWS call, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For one attempt.
    pub attempt_ms: u64,
    /// For the call with its attempts.
    pub call_ms: u64,
    /// How often at most.
    pub attempts: u32,
}

impl Patience {
    /// For work from a queue: nobody is waiting.
    pub const WORKER: Self = Self { attempt_ms: 5_000, call_ms: 15_000, attempts: 4 };
    /// For a request that DingTalk counts as failed after 1.5 s.
    pub const RECEIVER: Self = Self { attempt_ms: 600, call_ms: 1_000, attempts: 2 };
}

impl Settings {
    /// Region and credentials from the environment of a Lambda function; the session token may be absent (emulators).
    ///
    /// # Errors
    /// [`Missing`] with the variable's name.
    pub fn from_vars(lookup: &impl Fn(&str) -> Option<String>, patience: Patience) -> Result<Self, Missing> {
        let credentials = Credentials::new(
            required(lookup, AWS_ACCESS_KEY_ID)?,
            required(lookup, AWS_SECRET_ACCESS_KEY)?,
            optional(lookup, AWS_SESSION_TOKEN),
            // They stand for as long as the execution environment lives.
            None,
            "environment",
        );
        let endpoint = optional(lookup, AWS_ENDPOINT_URL);
        Ok(Self { region: required(lookup, AWS_REGION)?, credentials, endpoint, patience })
    }

    /// For an emulator on this machine, which checks no credentials.
    #[must_use]
    pub fn emulator(endpoint: &str, patience: Patience) -> Self {
        let credentials = Credentials::new("local", "local", None, None, "emulator");
        Self { region: "local".to_owned(), credentials, endpoint: Some(endpoint.to_owned()), patience }
    }

    /// What every client of one process shares: one HTTP client, one pool of connections.
    ///
    /// # Errors
    /// [`HttpClientError`] when the TLS settings are refused, which the embedded roots never are.
    pub fn sdk(&self) -> Result<SdkConfig, HttpClientError> {
        let Patience { attempt_ms, call_ms, attempts } = self.patience;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(attempt_ms))
            .operation_attempt_timeout(Duration::from_millis(attempt_ms))
            .operation_timeout(Duration::from_millis(call_ms));
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .http_client(http()?)
            .retry_config(RetryConfig::standard().with_max_attempts(attempts))
            .timeout_config(timeouts.build());
        config.set_endpoint_url(self.endpoint.clone());
        Ok(config.build())
    }
}

fn http() -> Result<SharedHttpClient, HttpClientError> {
    let roots = certificates(ROOTS).fold(TrustStore::empty(), TrustStore::with_pem_certificate);
    let tls = TlsContext::builder().with_trust_store(roots).build()?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https())
}

/// The certificates of a PEM file, one by one.
fn certificates(pem: &'static str) -> impl Iterator<Item = &'static str> {
    pem.split_inclusive("-----END CERTIFICATE-----\n").filter(|part| part.starts_with("-----BEGIN"))
}

/// The DynamoDB client.
#[cfg(feature = "dynamodb")]
#[must_use]
pub fn dynamodb(sdk: &SdkConfig) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(sdk)
}

/// The SQS client.
#[cfg(feature = "sqs")]
#[must_use]
pub fn sqs(sdk: &SdkConfig) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(sdk)
}

/// The Secrets Manager client.
#[cfg(feature = "secretsmanager")]
#[must_use]
pub fn secretsmanager(sdk: &SdkConfig) -> aws_sdk_secretsmanager::Client {
    aws_sdk_secretsmanager::Client::new(sdk)
}

#[cfg(test)]
mod tests;
