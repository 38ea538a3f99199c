//! What a binding's app shows DingTalk.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{SecretError, StoredSecret, TokenSecret, clear_text, decode, encode};

/// Hexadecimal digits of the AppSecret's hash in a fingerprint.
const FINGERPRINT_DIGITS: usize = 12;

/// AppKey and AppSecret of a binding's DingTalk app. Whoever binds writes them; only `token-refresh` reads them. `Debug`
/// hides the AppSecret.
#[derive(Clone)]
pub struct DingTalkCredentials {
    /// AppKey (Client ID).
    pub app_key: String,
    /// AppSecret (Client Secret).
    pub app_secret: SecretString,
}

impl DingTalkCredentials {
    /// AppKey and the first 12 hexadecimal digits of the AppSecret's SHA-256: tells these credentials from others without
    /// naming the AppSecret.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = TokenSecret::hash_token(self.app_secret.expose_secret());
        let digits = hash.get(..FINGERPRINT_DIGITS).unwrap_or_default();
        format!("{}#{digits}", self.app_key)
    }
}

impl fmt::Debug for DingTalkCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DingTalkCredentials")
            .field("app_key", &self.app_key)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct CredentialsWire {
    app_key: String,
    app_secret: String,
}

impl StoredSecret for DingTalkCredentials {
    const KIND: &'static str = "credentials/dingtalk";

    fn to_text(&self) -> Result<SecretString, SecretError> {
        encode(CredentialsWire {
            app_key: self.app_key.clone(),
            app_secret: clear_text(&self.app_secret),
        })
    }

    fn from_text(text: &SecretString) -> Result<Self, SecretError> {
        let wire: CredentialsWire = decode(text)?;
        Ok(Self {
            app_key: wire.app_key,
            app_secret: wire.app_secret.into(),
        })
    }
}
