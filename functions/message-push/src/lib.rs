#![doc = include_str!("../README.md")]

#[cfg(feature = "lambda")]
mod config;
mod push;
mod quota;

use std::sync::Arc;

use dingtalk::client::Clock;
use runtime::ClientPool;
use runtime::batch::{BatchOutcome, QueueBatch, work_batch};
use state::vault::SecretStore;
use state::{Queue, Store};

pub use state::outbox::{
    CONTENT_MAX_BYTES, ComposeError, MessageContent, MessageDraft, batch, compose_message,
};

/// What the function works with.
pub struct PushDeps {
    /// Bindings, batches, the count per minute.
    pub store: Store,
    /// The bindings' keys.
    pub secrets: SecretStore,
    /// Where looks at results are put, delayed.
    pub outbox: Arc<dyn Queue>,
    /// Who speaks to DingTalk.
    pub clients: ClientPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Works items of the outbox, one after the other. Items that go back are those that could not even be read or noted.
pub async fn handle(deps: &PushDeps, items: &QueueBatch) -> BatchOutcome {
    work_batch(items, 1, |item| push::work_item(deps, item)).await
}

#[cfg(test)]
mod tests;
