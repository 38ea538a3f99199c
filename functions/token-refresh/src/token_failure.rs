//! Why a binding has no new token: kept in `control`, so that the owner reads a reason and DingTalk is left in peace.

use directory::Timestamp;
use serde::{Deserialize, Serialize};

/// The id of a corp's [`TokenTrouble`] among its quarantine items.
pub const TOKEN_FAILURE_ID: &str = "token";

/// Between attempts with credentials that DingTalk refused.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A success that is minutes late is not a day late: the daily attempt may come this much early.
const SLACK_MS: i64 = 10 * 60 * 1_000;

/// A lasting refusal. Removed by the next success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenFailure {
    /// One word, such as `credentials_refused`.
    pub reason: String,
    /// What to do about it.
    pub advice: String,
    /// Since when.
    pub since: Timestamp,
    /// Not asked again before this.
    pub next_attempt: Timestamp,
    /// AppKey and version of the credentials that were refused: other ones are tried at once.
    pub credentials: String,
}

impl TokenFailure {
    /// After a refusal now; `earlier` is what was kept of the same credentials.
    #[must_use]
    pub fn after_refusal(
        reason: &str,
        advice: String,
        credentials: String,
        earlier: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        let since = earlier
            .filter(|earlier| earlier.credentials == credentials)
            .map_or(now, |earlier| earlier.since);
        let next_attempt = now.plus_millis(DAY_MS - SLACK_MS);
        Self {
            reason: reason.to_owned(),
            advice,
            since,
            next_attempt,
            credentials,
        }
    }

    /// Whether these credentials may be tried now.
    #[must_use]
    pub fn allows_attempt(&self, credentials: &str, now: Timestamp) -> bool {
        self.credentials != credentials || now >= self.next_attempt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_credentials_are_tried_daily_and_others_at_once() {
        let now = Timestamp(1_763_800_000_000);
        let first = TokenFailure::after_refusal(
            "credentials_refused",
            "copy".into(),
            "k#1".into(),
            None,
            now,
        );
        assert!(!first.allows_attempt("k#1", now.plus_millis(23 * 60 * 60 * 1_000)));
        assert!(first.allows_attempt("k#1", now.plus_millis(DAY_MS)));
        assert!(first.allows_attempt("k#2", now));
        let later = now.plus_millis(DAY_MS);
        let second = TokenFailure::after_refusal(
            "credentials_refused",
            "copy".into(),
            "k#1".into(),
            Some(&first),
            later,
        );
        assert_eq!(second.since, now, "the trouble is as old as its first day");
        let other = TokenFailure::after_refusal(
            "credentials_refused",
            "copy".into(),
            "k#2".into(),
            Some(&first),
            later,
        );
        assert_eq!(other.since, later);
    }
}
