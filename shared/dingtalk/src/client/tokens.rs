//! Access tokens, as the client sees them.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::error::DingTalkError;

/// Keeps the app's access token; in the cloud a table that `token-refresh` writes.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// The token to use now.
    ///
    /// # Errors
    /// Whatever kept it from being had.
    async fn current_token(&self) -> Result<AccessToken, DingTalkError>;

    /// Another token than the one that DingTalk refused. Many callers may report the same refusal at once.
    ///
    /// # Errors
    /// Whatever kept it from being had.
    async fn renew_token(&self, refused: TokenHash) -> Result<AccessToken, DingTalkError>;
}

/// An access token. `Debug` shows its hash.
#[derive(Clone)]
pub struct AccessToken(SecretString);

impl AccessToken {
    /// Wraps a token.
    #[must_use]
    pub fn new(token: SecretString) -> Self {
        Self(token)
    }

    /// The token itself, for the wire and for the place that keeps it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What may be said about it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        let digest: [u8; 32] = Sha256::digest(self.expose().as_bytes()).into();
        TokenHash(u64::from_be_bytes(
            digest.first_chunk().copied().unwrap_or_default(),
        ))
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken({})", self.hash())
    }
}

/// The first 64 bits of a token's SHA-256: tells two tokens apart and opens nothing. Shown as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub u64);

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_its_hash_only() {
        let token = AccessToken::new(SecretString::from("abc"));
        assert_eq!(token.hash().to_string(), "ba7816bf8f01cfea");
        assert_eq!(format!("{token:?}"), "AccessToken(ba7816bf8f01cfea)");
    }
}
