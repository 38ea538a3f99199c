//! The credentials that a token can be asked for with: the current ones, then those that wait to
//! follow them, then those before them. So a change of the AppSecret leaves no moment without a token, whichever of vault
//! and console is changed first.

use directory::BindingId;
use state::VaultError;
use state::vault::{DingTalkCredentials, SecretError, SecretStage, SecretStore};

/// Credentials in the order in which they are tried; none twice.
pub(crate) struct CandidateCredentials(Vec<(SecretStage, DingTalkCredentials)>);

impl CandidateCredentials {
    /// The current ones alone.
    pub(crate) async fn current_only(
        secrets: &SecretStore,
        binding: &BindingId,
    ) -> Result<Self, SecretError> {
        Ok(Self(vec![(
            SecretStage::Current,
            secrets.get_credentials(binding).await?,
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
            match secrets.get_stage(binding, stage).await {
                Ok(other) if self.has_credentials(&other) => {}
                Ok(other) => self.0.push((stage, other)),
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

    fn has_credentials(&self, other: &DingTalkCredentials) -> bool {
        let fingerprint = other.fingerprint();
        self.0
            .iter()
            .any(|(_, known)| known.fingerprint() == fingerprint)
    }

    /// In their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(SecretStage, DingTalkCredentials)> {
        self.0.iter()
    }

    /// Tells these credentials from others without saying them.
    pub(crate) fn fingerprint(&self) -> String {
        self.0
            .iter()
            .map(|(_, credentials)| credentials.fingerprint())
            .collect::<Vec<_>>()
            .join(" ")
    }
}
