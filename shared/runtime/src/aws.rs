//! Lean AWS clients: ring instead of AWS-LC, embedded roots instead of the system's bundle, credentials from the three
//! variables that Lambda sets, no `aws-config`. Measured: the defaults cost 38 ms of CPU in the first request
//! and 0.7 ms of parsing certificates in each cold start.
//!
//! `sdk` for whoever works from a queue; `direct`, without the SDK, for whoever is waited for.

#[cfg(feature = "direct")]
mod direct;
#[cfg(feature = "aws")]
mod sdk;

use std::fmt;

use secrecy::SecretString;

use crate::variables::{
    AWS_ACCESS_KEY_ID, AWS_CA_BUNDLE, AWS_ENDPOINT_URL, AWS_REGION, AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN, MissingVariableError, optional_variable, required_variable,
};

#[cfg(feature = "direct")]
pub use direct::DirectClients;
#[cfg(feature = "aws")]
pub use sdk::*;

/// Roots that AWS endpoints chain to: Amazon Root CA 1–4 and Starfield Services G2 (Amazon Trust Services), and the
/// three DigiCert roots used before them and in the China partition. Earliest expiry 2031.
const ROOT_CERTIFICATES: &str = include_str!("aws/roots.pem");

/// Who we are, where, whom we believe, and how long we wait. `Debug` hides the credentials.
#[derive(Clone)]
pub struct AwsSettings {
    region: String,
    access_key: String,
    secret_key: SecretString,
    session_token: Option<SecretString>,
    endpoint: Option<String>,
    ca_bundle: Option<String>,
    patience: AwsTimeouts,
}

impl fmt::Debug for AwsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("ca_bundle", &self.ca_bundle);
        shown
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// Bounds on one AWS call, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwsTimeouts {
    /// For one attempt.
    pub attempt_ms: u64,
    /// For the call with its attempts.
    pub call_ms: u64,
    /// How often at most.
    pub attempts: u32,
}

impl AwsTimeouts {
    /// For work from a queue: nobody is waiting.
    pub const WORKER: Self = Self {
        attempt_ms: 5_000,
        call_ms: 15_000,
        attempts: 4,
    };
    /// For a request that DingTalk counts as failed after 1.5 s.
    pub const RECEIVER: Self = Self {
        attempt_ms: 450,
        call_ms: 900,
        attempts: 2,
    };
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AwsClientError {
    /// The file of `AWS_CA_BUNDLE`.
    #[error(
        "the certificates that AWS_CA_BUNDLE names cannot be read; give a file of PEM certificates, or unset it"
    )]
    Bundle(#[source] std::io::Error),
    /// Certificates, or the TLS settings made of them.
    #[error("the TLS settings for AWS were refused")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// `AWS_ENDPOINT_URL`.
    #[error("AWS_ENDPOINT_URL was refused")]
    Endpoint(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AwsSettings {
    /// Region and credentials from the environment of a Lambda function; the session token may be absent (emulators).
    /// Credentials stand for as long as the execution environment lives.
    ///
    /// # Errors
    /// [`MissingVariableError`] with the variable's name.
    pub fn from_vars(
        lookup: &impl Fn(&str) -> Option<String>,
        patience: AwsTimeouts,
    ) -> Result<Self, MissingVariableError> {
        Ok(Self {
            access_key: required_variable(lookup, AWS_ACCESS_KEY_ID)?,
            secret_key: required_variable(lookup, AWS_SECRET_ACCESS_KEY)?.into(),
            session_token: optional_variable(lookup, AWS_SESSION_TOKEN).map(SecretString::from),
            endpoint: optional_variable(lookup, AWS_ENDPOINT_URL),
            ca_bundle: optional_variable(lookup, AWS_CA_BUNDLE),
            region: required_variable(lookup, AWS_REGION)?,
            patience,
        })
    }

    /// For an emulator on this machine, which checks no credentials.
    #[must_use]
    pub fn for_emulator(endpoint: &str, patience: AwsTimeouts) -> Self {
        Self {
            region: "local".to_owned(),
            access_key: "local".to_owned(),
            secret_key: "local".into(),
            session_token: None,
            endpoint: Some(endpoint.to_owned()),
            ca_bundle: None,
            patience,
        }
    }

    /// Whether AWS itself is an emulator on this machine. Then DingTalk may be one too: the only case in which a deployed
    /// function calls loopback. Nothing in the template says so; who could set this variable could set every other.
    #[must_use]
    pub fn is_emulated_here(&self) -> bool {
        let address = self
            .endpoint
            .as_deref()
            .and_then(|url| url.strip_prefix("http://"));
        let address =
            address.map(|rest| rest.trim_end_matches('/').parse::<std::net::SocketAddr>());
        matches!(address, Some(Ok(address)) if address.ip().is_loopback())
    }

    /// The certificates to believe, as PEM.
    fn root_certificates(&self) -> Result<std::borrow::Cow<'static, str>, AwsClientError> {
        match &self.ca_bundle {
            Some(path) => Ok(std::fs::read_to_string(path)
                .map_err(AwsClientError::Bundle)?
                .into()),
            None => Ok(ROOT_CERTIFICATES.into()),
        }
    }
}

#[cfg(test)]
mod tests;
