//! What a deployed message-push is told, and what it makes of it.

use std::sync::Arc;

use runtime::SystemClock;
use runtime::aws::{Patience, Settings};
use runtime::variables::{
    Missing, OUTBOX_QUEUE_URL, REFUSED_TOKENS_QUEUE_URL, SECRETS_PREFIX, TABLES_PREFIX, required,
};
use runtime::worker::{self, NoWorker, Worker};

use crate::Deps;

/// Read once, at cold start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where looks at results go.
    pub outbox_queue_url: String,
    /// Where refused tokens go.
    pub refused_tokens_queue_url: String,
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
            outbox_queue_url: required(&lookup, OUTBOX_QUEUE_URL)?,
            refused_tokens_queue_url: required(&lookup, REFUSED_TOKENS_QUEUE_URL)?,
            secrets_prefix: required(&lookup, SECRETS_PREFIX)?,
            tables_prefix: required(&lookup, TABLES_PREFIX)?,
            aws: Settings::from_vars(&lookup, Patience::WORKER)?,
        })
    }
}

impl Deps {
    /// On AWS.
    ///
    /// # Errors
    /// [`NoWorker`] when TLS settings are refused.
    pub fn connect(config: &Config) -> Result<Self, NoWorker> {
        let Config { tables_prefix, secrets_prefix, refused_tokens_queue_url, .. } = config;
        let worker = worker::connect(&config.aws, tables_prefix, secrets_prefix, refused_tokens_queue_url)?;
        let outbox = worker.queue(&config.outbox_queue_url);
        let Worker { store, secrets, clients, .. } = worker;
        Ok(Self { store, secrets, outbox, clients, clock: Arc::new(SystemClock) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let error = Config::from_vars(|_| None).unwrap_err();
        assert_eq!(error.to_string(), "environment variable OUTBOX_QUEUE_URL is not set");
        let config = Config::from_vars(|name| (name != "AWS_CA_BUNDLE").then(|| name.to_owned())).unwrap();
        assert!(Deps::connect(&config).is_ok());
    }
}
