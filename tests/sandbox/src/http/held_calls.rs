//! Calls that hang until somebody lets them go.

use std::time::Duration;

use tokio::sync::watch;

/// How many calls hang, and how often they were released.
#[derive(Debug)]
pub(super) struct HeldCalls {
    held: watch::Sender<usize>,
    releases: watch::Sender<u64>,
}

impl Default for HeldCalls {
    fn default() -> Self {
        Self {
            held: watch::Sender::new(0),
            releases: watch::Sender::new(0),
        }
    }
}

/// One hanging call; gone when its caller is, too.
struct HeldCall<'a>(&'a watch::Sender<usize>);

impl Drop for HeldCall<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|held| *held = held.saturating_sub(1));
    }
}

impl HeldCalls {
    /// Hangs until the next release.
    pub(super) async fn hold_call(&self) {
        let mut releases = self.releases.subscribe();
        self.held.send_modify(|held| *held += 1);
        let _held = HeldCall(&self.held);
        // An error is the end of the server, which lets everything go.
        let _ = releases.changed().await;
    }

    /// Lets every hanging call go; how many there were.
    pub(super) fn release_all(&self) -> usize {
        let held = *self.held.borrow();
        self.releases.send_modify(|releases| *releases += 1);
        held
    }

    /// How many calls hang, as soon as one does, or after `patience`.
    pub(super) async fn wait_for_held(&self, patience: Duration) -> usize {
        let mut held = self.held.subscribe();
        let some = tokio::time::timeout(patience, held.wait_for(|held| *held > 0)).await;
        match some {
            Ok(Ok(held)) => *held,
            _ => 0,
        }
    }
}
