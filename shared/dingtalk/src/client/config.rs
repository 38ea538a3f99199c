//! What a client is made of.

use std::fmt;
use std::sync::Arc;

use super::call_counters::{CallLog, CallTally};
use super::clock::{Clock, Jitter};
use super::rate_limit::{PaceMemory, RateLimiter};
use super::tokens::TokenSource;
use outbound::Transport;

/// Base URLs without a trailing slash. Both are the same where one server plays both hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The v1.0 host.
    pub api: String,
    /// The old host, where most of the contacts live.
    pub oapi: String,
}

impl Default for Endpoints {
    /// DingTalk itself.
    fn default() -> Self {
        Self {
            api: "https://api.dingtalk.com".to_owned(),
            oapi: "https://oapi.dingtalk.com".to_owned(),
        }
    }
}

/// How fast one interface may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRate {
    /// Calls per second and interface; at least 1.
    pub calls_per_second: u32,
    /// Calls that may go out at once after a pause; at least 1.
    pub burst: u32,
}

impl Default for CallRate {
    /// The standard edition: 20 calls per second, at most two at once.
    fn default() -> Self {
        Self {
            calls_per_second: 20,
            burst: 2,
        }
    }
}

/// One app in one corp.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Where DingTalk is.
    pub endpoints: Endpoints,
    /// Client ID; goes into apply links.
    pub app_key: String,
    /// The micro-app's id, needed by work notifications and the roster only.
    pub agent_id: Option<i64>,
    /// How fast.
    pub pace: CallRate,
}

/// Asks DingTalk for one app in one corp. Cheap to clone; clones share pace and counters.
#[derive(Clone)]
pub struct Client(pub(super) Arc<ClientShared>);

pub(super) struct ClientShared {
    pub(super) config: ClientConfig,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tokens: Arc<dyn TokenSource>,
    pub(super) jitter: Jitter,
    pub(super) lanes: RateLimiter,
    pub(super) log: CallLog,
}

impl Client {
    /// Pace is kept per client: make one per corp and process, and clone it.
    #[must_use]
    pub fn new(
        config: ClientConfig,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        tokens: Arc<dyn TokenSource>,
        jitter: Jitter,
    ) -> Self {
        let (lanes, log) = (RateLimiter::new(config.pace), CallLog::default());
        Self(Arc::new(ClientShared {
            config,
            transport,
            clock,
            tokens,
            jitter,
            lanes,
            log,
        }))
    }

    /// Starts with what an earlier client of the same app has learned about the way to DingTalk. For a client that has
    /// not asked anything yet: an interface that was asked keeps what it knows.
    pub fn recall_pace(&self, memory: PaceMemory) {
        self.0.lanes.recall(self.0.clock.now(), memory);
    }

    /// What was learned about the way to DingTalk, for the next client.
    #[must_use]
    pub fn learned_pace(&self) -> PaceMemory {
        self.0.lanes.memory()
    }

    /// What was asked and what went wrong so far.
    #[must_use]
    pub fn read_tally(&self) -> CallTally {
        self.0.log.read_tally()
    }

    /// The same, and starts counting anew.
    #[must_use]
    pub fn take_tally(&self) -> CallTally {
        self.0.log.take_tally()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}
