//! The HTTP client. Every call is a POST with JSON; the key is in a header.

mod address_book;
mod answer;
mod forms;
mod interface;
mod pace;
mod rows;
mod send;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use directory::Timestamp;
use outbound::Transport;
use secrecy::SecretString;

pub(crate) use address_book::ROOT;
pub use address_book::{DepartmentList, WrittenDepartment};
pub use forms::{App, Form};
pub use interface::Interface;
pub use pace::CallPace;
pub use rows::{TransactionId, WrittenRow};

/// Where the public service is. A company's own installation and the international edition have other addresses.
pub const PUBLIC_ADDRESS: &str = "https://api.jiandaoyun.com/api";

/// Rows of one page at most.
pub const PAGE_ROWS_MAX: usize = 100;

/// Where the client gets its time from; virtual in simulations.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Returns no earlier than `duration` from now.
    async fn sleep(&self, duration: Duration);
}

/// A source of random numbers for back-off, so that callers do not come back all at once.
pub type Jitter = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a client needs to know.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The address up to and with `/api`, without a slash at the end.
    pub address: String,
    /// The API key. It is in no error and no log.
    pub key: SecretString,
    /// How fast to ask.
    pub pace: CallPace,
}

impl ClientConfig {
    /// The configuration for an address and a key, at the documented pace. Slashes at the end of the address are dropped.
    #[must_use]
    pub fn new(address: &str, key: SecretString) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            key,
            pace: CallPace::default(),
        }
    }
}

/// A client of one tenant. Calls through one client keep the limits together; two clients of one tenant do not know of each
/// other.
pub struct Client {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    config: ClientConfig,
    pace: pace::PaceKeeper,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// A client over a transport. Nothing is sent yet.
    #[must_use]
    pub fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        jitter: Jitter,
        config: ClientConfig,
    ) -> Self {
        Self {
            transport,
            clock,
            jitter,
            pace: pace::PaceKeeper::new(config.pace),
            config,
        }
    }
}

#[cfg(test)]
mod tests;
