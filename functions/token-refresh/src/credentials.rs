//! The credentials that a token can be asked for with: the current ones, then those that wait to
//! follow them, then those before them. So a change of the AppSecret leaves no moment without a token, whichever of vault
//! and console is changed first.

use directory::BindingId;
use secrecy::ExposeSecret;
use state::VaultError;
use state::vault::{BindingSecret, SecretError, SecretStage, SecretStore, TokenSecret};

/// Credentials in the order in which they are tried; none twice.
pub(crate) struct CandidateCredentials(Vec<(SecretStage, BindingSecret)>);

impl CandidateCredentials {
    /// The current ones alone.
    pub(crate) async fn current_only(
        secrets: &SecretStore,
        binding: &BindingId,
    ) -> Result<Self, SecretError> {
        Ok(Self(vec![(
            SecretStage::Current,
            secrets.get_binding(binding).await?,
        )]))
    }

    /// Adds those that wait and those before; once.
    pub(crate) async fn add_others(
        &mut self,
        secrets: &SecretStore,
        binding: &BindingId,
    ) -> Result<(), SecretError> {
        if self.0.len() > 1 {
            return Ok(());
        }
        for stage in [SecretStage::Pending, SecretStage::Previous] {
            match secrets.get_binding_stage(binding, stage).await {
                Ok(secret)
                    if self.0.iter().any(|(_, known)| {
                        secret_fingerprint(known) == secret_fingerprint(&secret)
                    }) => {}
                Ok(secret) => self.0.push((stage, secret)),
                Err(SecretError::Vault(VaultError::NotFound)) => {}
                Err(why @ SecretError::Vault(_)) => return Err(why),
                // What cannot be read is no candidate, and hinders no other.
                Err(why) => {
                    tracing::warn!(binding = %binding, stage = stage.label(), "credentials left out: {why}");
                }
            }
        }
        Ok(())
    }

    /// In their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(SecretStage, BindingSecret)> {
        self.0.iter()
    }

    /// Tells these credentials from others without saying them.
    pub(crate) fn fingerprint(&self) -> String {
        self.0
            .iter()
            .map(|(_, secret)| secret_fingerprint(secret))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// AppKey, and the first digits of the secret's hash.
fn secret_fingerprint(secret: &BindingSecret) -> String {
    let hash = TokenSecret::hash_token(secret.app_secret.expose_secret());
    format!("{}#{}", secret.app_key, hash.get(..12).unwrap_or_default())
}
