//! Events over a WebSocket that we open: no public address is needed.
//!
//! [`EventStream`] keeps one connection to DingTalk open, hands each event to an [`EventSink`], and acknowledges it only
//! when the sink has stored it. What was not acknowledged comes again, so that a lost connection costs nothing, and a lost
//! acknowledgement one event twice.

mod frames;
mod gateway;
mod runner;
mod session;

use std::sync::Arc;

use async_trait::async_trait;
use outbound::SocketDialer;
use secrecy::SecretString;

use super::clock::{Clock, Jitter};
use crate::error::DingTalkError;
use crate::events::CallbackEvent;

pub use gateway::{StreamGateway, StreamTicket};
pub use runner::EventStream;

/// An event that has to be stored before it is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamedEvent {
    /// DingTalk's id of this delivery: the same when it comes again.
    pub message_id: String,
    /// What it says. `None` where nothing of it could be read: look at everything.
    pub event: Option<CallbackEvent>,
}

/// The event was not stored; it has to come again.
#[derive(Debug, thiserror::Error)]
#[error("the event was not stored: {0}")]
pub struct NotStored(pub String);

/// Where events go.
#[async_trait]
pub trait EventSink: Send + Sync {
    /// Stores what the event asks for. It may come again after it was stored, and several are stored at once.
    ///
    /// # Errors
    /// [`NotStored`]: DingTalk is asked to push it again. Taking longer than two seconds means the same.
    async fn store_event(&self, event: StreamedEvent) -> Result<(), NotStored>;
}

/// The app's secret as it is now: a connection that is opened after a reset uses the new one.
#[async_trait]
pub trait AppSecretSource: Send + Sync {
    /// Reads it.
    ///
    /// # Errors
    /// Why it cannot be read; the connection is opened later then. Never the secret itself.
    async fn read_app_secret(&self) -> Result<SecretString, String>;
}

/// Told what becomes of the connection, for a screen and for logs.
pub trait StreamWatcher: Send + Sync {
    /// A connection is open, and events arrive.
    fn connected(&self);
    /// There is none, and another one is opened later. `refused` is DingTalk's answer, if that was the reason.
    fn disconnected(&self, refused: Option<&DingTalkError>);
}

/// What a stream works with.
#[derive(Clone)]
pub struct StreamParts {
    /// Opens connections at DingTalk.
    pub gateway: StreamGateway,
    /// Opens them on the network.
    pub dialer: Arc<dyn SocketDialer>,
    /// The app's secret.
    pub secret: Arc<dyn AppSecretSource>,
    /// Where events go.
    pub sink: Arc<dyn EventSink>,
    /// Told about the connection.
    pub watcher: Arc<dyn StreamWatcher>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// So that not everybody comes back at once after DingTalk's restart.
    pub jitter: Jitter,
}
