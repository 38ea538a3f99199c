//! The port to a vault, and the secrets that are kept in it.

mod secrets;
#[cfg(feature = "vault-secretsmanager")]
mod secretsmanager;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::error::Cause;

pub use secrets::{BindingSecret, PreviousCallback, SecretError, Secrets, TokenSecret};
#[cfg(feature = "vault-secretsmanager")]
pub use secretsmanager::SecretsManagerVault;

/// Secrets by name.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The newest value.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when there is no such secret.
    async fn get(&self, name: &str) -> Result<SecretString, VaultError>;

    /// Stores a value; makes the secret when there is none. All or nothing.
    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError>;
}

/// Why a secret could not be read or stored. Carries neither name nor value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is no such secret.
    #[error("there is no such secret")]
    NotFound,
    /// No answer, or not now: a value that was read before may be used for a while (`reliability.md` F36).
    #[error("the vault did not answer")]
    Unavailable(#[source] Cause),
    /// Wrong, or not allowed.
    #[error("the vault refused")]
    Refused(#[source] Cause),
}

impl VaultError {
    /// Whether the same call can succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}
