//! What a deployed token-refresh is told, and what it makes of it.

use std::sync::Arc;

use outbound::{HttpTransport, TlsError};
use runtime::aws::{self, AwsClientError, AwsSettings, AwsTimeouts};
use runtime::variables::{MissingVariableError, SECRETS_PREFIX, TABLES_PREFIX, required_variable};
use runtime::{RandomnessError, SystemClock};
use state::vault::{SecretStore, SecretsManagerVault};
use state::{Store, TableNames};

use crate::RefreshDeps;

/// Read once, at cold start.
#[derive(Debug, Clone)]
pub struct RefreshConfig {
    /// First part of the secrets' names.
    pub secrets_prefix: String,
    /// First part of the tables' names.
    pub tables_prefix: String,
    /// Region, credentials, endpoint.
    pub aws: AwsSettings,
}

impl RefreshConfig {
    /// From a lookup by name.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn from_vars(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            secrets_prefix: required_variable(&lookup, SECRETS_PREFIX)?,
            tables_prefix: required_variable(&lookup, TABLES_PREFIX)?,
            aws: AwsSettings::from_vars(&lookup, AwsTimeouts::WORKER)?,
        })
    }
}

/// Why the function cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The AWS client's TLS settings were refused.
    #[error("the AWS client could not be made")]
    Aws(#[source] AwsClientError),
    /// The client for DingTalk could not be made.
    #[error("the client for DingTalk could not be made")]
    DingTalk(#[source] TlsError),
    /// There is no randomness to mark this process's writes with.
    #[error("this process has no name for its writes")]
    Randomness(#[source] RandomnessError),
}

impl RefreshDeps {
    /// On AWS.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn connect(config: &RefreshConfig) -> Result<Self, ConnectError> {
        let sdk = config.aws.sdk_config().map_err(ConnectError::Aws)?;
        let writer =
            u128::from_be_bytes(runtime::random_bytes().map_err(ConnectError::Randomness)?);
        let store = Store::new(
            aws::dynamodb_client(&sdk),
            TableNames::with_prefix(&config.tables_prefix),
            writer,
        );
        let vault = SecretsManagerVault::new(aws::secrets_manager_client(&sdk));
        let secrets = SecretStore::new(Arc::new(vault), config.secrets_prefix.as_str());
        let transport = Arc::new(
            HttpTransport::new(config.aws.is_emulated_here()).map_err(ConnectError::DingTalk)?,
        );
        Ok(Self {
            store,
            secrets,
            transport,
            clock: Arc::new(SystemClock),
            jitter: runtime::random_jitter(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let error = RefreshConfig::from_vars(|_| None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment variable SECRETS_PREFIX is not set"
        );
        let config =
            RefreshConfig::from_vars(|name| (name != "AWS_CA_BUNDLE").then(|| name.to_owned()))
                .unwrap();
        assert!(RefreshDeps::connect(&config).is_ok());
    }
}
