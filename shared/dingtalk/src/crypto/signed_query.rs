//! The signed part of a callback's query string.

use std::borrow::Cow;

use directory::Timestamp;

use super::rejection::{RejectionCause, RejectionError};

/// Below 64 characters: the signature covers the sorted *concatenation* of its parts, so that a longer nonce could take
/// over the first blocks of `encrypt` under the same signature.
const NONCE_MAX_BYTES: usize = 63;
const TIMESTAMP_MAX_BYTES: usize = 20;
const SIGNATURE_MAX_BYTES: usize = 64;

/// `signature` (or `msg_signature`), `timestamp` and `nonce` of a callback. Unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedQuery {
    /// Lower-case hexadecimal SHA-1, 40 digits.
    pub signature: String,
    /// Digits as they were sent: they are signed as text.
    pub timestamp: String,
    /// As it was sent, 1 to 63 bytes.
    pub nonce: String,
}

impl SignedQuery {
    /// Picks the three out of decoded query parameters; others (the caller's own) are ignored.
    ///
    /// `signature` and `msg_signature` are the same parameter, and so are `timestamp` and `timeStamp`.
    ///
    /// # Errors
    /// [`RejectionError`] when one is missing, empty, longer than it can be, or given twice with different values.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self, RejectionError>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let (mut signature, mut timestamp, mut nonce) = (None, None, None);
        for (key, value) in pairs {
            let (slot, max) = match key.as_ref() {
                "signature" | "msg_signature" => (&mut signature, SIGNATURE_MAX_BYTES),
                "timestamp" | "timeStamp" => (&mut timestamp, TIMESTAMP_MAX_BYTES),
                "nonce" => (&mut nonce, NONCE_MAX_BYTES),
                _ => continue,
            };
            let value = value.as_ref();
            if value.is_empty()
                || value.len() > max
                || slot.as_ref().is_some_and(|earlier| earlier != value)
            {
                return Err(RejectionError(RejectionCause::Query));
            }
            *slot = Some(value.to_owned());
        }
        match (signature, timestamp, nonce) {
            (Some(signature), Some(timestamp), Some(nonce)) => Ok(Self {
                signature,
                timestamp,
                nonce,
            }),
            _ => Err(RejectionError(RejectionCause::Query)),
        }
    }

    /// The pairs as DingTalk sends them, for whoever plays its part. Percent-encode the values.
    #[must_use]
    pub fn to_pairs(&self) -> [(&'static str, &str); 4] {
        [
            ("msg_signature", &self.signature),
            ("signature", &self.signature),
            ("timestamp", &self.timestamp),
            ("nonce", &self.nonce),
        ]
    }

    /// The lengths are checked again: the fields are public.
    pub(super) fn is_bounded(&self) -> bool {
        self.signature.len() <= SIGNATURE_MAX_BYTES
            && self.timestamp.len() <= TIMESTAMP_MAX_BYTES
            && self.nonce.len() <= NONCE_MAX_BYTES
    }
}

/// How far a callback's timestamp may be from now, both ways.
///
/// Milliseconds are exactly 13 digits without a leading zero, so that no digit can move between timestamp and nonce
/// under one signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampWindow {
    /// In milliseconds.
    pub tolerance_millis: i64,
    /// Whether ten digits, seconds, are accepted as well. DingTalk sends milliseconds in every capture; its own examples
    /// also show seconds, so that this stays a switch.
    pub seconds_too: bool,
}

impl Default for TimestampWindow {
    /// Five minutes, milliseconds only (T2 in `infra/README.md`).
    fn default() -> Self {
        Self {
            tolerance_millis: 5 * 60 * 1000,
            seconds_too: false,
        }
    }
}

impl TimestampWindow {
    pub(super) fn admits_timestamp(&self, digits: &str, now: Timestamp) -> bool {
        let digits = match digits.len() {
            13 => Cow::Borrowed(digits),
            10 if self.seconds_too => Cow::Owned(format!("{digits}000")),
            _ => return false,
        };
        let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
        let sent = digits.parse::<i64>().ok().filter(|_| plain);
        sent.and_then(|sent| sent.checked_sub(now.millis()))
            .is_some_and(|gap| gap.unsigned_abs() <= self.tolerance_millis.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 3] = [("signature", "ab"), ("timestamp", "1"), ("nonce", "n")];

    #[test]
    fn both_spellings_name_the_same_parameter() {
        let query = SignedQuery::from_pairs([
            ("msg_signature", "ab"),
            ("timeStamp", "1"),
            ("nonce", "n"),
            ("x", "y"),
        ]);
        assert_eq!(query, SignedQuery::from_pairs(GOOD));
        let both =
            SignedQuery::from_pairs(GOOD.into_iter().chain([("msg_signature", "ab")])).unwrap();
        assert_eq!(SignedQuery::from_pairs(both.to_pairs()).unwrap(), both);
    }

    #[test]
    fn missing_contradicting_and_oversized_parameters_are_refused() {
        for left_out in 0..3 {
            let rest = GOOD
                .into_iter()
                .enumerate()
                .filter(|(at, _)| *at != left_out)
                .map(|(_, pair)| pair);
            assert_eq!(
                SignedQuery::from_pairs(rest).unwrap_err().cause(),
                RejectionCause::Query
            );
        }
        for extra in [
            ("signature", "cd"),
            ("timeStamp", "2"),
            ("nonce", ""),
            ("nonce", &"n".repeat(64)),
        ] {
            assert!(SignedQuery::from_pairs(GOOD.into_iter().chain([extra])).is_err());
        }
    }

    #[test]
    fn the_window_takes_milliseconds_within_five_minutes() {
        let now = Timestamp(1_763_800_000_000);
        let window = TimestampWindow::default();
        for (digits, admitted) in [
            ("1763800000000", true),
            ("1763800300000", true),
            ("1763799700000", true),
            ("1763800300001", false),
            ("1763799699999", false),
            ("1763800000", false),
            ("01763800000000", false),
            ("0763800000000", false),
            ("+176380000000", false),
            ("-176380000000", false),
            ("176380000000٠", false),
            ("", false),
            ("99999999999999999999", false),
        ] {
            assert_eq!(window.admits_timestamp(digits, now), admitted, "{digits}");
        }
        assert!(
            TimestampWindow {
                seconds_too: true,
                ..window
            }
            .admits_timestamp("1763800000", now)
        );
        assert!(!window.admits_timestamp("1763800000000", Timestamp(i64::MIN)));
    }
}
