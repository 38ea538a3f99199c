//! The vault on AWS.

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use secrecy::{ExposeSecret, SecretString};

use super::{Vault, VaultError};
use crate::error::Cause;

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

    async fn put_value(&self, name: &str, value: &SecretString) -> Result<(), VaultError> {
        let put = self.client.put_secret_value().secret_id(name).secret_string(value.expose_secret());
        put.send().await.map(|_| ()).map_err(|error| failed(&error))
    }
}

#[async_trait]
impl Vault for SecretsManagerVault {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        let answer = self.client.get_secret_value().secret_id(name).send().await.map_err(|error| failed(&error))?;
        let text = answer.secret_string.ok_or_else(|| VaultError::Refused(Cause::new("the secret is not text")))?;
        Ok(text.into())
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        match self.put_value(name, &value).await {
            Err(VaultError::NotFound) => {}
            done => return done,
        }
        let create = self.client.create_secret().name(name).secret_string(value.expose_secret());
        match create.send().await {
            Ok(_) => Ok(()),
            // Somebody made it in between, or a retry of ours did: the value still has to be ours.
            Err(error) if error.code() == Some("ResourceExistsException") => self.put_value(name, &value).await,
            Err(error) => Err(failed(&error)),
        }
    }
}

fn failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> VaultError {
    let SdkError::ServiceError(service) = error else {
        return VaultError::Unavailable(Cause::new("the request did not complete"));
    };
    match service.err().code().unwrap_or("no error code") {
        "ResourceNotFoundException" => VaultError::NotFound,
        code @ ("InternalServiceError" | "ThrottlingException" | "LimitExceededException") => {
            VaultError::Unavailable(Cause::new(code))
        }
        code => VaultError::Refused(Cause::new(code)),
    }
}
