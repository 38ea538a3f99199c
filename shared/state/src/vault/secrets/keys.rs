//! A binding's keys for hashes and seals, and where its DingTalk answers.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::hash::HashKey;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{SecretError, StoredSecret, decode, encode};
use crate::binding::DingTalkEndpoints;

/// What every worker needs of a binding, and nothing that DingTalk would take for the app. `Debug` hides the keys.
///
/// The address stands here and not in the table `control`: a token is sent to it, and a person who may write that table must
/// not be able to send tokens and credentials elsewhere.
#[derive(Clone)]
pub struct BindingKeys {
    /// Key of the hashes in `directory`, 32 bytes.
    pub hash_key: [u8; 32],
    /// Key that seals people's values in `control`, `journal` and the archive, 32 bytes.
    pub seal_key: [u8; 32],
    /// Where DingTalk answers, if not at its own hosts.
    pub endpoints: Option<DingTalkEndpoints>,
}

impl BindingKeys {
    /// The key of the hashes in `directory`.
    #[must_use]
    pub fn hash_key(&self) -> HashKey {
        HashKey::new(self.hash_key)
    }

    /// The key that seals people's values.
    #[cfg(feature = "seal")]
    #[must_use]
    pub fn seal_key(&self) -> crate::seal::SealKey {
        crate::seal::SealKey::new(self.seal_key)
    }

    /// Where DingTalk answers.
    #[must_use]
    pub fn dingtalk_endpoints(&self) -> DingTalkEndpoints {
        self.endpoints.clone().unwrap_or_default()
    }
}

impl fmt::Debug for BindingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BindingKeys")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct KeysWire {
    hash_key: String,
    seal_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoints: Option<DingTalkEndpoints>,
}

impl StoredSecret for BindingKeys {
    const KIND: &'static str = "keys";

    fn to_text(&self) -> Result<SecretString, SecretError> {
        encode(KeysWire {
            hash_key: STANDARD.encode(self.hash_key),
            seal_key: STANDARD.encode(self.seal_key),
            endpoints: self.endpoints.clone(),
        })
    }

    fn from_text(text: &SecretString) -> Result<Self, SecretError> {
        let wire: KeysWire = decode(text)?;
        Ok(Self {
            hash_key: parse_key(&wire.hash_key)?,
            seal_key: parse_key(&wire.seal_key)?,
            endpoints: wire.endpoints,
        })
    }
}

pub(super) fn parse_key(text: &str) -> Result<[u8; 32], SecretError> {
    let bytes = STANDARD.decode(text).map_err(|_| SecretError::Malformed {
        why: "a key is not base64",
    })?;
    bytes.try_into().map_err(|_| SecretError::Malformed {
        why: "a key does not have 32 bytes",
    })
}
