//! The vault on AWS.

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use secrecy::{ExposeSecret, SecretString};

use super::{SecretStage, StagedVault, Vault, VaultError};
use crate::error::{Cause, is_transient_error};

/// Secrets Manager. Retries are the client's own.
pub struct SecretsManagerVault {
    client: Client,
}

impl SecretsManagerVault {
    /// The vault of the client's account and region.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn put_value(
        &self,
        name: &str,
        value: &SecretString,
        stage: SecretStage,
    ) -> Result<(), VaultError> {
        let put = self
            .client
            .put_secret_value()
            .secret_id(name)
            .secret_string(value.expose_secret());
        put.version_stages(stage.label())
            .send()
            .await
            .map(|_| ())
            .map_err(|error| vault_error(&error))
    }

    /// Which version has a label.
    async fn version_of(
        &self,
        name: &str,
        stage: SecretStage,
    ) -> Result<Option<String>, VaultError> {
        let answer = self
            .client
            .describe_secret()
            .secret_id(name)
            .send()
            .await
            .map_err(|error| vault_error(&error))?;
        let has = |labels: &Vec<String>| labels.iter().any(|one| one == stage.label());
        let versions = answer.version_ids_to_stages.unwrap_or_default();
        Ok(versions
            .into_iter()
            .find(|(_, labels)| has(labels))
            .map(|(version, _)| version))
    }

    async fn remove_label(
        &self,
        name: &str,
        version: &str,
        stage: SecretStage,
    ) -> Result<(), VaultError> {
        let taken = self
            .client
            .update_secret_version_stage()
            .secret_id(name)
            .version_stage(stage.label())
            .remove_from_version_id(version);
        taken
            .send()
            .await
            .map(|_| ())
            .map_err(|error| vault_error(&error))
    }
}

#[async_trait]
impl Vault for SecretsManagerVault {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        self.get_stage(name, SecretStage::Current).await
    }

    async fn get_stage(&self, name: &str, stage: SecretStage) -> Result<SecretString, VaultError> {
        let get = self
            .client
            .get_secret_value()
            .secret_id(name)
            .version_stage(stage.label());
        let answer = get.send().await.map_err(|error| match error.code() {
            Some(super::REMOVED_SECRET_CODE) => VaultError::NotFound,
            _ => vault_error(&error),
        })?;
        let text = answer
            .secret_string
            .ok_or_else(|| VaultError::Refused(Cause::new("the secret is not text")))?;
        Ok(text.into())
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        match self.put_value(name, &value, SecretStage::Current).await {
            Err(VaultError::NotFound) => {}
            done => return done,
        }
        let create = self
            .client
            .create_secret()
            .name(name)
            .secret_string(value.expose_secret());
        match create.send().await {
            Ok(_) => Ok(()),
            // Somebody made it in between, or a retry of ours did: the value still has to be ours.
            Err(error) if error.code() == Some("ResourceExistsException") => {
                self.put_value(name, &value, SecretStage::Current).await
            }
            Err(error) => Err(vault_error(&error)),
        }
    }
}

#[async_trait]
impl StagedVault for SecretsManagerVault {
    async fn create(&self, name: &str, value: SecretString) -> Result<bool, VaultError> {
        let create = self
            .client
            .create_secret()
            .name(name)
            .secret_string(value.expose_secret());
        match create.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ResourceExistsException") => Ok(false),
            Err(error) => Err(vault_error(&error)),
        }
    }

    async fn remove(&self, name: &str) -> Result<(), VaultError> {
        let removed = self
            .client
            .delete_secret()
            .secret_id(name)
            .recovery_window_in_days(i64::from(super::RECOVERY_DAYS));
        removed
            .send()
            .await
            .map(|_| ())
            .map_err(|error| vault_error(&error))
    }

    async fn propose(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.put_value(name, &value, SecretStage::Pending).await
    }

    /// Two steps: the label of what counts moves, and Secrets Manager itself moves the previous one's; then the next one's
    /// is taken off. Stopped in between, a repeat does the rest.
    async fn promote(&self, name: &str) -> Result<(), VaultError> {
        let pending = self
            .version_of(name, SecretStage::Pending)
            .await?
            .ok_or(VaultError::NotFound)?;
        let current = self.version_of(name, SecretStage::Current).await?;
        if current.as_ref() != Some(&pending) {
            let moved = self
                .client
                .update_secret_version_stage()
                .secret_id(name)
                .version_stage(SecretStage::Current.label());
            let moved = moved
                .move_to_version_id(&pending)
                .set_remove_from_version_id(current);
            moved.send().await.map_err(|error| vault_error(&error))?;
        }
        self.remove_label(name, &pending, SecretStage::Pending)
            .await
    }

    async fn withdraw(&self, name: &str) -> Result<(), VaultError> {
        let pending = self
            .version_of(name, SecretStage::Pending)
            .await?
            .ok_or(VaultError::NotFound)?;
        self.remove_label(name, &pending, SecretStage::Pending)
            .await
    }
}

fn vault_error<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> VaultError {
    let service = match error {
        SdkError::ServiceError(service) => service,
        SdkError::ConstructionFailure(_) => {
            return VaultError::Refused(Cause::new("the request could not be built"));
        }
        _ => return VaultError::Unavailable(Cause::new("the request did not complete")),
    };
    match service.err().code().unwrap_or("no error code") {
        "ResourceNotFoundException" => VaultError::NotFound,
        code if is_transient_error(service.raw().status().as_u16(), code) => {
            VaultError::Unavailable(Cause::new(code))
        }
        code => VaultError::Refused(Cause::new(code)),
    }
}
