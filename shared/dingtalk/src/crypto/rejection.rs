//! What is said when something does not open.

/// A callback (or an answer to one) that was refused.
///
/// `Display` is the same for every cause, so that a stranger learns nothing from it (T3 in `infra/README.md`). The
/// [`RejectionCause`] is for counters and never holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the callback was refused")]
pub struct RejectionError(pub(super) RejectionCause);

impl RejectionError {
    /// Why, for a counter. Not for the stranger.
    #[must_use]
    pub fn cause(&self) -> RejectionCause {
        self.0
    }
}

/// Why a callback was refused, without values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectionCause {
    /// A query parameter is missing, too long, or given twice with different values.
    Query,
    /// The timestamp has the wrong shape or lies outside the window.
    Timestamp,
    /// The body is larger than [`BODY_MAX_BYTES`](super::BODY_MAX_BYTES).
    TooLarge,
    /// The body is not a JSON object with one text `encrypt`.
    Body,
    /// The signature does not fit.
    Signature,
    /// `encrypt` is not base64 of whole blocks.
    Ciphertext,
    /// The padding is not 1 to 32 equal bytes.
    Padding,
    /// The length field points outside the message.
    Length,
    /// The owner key is none of the accepted ones.
    Owner,
    /// The decrypted answer is not UTF-8.
    Text,
}

/// A callback configuration that cannot work; refused when the binding is made, never per request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackKeyError {
    /// DingTalk's error 900004.
    #[error("the AES key has to have 43 characters")]
    Length,
    /// A character outside of `A–Z a–z 0–9 + /`.
    #[error("the AES key has a character that base64 does not have")]
    Alphabet,
    /// An empty signing token would let anybody sign.
    #[error("the signing token is empty")]
    NoToken,
    /// Nobody's callbacks would be accepted, or everybody's.
    #[error("no owner key is given, or one of them is empty")]
    NoOwner,
}
