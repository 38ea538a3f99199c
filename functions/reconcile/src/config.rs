//! The function's configuration and its dependencies on AWS.

use std::sync::Arc;

use engine::CorpEngines;
use runtime::SystemClock;
use runtime::aws::{AwsSettings, AwsTimeouts};
use runtime::variables::{
    MissingVariableError, OUTBOX_QUEUE_URL, REFUSED_TOKENS_QUEUE_URL, SECRETS_PREFIX,
    SWEEPS_QUEUE_URL, TABLES_PREFIX, required_variable,
};
use runtime::worker::{self, WorkerError};

use crate::ReconcileDeps;

/// What the environment says.
pub struct ReconcileConfig {
    /// Queue of messages to people.
    pub outbox_queue_url: String,
    /// Queue of refused tokens.
    pub refused_tokens_queue_url: String,
    /// Queue of sweeps.
    pub sweeps_queue_url: String,
    /// First part of every secret's name.
    pub secrets_prefix: String,
    /// First part of every table's name.
    pub tables_prefix: String,
    /// Who we are on AWS.
    pub aws: AwsSettings,
}

impl ReconcileConfig {
    /// Reads the configuration.
    ///
    /// # Errors
    /// [`Missing`] with the variable's name.
    pub fn from_vars(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            outbox_queue_url: required_variable(&lookup, OUTBOX_QUEUE_URL)?,
            refused_tokens_queue_url: required_variable(&lookup, REFUSED_TOKENS_QUEUE_URL)?,
            sweeps_queue_url: required_variable(&lookup, SWEEPS_QUEUE_URL)?,
            secrets_prefix: required_variable(&lookup, SECRETS_PREFIX)?,
            tables_prefix: required_variable(&lookup, TABLES_PREFIX)?,
            aws: AwsSettings::from_vars(&lookup, AwsTimeouts::WORKER)?,
        })
    }
}

impl ReconcileDeps {
    /// On AWS.
    ///
    /// # Errors
    /// When the TLS settings are refused.
    pub fn connect(config: &ReconcileConfig) -> Result<Self, WorkerError> {
        let worker = worker::connect_worker(
            &config.aws,
            &config.tables_prefix,
            &config.secrets_prefix,
            &config.refused_tokens_queue_url,
        )?;
        let sweeps = worker.queue(&config.sweeps_queue_url);
        let outbox = worker.queue(&config.outbox_queue_url);
        let clients = worker.clients;
        let corps = CorpEngines {
            store: worker.store,
            secrets: worker.secrets,
            client: Arc::new(move |binding| clients.for_binding(binding)),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(runtime::random_bytes_or_abort),
        };
        Ok(Self {
            corps,
            sweeps,
            outbox,
            told: Arc::new(|_, _| {}),
        })
    }
}
