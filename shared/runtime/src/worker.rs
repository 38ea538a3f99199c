//! What every function that calls DingTalk is configured with and works with on AWS, built once per execution environment.

use std::sync::Arc;

use outbound::HttpTransport;
use outbound::Transport;
use state::queue::SqsQueue;
use state::vault::{SecretStore, SecretsManagerVault};
use state::{Queue, Store, TableNames};

use crate::aws::{self, AwsSettings, AwsTimeouts, SdkConfig};
use crate::variables::{
    MissingVariableError, OUTBOX_QUEUE_URL, REFUSED_TOKENS_QUEUE_URL, SECRETS_PREFIX,
    TABLES_PREFIX, required_variable,
};
use crate::{ClientPool, SystemClock, random_bytes_or_abort, random_jitter};

/// What the environment says to every worker. Read once, at cold start.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Queue of messages to people.
    pub outbox_queue_url: String,
    /// Queue of refused tokens.
    pub refused_tokens_queue_url: String,
    /// First part of every secret's name.
    pub secrets_prefix: String,
    /// First part of every table's name.
    pub tables_prefix: String,
    /// Region, credentials, endpoint.
    pub aws: AwsSettings,
}

impl WorkerConfig {
    /// From a lookup by name.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn from_vars(
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            outbox_queue_url: required_variable(lookup, OUTBOX_QUEUE_URL)?,
            refused_tokens_queue_url: required_variable(lookup, REFUSED_TOKENS_QUEUE_URL)?,
            secrets_prefix: required_variable(lookup, SECRETS_PREFIX)?,
            tables_prefix: required_variable(lookup, TABLES_PREFIX)?,
            aws: AwsSettings::from_vars(lookup, AwsTimeouts::WORKER)?,
        })
    }
}

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
    /// Messages to people.
    pub outbox: Arc<dyn Queue>,
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
/// [`WorkerError`] when TLS settings are refused.
pub fn connect_worker(config: &WorkerConfig) -> Result<Worker, WorkerError> {
    let sdk = config.aws.sdk_config()?;
    let store = Store::new(
        aws::dynamodb_client(&sdk),
        TableNames::with_prefix(&config.tables_prefix),
        u128::from_be_bytes(random_bytes_or_abort()),
    );
    let secrets = SecretStore::new(
        Arc::new(SecretsManagerVault::new(aws::secrets_manager_client(&sdk))),
        config.secrets_prefix.as_str(),
    );
    let transport: Arc<dyn Transport> =
        Arc::new(HttpTransport::new(config.aws.is_emulated_here())?);
    let queue =
        |url: &str| -> Arc<dyn Queue> { Arc::new(SqsQueue::new(aws::sqs_client(&sdk), url)) };
    let (refused, outbox) = (
        queue(&config.refused_tokens_queue_url),
        queue(&config.outbox_queue_url),
    );
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
        outbox,
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
