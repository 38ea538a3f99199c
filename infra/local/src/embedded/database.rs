//! DynamoDB on this machine: the embedded database and its hourly expiry, or one that listens elsewhere on this machine.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use state::embedded::{EmbeddedDynamoDb, EmbeddedError};
use tokio::task::JoinHandle;

/// How often expired items are deleted. On AWS it takes up to days.
const EXPIRY: Duration = Duration::from_hours(1);

/// Why the database did not start, or could not delete what has expired.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file, or what is in it.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The thread that worked on the file ended.
    #[error("the database stopped: {why}")]
    Stopped {
        /// In its own words.
        why: String,
    },
}

/// The embedded database. It listens nowhere: clients run their requests in this process. Dropping it ends the expiry; the
/// file closes with the last client.
pub struct Database {
    dynamodb: EmbeddedDynamoDb,
    expiring: JoinHandle<()>,
}

impl Drop for Database {
    fn drop(&mut self) {
        self.expiring.abort();
    }
}

impl Database {
    /// Opens a file, or creates it. Every write that was answered is on disk, also when the process is killed.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn open(file: &Path) -> Result<Self, DatabaseError> {
        let file = file.to_owned();
        Ok(Self::start(
            blocking(move || EmbeddedDynamoDb::open(&file)).await?,
        ))
    }

    /// A database that forgets everything, for tests and benchmarks.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn memory() -> Result<Self, DatabaseError> {
        Ok(Self::start(blocking(EmbeddedDynamoDb::in_memory).await?))
    }

    fn start(dynamodb: EmbeddedDynamoDb) -> Self {
        let expiring = tokio::spawn(expire_hourly(dynamodb.clone()));
        Self { dynamodb, expiring }
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        self.dynamodb.client()
    }

    /// The database below, for callers that speak DynamoDB's protocol themselves.
    #[must_use]
    pub fn dynamodb(&self) -> &EmbeddedDynamoDb {
        &self.dynamodb
    }

    /// Deletes expired items, as it also happens every hour, and returns how many.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn expire(&self) -> Result<usize, DatabaseError> {
        expire(&self.dynamodb).await
    }

    /// Ends the expiry and gives the file back, once the clients are dropped too.
    ///
    /// # Errors
    /// [`DatabaseError::Stopped`] when the expiry had failed before.
    pub async fn stop(mut self) -> Result<(), DatabaseError> {
        self.expiring.abort();
        match (&mut self.expiring).await {
            Err(join) if join.is_panic() => Err(DatabaseError::Stopped {
                why: join.to_string(),
            }),
            _ => Ok(()),
        }
    }
}

/// At once and every hour, until the database is dropped.
async fn expire_hourly(dynamodb: EmbeddedDynamoDb) {
    let mut hours = tokio::time::interval(EXPIRY);
    loop {
        hours.tick().await;
        match expire(&dynamodb).await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(count, "expired items were deleted"),
            Err(err) => {
                tracing::warn!(reason = %err, "expired items were not deleted; the next hour tries again");
            }
        }
    }
}

async fn expire(dynamodb: &EmbeddedDynamoDb) -> Result<usize, DatabaseError> {
    let dynamodb = dynamodb.clone();
    blocking(move || dynamodb.delete_expired()).await
}

/// Runs what waits for the file on a thread for blocking work.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EmbeddedError> + Send + 'static,
) -> Result<T, DatabaseError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(join) => Err(DatabaseError::Stopped {
            why: join.to_string(),
        }),
    }
}

/// A client of a DynamoDB that listens elsewhere on this machine: plain HTTP, no proxy, the retries of a client on AWS. The
/// access key is what that server asks for; DynamoDB Local takes any.
#[must_use]
pub fn client_at(address: SocketAddr, access_key: &str) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("local"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(Credentials::new(
            access_key, "local", None, None, "embedded",
        ))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::standard().with_max_attempts(4))
        .timeout_config(timeouts)
        .build();
    Client::from_conf(config)
}
