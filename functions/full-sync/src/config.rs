//! The function's configuration and its dependencies on AWS.

use std::sync::Arc;

use engine::CorpEngines;
use runtime::SystemClock;
use runtime::aws::{AwsSettings, AwsTimeouts};
use runtime::variables::{
    ARCHIVE_BUCKET, MissingVariableError, OUTBOX_QUEUE_URL, REFUSED_TOKENS_QUEUE_URL,
    SECRETS_PREFIX, SWEEPS_QUEUE_URL, TABLES_PREFIX, WAKES_QUEUE_URL, required_variable,
};
use runtime::worker::{self, WorkerError};

use crate::SweepDeps;

/// What the environment says.
pub struct SweepConfig {
    /// Bucket of the archive.
    pub archive_bucket: String,
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
    /// Queue of wakes.
    pub wakes_queue_url: String,
    /// Who we are on AWS.
    pub aws: AwsSettings,
}

impl SweepConfig {
    /// Reads the configuration.
    ///
    /// # Errors
    /// [`Missing`] with the variable's name.
    pub fn from_vars(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            archive_bucket: required_variable(&lookup, ARCHIVE_BUCKET)?,
            outbox_queue_url: required_variable(&lookup, OUTBOX_QUEUE_URL)?,
            refused_tokens_queue_url: required_variable(&lookup, REFUSED_TOKENS_QUEUE_URL)?,
            sweeps_queue_url: required_variable(&lookup, SWEEPS_QUEUE_URL)?,
            secrets_prefix: required_variable(&lookup, SECRETS_PREFIX)?,
            tables_prefix: required_variable(&lookup, TABLES_PREFIX)?,
            wakes_queue_url: required_variable(&lookup, WAKES_QUEUE_URL)?,
            aws: AwsSettings::from_vars(&lookup, AwsTimeouts::WORKER)?,
        })
    }
}

impl SweepDeps {
    /// On AWS.
    ///
    /// # Errors
    /// When the TLS settings are refused.
    pub fn connect(config: &SweepConfig) -> Result<Self, WorkerError> {
        let worker = worker::connect_worker(
            &config.aws,
            &config.tables_prefix,
            &config.secrets_prefix,
            &config.refused_tokens_queue_url,
        )?;
        let sweeps = worker.queue(&config.sweeps_queue_url);
        let wakes = worker.queue(&config.wakes_queue_url);
        let outbox = worker.queue(&config.outbox_queue_url);
        let archive = worker.archive(&config.archive_bucket);
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
            wakes,
            outbox,
            archive,
        })
    }
}
