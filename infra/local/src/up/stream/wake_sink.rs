//! Stores what a streamed event asks for: the same wakes as a callback's.

use std::sync::Arc;

use async_trait::async_trait;
use dingtalk::client::{EventSink, NotStored, StreamedEvent};
use dingtalk::events::{CallbackEvent, EventKind};
use directory::wake::{Wake, WakeTarget};
use directory::{BindingId, CorpId, Side};
use sha2::{Digest as _, Sha256};
use state::Queue;
use state::queue::messages::WakeMessage;

/// Records of one event that are woken one by one, as by the callback; above it one wake says "everything".
const WAKES_MAX: usize = 64;
/// As a wake's reason, in the place of an event's type.
const UNREADABLE: &str = "unreadable";

/// Puts wakes into the queue that the callback fills, too.
pub(super) struct WakeSink {
    pub(super) wakes: Arc<dyn Queue>,
    pub(super) binding: BindingId,
    pub(super) corp: CorpId,
}

#[async_trait]
impl EventSink for WakeSink {
    /// An event of another company is none of ours, and is not asked for again; one that cannot be read asks for a sweep.
    async fn store_event(&self, streamed: StreamedEvent) -> Result<(), NotStored> {
        let event = streamed.event.as_ref();
        if let Some(corp) = event.and_then(|event| event.corp.as_ref())
            && *corp != self.corp
        {
            tracing::warn!(binding = %self.binding, "a streamed event names another company than its binding; it is left out");
            return Ok(());
        }
        let wakes = wakes_of(event);
        // The same event comes again under its own id, sometimes under another message's.
        let event_id = event.and_then(|event| event.event_id.as_deref());
        let source = event_id.unwrap_or(&streamed.message_id);
        tracing::info!(binding = %self.binding, corp = %self.corp, event.id = source, messages = wakes.len(), "an event from DingTalk's stream");
        for wake in wakes {
            self.store_wake(wake, source).await?;
        }
        Ok(())
    }
}

impl WakeSink {
    async fn store_wake(&self, wake: Wake, source: &str) -> Result<(), NotStored> {
        let message = WakeMessage {
            binding: self.binding.clone(),
            corp: self.corp.clone(),
            wake,
            signature_hash: hash_of(source),
        };
        let message = message
            .to_message()
            .map_err(|err| NotStored(err.to_string()))?;
        let sent = self.wakes.send(message).await;
        sent.map_err(|err| NotStored(err.to_string()))
    }
}

/// The records to look at; none for an event that we know nothing to do about.
fn wakes_of(event: Option<&CallbackEvent>) -> Vec<Wake> {
    let everything = |because: &str| {
        vec![Wake {
            side: Side::DingTalk,
            target: WakeTarget::Everything,
            because: because.to_owned(),
        }]
    };
    match event {
        None => everything(UNREADABLE),
        Some(event) if event.wakes.len() > WAKES_MAX => match &event.kind {
            EventKind::Changed(name) | EventKind::Ignored(name) => everything(name),
            EventKind::UrlCheck | EventKind::UrlCheckSuite { .. } => everything(UNREADABLE),
        },
        Some(event) => event.wakes.clone(),
    }
}

fn hash_of(source: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(format!("stream {source}").as_bytes());
    digest.iter().fold(String::new(), |mut hex, byte| {
        _ = write!(hex, "{byte:02x}");
        hex
    })
}
