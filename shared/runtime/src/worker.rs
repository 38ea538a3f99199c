//! What every function that calls DingTalk works with on AWS, built once per execution environment.

use std::sync::Arc;

use outbound::HttpTransport;
use outbound::Transport;
use state::queue::SqsQueue;
use state::vault::{SecretStore, SecretsManagerVault};
use state::{Queue, Store, TableNames};

use crate::aws::{self, AwsSettings, SdkConfig};
use crate::{ClientPool, SystemClock, random_bytes_or_abort, random_jitter};

/// A worker's connections.
pub struct Worker {
    /// State.
    pub store: Store,
    /// Secrets of the bindings.
    pub secrets: SecretStore,
    /// DingTalk, one client per binding.
    pub clients: ClientPool,
    /// DingTalk's network.
    pub transport: Arc<dyn Transport>,
    sdk: SdkConfig,
}

/// The connections could not be built.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// For AWS.
    #[error("the client for AWS could not be made")]
    Aws(#[from] aws::AwsClientError),
    /// For DingTalk.
    #[error("the TLS settings for DingTalk were refused")]
    DingTalk(#[from] outbound::TlsError),
}

/// Connects. Loopback is refused: on AWS nothing of ours, and much of Lambda's, listens there (T7 in `infra/README.md`). It is
/// called only where AWS itself is an emulator on loopback.
///
/// # Errors
/// [`NoWorker`] when TLS settings are refused.
pub fn connect_worker(
    settings: &AwsSettings,
    tables_prefix: &str,
    secrets_prefix: &str,
    refused_tokens: &str,
) -> Result<Worker, WorkerError> {
    let sdk = settings.sdk_config()?;
    let store = Store::new(
        aws::dynamodb_client(&sdk),
        TableNames::with_prefix(tables_prefix),
        u128::from_be_bytes(random_bytes_or_abort()),
    );
    let secrets = SecretStore::new(
        Arc::new(SecretsManagerVault::new(aws::secrets_manager_client(&sdk))),
        secrets_prefix,
    );
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(settings.is_emulated_here())?);
    let refused: Arc<dyn Queue> = Arc::new(SqsQueue::new(aws::sqs_client(&sdk), refused_tokens));
    let clients = ClientPool::new(
        Arc::clone(&transport),
        Arc::new(SystemClock),
        random_jitter(),
        secrets.clone(),
        refused,
    );
    Ok(Worker {
        store,
        secrets,
        clients,
        transport,
        sdk,
    })
}

impl Worker {
    /// A queue by its address.
    #[must_use]
    pub fn queue(&self, url: &str) -> Arc<dyn Queue> {
        Arc::new(SqsQueue::new(aws::sqs_client(&self.sdk), url))
    }

    /// The archive, in a bucket.
    #[cfg(feature = "archive")]
    #[must_use]
    pub fn archive(&self, bucket: &str) -> Arc<dyn state::Archive> {
        Arc::new(state::archive::S3Archive::new(
            aws::s3_client(&self.sdk),
            bucket,
        ))
    }
}
