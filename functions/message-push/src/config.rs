//! What a deployed message-push is told, and what it makes of it.

use std::sync::Arc;

use runtime::SystemClock;
use runtime::aws::{AwsSettings, AwsTimeouts};
use runtime::variables::{
    MissingVariableError, OUTBOX_QUEUE_URL, REFUSED_TOKENS_QUEUE_URL, SECRETS_PREFIX,
    TABLES_PREFIX, required_variable,
};
use runtime::worker::{self, Worker, WorkerError};

use crate::PushDeps;

/// Read once, at cold start.
#[derive(Debug, Clone)]
pub struct PushConfig {
    /// Where looks at results go.
    pub outbox_queue_url: String,
    /// Where refused tokens go.
    pub refused_tokens_queue_url: String,
    /// First part of the secrets' names.
    pub secrets_prefix: String,
    /// First part of the tables' names.
    pub tables_prefix: String,
    /// Region, credentials, endpoint.
    pub aws: AwsSettings,
}

impl PushConfig {
    /// From a lookup by name.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn from_vars(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            outbox_queue_url: required_variable(&lookup, OUTBOX_QUEUE_URL)?,
            refused_tokens_queue_url: required_variable(&lookup, REFUSED_TOKENS_QUEUE_URL)?,
            secrets_prefix: required_variable(&lookup, SECRETS_PREFIX)?,
            tables_prefix: required_variable(&lookup, TABLES_PREFIX)?,
            aws: AwsSettings::from_vars(&lookup, AwsTimeouts::WORKER)?,
        })
    }
}

impl PushDeps {
    /// On AWS.
    ///
    /// # Errors
    /// [`NoWorker`] when TLS settings are refused.
    pub fn connect(config: &PushConfig) -> Result<Self, WorkerError> {
        let PushConfig {
            tables_prefix,
            secrets_prefix,
            refused_tokens_queue_url,
            ..
        } = config;
        let worker = worker::connect_worker(
            &config.aws,
            tables_prefix,
            secrets_prefix,
            refused_tokens_queue_url,
        )?;
        let outbox = worker.queue(&config.outbox_queue_url);
        let Worker {
            store,
            secrets,
            clients,
            ..
        } = worker;
        Ok(Self {
            store,
            secrets,
            outbox,
            clients,
            clock: Arc::new(SystemClock),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let error = PushConfig::from_vars(|_| None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment variable OUTBOX_QUEUE_URL is not set"
        );
        let config =
            PushConfig::from_vars(|name| (name != "AWS_CA_BUNDLE").then(|| name.to_owned()))
                .unwrap();
        assert!(PushDeps::connect(&config).is_ok());
    }
}
