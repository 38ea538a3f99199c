//! The function's configuration and its dependencies on AWS.

use std::sync::Arc;

use engine::CorpEngines;
use runtime::SystemClock;
use runtime::variables::{MissingVariableError, SWEEPS_QUEUE_URL, required_variable};
use runtime::worker::{self, WorkerConfig, WorkerError};

use crate::ReconcileDeps;

/// What the environment says.
pub struct ReconcileConfig {
    /// What every worker is told.
    pub worker: WorkerConfig,
    /// Queue of sweeps.
    pub sweeps_queue_url: String,
}

impl ReconcileConfig {
    /// Reads the configuration.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn from_vars(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            worker: WorkerConfig::from_vars(&lookup)?,
            sweeps_queue_url: required_variable(&lookup, SWEEPS_QUEUE_URL)?,
        })
    }
}

impl ReconcileDeps {
    /// On AWS.
    ///
    /// # Errors
    /// When the TLS settings are refused.
    pub fn connect(config: &ReconcileConfig) -> Result<Self, WorkerError> {
        let worker = worker::connect_worker(&config.worker)?;
        let sweeps = worker.queue(&config.sweeps_queue_url);
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
            outbox: worker.outbox,
            told: Arc::new(|_, _| {}),
        })
    }
}
