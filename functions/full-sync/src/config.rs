//! The function's configuration and its dependencies on AWS.

use std::sync::Arc;

use engine::CorpEngines;
use runtime::SystemClock;
use runtime::variables::{
    ARCHIVE_BUCKET, MissingVariableError, SWEEPS_QUEUE_URL, WAKES_QUEUE_URL, required_variable,
};
use runtime::worker::{self, WorkerConfig, WorkerError};

use crate::SweepDeps;

/// What the environment says.
pub struct SweepConfig {
    /// What every worker is told.
    pub worker: WorkerConfig,
    /// Bucket of the archive.
    pub archive_bucket: String,
    /// Queue of sweeps.
    pub sweeps_queue_url: String,
    /// Queue of wakes.
    pub wakes_queue_url: String,
}

impl SweepConfig {
    /// Reads the configuration.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn from_vars(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            worker: WorkerConfig::from_vars(&lookup)?,
            archive_bucket: required_variable(&lookup, ARCHIVE_BUCKET)?,
            sweeps_queue_url: required_variable(&lookup, SWEEPS_QUEUE_URL)?,
            wakes_queue_url: required_variable(&lookup, WAKES_QUEUE_URL)?,
        })
    }
}

impl SweepDeps {
    /// On AWS.
    ///
    /// # Errors
    /// When the TLS settings are refused.
    pub fn connect(config: &SweepConfig) -> Result<Self, WorkerError> {
        let worker = worker::connect_worker(&config.worker)?;
        let sweeps = worker.queue(&config.sweeps_queue_url);
        let wakes = worker.queue(&config.wakes_queue_url);
        let archive = worker.archive(&config.archive_bucket);
        let clients = worker.clients;
        let corps = CorpEngines {
            store: worker.store,
            secrets: worker.secrets,
            client: Arc::new(move |binding, keys| clients.for_binding(binding, keys)),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(runtime::random_bytes_or_abort),
        };
        Ok(Self {
            corps,
            sweeps,
            wakes,
            outbox: worker.outbox,
            archive,
        })
    }
}
