#![doc = include_str!("../README.md")]

#[cfg(feature = "lambda")]
mod config;
mod credentials;
mod refresh;
mod token_failure;

use std::sync::Arc;

use dingtalk::client::{Clock, Jitter};
use outbound::Transport;
use runtime::batch::{BatchOutcome, ItemVerdict, QueueBatch, QueueItem, work_batch};
use runtime::metrics;
use serde::Deserialize;
use state::Store;
use state::queue::messages::{TokenRefusedMessage, decode_body};
use state::vault::SecretStore;

#[cfg(feature = "lambda")]
pub use config::{ConnectError, RefreshConfig};
pub use refresh::{RefreshError, RefreshOutcome, RefreshReason, refresh_token};
pub use token_failure::{TOKEN_FAILURE_ID, TokenFailure};

/// What the function works with.
pub struct RefreshDeps {
    /// Bindings, and the trouble of a binding's token.
    pub store: Store,
    /// Credentials to read, tokens to write.
    pub secrets: SecretStore,
    /// The way to DingTalk.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Spreads retries.
    pub jitter: Jitter,
}

/// What calls the function.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub enum RefreshInput {
    /// Time to look at every binding.
    Schedule,
    /// Tokens that DingTalk refused.
    Refused(QueueBatch),
}

impl TryFrom<serde_json::Value> for RefreshInput {
    type Error = serde_json::Error;

    /// An event with `Records` is a batch, and one that cannot be read fails the invocation: the queue keeps all of it.
    /// Everything else is a schedule's.
    fn try_from(event: serde_json::Value) -> Result<Self, Self::Error> {
        if event.get("Records").is_none() {
            return Ok(Self::Schedule);
        }
        serde_json::from_value(event).map(Self::Refused)
    }
}

/// Renews what has to be renewed. On schedule nothing goes back: the next one comes in minutes.
pub async fn handle(deps: &RefreshDeps, input: &RefreshInput) -> BatchOutcome {
    match input {
        RefreshInput::Schedule => {
            refresh_every_binding(deps).await;
            BatchOutcome::default()
        }
        RefreshInput::Refused(batch) => {
            work_batch(batch, 1, |item| work_refused_token(deps, item)).await
        }
    }
}

async fn refresh_every_binding(deps: &RefreshDeps) {
    let bindings = match deps.store.list_bindings().await {
        Ok(bindings) => bindings,
        Err(why) => return tracing::error!("no token was renewed: {why}"),
    };
    for binding in bindings {
        let id = binding.body.id.clone();
        match refresh_token(deps, &binding.body, &RefreshReason::Due).await {
            Ok(ended) => {
                if matches!(ended, RefreshOutcome::Refused | RefreshOutcome::Waiting) {
                    metrics::record(metrics::QUARANTINED, 1.0);
                }
                tracing::info!(binding = %id, ended = ?ended, "the token of `{id}`: {ended}");
            }
            Err(why) => tracing::warn!(binding = %id, "the token of `{id}` was not renewed: {why}"),
        }
    }
}

async fn work_refused_token(deps: &RefreshDeps, item: QueueItem) -> ItemVerdict {
    let report: TokenRefusedMessage = match decode_body(&item.body) {
        Ok(report) => report,
        Err(why) => {
            tracing::error!(message.id = %item.id, "a refused token's report cannot be read: {why}");
            return ItemVerdict::Again;
        }
    };
    let id = report.binding;
    let binding = match deps.store.get_binding(&id).await {
        Ok(Some(binding)) => binding.body,
        Ok(None) => {
            tracing::warn!(binding = %id, "a token of `{id}` was refused, which is no binding any more");
            return ItemVerdict::Done;
        }
        Err(why) => {
            tracing::warn!(binding = %id, "a refused token of `{id}` goes back to the queue: {why}");
            return ItemVerdict::Again;
        }
    };
    match refresh_token(deps, &binding, &RefreshReason::Instead(report.token_hash)).await {
        Ok(ended) => {
            // A burst of reports of one token is one refusal: the others find it replaced.
            if matches!(ended, RefreshOutcome::Renewed | RefreshOutcome::Refused) {
                metrics::record(metrics::TOKENS_REFUSED, 1.0);
            }
            tracing::info!(binding = %id, ended = ?ended, "the token of `{id}`: {ended}");
            ItemVerdict::Done
        }
        Err(why) => {
            tracing::warn!(binding = %id, "a refused token of `{id}` goes back to the queue: {why}");
            ItemVerdict::Again
        }
    }
}

#[cfg(test)]
mod tests;
