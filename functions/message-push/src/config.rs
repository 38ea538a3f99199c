//! The function's dependencies on AWS. Its configuration is what every worker is told.

use std::sync::Arc;

use runtime::SystemClock;
use runtime::worker::{self, Worker, WorkerConfig, WorkerError};

use crate::PushDeps;

impl PushDeps {
    /// On AWS.
    ///
    /// # Errors
    /// [`WorkerError`] when TLS settings are refused.
    pub fn connect(config: &WorkerConfig) -> Result<Self, WorkerError> {
        let Worker {
            store,
            secrets,
            clients,
            outbox,
            ..
        } = worker::connect_worker(config)?;
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
        let error = WorkerConfig::from_vars(&|_| None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment variable OUTBOX_QUEUE_URL is not set"
        );
        let config =
            WorkerConfig::from_vars(&|name| (name != "AWS_CA_BUNDLE").then(|| name.to_owned()))
                .unwrap();
        assert!(PushDeps::connect(&config).is_ok());
    }
}
