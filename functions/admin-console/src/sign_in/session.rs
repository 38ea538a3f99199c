//! Sessions: what is stored of them, and when they end.

use directory::{BindingId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk_port::SignInMethod;

/// A session without a request for this long has ended: 30 minutes.
pub const IDLE_MS: i64 = 30 * 60 * 1000;

/// No session lives longer: 8 hours.
pub const LIFE_MS: i64 = 8 * 60 * 60 * 1000;

/// A second proof counts this long: 10 minutes.
pub const STEP_UP_MS: i64 = 10 * 60 * 1000;

/// The last request is stored at most this often: a minute.
pub const SEEN_STEP_MS: i64 = 60 * 1000;

/// A session, as stored under the hash of its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInSession {
    /// Whose.
    pub member: String,
    /// How they signed in.
    pub method: SignInMethod,
    /// The binding that they look at.
    pub binding: Option<BindingId>,
    /// When it began.
    pub began: Timestamp,
    /// The last request, to the minute.
    pub seen: Timestamp,
    /// Until when a second proof counts.
    pub stepped_up_until: Option<Timestamp>,
    /// The member's number when it began.
    pub epoch: u64,
    /// Hash of the browser's name. A session that moves to another browser ends.
    pub browser: String,
}

/// Why a session has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// No request for 30 minutes.
    Idle,
    /// Eight hours are over.
    TooOld,
    /// Signed out everywhere.
    SignedOut,
    /// Another browser sent it.
    OtherBrowser,
}

impl SignInSession {
    /// Why it has ended; `None`: it is valid.
    #[must_use]
    pub fn ended(&self, now: Timestamp, epoch: u64, browser: &str) -> Option<SessionEnd> {
        if self.epoch != epoch {
            return Some(SessionEnd::SignedOut);
        }
        if self.browser != browser {
            return Some(SessionEnd::OtherBrowser);
        }
        if now >= self.began.plus_millis(LIFE_MS) {
            return Some(SessionEnd::TooOld);
        }
        (now >= self.seen.plus_millis(IDLE_MS)).then_some(SessionEnd::Idle)
    }

    /// Whether the last request should be stored.
    #[must_use]
    pub fn is_seen_stale(&self, now: Timestamp) -> bool {
        now >= self.seen.plus_millis(SEEN_STEP_MS)
    }

    /// When the store may drop it, in seconds since the epoch.
    #[must_use]
    pub fn expires(&self) -> i64 {
        self.began.plus_millis(LIFE_MS).millis() / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SignInSession {
        SignInSession {
            member: "owner".to_owned(),
            method: SignInMethod::OneTimeLink,
            binding: None,
            began: Timestamp(0),
            seen: Timestamp(0),
            stepped_up_until: None,
            epoch: 3,
            browser: "b".to_owned(),
        }
    }

    #[test]
    fn a_session_ends_when_idle_old_signed_out_or_moved() {
        let mut session = session();
        assert_eq!(session.ended(Timestamp(IDLE_MS - 1), 3, "b"), None);
        assert_eq!(
            session.ended(Timestamp(IDLE_MS), 3, "b"),
            Some(SessionEnd::Idle)
        );
        assert_eq!(
            session.ended(Timestamp(1), 4, "b"),
            Some(SessionEnd::SignedOut)
        );
        assert_eq!(
            session.ended(Timestamp(1), 3, "c"),
            Some(SessionEnd::OtherBrowser)
        );
        session.seen = Timestamp(LIFE_MS - 1);
        assert_eq!(session.ended(Timestamp(LIFE_MS - 1), 3, "b"), None);
        assert_eq!(
            session.ended(Timestamp(LIFE_MS), 3, "b"),
            Some(SessionEnd::TooOld)
        );
    }
}
