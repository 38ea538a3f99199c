//! The machine's clock.

use std::time::UNIX_EPOCH;

use directory::Timestamp;

/// Asks the machine what time it is. Everything else takes the time as an argument.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl SystemClock {
    /// Now, in milliseconds since the epoch; 0 on a machine whose clock stands before 1970.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine for the time"
    )]
    pub fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

#[cfg(feature = "dingtalk")]
#[async_trait::async_trait]
impl dingtalk::client::Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    async fn sleep(&self, duration: std::time::Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_milliseconds_of_this_century() {
        let now = SystemClock.now().millis();
        assert!(
            (1_700_000_000_000..4_100_000_000_000).contains(&now),
            "{now}"
        );
    }
}
