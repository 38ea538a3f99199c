//! AWS without its SDK: signed calls of AWS's JSON protocols over kept connections.
//!
//! For functions whose answer somebody waits for. The SDK's client costs three times the instructions of a warm event
//! and two megabytes (measured; `shared/DECISIONS.md`); what it does for us is little and stands here: signature
//! (`aws-sigv4`), one retry, the error's name, the clock's skew. Everybody else uses the SDK.

mod connection;
mod endpoint;
mod host_lookup;
mod response;
mod signature;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use directory::Timestamp;
use tokio_rustls::rustls::ClientConfig;

use crate::error::Cause;
use connection::{Connection, ConnectionError};
pub use endpoint::{EndpointError, ServiceEndpoint};
use response::ServiceResponse;
pub use signature::CallerIdentity;

/// Connections that wait for their next call, per service.
const IDLE_CONNECTIONS_MAX: usize = 4;
/// Between an answer that asks for patience and the second attempt.
const RETRY_PAUSE: Duration = Duration::from_millis(40);
/// A clock that is further away than this is told of and corrected for.
const SKEW_MAX_MS: i64 = 2 * 60 * 1_000;

/// Asks what time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One of AWS's services that speak JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwsService {
    /// Its name in addresses and signatures.
    pub name: &'static str,
    /// What its actions' names begin with on the wire.
    pub target: &'static str,
    /// The version of the protocol.
    pub json: &'static str,
}

/// SQS.
pub const SQS: AwsService = AwsService {
    name: "sqs",
    target: "AmazonSQS",
    json: "1.0",
};
/// Secrets Manager.
pub const SECRETS_MANAGER: AwsService = AwsService {
    name: "secretsmanager",
    target: "secretsmanager",
    json: "1.1",
};

/// Bounds of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTimeouts {
    /// For an answer on a connection that was kept: it may be dead without anybody having said so.
    pub kept: Duration,
    /// For an answer on a new connection, its making included.
    pub fresh: Duration,
    /// For all of it.
    pub call: Duration,
}

/// Who calls, from where, and how.
#[derive(Clone)]
pub struct CallerSettings {
    /// Region and credentials.
    pub identity: CallerIdentity,
    /// Whom to believe, and with which cryptography.
    pub tls: Arc<ClientConfig>,
    /// The time of signatures.
    pub clock: Clock,
    /// How long to wait.
    pub bounds: CallTimeouts,
}

/// Why there is no answer to use. Neither variant carries what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No answer, or not now; it may have been done all the same.
    #[error("the service did not answer")]
    Unavailable(#[source] Cause),
    /// The service said no, and says so again.
    #[error("the service refused with {0}")]
    Refused(String),
}

/// The client of one service. Connections are kept, so that it should live as long as the process.
pub struct AwsClient {
    service: AwsService,
    endpoint: ServiceEndpoint,
    access: CallerSettings,
    idle: Mutex<Vec<Connection>>,
    skew_ms: AtomicI64,
}

impl AwsClient {
    /// Of a service at its own address in the identity's region, or at another one (emulators). Connects to nothing yet.
    ///
    /// # Errors
    /// [`EndpointError`] when an address was given and is none.
    pub fn new(
        service: AwsService,
        access: CallerSettings,
        endpoint: Option<&str>,
    ) -> Result<Self, EndpointError> {
        let endpoint = match endpoint {
            Some(address) => ServiceEndpoint::parse(address)?,
            None => ServiceEndpoint::of_service(service, access.identity.region()),
        };
        Ok(Self {
            service,
            endpoint,
            access,
            idle: Mutex::default(),
            skew_ms: AtomicI64::new(0),
        })
    }

    /// Makes a connection and keeps it, so that the first call need not. What fails here fails again there, with a name.
    pub async fn warm(&self) {
        let warmed = Connection::open(&self.endpoint, &self.access.tls);
        if let Ok(Ok(connection)) = tokio::time::timeout(self.access.bounds.fresh, warmed).await {
            self.keep_connection(connection);
        }
    }

    /// Calls an action with a JSON body; the body of its answer. Actions must bear being done twice.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call(&self, action: &str, body: impl Into<Bytes>) -> Result<Bytes, CallError> {
        let unanswered = |_elapsed| CallError::Unavailable(Cause::new("no answer in time"));
        tokio::time::timeout(
            self.access.bounds.call,
            self.call_with_retry(action, body.into()),
        )
        .await
        .map_err(unanswered)?
    }

    async fn call_with_retry(&self, action: &str, body: Bytes) -> Result<Bytes, CallError> {
        let first = self.attempt_call(action, body.clone()).await;
        let again = match &first {
            Err(_) => true,
            Ok(answer) => self.correct_clock(answer) || answer.is_retryable(),
        };
        if !again {
            return first.and_then(ServiceResponse::into_body);
        }
        if first.is_ok() {
            tokio::time::sleep(RETRY_PAUSE).await;
        }
        self.attempt_call(action, body)
            .await
            .and_then(ServiceResponse::into_body)
    }

    /// On a kept connection if there is one, and on a new one if that turns out to be dead.
    async fn attempt_call(&self, action: &str, body: Bytes) -> Result<ServiceResponse, CallError> {
        if let Some(mut kept) = self.take_idle_connection() {
            let sent = kept.send(self.signed_request(action, body.clone())?);
            if let Ok(Ok(answer)) = tokio::time::timeout(self.access.bounds.kept, sent).await {
                self.keep_connection(kept);
                return Ok(answer);
            }
            // The others are of the same age.
            self.idle_connections().clear();
        }
        let fresh = async {
            let mut connection = self.connect().await?;
            let request = self
                .signed_request(action, body)
                .map_err(|_| ConnectionError::Request)?;
            let answer = connection.send(request).await?;
            self.keep_connection(connection);
            Ok::<_, ConnectionError>(answer)
        };
        let answer = tokio::time::timeout(self.access.bounds.fresh, fresh).await;
        let lost = |lost: ConnectionError| CallError::Unavailable(Cause::new(lost.to_string()));
        answer
            .map_err(|_| CallError::Unavailable(Cause::new("no answer in time")))?
            .map_err(lost)
    }

    fn signed_request(
        &self,
        action: &str,
        body: Bytes,
    ) -> Result<signature::SignedRequest, CallError> {
        let at = self.now().plus_millis(self.skew_ms.load(Ordering::Relaxed));
        let signed = signature::sign_request(
            self.service,
            &self.endpoint,
            &self.access.identity,
            action,
            body,
            at,
        );
        signed.map_err(|_| CallError::Refused("no signature".to_owned()))
    }

    async fn connect(&self) -> Result<Connection, ConnectionError> {
        Connection::open(&self.endpoint, &self.access.tls).await
    }

    /// Compares the service's clock with ours; whether what was refused may have been refused for that.
    fn correct_clock(&self, answer: &ServiceResponse) -> bool {
        let Some(theirs) = answer.server_time() else {
            return false;
        };
        let found = theirs.millis().saturating_sub(self.now().millis());
        let skew = if found.abs() > SKEW_MAX_MS { found } else { 0 };
        let before = self.skew_ms.swap(skew, Ordering::Relaxed);
        if (skew == 0) == (before == 0) {
            return false;
        }
        if skew != 0 {
            tracing::error!(
                skew_s = skew / 1_000,
                "this machine's clock is {} s behind AWS's",
                skew / 1_000
            );
        }
        !answer.is_success()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.access.clock)()
    }

    fn take_idle_connection(&self) -> Option<Connection> {
        let mut idle = self.idle_connections();
        while let Some(connection) = idle.pop() {
            if connection.is_open() {
                return Some(connection);
            }
        }
        None
    }

    fn keep_connection(&self, connection: Connection) {
        let mut idle = self.idle_connections();
        if idle.len() < IDLE_CONNECTIONS_MAX && connection.is_open() {
            idle.push(connection);
        }
    }

    fn idle_connections(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
