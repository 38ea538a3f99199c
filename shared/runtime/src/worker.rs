//! What every function that calls DingTalk works with on AWS, built once per execution environment.

use std::sync::Arc;

use outbound::HttpTransport;
use outbound::Transport;
use state::queue::SqsQueue;
use state::vault::{Secrets, SecretsManagerVault};
use state::{Queue, Store, Tables};

use crate::aws::{self, SdkConfig, Settings};
use crate::{Clients, SystemClock, jitter, unpredictable};

/// A worker's connections.
pub struct Worker {
    /// State.
    pub store: Store,
    /// Secrets of the bindings.
    pub secrets: Secrets,
    /// DingTalk, one client per binding.
    pub clients: Clients,
    /// DingTalk's network.
    pub transport: Arc<dyn Transport>,
    sdk: SdkConfig,
}

/// The connections could not be built.
#[derive(Debug, thiserror::Error)]
pub enum NoWorker {
    /// For AWS.
    #[error("the client for AWS could not be made")]
    Aws(#[from] aws::NoClient),
    /// For DingTalk.
    #[error("the TLS settings for DingTalk were refused")]
    DingTalk(#[from] outbound::TlsError),
}

/// Connects. Loopback is refused: on AWS nothing of ours, and much of Lambda's, listens there (`reliability.md` T7). It is
/// called only where AWS itself is an emulator on loopback.
///
/// # Errors
/// [`NoWorker`] when TLS settings are refused.
pub fn connect(
    settings: &Settings,
    tables_prefix: &str,
    secrets_prefix: &str,
    refused_tokens: &str,
) -> Result<Worker, NoWorker> {
    let sdk = settings.sdk()?;
    let store =
        Store::new(aws::dynamodb(&sdk), Tables::with_prefix(tables_prefix), u128::from_be_bytes(unpredictable()));
    let secrets = Secrets::new(Arc::new(SecretsManagerVault::new(aws::secretsmanager(&sdk))), secrets_prefix);
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(settings.is_emulated_here())?);
    let refused: Arc<dyn Queue> = Arc::new(SqsQueue::new(aws::sqs(&sdk), refused_tokens));
    let clients = Clients::new(Arc::clone(&transport), Arc::new(SystemClock), jitter(), secrets.clone(), refused);
    Ok(Worker { store, secrets, clients, transport, sdk })
}

impl Worker {
    /// A queue by its address.
    #[must_use]
    pub fn queue(&self, url: &str) -> Arc<dyn Queue> {
        Arc::new(SqsQueue::new(aws::sqs(&self.sdk), url))
    }

    /// The archive, in a bucket.
    #[cfg(feature = "archive")]
    #[must_use]
    pub fn archive(&self, bucket: &str) -> Arc<dyn state::Archive> {
        Arc::new(state::archive::S3Archive::new(aws::s3(&self.sdk), bucket))
    }
}
