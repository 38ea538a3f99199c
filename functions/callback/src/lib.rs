#![doc = include_str!("../README.md")]

mod acknowledgement;
mod callback_keys;
#[cfg(feature = "lambda")]
mod config;
mod gateway;
mod key_cache;
mod query;

use std::sync::Arc;
use std::time::Duration;

use directory::Timestamp;
use runtime::metrics;
use state::Queue;
use state::vault::SecretStore;

#[cfg(feature = "lambda")]
pub use config::CallbackConfig;
pub use gateway::{HttpAnswer, HttpEvent, binding_in_path, handle_http};

use acknowledgement::AcknowledgeError;
use key_cache::KeyCache;

/// Milliseconds for everything between request and answer: secret, cryptography and queue. With [`WARM_UP_MS`] before a
/// first event and the platform's own start it stays below DingTalk's 1.5 s.
pub const BUDGET_MS: u64 = 1_000;

/// Milliseconds that a cold start waits for connections at most; nobody's answer depends on them.
pub const WARM_UP_MS: u64 = 300;

/// The one body of every refusal, whatever its reason (T3 in `infra/README.md`).
const REFUSED_BODY: &str = r#"{"error":"refused"}"#;
const UNAVAILABLE_BODY: &str = r#"{"error":"unavailable"}"#;

/// What the function works with, built once per execution environment.
pub struct CallbackDeps {
    keys: KeyCache,
    wakes: Arc<dyn Queue>,
}

impl CallbackDeps {
    /// Secrets of bindings to read, and the queue that wakes go to.
    #[must_use]
    pub fn new(secrets: SecretStore, wakes: Arc<dyn Queue>) -> Self {
        Self {
            keys: KeyCache::new(secrets),
            wakes,
        }
    }

    /// On AWS. Makes both connections with their TLS handshakes while the environment starts with a whole CPU, and not
    /// during the first event. Waits for them no longer than [`WARM_UP_MS`]: whatever is wrong
    /// with a service is said by the event that needs it.
    ///
    /// # Errors
    /// When the certificates or the endpoint that the environment names are refused.
    #[cfg(feature = "lambda")]
    pub async fn connect(config: &CallbackConfig) -> Result<Self, runtime::aws::AwsClientError> {
        let direct = config.aws.direct_clients()?;
        let (vault, wakes) = (direct.vault()?, direct.queue(&config.wakes_queue_url)?);
        // One after the other: names are looked up on this thread.
        let warm_up = async {
            vault.warm().await;
            wakes.warm().await;
        };
        _ = tokio::time::timeout(Duration::from_millis(WARM_UP_MS), warm_up).await;
        Ok(Self::new(
            SecretStore::new(Arc::new(vault), config.secrets_prefix.as_str()),
            Arc::new(wakes),
        ))
    }
}

/// One callback, independent of who carried it.
#[derive(Debug, Clone, Copy)]
pub struct CallbackRequest<'a> {
    /// The `{binding}` of the path, unverified.
    pub binding: &'a str,
    /// The query string as it came, percent-encoded.
    pub query: &'a str,
    /// The body's bytes; more than 64 KiB is refused.
    pub body: &'a [u8],
}

/// The answer: JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackResponse {
    /// 200 acknowledged, 403 refused, 503 not stored: push again.
    pub status: u16,
    /// The encrypted `success`, or one of two fixed bodies.
    pub body: String,
}

impl CallbackResponse {
    pub(crate) fn refused() -> Self {
        Self {
            status: 403,
            body: REFUSED_BODY.to_owned(),
        }
    }

    pub(crate) fn unavailable() -> Self {
        Self {
            status: 503,
            body: UNAVAILABLE_BODY.to_owned(),
        }
    }
}

/// Answers one callback within [`BUDGET_MS`]. `random` is for the answer's encryption and must be new for each call.
pub async fn handle(
    deps: &CallbackDeps,
    request: CallbackRequest<'_>,
    now: Timestamp,
    random: [u8; 32],
) -> CallbackResponse {
    let answer = acknowledgement::acknowledge_callback(deps, request, now, random);
    match tokio::time::timeout(Duration::from_millis(BUDGET_MS), answer).await {
        Ok(Ok(body)) => {
            metrics::record(metrics::PUSH_SEEN, 1.0);
            CallbackResponse { status: 200, body }
        }
        Ok(Err(AcknowledgeError::Refused)) => {
            tracing::info!("a callback was refused");
            CallbackResponse::refused()
        }
        Ok(Err(AcknowledgeError::Unavailable(reason))) => {
            tracing::warn!(
                reason,
                "a callback could not be stored; DingTalk will push it again"
            );
            CallbackResponse::unavailable()
        }
        Err(_elapsed) => {
            tracing::warn!(
                reason = "deadline",
                "a callback could not be stored; DingTalk will push it again"
            );
            CallbackResponse::unavailable()
        }
    }
}

#[cfg(test)]
mod tests;
