//! The secrets of bindings while they are made, changed or split.

use std::sync::Arc;

use directory::BindingId;

use super::{SecretError, SecretStore, StoredSecret, found};
use crate::vault::{SecretStage, StagedVault, Vault};

/// The secrets of bindings while they are changed: what comes next stands beside what counts.
#[derive(Clone)]
pub struct StagedSecretStore {
    /// The same to read.
    pub secrets: SecretStore,
    pub(super) vault: Arc<dyn StagedVault>,
}

impl StagedSecretStore {
    /// As [`SecretStore::new`].
    #[must_use]
    pub fn new(vault: Arc<dyn StagedVault>, prefix: impl Into<String>) -> Self {
        let reader: Arc<dyn Vault> = Arc::clone(&vault) as Arc<dyn Vault>;
        Self {
            secrets: SecretStore::new(reader, prefix),
            vault,
        }
    }

    /// Stores a secret where the binding has none of its kind; `false`: it has one, which stays.
    ///
    /// # Errors
    /// [`SecretError::Vault`].
    pub async fn create<S: StoredSecret>(
        &self,
        id: &BindingId,
        secret: &S,
    ) -> Result<bool, SecretError> {
        let (name, text) = (self.secrets.name::<S>(id), secret.to_text()?);
        let created = self.vault.create(&name, text).await;
        created.map_err(SecretError::Vault)
    }

    /// Stores a secret that is to be proven; the current one stays.
    ///
    /// # Errors
    /// [`SecretError::Vault`]; `NotFound` when the binding has none of its kind.
    pub async fn propose<S: StoredSecret>(
        &self,
        id: &BindingId,
        secret: &S,
    ) -> Result<(), SecretError> {
        let (name, text) = (self.secrets.name::<S>(id), secret.to_text()?);
        let proposed = self.vault.propose(&name, text).await;
        proposed.map_err(SecretError::Vault)
    }

    /// What is proposed; `None` where nothing is.
    ///
    /// # Errors
    /// [`SecretError`].
    pub async fn find_proposed<S: StoredSecret>(
        &self,
        id: &BindingId,
    ) -> Result<Option<S>, SecretError> {
        found(self.secrets.get_stage(id, SecretStage::Pending).await)
    }

    /// Makes what was proposed the current secret.
    ///
    /// # Errors
    /// [`SecretError::Vault`]; `NotFound` when nothing is proposed.
    pub async fn promote<S: StoredSecret>(&self, id: &BindingId) -> Result<(), SecretError> {
        let promoted = self.vault.promote(&self.secrets.name::<S>(id)).await;
        promoted.map_err(SecretError::Vault)
    }

    /// Takes back what was proposed; the current secret stays.
    ///
    /// # Errors
    /// [`SecretError::Vault`]; `NotFound` when nothing is proposed.
    pub async fn withdraw<S: StoredSecret>(&self, id: &BindingId) -> Result<(), SecretError> {
        let withdrawn = self.vault.withdraw(&self.secrets.name::<S>(id)).await;
        withdrawn.map_err(SecretError::Vault)
    }
}
