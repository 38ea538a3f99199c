//! DynamoDB on this machine.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often what has expired is dropped. On AWS it takes up to days.
const EXPIRY: Duration = Duration::from_hours(1);

/// Why the database did not start.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file could not be opened: another process may hold it, or it is not a database of this kind.
    #[error("the database file could not be opened")]
    Open(#[source] dynoxide::DynoxideError),
    /// The path cannot be written as text.
    #[error("the path of the database file is not UTF-8")]
    Path,
    /// No port on loopback.
    #[error("the database found no port on loopback")]
    Listen(#[source] std::io::Error),
    /// Expired items could not be dropped.
    #[error("the database could not drop what has expired")]
    Expiry(#[source] dynoxide::DynoxideError),
    /// Its thread of work ended on its own.
    #[error("the database stopped: {why}")]
    Stopped {
        /// In its own words.
        why: String,
    },
}

/// A database that serves DynamoDB's protocol on loopback until it is stopped or dropped.
pub struct Database {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), String>>,
    items: dynoxide::Database,
}

impl Database {
    /// Opens a file, or makes it, and serves it on a free port. Every answered write is on disk (SQLite, write-ahead log),
    /// also when the process is killed.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn open(file: &Path) -> Result<Self, DatabaseError> {
        let path = file.to_str().ok_or(DatabaseError::Path)?;
        Self::serve(dynoxide::Database::new(path).map_err(DatabaseError::Open)?).await
    }

    /// A database that forgets everything, for tests and benchmarks.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn memory() -> Result<Self, DatabaseError> {
        Self::serve(dynoxide::Database::memory().map_err(DatabaseError::Open)?).await
    }

    async fn serve(database: dynoxide::Database) -> Result<Self, DatabaseError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(DatabaseError::Listen)?;
        let address = listener.local_addr().map_err(DatabaseError::Listen)?;
        let (stop, stopped) = oneshot::channel();
        let until = async move { _ = stopped.await };
        let items = database.clone();
        let (ended, ending) = oneshot::channel();
        let expiring = tokio::spawn(expire_hourly(database.clone(), ending));
        let served = tokio::spawn(async move {
            let result = dynoxide::server::serve_with_shutdown(listener, database, until).await;
            // The file is closed when nobody has it any more.
            drop(ended);
            _ = expiring.await;
            result
        });
        Ok(Self { address, stop, served, items })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        client_at(self.address)
    }

    /// Drops what has expired, as it also happens every hour; how many items.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn expire(&self) -> Result<usize, DatabaseError> {
        expire(&self.items).await
    }

    /// Lets running requests finish and closes the file.
    ///
    /// # Errors
    /// [`DatabaseError::Stopped`] when it had failed before.
    pub async fn stop(self) -> Result<(), DatabaseError> {
        // Nobody to tell when it has stopped on its own: its result says why.
        _ = self.stop.send(());
        match self.served.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(DatabaseError::Stopped { why }),
            Err(join) => Err(DatabaseError::Stopped { why: join.to_string() }),
        }
    }
}

/// At once and every hour, until the server has ended.
async fn expire_hourly(database: dynoxide::Database, mut ending: oneshot::Receiver<()>) {
    let mut hours = tokio::time::interval(EXPIRY);
    loop {
        tokio::select! {
            _ = &mut ending => return,
            _ = hours.tick() => {}
        }
        match expire(&database).await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(count, "expired items were dropped"),
            Err(err) => tracing::warn!(reason = %err, "expired items were not dropped; the next hour tries again"),
        }
    }
}

/// It waits for the file and for its turn between others, which must not happen on a thread of tasks.
async fn expire(database: &dynoxide::Database) -> Result<usize, DatabaseError> {
    let database = database.clone();
    let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
    match swept {
        Ok(Ok(count)) => Ok(count),
        Ok(Err(source)) => Err(DatabaseError::Expiry(source)),
        Err(join) => Err(DatabaseError::Stopped { why: join.to_string() }),
    }
}

/// A client of whatever speaks DynamoDB's protocol there: plain HTTP, no proxy, credentials that mean nothing, the retries
/// of a client on AWS.
#[must_use]
pub fn client_at(address: SocketAddr) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("local"))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(Credentials::new("local", "local", None, None, "embedded"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::standard().with_max_attempts(4))
        .timeout_config(timeouts)
        .build();
    Client::from_conf(config)
}
