//! What waits to be used once: links, and sign-ins that were sent to DingTalk.

use directory::{BindingId, Timestamp};
use serde::{Deserialize, Serialize};

/// A link works this long: 30 minutes.
pub const LINK_LIFE_MS: i64 = 30 * 60 * 1000;

/// An answer of DingTalk is waited for this long: 10 minutes.
pub const PENDING_LIFE_MS: i64 = 10 * 60 * 1000;

/// A link that signs a member in once, stored under the hash of its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeLink {
    /// Whom it signs in.
    pub member: String,
    /// Until when.
    pub valid_until: Timestamp,
    /// It was followed.
    #[serde(default)]
    pub is_used: bool,
}

impl OneTimeLink {
    /// Whether it still works.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        !self.is_used && now < self.valid_until
    }
}

/// A sign-in that was sent to DingTalk, stored under the hash of its `state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSignIn {
    /// Hash of the cookie of the browser that began it.
    pub browser: String,
    /// For which binding.
    pub binding: BindingId,
    /// Until when the answer counts.
    pub valid_until: Timestamp,
    /// The answer came.
    #[serde(default)]
    pub is_used: bool,
}
