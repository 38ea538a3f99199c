//! The port to a vault, and the secrets that are kept in it.

#[cfg(feature = "direct")]
mod direct;
mod secrets;
#[cfg(feature = "vault-secretsmanager")]
mod secretsmanager;

use async_trait::async_trait;
use directory::reason::{Reason, ReasonCode};
use secrecy::SecretString;

use crate::error::{Cause, refused_reason, unavailable_reason};

#[cfg(feature = "direct")]
pub use direct::DirectVault;
pub use secrets::{
    AfterSplit, BindingKeys, CallbackSecret, DingTalkCredentials, PreviousCallbackKeys,
    SecretError, SecretStore, SplitOutcome, StagedSecretStore, StoredSecret, TokenSecret,
    UnconfirmedEndpointsError, confirm_endpoints,
};
#[cfg(feature = "vault-secretsmanager")]
pub use secretsmanager::SecretsManagerVault;

/// Days in which a removed secret can be restored on AWS.
#[cfg(any(feature = "direct", feature = "vault-secretsmanager"))]
const RECOVERY_DAYS: u8 = 30;

/// What Secrets Manager answers when a secret that was removed is read before its days are over.
#[cfg(any(feature = "direct", feature = "vault-secretsmanager"))]
const REMOVED_SECRET_CODE: &str = "InvalidRequestException";

/// Which value of a secret: a rotation makes the next one known before it counts, and keeps the last one for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretStage {
    /// What counts.
    Current,
    /// What will count once it is promoted.
    Pending,
    /// What counted before.
    Previous,
}

impl SecretStage {
    /// The label on Secrets Manager's wire.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Current => "AWSCURRENT",
            Self::Pending => "AWSPENDING",
            Self::Previous => "AWSPREVIOUS",
        }
    }
}

/// Secrets by name.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The current value.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when there is no such secret.
    async fn get(&self, name: &str) -> Result<SecretString, VaultError>;

    /// Stores a current value; the one before becomes the previous. Makes the secret when there is none. All or nothing.
    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError>;

    /// The value of a stage. A vault that keeps no stages has current values only.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when there is no such secret, or none of this stage.
    async fn get_stage(&self, name: &str, stage: SecretStage) -> Result<SecretString, VaultError> {
        if stage == SecretStage::Current {
            self.get(name).await
        } else {
            Err(VaultError::NotFound)
        }
    }
}

/// Secrets whose values change without a gap. [`Vault::put`] moves what was current to previous.
#[async_trait]
pub trait StagedVault: Vault {
    /// Makes a secret; `false`: there is one of this name, and it stays as it is.
    async fn create(&self, name: &str, value: SecretString) -> Result<bool, VaultError>;

    /// Removes a secret with all of its values. Secrets Manager keeps them for 30 days, in which they can be restored.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when there is no such secret.
    async fn remove(&self, name: &str) -> Result<(), VaultError>;

    /// Stores the next value beside the current one, in the place of an earlier next one.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when there is no such secret.
    async fn propose(&self, name: &str, value: SecretString) -> Result<(), VaultError>;

    /// The next value becomes the current one, and that the previous one.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when no next value was proposed, or it was promoted before.
    async fn promote(&self, name: &str) -> Result<(), VaultError>;

    /// Takes the next value back; the current one stays.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when no next value was proposed.
    async fn withdraw(&self, name: &str) -> Result<(), VaultError>;
}

/// The vault, in reasons.
const SECRETS: &str = "secrets";

/// Why a secret could not be read or stored. Carries neither name nor value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is no such secret.
    #[error("there is no such secret")]
    NotFound,
    /// No answer, or not now: a value that was read before may be used for a while.
    #[error("the vault did not answer")]
    Unavailable(#[source] Cause),
    /// Wrong, or not allowed.
    #[error("the vault refused")]
    Refused(#[source] Cause),
}

impl From<&VaultError> for Reason {
    fn from(err: &VaultError) -> Self {
        match err {
            VaultError::NotFound => Self::new(ReasonCode::StateSecretMissing),
            VaultError::Unavailable(_) => unavailable_reason(SECRETS),
            VaultError::Refused(why) => refused_reason(SECRETS, why),
        }
    }
}

impl VaultError {
    /// Whether the same call can succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Lower-case hexadecimal.
pub(crate) fn lower_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}
