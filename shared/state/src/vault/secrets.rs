//! Typed secrets: a binding's credentials and keys, and its access token.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::hash::HashKey;
use directory::reason::Reason;
use directory::{BindingId, CorpId, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{malformed_reason, newer_version_reason};

use super::{SecretStage, StagedVault, Vault, VaultError, lower_hex};

const VERSION: u32 = 1;

/// What is stored here, in reasons.
const SECRET: &str = "secret";

/// Why a typed secret could not be read or stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The vault's own reason.
    #[error("the secret could not be reached")]
    Vault(#[source] VaultError),
    /// Stored, but not what was expected.
    #[error("the secret cannot be read: {why}")]
    Malformed {
        /// What is wrong with it; never its content.
        why: &'static str,
    },
    /// Written by a version that this reader does not know.
    #[error("the secret has schema version {found}, this reader knows {VERSION}")]
    UnknownVersion {
        /// The version it has.
        found: u32,
    },
}

impl From<&SecretError> for Reason {
    fn from(err: &SecretError) -> Self {
        match err {
            SecretError::Vault(err) => Self::from(err),
            SecretError::Malformed { .. } => malformed_reason(SECRET),
            SecretError::UnknownVersion { found } => {
                newer_version_reason(SECRET, u64::from(*found), VERSION)
            }
        }
    }
}

/// The callback's keys before the last change of them: DingTalk may still sign with these for a while.
#[derive(Clone)]
pub struct PreviousCallbackKeys {
    /// The token.
    pub token: SecretString,
    /// The encoding key, 43 characters.
    pub aes_key: SecretString,
    /// Until when they are accepted: a day after the change (`reliability.md` §3.2).
    pub until: Timestamp,
}

/// A binding's credentials and keys. `Debug` hides them.
#[derive(Clone)]
pub struct BindingSecret {
    /// The tenant.
    pub corp_id: CorpId,
    /// The app's AgentId.
    pub agent_id: i64,
    /// AppKey (Client ID).
    pub app_key: String,
    /// AppSecret (Client Secret).
    pub app_secret: SecretString,
    /// The callback's token.
    pub callback_token: SecretString,
    /// The callback's encoding key, 43 characters.
    pub callback_aes_key: SecretString,
    /// Key of the hashes in `directory`, 32 bytes.
    pub hash_key: [u8; 32],
    /// Key that seals people's values in `control`, `journal` and the archive, 32 bytes.
    pub seal_key: [u8; 32],
    /// The callback's keys before the last change.
    pub previous_callback: Option<PreviousCallbackKeys>,
}

impl BindingSecret {
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
}

impl fmt::Debug for BindingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BindingSecret")
            .field("corp_id", &self.corp_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PreviousCallbackKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreviousCallback(..)")
    }
}

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

/// Typed secrets in a vault, under names that begin with a prefix: `{prefix}binding/{id}` and `{prefix}tokens/{id}`.
#[derive(Clone)]
pub struct SecretStore {
    vault: Arc<dyn Vault>,
    prefix: String,
}

impl SecretStore {
    /// Secrets in this vault. A prefix such as `bangding/` keeps them apart from others of the account.
    #[must_use]
    pub fn new(vault: Arc<dyn Vault>, prefix: impl Into<String>) -> Self {
        Self {
            vault,
            prefix: prefix.into(),
        }
    }

    /// A binding's credentials and keys.
    ///
    /// # Errors
    /// [`SecretError`]; `Vault(NotFound)` when the binding has none.
    pub async fn get_binding(&self, id: &BindingId) -> Result<BindingSecret, SecretError> {
        self.get_binding_stage(id, SecretStage::Current).await
    }

    /// The same of a stage.
    ///
    /// # Errors
    /// [`SecretError`]; `Vault(NotFound)` when nothing is in it.
    pub async fn get_binding_stage(
        &self,
        id: &BindingId,
        stage: SecretStage,
    ) -> Result<BindingSecret, SecretError> {
        from_wire(self.read::<BindingWire>("binding", id, stage).await?)
    }

    /// Stores a binding's credentials and keys.
    ///
    /// # Errors
    /// [`SecretError::Vault`].
    pub async fn put_binding(
        &self,
        id: &BindingId,
        secret: &BindingSecret,
    ) -> Result<(), SecretError> {
        self.write("binding", id, &to_wire(secret)).await
    }

    /// A binding's access token.
    ///
    /// # Errors
    /// [`SecretError`]; `Vault(NotFound)` before the first one.
    pub async fn get_token(&self, id: &BindingId) -> Result<TokenSecret, SecretError> {
        let wire = self
            .read::<TokenWire>("tokens", id, SecretStage::Current)
            .await?;
        Ok(TokenSecret {
            token: wire.token.into(),
            issued_at: wire.issued_at,
            expires_at: wire.expires_at,
        })
    }

    /// Stores a binding's access token.
    ///
    /// # Errors
    /// [`SecretError::Vault`].
    pub async fn put_token(&self, id: &BindingId, secret: &TokenSecret) -> Result<(), SecretError> {
        let token = secret.token.expose_secret().to_owned();
        let wire = TokenWire {
            v: VERSION,
            token,
            issued_at: secret.issued_at,
            expires_at: secret.expires_at,
        };
        self.write("tokens", id, &wire).await
    }

    async fn read<W: for<'de> Deserialize<'de>>(
        &self,
        kind: &str,
        id: &BindingId,
        stage: SecretStage,
    ) -> Result<W, SecretError> {
        #[derive(Deserialize)]
        struct Schema {
            v: u32,
        }
        let text = self
            .vault
            .get_stage(&self.name(kind, id), stage)
            .await
            .map_err(SecretError::Vault)?;
        let malformed = |_| SecretError::Malformed {
            why: "it is not the expected JSON",
        };
        let Schema { v } = serde_json::from_str(text.expose_secret()).map_err(malformed)?;
        if v != VERSION {
            return Err(SecretError::UnknownVersion { found: v });
        }
        serde_json::from_str(text.expose_secret()).map_err(malformed)
    }

    async fn write<W: Serialize>(
        &self,
        kind: &str,
        id: &BindingId,
        wire: &W,
    ) -> Result<(), SecretError> {
        self.vault
            .put(&self.name(kind, id), to_secret_text(wire)?)
            .await
            .map_err(SecretError::Vault)
    }

    fn name(&self, kind: &str, id: &BindingId) -> String {
        format!("{}{kind}/{id}", self.prefix)
    }
}

/// The secrets of bindings while they are changed: what comes next stands beside what counts.
pub struct StagedSecretStore {
    /// The same to read.
    pub secrets: SecretStore,
    vault: Arc<dyn StagedVault>,
}

impl StagedSecretStore {
    /// As [`Secrets::new`].
    #[must_use]
    pub fn new(vault: Arc<dyn StagedVault>, prefix: impl Into<String>) -> Self {
        let reader: Arc<dyn Vault> = Arc::clone(&vault) as Arc<dyn Vault>;
        Self {
            secrets: SecretStore::new(reader, prefix),
            vault,
        }
    }

    /// Stores credentials and keys that are to be proven; the current ones stay.
    ///
    /// # Errors
    /// [`SecretError::Vault`]; `NotFound` when the binding has no secret.
    pub async fn propose(&self, id: &BindingId, secret: &BindingSecret) -> Result<(), SecretError> {
        let text = to_secret_text(&to_wire(secret))?;
        self.vault
            .propose(&self.secrets.name("binding", id), text)
            .await
            .map_err(SecretError::Vault)
    }

    /// Makes what was proposed the current credentials and keys.
    ///
    /// # Errors
    /// [`SecretError::Vault`]; `NotFound` when nothing is proposed.
    pub async fn promote(&self, id: &BindingId) -> Result<(), SecretError> {
        self.vault
            .promote(&self.secrets.name("binding", id))
            .await
            .map_err(SecretError::Vault)
    }
}

fn to_secret_text<W: Serialize>(wire: &W) -> Result<SecretString, SecretError> {
    let text = serde_json::to_string(wire).map_err(|_| SecretError::Malformed {
        why: "it has no JSON form",
    })?;
    Ok(text.into())
}

#[derive(Serialize, Deserialize)]
struct BindingWire {
    v: u32,
    corp_id: CorpId,
    agent_id: i64,
    app_key: String,
    app_secret: String,
    callback_token: String,
    callback_aes_key: String,
    hash_key: String,
    seal_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous_callback: Option<CallbackWire>,
}

#[derive(Serialize, Deserialize)]
struct CallbackWire {
    token: String,
    aes_key: String,
    /// Without it they are long expired.
    #[serde(default)]
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct TokenWire {
    v: u32,
    token: String,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

fn to_wire(secret: &BindingSecret) -> BindingWire {
    let text = |secret: &SecretString| secret.expose_secret().to_owned();
    BindingWire {
        v: VERSION,
        corp_id: secret.corp_id.clone(),
        agent_id: secret.agent_id,
        app_key: secret.app_key.clone(),
        app_secret: text(&secret.app_secret),
        callback_token: text(&secret.callback_token),
        callback_aes_key: text(&secret.callback_aes_key),
        hash_key: STANDARD.encode(secret.hash_key),
        seal_key: STANDARD.encode(secret.seal_key),
        previous_callback: secret.previous_callback.as_ref().map(|keys| CallbackWire {
            token: text(&keys.token),
            aes_key: text(&keys.aes_key),
            until: keys.until,
        }),
    }
}

fn from_wire(wire: BindingWire) -> Result<BindingSecret, SecretError> {
    Ok(BindingSecret {
        corp_id: wire.corp_id,
        agent_id: wire.agent_id,
        app_key: wire.app_key,
        app_secret: wire.app_secret.into(),
        callback_token: wire.callback_token.into(),
        callback_aes_key: wire.callback_aes_key.into(),
        hash_key: parse_key(&wire.hash_key)?,
        seal_key: parse_key(&wire.seal_key)?,
        previous_callback: wire.previous_callback.map(|keys| PreviousCallbackKeys {
            token: keys.token.into(),
            aes_key: keys.aes_key.into(),
            until: keys.until,
        }),
    })
}

fn parse_key(text: &str) -> Result<[u8; 32], SecretError> {
    let bytes = STANDARD.decode(text).map_err(|_| SecretError::Malformed {
        why: "a key is not base64",
    })?;
    bytes.try_into().map_err(|_| SecretError::Malformed {
        why: "a key does not have 32 bytes",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> BindingSecret {
        BindingSecret {
            corp_id: CorpId::new("ding1").unwrap(),
            agent_id: 4_000_000_001,
            app_key: "dingkey".into(),
            app_secret: "canary-secret".into(),
            callback_token: "canary-token".into(),
            callback_aes_key: "canary-aes".into(),
            hash_key: [1; 32],
            seal_key: [2; 32],
            previous_callback: Some(PreviousCallbackKeys {
                token: "canary-t0".into(),
                aes_key: "canary-a0".into(),
                until: Timestamp(7),
            }),
        }
    }

    #[test]
    fn a_secret_is_read_back_and_its_debug_shows_nothing() {
        let again = from_wire(to_wire(&secret())).unwrap();
        assert_eq!(again.app_secret.expose_secret(), "canary-secret");
        assert_eq!((again.hash_key, again.seal_key), ([1; 32], [2; 32]));
        assert_eq!(
            again.previous_callback.as_ref().unwrap().until,
            Timestamp(7)
        );
        assert!(!format!("{again:?}").contains("canary"));
        assert!(!format!("{:?}", again.previous_callback).contains("canary"));
    }

    #[test]
    fn a_malformed_key_is_reported() {
        let mut wire = to_wire(&secret());
        wire.seal_key = STANDARD.encode([0; 31]);
        assert_eq!(
            from_wire(wire).unwrap_err(),
            SecretError::Malformed {
                why: "a key does not have 32 bytes"
            }
        );
    }

    #[test]
    fn a_token_is_reported_by_its_hash() {
        let token = TokenSecret {
            token: "abc".into(),
            issued_at: Timestamp(0),
            expires_at: Timestamp(1),
        };
        assert_eq!(
            token.hash(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(!format!("{token:?}").contains("abc"));
    }
}
