//! Random tokens of 256 bits, and the hashes under which they are stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Characters of a token: 32 bytes as base64 without padding.
const TOKEN_LENGTH: usize = 43;

/// A secret of 256 random bits that a browser or a link carries. The store only keeps [`SecretToken::stored_id`].
#[derive(Clone, PartialEq, Eq)]
pub struct SecretToken(String);

impl std::fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretToken(..)")
    }
}

impl SecretToken {
    /// A token of these random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// Reads what a browser sent. Refuses everything that is not the spelling of 32 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() == TOKEN_LENGTH
            && URL_SAFE_NO_PAD
                .decode(text)
                .is_ok_and(|bytes| bytes.len() == 32);
        is_token.then(|| Self(text.to_owned()))
    }

    /// The token as it goes into a cookie or a link.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The id under which the store knows it: SHA-256 as 64 hexadecimal digits.
    #[must_use]
    pub fn stored_id(&self) -> String {
        hash_text("stored token", &self.0)
    }

    /// The token that a form must carry for a request with this cookie. Pages of other sites can neither read the cookie
    /// nor compute this.
    #[must_use]
    pub fn form_token(&self) -> String {
        hash_text("form token", &self.0)
    }
}

/// SHA-256 over a purpose and a text, in hexadecimal digits.
#[must_use]
pub fn hash_text(purpose: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update((purpose.len() as u64).to_be_bytes());
    hash.update(purpose);
    hash.update(text);
    hash.finalize()
        .iter()
        .fold(String::with_capacity(64), |mut digits, byte| {
            digits.push_str(&format!("{byte:02x}"));
            digits
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is() {
        let token = SecretToken::new([7; 32]);
        assert_eq!(SecretToken::parse(token.expose()), Some(token.clone()));
        for wrong in ["", "short", &"a".repeat(44), &"!".repeat(43)] {
            assert_eq!(SecretToken::parse(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "SecretToken(..)");
    }

    #[test]
    fn what_is_stored_and_what_a_form_carries_differ_from_the_token() {
        let token = SecretToken::new([7; 32]);
        assert_eq!(token.stored_id().len(), 64);
        assert_ne!(token.stored_id(), token.form_token());
        assert_ne!(token.stored_id(), SecretToken::new([8; 32]).stored_id());
    }
}
