//! Waiting for a condition, with an end.

use std::time::{Duration, Instant};

/// How long to wait between two looks.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Looks until `look` gives no reason why it is not so yet; how long that took.
///
/// # Panics
/// With the last reason, when it is still not so at the end.
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
