//! Time and chance, handed in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use directory::Timestamp;

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

/// `base` milliseconds and up to half of it more.
pub(super) fn with_jitter(base_millis: u64, jitter: &Jitter) -> Duration {
    Duration::from_millis(base_millis + jitter() % (base_millis / 2 + 1))
}
