//! The SDK's clients.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
pub use aws_types::SdkConfig;
use aws_types::region::Region;
use secrecy::ExposeSecret as _;

use super::{AwsClientError, AwsSettings, AwsTimeouts};

impl AwsSettings {
    /// What every client of one process shares: one HTTP client, one pool of connections.
    ///
    /// # Errors
    /// [`AwsClientError`]; the embedded roots are never refused.
    pub fn sdk_config(&self) -> Result<SdkConfig, AwsClientError> {
        let AwsTimeouts {
            attempt_ms,
            call_ms,
            attempts,
        } = self.patience;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(attempt_ms))
            .operation_attempt_timeout(Duration::from_millis(attempt_ms))
            .operation_timeout(Duration::from_millis(call_ms));
        let session = self
            .session_token
            .as_ref()
            .map(|token| token.expose_secret().to_owned());
        let secret_key = self.secret_key.expose_secret();
        let credentials =
            Credentials::new(&self.access_key, secret_key, session, None, "environment");
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client(&self.root_certificates()?)?)
            .retry_config(RetryConfig::standard().with_max_attempts(attempts))
            .timeout_config(timeouts.build());
        config.set_endpoint_url(self.endpoint.clone());
        Ok(config.build())
    }
}

fn http_client(roots: &str) -> Result<SharedHttpClient, AwsClientError> {
    let roots =
        split_certificates(roots).fold(TrustStore::empty(), TrustStore::with_pem_certificate);
    let tls = TlsContext::builder()
        .with_trust_store(roots)
        .build()
        .map_err(|error| AwsClientError::Tls(error.into()))?;
    Ok(Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https())
}

/// The certificates of a PEM file, one by one.
pub(super) fn split_certificates(pem: &str) -> impl Iterator<Item = &str> {
    pem.split_inclusive("-----END CERTIFICATE-----\n")
        .filter_map(|part| part.get(part.find("-----BEGIN")?..))
}

/// The DynamoDB client.
#[cfg(feature = "dynamodb")]
#[must_use]
pub fn dynamodb_client(sdk: &SdkConfig) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(sdk)
}

/// The SQS client.
#[cfg(feature = "sqs")]
#[must_use]
pub fn sqs_client(sdk: &SdkConfig) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(sdk)
}

/// The S3 client. An emulator answers under one name, so that the bucket goes into the path.
#[cfg(feature = "s3")]
#[must_use]
pub fn s3_client(sdk: &SdkConfig) -> aws_sdk_s3::Client {
    let config =
        aws_sdk_s3::config::Builder::from(sdk).force_path_style(sdk.endpoint_url().is_some());
    aws_sdk_s3::Client::from_conf(config.build())
}

/// The Secrets Manager client.
#[cfg(feature = "secretsmanager")]
#[must_use]
pub fn secrets_manager_client(sdk: &SdkConfig) -> aws_sdk_secretsmanager::Client {
    aws_sdk_secretsmanager::Client::new(sdk)
}
