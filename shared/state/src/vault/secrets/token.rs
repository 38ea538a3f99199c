//! A binding's access token.

use std::fmt;

use directory::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{SecretError, StoredSecret, clear_text, decode, encode};
use crate::vault::lower_hex;

/// An access token. Only `token-refresh` writes one. `Debug` hides it.
#[derive(Clone)]
pub struct TokenSecret {
    /// The token.
    pub token: SecretString,
    /// When DingTalk gave it.
    pub issued_at: Timestamp,
    /// When DingTalk said it ends.
    pub expires_at: Timestamp,
}

impl TokenSecret {
    /// SHA-256 of the token in hexadecimal: how a refused token is reported without naming it.
    #[must_use]
    pub fn hash(&self) -> String {
        Self::hash_token(self.token.expose_secret())
    }

    /// The same for a token in the hand.
    #[must_use]
    pub fn hash_token(token: &str) -> String {
        lower_hex(&Sha256::digest(token.as_bytes()))
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSecret")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct TokenWire {
    token: String,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

impl StoredSecret for TokenSecret {
    const KIND: &'static str = "tokens";

    fn to_text(&self) -> Result<SecretString, SecretError> {
        encode(TokenWire {
            token: clear_text(&self.token),
            issued_at: self.issued_at,
            expires_at: self.expires_at,
        })
    }

    fn from_text(text: &SecretString) -> Result<Self, SecretError> {
        let wire: TokenWire = decode(text)?;
        Ok(Self {
            token: wire.token.into(),
            issued_at: wire.issued_at,
            expires_at: wire.expires_at,
        })
    }
}
