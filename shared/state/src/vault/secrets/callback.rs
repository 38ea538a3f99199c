//! What a binding's callback opens events with.

use std::fmt;

use directory::{CorpId, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{SecretError, StoredSecret, clear_text, decode, encode};

/// The callback's keys before the last change of them: DingTalk may still sign with these for a while.
#[derive(Clone)]
pub struct PreviousCallbackKeys {
    /// The token.
    pub token: SecretString,
    /// The encoding key, 43 characters.
    pub aes_key: SecretString,
    /// Until when they are accepted: a day after the change.
    pub until: Timestamp,
}

/// All that the callback needs of a binding, and all that it may read. `Debug` hides the keys.
#[derive(Clone)]
pub struct CallbackSecret {
    /// The tenant: one of the two owners that DingTalk encrypts for.
    pub corp_id: CorpId,
    /// AppKey (Client ID): the other one.
    pub app_key: String,
    /// The token that signs.
    pub token: SecretString,
    /// The encoding key, 43 characters.
    pub aes_key: SecretString,
    /// The keys before the last change.
    pub previous: Option<PreviousCallbackKeys>,
    /// Whether callbacks with a timestamp in seconds are accepted too. DingTalk sends milliseconds in every capture, and its
    /// own examples also show seconds (unconfirmed, `shared/dingtalk/README.md`).
    pub accepts_seconds: bool,
}

impl CallbackSecret {
    /// Whether two have the same current keys.
    #[must_use]
    pub fn has_same_keys(&self, other: &Self) -> bool {
        self.token.expose_secret() == other.token.expose_secret()
            && self.aes_key.expose_secret() == other.aes_key.expose_secret()
    }

    /// These keys with their predecessor, which is accepted until a moment.
    #[must_use]
    pub fn following(mut self, former: &Self, until: Timestamp) -> Self {
        self.previous = Some(PreviousCallbackKeys {
            token: former.token.clone(),
            aes_key: former.aes_key.clone(),
            until,
        });
        self
    }
}

impl fmt::Debug for CallbackSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackSecret")
            .field("corp_id", &self.corp_id)
            .field("app_key", &self.app_key)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PreviousCallbackKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreviousCallbackKeys")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct CallbackWire {
    corp_id: CorpId,
    app_key: String,
    token: String,
    aes_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<PreviousWire>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    accepts_seconds: bool,
}

/// The same in the secret of the version before.
#[derive(Serialize, Deserialize)]
pub(super) struct PreviousWire {
    token: String,
    aes_key: String,
    /// Without it they are long expired.
    #[serde(default)]
    until: Timestamp,
}

impl From<PreviousWire> for PreviousCallbackKeys {
    fn from(wire: PreviousWire) -> Self {
        Self {
            token: wire.token.into(),
            aes_key: wire.aes_key.into(),
            until: wire.until,
        }
    }
}

impl From<&PreviousCallbackKeys> for PreviousWire {
    fn from(keys: &PreviousCallbackKeys) -> Self {
        Self {
            token: clear_text(&keys.token),
            aes_key: clear_text(&keys.aes_key),
            until: keys.until,
        }
    }
}

impl StoredSecret for CallbackSecret {
    const KIND: &'static str = "callback";

    fn to_text(&self) -> Result<SecretString, SecretError> {
        encode(CallbackWire {
            corp_id: self.corp_id.clone(),
            app_key: self.app_key.clone(),
            token: clear_text(&self.token),
            aes_key: clear_text(&self.aes_key),
            previous: self.previous.as_ref().map(PreviousWire::from),
            accepts_seconds: self.accepts_seconds,
        })
    }

    fn from_text(text: &SecretString) -> Result<Self, SecretError> {
        let wire: CallbackWire = decode(text)?;
        Ok(Self {
            corp_id: wire.corp_id,
            app_key: wire.app_key,
            token: wire.token.into(),
            aes_key: wire.aes_key.into(),
            previous: wire.previous.map(PreviousCallbackKeys::from),
            accepts_seconds: wire.accepts_seconds,
        })
    }
}
