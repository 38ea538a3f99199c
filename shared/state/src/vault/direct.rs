//! The vault on AWS without the SDK: for whoever is waited for, and for commands that carry no SDK.

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{SecretStage, StagedVault, Vault, VaultError, lower_hex};
use crate::direct::{AwsClient, CallError};
use crate::error::Cause;

/// Secrets Manager without the SDK. A put changes secrets that are there; only [`StagedVault::create`] makes one.
pub struct DirectVault {
    caller: AwsClient,
}

impl DirectVault {
    /// The vault of the caller's account and region; the caller is one of [`crate::direct::SECRETS_MANAGER`].
    #[must_use]
    pub fn new(caller: AwsClient) -> Self {
        Self { caller }
    }

    /// Makes the connection that the first secret comes over.
    pub async fn warm(&self) {
        self.caller.warm().await;
    }

    async fn call(&self, action: &str, request: &impl Serialize) -> Result<Bytes, VaultError> {
        self.caller_call(action, request).await.map_err(vault_error)
    }

    async fn caller_call(
        &self,
        action: &str,
        request: &impl Serialize,
    ) -> Result<Bytes, CallError> {
        let body = serde_json::to_vec(request)
            .map_err(|_| CallError::Refused("no JSON form".to_owned()))?;
        self.caller.call(action, body).await
    }

    /// The same for the attempts of one call, and another for the same value an hour later.
    fn request_token(&self, name: &str, value: &SecretString, stage: SecretStage) -> String {
        let mark = format!(
            "{name}\n{}\n{}\n{}",
            stage.label(),
            self.caller.now().millis(),
            value.expose_secret()
        );
        lower_hex(&Sha256::digest(mark.as_bytes()))
    }

    async fn remove_label(
        &self,
        name: &str,
        version: &str,
        stage: SecretStage,
    ) -> Result<(), VaultError> {
        let taken = json!({
            "SecretId": name, "VersionStage": stage.label(), "RemoveFromVersionId": version,
        });
        self.call("UpdateSecretVersionStage", &taken)
            .await
            .map(|_| ())
    }

    async fn put_value(
        &self,
        name: &str,
        value: &SecretString,
        stage: SecretStage,
    ) -> Result<(), VaultError> {
        let request = json!({
            "SecretId": name, "SecretString": value.expose_secret(), "VersionStages": [stage.label()],
            "ClientRequestToken": self.request_token(name, value, stage),
        });
        self.call("PutSecretValue", &request).await.map(|_| ())
    }

    /// Which version has a label.
    async fn version_of(
        &self,
        name: &str,
        stage: SecretStage,
    ) -> Result<Option<String>, VaultError> {
        let answer = self
            .call("DescribeSecret", &json!({ "SecretId": name }))
            .await?;
        let described: Value = serde_json::from_slice(&answer).map_err(|_| no_answer())?;
        let versions = described
            .get("VersionIdsToStages")
            .and_then(Value::as_object)
            .ok_or_else(no_answer)?;
        let has = |labels: &Value| {
            labels
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == stage.label()))
        };
        Ok(versions
            .iter()
            .find(|(_, labels)| has(labels))
            .map(|(version, _)| version.clone()))
    }
}

fn no_answer() -> VaultError {
    VaultError::Unavailable(Cause::new("the answer cannot be read"))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue<'a> {
    secret_id: &'a str,
    version_stage: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecretValue {
    secret_string: Option<SecretString>,
}

#[async_trait]
impl Vault for DirectVault {
    async fn get_stage(&self, name: &str, stage: SecretStage) -> Result<SecretString, VaultError> {
        let request = GetSecretValue {
            secret_id: name,
            version_stage: stage.label(),
        };
        let answer = match self.caller_call("GetSecretValue", &request).await {
            Err(CallError::Refused(code)) if code == super::REMOVED_SECRET_CODE => {
                return Err(VaultError::NotFound);
            }
            answer => answer.map_err(vault_error)?,
        };
        let value = serde_json::from_slice::<SecretValue>(&answer).map_err(|_| no_answer())?;
        value
            .secret_string
            .ok_or_else(|| VaultError::Refused(Cause::new("the secret is not text")))
    }

    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        self.get_stage(name, SecretStage::Current).await
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.put_value(name, &value, SecretStage::Current).await
    }
}

#[async_trait]
impl StagedVault for DirectVault {
    async fn create(&self, name: &str, value: SecretString) -> Result<bool, VaultError> {
        let request = json!({
            "Name": name, "SecretString": value.expose_secret(),
            "ClientRequestToken": self.request_token(name, &value, SecretStage::Current),
        });
        match self.caller_call("CreateSecret", &request).await {
            Ok(_) => Ok(true),
            Err(CallError::Refused(code)) if code == "ResourceExistsException" => Ok(false),
            Err(error) => Err(vault_error(error)),
        }
    }

    async fn remove(&self, name: &str) -> Result<(), VaultError> {
        let request = json!({"SecretId": name, "RecoveryWindowInDays": super::RECOVERY_DAYS});
        self.call("DeleteSecret", &request).await.map(|_| ())
    }

    async fn propose(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.put_value(name, &value, SecretStage::Pending).await
    }

    /// Two steps, as the SDK's vault takes them; stopped in between, a repeat does the rest.
    async fn promote(&self, name: &str) -> Result<(), VaultError> {
        let pending = self
            .version_of(name, SecretStage::Pending)
            .await?
            .ok_or(VaultError::NotFound)?;
        let current = self.version_of(name, SecretStage::Current).await?;
        let counts = SecretStage::Current.label();
        if current.as_ref() != Some(&pending) {
            let mut moved =
                json!({"SecretId": name, "VersionStage": counts, "MoveToVersionId": pending});
            if let Some(current) = current {
                moved["RemoveFromVersionId"] = json!(current);
            }
            self.call("UpdateSecretVersionStage", &moved).await?;
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

fn vault_error(error: CallError) -> VaultError {
    match error {
        CallError::Unavailable(cause) => VaultError::Unavailable(cause),
        CallError::Refused(code) if code == "ResourceNotFoundException" => VaultError::NotFound,
        CallError::Refused(code) => VaultError::Refused(Cause::new(code)),
    }
}
