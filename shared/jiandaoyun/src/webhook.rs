//! Data push (数据推送): who sent it, and what to look at again.
//!
//! A push is a hint. It is checked, turned into ids, and forgotten: what the row is now, a read says. The receiver has to
//! answer 2xx within two seconds; after a hundred failures in a row 简道云 switches the push off.

mod body;
mod recent;
mod signature;

use directory::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

pub use body::{PushBody, PushOperation};
pub use recent::RecentPushes;
pub use signature::sign_push;

/// The header with the signature: the SHA-1 in hexadecimal.
pub const SIGNATURE_HEADER: &str = "x-jdy-signature";
/// The header with the id of the delivery. It is not signed: nothing may be decided by it alone.
pub const DELIVERY_HEADER: &str = "x-jdy-deliverid";

/// A push as it came. `body` is the raw bytes: a JSON that is parsed and written again has another signature.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedPush<'a> {
    /// From the query string.
    pub nonce: &'a str,
    /// From the query string: seconds since the epoch.
    pub timestamp: &'a str,
    /// From the header.
    pub signature: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// How far the sender's clock and ours may be apart, and how long a push may be on its way. The scheme itself has no
/// window; ours is five minutes unless the binding says otherwise. UNCONFIRMED: whether a push that is sent again gets a
/// new timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushWindow {
    /// Milliseconds to either side of now.
    pub millis: i64,
}

impl Default for PushWindow {
    fn default() -> Self {
        Self { millis: 300_000 }
    }
}

/// Why a push is refused. The sender is told nothing of it: one opaque refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PushRejection {
    /// There is no secret: an unsigned push could be anybody's.
    #[error("the binding has no push secret")]
    NoSecret,
    /// The signature is not the one of this body.
    #[error("the signature is wrong")]
    Forged,
    /// It is signed, and too old or too new.
    #[error("the time is outside the window")]
    Late,
    /// The same push came before.
    #[error("it came before")]
    Replayed,
    /// It is signed, and no push that can be read.
    #[error("the body cannot be read")]
    Unreadable,
}

/// A push that is really from 简道云 and is recent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPush {
    /// What it tells.
    pub body: PushBody,
    /// The signature, as the key by which a repetition is recognised: 20 bytes. It says nothing of a person.
    pub id: [u8; 20],
}

/// Checks the signature, then the time, then reads the body.
///
/// Refused: an empty secret, a signature that does not fit these very bytes, a time outside the window, and a body that is
/// no JSON object with an `op`. The signature is compared in constant time.
///
/// # Errors
/// [`PushRejection`]; never [`PushRejection::Replayed`], which [`RecentPushes`] or the queue's own memory finds.
pub fn verify_push(
    push: &ReceivedPush<'_>,
    secret: &SecretString,
    now: Timestamp,
    window: PushWindow,
) -> Result<VerifiedPush, PushRejection> {
    if secret.expose_secret().is_empty() {
        return Err(PushRejection::NoSecret);
    }
    let expected = signature::push_digest(push, secret.expose_secret());
    if !signature::matches(push.signature, expected) {
        return Err(PushRejection::Forged);
    }
    let seconds: i64 = push.timestamp.parse().map_err(|_| PushRejection::Late)?;
    let apart = now.millis().abs_diff(seconds.saturating_mul(1000));
    if apart > window.millis.unsigned_abs() {
        return Err(PushRejection::Late);
    }
    let body = PushBody::parse(push.body).ok_or(PushRejection::Unreadable)?;
    Ok(VerifiedPush { body, id: expected })
}

#[cfg(test)]
mod tests;
