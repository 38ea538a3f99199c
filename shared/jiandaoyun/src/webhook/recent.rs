//! Pushes that came lately, so that a repetition wakes nobody again.

use std::collections::BTreeMap;

use directory::Timestamp;

use super::{PushRejection, PushWindow, VerifiedPush};

/// A memory of the pushes of one window. One process sees its own pushes only: behind several, the queue's memory does the
/// same by [`VerifiedPush::id`]. A wake that gets through twice costs one read.
#[derive(Debug, Clone, Default)]
pub struct RecentPushes {
    seen: BTreeMap<[u8; 20], Timestamp>,
}

impl RecentPushes {
    /// Remembers a push.
    ///
    /// It is known by its signature and not by the delivery id, which is not signed: whoever repeats a push can change that.
    ///
    /// # Errors
    /// [`PushRejection::Replayed`] if it came before.
    pub fn remember(
        &mut self,
        push: &VerifiedPush,
        now: Timestamp,
        window: PushWindow,
    ) -> Result<(), PushRejection> {
        // A push is taken from one window before its time to one after.
        let forget_before = now.plus_millis(-2 * window.millis.abs());
        self.seen.retain(|_, at| *at >= forget_before);
        match self.seen.insert(push.id, now) {
            None => Ok(()),
            Some(_) => Err(PushRejection::Replayed),
        }
    }
}
