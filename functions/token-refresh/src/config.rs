//! What a deployed token-refresh is told, and what it makes of it.

use std::sync::Arc;

use outbound::{HttpTransport, TlsError};
use runtime::aws::{self, NoClient, Patience, Settings};
use runtime::variables::{Missing, SECRETS_PREFIX, TABLES_PREFIX, required};
use runtime::{NoRandomness, SystemClock};
use state::vault::{Secrets, SecretsManagerVault};
use state::{Store, Tables};

use crate::Deps;

/// Read once, at cold start.
#[derive(Debug, Clone)]
pub struct Config {
    /// First part of the secrets' names.
    pub secrets_prefix: String,
    /// First part of the tables' names.
    pub tables_prefix: String,
    /// Region, credentials, endpoint.
    pub aws: Settings,
}

impl Config {
    /// From a lookup by name.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Missing> {
        Ok(Self {
            secrets_prefix: required(&lookup, SECRETS_PREFIX)?,
            tables_prefix: required(&lookup, TABLES_PREFIX)?,
            aws: Settings::from_vars(&lookup, Patience::WORKER)?,
        })
    }
}

/// Why the function cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The AWS client's TLS settings were refused.
    #[error("the AWS client could not be made")]
    Aws(#[source] NoClient),
    /// The client for DingTalk could not be made.
    #[error("the client for DingTalk could not be made")]
    DingTalk(#[source] TlsError),
    /// There is no randomness to mark this process's writes with.
    #[error("this process has no name for its writes")]
    Randomness(#[source] NoRandomness),
}

impl Deps {
    /// On AWS.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn connect(config: &Config) -> Result<Self, ConnectError> {
        let sdk = config.aws.sdk().map_err(ConnectError::Aws)?;
        let writer = u128::from_be_bytes(runtime::random().map_err(ConnectError::Randomness)?);
        let store = Store::new(aws::dynamodb(&sdk), Tables::with_prefix(&config.tables_prefix), writer);
        let vault = SecretsManagerVault::new(aws::secretsmanager(&sdk));
        let secrets = Secrets::new(Arc::new(vault), config.secrets_prefix.as_str());
        let transport = Arc::new(HttpTransport::new(config.aws.is_emulated_here()).map_err(ConnectError::DingTalk)?);
        Ok(Self { store, secrets, transport, clock: Arc::new(SystemClock), jitter: runtime::jitter() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let error = Config::from_vars(|_| None).unwrap_err();
        assert_eq!(error.to_string(), "environment variable SECRETS_PREFIX is not set");
        let config = Config::from_vars(|name| (name != "AWS_CA_BUNDLE").then(|| name.to_owned())).unwrap();
        assert!(Deps::connect(&config).is_ok());
    }
}
