//! Calls that hang until a release.

use std::time::Duration;

use tokio::sync::watch;

/// The number of hanging calls, and the number of releases.
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

/// One hanging call. It ends when its caller hangs up, too.
struct HeldCall<'a>(&'a watch::Sender<usize>);

impl Drop for HeldCall<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|held| *held = held.saturating_sub(1));
    }
}

impl HeldCalls {
    /// Waits until the next release.
    pub(super) async fn hold_call(&self) {
        let mut releases = self.releases.subscribe();
        self.held.send_modify(|held| *held += 1);
        let _held = HeldCall(&self.held);
        // An error means that the server has ended. That releases every call.
        let _ = releases.changed().await;
    }

    /// Releases every hanging call; returns how many there were.
    pub(super) fn release_all(&self) -> usize {
        let held = *self.held.borrow();
        self.releases.send_modify(|releases| *releases += 1);
        held
    }

    /// Returns the number of hanging calls as soon as there is one, or after `patience`.
    pub(super) async fn wait_for_held(&self, patience: Duration) -> usize {
        let mut held = self.held.subscribe();
        let some = tokio::time::timeout(patience, held.wait_for(|held| *held > 0)).await;
        match some {
            Ok(Ok(held)) => *held,
            _ => 0,
        }
    }
}
