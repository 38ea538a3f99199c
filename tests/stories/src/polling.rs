//! Waits for a condition, with a limit.

use std::time::{Duration, Instant};

/// Pause between two checks.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Checks until `look` returns no reason any more; returns how long that took.
///
/// # Panics
/// With the last reason, if the limit is reached.
pub async fn wait_until(
    within: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<(), String>,
) -> Duration {
    let began = Instant::now();
    loop {
        match look().await {
            Ok(()) => return began.elapsed(),
            Err(why) if began.elapsed() >= within => panic!("not within {within:?}: {what}\n{why}"),
            Err(_) => tokio::time::sleep(POLL_INTERVAL).await,
        }
    }
}
