//! Typed secrets. A binding has four, each under a name of its own, so that each function may read no more than it needs:
//!
//! | name | type | who reads it |
//! |---|---|---|
//! | `credentials/dingtalk/{id}` | [`DingTalkCredentials`] | `token-refresh` |
//! | `keys/{id}` | [`BindingKeys`] | every worker, the desk |
//! | `callback/{id}` | [`CallbackSecret`] | `callback` |
//! | `tokens/{id}` | [`TokenSecret`] | whatever calls DingTalk; `token-refresh` writes it |
//!
//! The kind comes first, so that a permission is a prefix. `credentials/ehr/{id}` is left free for the eHR's credentials.

mod callback;
mod credentials;
mod keys;
mod split;
mod staged;
mod token;

use std::sync::Arc;

use directory::BindingId;
use directory::reason::Reason;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::{malformed_reason, newer_version_reason};

use super::{SecretStage, Vault, VaultError};

pub use callback::{CallbackSecret, PreviousCallbackKeys};
pub use credentials::DingTalkCredentials;
pub use keys::BindingKeys;
pub use split::{AfterSplit, SplitOutcome, UnconfirmedEndpointsError, confirm_endpoints};
pub use staged::StagedSecretStore;
pub use token::TokenSecret;

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
            SecretError::UnknownVersion { found, .. } => {
                newer_version_reason(SECRET, u64::from(*found), VERSION)
            }
        }
    }
}

/// A secret with a type: how it is named, and how it is written.
pub trait StoredSecret: Sized + Send {
    /// What stands between the prefix and the binding's id in its name.
    const KIND: &'static str;

    /// The stored form: JSON with its schema version `v`.
    ///
    /// # Errors
    /// [`SecretError::Malformed`] if it has no JSON form.
    fn to_text(&self) -> Result<SecretString, SecretError>;

    /// Reads the stored form. Fields that this reader does not know are ignored.
    ///
    /// # Errors
    /// [`SecretError::Malformed`] and [`SecretError::UnknownVersion`]; neither shows the content.
    fn from_text(text: &SecretString) -> Result<Self, SecretError>;
}

/// Typed secrets in a vault, under names that begin with a prefix: `{prefix}{kind}/{id}`.
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

    /// What a binding's app shows DingTalk to get a token.
    ///
    /// # Errors
    /// [`SecretError`]; `Vault(NotFound)` when the binding has none.
    pub async fn get_credentials(
        &self,
        id: &BindingId,
    ) -> Result<DingTalkCredentials, SecretError> {
        self.get_stage(id, SecretStage::Current).await
    }

    /// Stores a binding's credentials; those before become the previous ones.
    ///
    /// # Errors
    /// [`SecretError::Vault`].
    pub async fn put_credentials(
        &self,
        id: &BindingId,
        secret: &DingTalkCredentials,
    ) -> Result<(), SecretError> {
        self.put(id, secret).await
    }

    /// A binding's keys for hashes and seals, and where its DingTalk answers.
    ///
    /// # Errors
    /// [`SecretError`]; `Vault(NotFound)` when the binding has none.
    pub async fn get_keys(&self, id: &BindingId) -> Result<BindingKeys, SecretError> {
        self.get_stage(id, SecretStage::Current).await
    }

    /// Stores a binding's keys. Other keys than before make everything unreadable that the former ones sealed.
    ///
    /// # Errors
    /// [`SecretError::Vault`].
    pub async fn put_keys(&self, id: &BindingId, secret: &BindingKeys) -> Result<(), SecretError> {
        self.put(id, secret).await
    }

    /// What a binding's callback opens events with.
    ///
    /// # Errors
    /// [`SecretError`]; `Vault(NotFound)` when the binding has none.
    pub async fn get_callback(&self, id: &BindingId) -> Result<CallbackSecret, SecretError> {
        self.get_stage(id, SecretStage::Current).await
    }

    /// Stores what a binding's callback opens events with.
    ///
    /// # Errors
    /// [`SecretError::Vault`].
    pub async fn put_callback(
        &self,
        id: &BindingId,
        secret: &CallbackSecret,
    ) -> Result<(), SecretError> {
        self.put(id, secret).await
    }

    /// A binding's access token.
    ///
    /// # Errors
    /// [`SecretError`]; `Vault(NotFound)` before the first one.
    pub async fn get_token(&self, id: &BindingId) -> Result<TokenSecret, SecretError> {
        self.get_stage(id, SecretStage::Current).await
    }

    /// Stores a binding's access token.
    ///
    /// # Errors
    /// [`SecretError::Vault`].
    pub async fn put_token(&self, id: &BindingId, secret: &TokenSecret) -> Result<(), SecretError> {
        self.put(id, secret).await
    }

    /// A secret of any kind, of a stage.
    ///
    /// # Errors
    /// [`SecretError`]; `Vault(NotFound)` when nothing is in it.
    pub async fn get_stage<S: StoredSecret>(
        &self,
        id: &BindingId,
        stage: SecretStage,
    ) -> Result<S, SecretError> {
        let text = self.vault.get_stage(&self.name::<S>(id), stage).await;
        S::from_text(&text.map_err(SecretError::Vault)?)
    }

    async fn put<S: StoredSecret>(&self, id: &BindingId, secret: &S) -> Result<(), SecretError> {
        let put = self.vault.put(&self.name::<S>(id), secret.to_text()?).await;
        put.map_err(SecretError::Vault)
    }

    /// The name under which the vault has a binding's secret.
    #[must_use]
    pub fn name<S: StoredSecret>(&self, id: &BindingId) -> String {
        format!("{}{}/{id}", self.prefix, S::KIND)
    }
}

/// `None` where the vault has no such secret.
fn found<S>(read: Result<S, SecretError>) -> Result<Option<S>, SecretError> {
    match read {
        Ok(secret) => Ok(Some(secret)),
        Err(SecretError::Vault(VaultError::NotFound)) => Ok(None),
        Err(why) => Err(why),
    }
}

#[derive(Serialize, Deserialize)]
struct Versioned<W> {
    v: u32,
    #[serde(flatten)]
    wire: W,
}

fn encode<W: Serialize>(wire: W) -> Result<SecretString, SecretError> {
    let text = serde_json::to_string(&Versioned { v: VERSION, wire });
    text.map(SecretString::from)
        .map_err(|_| SecretError::Malformed {
            why: "it has no JSON form",
        })
}

fn decode<W: for<'de> Deserialize<'de>>(text: &SecretString) -> Result<W, SecretError> {
    #[derive(Deserialize)]
    struct Schema {
        v: u32,
    }
    let malformed = |_| SecretError::Malformed {
        why: "it is not the expected JSON",
    };
    let Schema { v } = serde_json::from_str(text.expose_secret()).map_err(malformed)?;
    if v != VERSION {
        return Err(SecretError::UnknownVersion { found: v });
    }
    serde_json::from_str(text.expose_secret()).map_err(malformed)
}

fn clear_text(secret: &SecretString) -> String {
    secret.expose_secret().to_owned()
}

#[cfg(test)]
mod tests;
