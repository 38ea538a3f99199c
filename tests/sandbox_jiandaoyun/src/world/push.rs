//! Data push: what is told, to whom, and when it is switched off.

use serde_json::{Value, json};

use super::World;

/// Failures in a row after which the push is switched off.
const FAILURES_MAX: u32 = 100;
/// Tries of one push: the first, and five more.
pub(crate) const TRIES_MAX: u32 = 6;

/// Where pushes go.
#[derive(Debug, Clone)]
pub struct PushSubscription {
    /// The address, on loopback; its query is kept.
    pub url: String,
    /// The secret of the signature.
    pub secret: String,
    failures: u32,
}

impl PushSubscription {
    /// A subscription to everything.
    #[must_use]
    pub fn new(url: &str, secret: &str) -> Self {
        Self {
            url: url.to_owned(),
            secret: secret.to_owned(),
            failures: 0,
        }
    }

    pub(super) fn is_alive(&self) -> bool {
        self.failures < FAILURES_MAX
    }
}

/// A push that waits.
#[derive(Debug, Clone)]
pub(crate) struct PendingPush {
    pub(crate) delivery: String,
    pub(crate) body: String,
    pub(crate) tries: u32,
    pub(crate) due: i64,
}

impl World {
    /// Tells what somebody did with one row.
    pub(crate) fn tell(&mut self, now: i64, operation: &str, data: &Value) {
        if !self.push_is_alive() {
            return;
        }
        let body = json!({ "op": operation, "opTime": now, "data": data }).to_string();
        let push = PendingPush {
            delivery: format!("delivery-{}", self.next_delivery),
            body,
            tries: 0,
            due: now,
        };
        self.next_delivery += 1;
        self.pushes.push_back(push);
    }

    /// The next push that is due, with where it goes.
    pub(crate) fn take_due_push(&mut self, now: i64) -> Option<(PendingPush, PushSubscription)> {
        let subscription = self
            .subscription
            .clone()
            .filter(PushSubscription::is_alive)?;
        let at = self.pushes.iter().position(|push| push.due <= now)?;
        Some((self.pushes.remove(at)?, subscription))
    }

    /// What came of a push.
    pub(crate) fn note_push(&mut self, now: i64, push: PendingPush, was_taken: bool) {
        let retry = i64::try_from(self.settings.push_retry_ms).unwrap_or(i64::MAX);
        let Some(subscription) = &mut self.subscription else {
            return;
        };
        if was_taken {
            subscription.failures = 0;
            return;
        }
        subscription.failures += 1;
        if push.tries + 1 < TRIES_MAX {
            self.pushes.push_back(PendingPush {
                tries: push.tries + 1,
                due: now.saturating_add(retry),
                ..push
            });
        }
    }
}
