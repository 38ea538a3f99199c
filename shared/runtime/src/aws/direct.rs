//! Clients without the SDK.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::{CipherSuite, ClientConfig, RootCertStore};
use state::direct::{
    AwsClient, AwsService, CallTimeouts, CallerIdentity, CallerSettings, SECRETS_MANAGER, SQS,
};
use state::queue::DirectQueue;
use state::vault::DirectVault;

use super::{AwsClientError, AwsSettings};
use crate::SystemClock;

/// A kept connection that says nothing for so long is dead: SQS and Secrets Manager answer in tens of milliseconds.
const IDLE_TIMEOUT: Duration = Duration::from_millis(300);

/// What makes clients that share identity and trust.
pub struct DirectClients {
    access: CallerSettings,
    endpoint: Option<String>,
}

impl AwsSettings {
    /// Clients without the SDK: a connection each, no pool to share.
    ///
    /// # Errors
    /// [`AwsClientError`]; the embedded roots are never refused.
    pub fn direct_clients(&self) -> Result<DirectClients, AwsClientError> {
        let attempt = Duration::from_millis(self.patience.attempt_ms);
        let bounds = CallTimeouts {
            kept: IDLE_TIMEOUT.min(attempt),
            fresh: attempt,
            call: Duration::from_millis(self.patience.call_ms),
        };
        let session = self.session_token.as_ref();
        let identity =
            CallerIdentity::new(&self.region, &self.access_key, &self.secret_key, session);
        let access = CallerSettings {
            identity,
            tls: tls_config(&self.root_certificates()?)?,
            clock: Arc::new(|| SystemClock.now()),
            bounds,
        };
        Ok(DirectClients {
            access,
            endpoint: self.endpoint.clone(),
        })
    }
}

impl DirectClients {
    /// The queue with this address.
    ///
    /// # Errors
    /// [`AwsClientError::Endpoint`].
    pub fn queue(&self, url: &str) -> Result<DirectQueue, AwsClientError> {
        Ok(DirectQueue::new(self.service_caller(SQS)?, url))
    }

    /// The vault, to read.
    ///
    /// # Errors
    /// [`AwsClientError::Endpoint`].
    pub fn vault(&self) -> Result<DirectVault, AwsClientError> {
        Ok(DirectVault::new(self.service_caller(SECRETS_MANAGER)?))
    }

    fn service_caller(&self, service: AwsService) -> Result<AwsClient, AwsClientError> {
        let caller = AwsClient::new(service, self.access.clone(), self.endpoint.as_deref());
        caller.map_err(|error| AwsClientError::Endpoint(error.into()))
    }
}

fn tls_config(pem: &str) -> Result<Arc<ClientConfig>, AwsClientError> {
    let mut roots = RootCertStore::empty();
    for certificate in decode_certificates(pem) {
        roots
            .add(certificate?)
            .map_err(|error| AwsClientError::Tls(error.into()))?;
    }
    if roots.is_empty() {
        return Err(AwsClientError::Tls(
            "there is no certificate in the bundle".into(),
        ));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(crypto_provider()));
    let config = config
        .with_safe_default_protocol_versions()
        .map_err(|error| AwsClientError::Tls(error.into()))?;
    Ok(Arc::new(
        config.with_root_certificates(roots).with_no_client_auth(),
    ))
}

/// Ring, with AES-128 offered first: AWS's own choice where it is offered, and its SHA-256 has instructions of its own on
/// the processors that Lambda runs on, which the SHA-384 of AES-256 has not.
fn crypto_provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    provider
        .cipher_suites
        .sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}

/// The certificates of a bundle. Decoded by the fastest means: certificates are public, and the constant time that keys need
/// costs a tenth of a cold start's instructions here.
fn decode_certificates(
    pem: &str,
) -> impl Iterator<Item = Result<CertificateDer<'static>, AwsClientError>> {
    pem.split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .map(|rest| {
            let unended = || AwsClientError::Tls("a certificate of the bundle has no end".into());
            let (text, _) = rest
                .split_once("-----END CERTIFICATE-----")
                .ok_or_else(unended)?;
            let text: Vec<u8> = text
                .bytes()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect();
            let der = STANDARD
                .decode(text)
                .map_err(|error| AwsClientError::Tls(error.into()))?;
            Ok(CertificateDer::from(der))
        })
}
