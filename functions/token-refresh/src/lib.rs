//! Access tokens: the only writer of them.
//!
//! On schedule, tokens past 80 % of their life are renewed. A refused token is reported by its hash; one that is not
//! current any more is ignored, so that a burst of reports makes one call. Two instances at once do no harm: DingTalk
//! gives the same token while it is valid (`dingtalk-api.md` §1.2).

#[cfg(feature = "lambda")]
mod config;
mod credentials;
mod refresh;
mod trouble;

use std::sync::Arc;

use dingtalk::client::{Clock, Jitter};
use outbound::Transport;
use runtime::batch::{Batch, BatchOutcome, Item, Verdict, work};
use runtime::metrics;
use serde::Deserialize;
use state::Store;
use state::queue::messages::{TokenRefusedMessage, decode};
use state::vault::Secrets;

#[cfg(feature = "lambda")]
pub use config::{Config, ConnectError};
pub use refresh::{Ended, Wanted, refresh};
pub use trouble::{TROUBLE, TokenTrouble};

/// What the function works with.
pub struct Deps {
    /// Bindings, and the trouble of a binding's token.
    pub store: Store,
    /// Credentials to read, tokens to write.
    pub secrets: Secrets,
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
pub enum Input {
    /// Time to look at every binding.
    Schedule,
    /// Tokens that DingTalk refused.
    Refused(Batch),
}

impl TryFrom<serde_json::Value> for Input {
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
pub async fn handle(deps: &Deps, input: &Input) -> BatchOutcome {
    match input {
        Input::Schedule => {
            every_binding(deps).await;
            BatchOutcome::default()
        }
        Input::Refused(batch) => work(batch, 1, |item| refused(deps, item)).await,
    }
}

async fn every_binding(deps: &Deps) {
    let bindings = match deps.store.bindings().await {
        Ok(bindings) => bindings,
        Err(why) => return tracing::error!("no token was renewed: {why}"),
    };
    for binding in bindings {
        let id = binding.body.id.clone();
        match refresh(deps, &binding.body, &Wanted::Due).await {
            Ok(ended) => {
                if matches!(ended, Ended::Refused | Ended::Waiting) {
                    metrics::record(metrics::QUARANTINED, 1.0);
                }
                tracing::info!(binding = %id, ended = ?ended, "the token of `{id}`: {ended}");
            }
            Err(why) => tracing::warn!(binding = %id, "the token of `{id}` was not renewed: {why}"),
        }
    }
}

async fn refused(deps: &Deps, item: Item) -> Verdict {
    let report: TokenRefusedMessage = match decode(&item.body) {
        Ok(report) => report,
        Err(why) => {
            tracing::error!(message.id = %item.id, "a refused token's report cannot be read: {why}");
            return Verdict::Again;
        }
    };
    let id = report.binding;
    let binding = match deps.store.binding(&id).await {
        Ok(Some(binding)) => binding.body,
        Ok(None) => {
            tracing::warn!(binding = %id, "a token of `{id}` was refused, which is no binding any more");
            return Verdict::Done;
        }
        Err(why) => {
            tracing::warn!(binding = %id, "a refused token of `{id}` goes back to the queue: {why}");
            return Verdict::Again;
        }
    };
    match refresh(deps, &binding, &Wanted::Instead(report.token_hash)).await {
        Ok(ended) => {
            // A burst of reports of one token is one refusal: the others find it replaced.
            if matches!(ended, Ended::Renewed | Ended::Refused) {
                metrics::record(metrics::TOKENS_REFUSED, 1.0);
            }
            tracing::info!(binding = %id, ended = ?ended, "the token of `{id}`: {ended}");
            Verdict::Done
        }
        Err(why) => {
            tracing::warn!(binding = %id, "a refused token of `{id}` goes back to the queue: {why}");
            Verdict::Again
        }
    }
}

#[cfg(test)]
mod tests;
