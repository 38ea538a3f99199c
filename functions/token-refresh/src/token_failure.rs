//! Why a binding has no new token: kept in `control`, so that the owner reads a reason and DingTalk is left in peace.

use directory::Timestamp;
use directory::reason::{Reason, ReasonArgument};
use serde::{Deserialize, Serialize};

/// The id of a corp's [`TokenFailure`] among its quarantine items.
pub const TOKEN_FAILURE_ID: &str = "token";

/// Between attempts with credentials that DingTalk refused.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A success that is minutes late is not a day late: the daily attempt may come this much early.
const SLACK_MS: i64 = 10 * 60 * 1_000;

/// A lasting refusal. Removed by the next success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredFailure")]
pub struct TokenFailure {
    /// Why DingTalk gives none.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
    /// Not asked again before this.
    pub next_attempt: Timestamp,
    /// AppKey and version of the credentials that were refused: other ones are tried at once.
    pub credentials: String,
}

/// What this version stores; the version before stored a word as `reason`, and an `advice` beside it.
#[derive(Deserialize)]
struct StoredFailure {
    reason: Reason,
    advice: Option<String>,
    since: Timestamp,
    next_attempt: Timestamp,
    credentials: String,
}

impl From<StoredFailure> for TokenFailure {
    fn from(stored: StoredFailure) -> Self {
        let word = stored.reason.argument("text").cloned();
        let reason = match (stored.advice, word) {
            (Some(advice), Some(ReasonArgument::Text(word))) => {
                Reason::from_key_and_text(&word, &advice)
            }
            _ => stored.reason,
        };
        Self {
            reason,
            since: stored.since,
            next_attempt: stored.next_attempt,
            credentials: stored.credentials,
        }
    }
}

impl TokenFailure {
    /// After a refusal now; `earlier` is what was kept of the same credentials.
    #[must_use]
    pub fn after_refusal(
        reason: Reason,
        credentials: String,
        earlier: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        let since = earlier
            .filter(|earlier| earlier.credentials == credentials)
            .map_or(now, |earlier| earlier.since);
        let next_attempt = now.plus_millis(DAY_MS - SLACK_MS);
        Self {
            reason,
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
    use directory::reason::ReasonCode;

    use super::*;

    fn refused() -> Reason {
        Reason::new(ReasonCode::DingTalkCredentialsRefused).text("code", "40089")
    }

    #[test]
    fn a_failure_of_an_earlier_version_is_read() {
        let read = |word: &str| {
            let stored = serde_json::json!({"reason": word, "advice": "ask", "since": 1, "next_attempt": 2,
                "credentials": "k#1"});
            serde_json::from_value::<TokenFailure>(stored).unwrap()
        };
        let before = read("credentials_refused");
        assert_eq!(
            before.reason.code(),
            Some(ReasonCode::DingTalkCredentialsRefused)
        );
        assert_eq!(before.next_attempt, Timestamp(2));
        assert_eq!(
            read("permission_missing").reason,
            Reason::stored_text("ask")
        );
        let now = TokenFailure {
            reason: refused(),
            ..before
        };
        let stored = serde_json::to_value(&now).unwrap();
        assert_eq!(serde_json::from_value::<TokenFailure>(stored).unwrap(), now);
    }

    #[test]
    fn the_same_credentials_are_tried_daily_and_others_at_once() {
        let now = Timestamp(1_763_800_000_000);
        let first = TokenFailure::after_refusal(refused(), "k#1".into(), None, now);
        assert!(!first.allows_attempt("k#1", now.plus_millis(23 * 60 * 60 * 1_000)));
        assert!(first.allows_attempt("k#1", now.plus_millis(DAY_MS)));
        assert!(first.allows_attempt("k#2", now));
        let later = now.plus_millis(DAY_MS);
        let second = TokenFailure::after_refusal(refused(), "k#1".into(), Some(&first), later);
        assert_eq!(second.since, now, "the trouble is as old as its first day");
        let other = TokenFailure::after_refusal(refused(), "k#2".into(), Some(&first), later);
        assert_eq!(other.since, later);
    }
}
