//! Clients without the SDK.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::{CipherSuite, ClientConfig, RootCertStore};
use state::direct::{Access, Bounds, Caller, Identity, SECRETS_MANAGER, SQS, Service};
use state::queue::DirectQueue;
use state::vault::DirectVault;

use super::{NoClient, Settings};
use crate::SystemClock;

/// A kept connection that says nothing for so long is dead: SQS and Secrets Manager answer in tens of milliseconds.
const KEPT: Duration = Duration::from_millis(300);

/// What makes clients that share identity and trust.
pub struct Direct {
    access: Access,
    endpoint: Option<String>,
}

impl Settings {
    /// Clients without the SDK: a connection each, no pool to share.
    ///
    /// # Errors
    /// [`NoClient`]; the embedded roots are never refused.
    pub fn direct(&self) -> Result<Direct, NoClient> {
        let attempt = Duration::from_millis(self.patience.attempt_ms);
        let bounds =
            Bounds { kept: KEPT.min(attempt), fresh: attempt, call: Duration::from_millis(self.patience.call_ms) };
        let session = self.session_token.as_ref();
        let identity = Identity::new(&self.region, &self.access_key, &self.secret_key, session);
        let access = Access { identity, tls: tls(&self.roots()?)?, clock: Arc::new(|| SystemClock.now()), bounds };
        Ok(Direct { access, endpoint: self.endpoint.clone() })
    }
}

impl Direct {
    /// The queue with this address.
    ///
    /// # Errors
    /// [`NoClient::Endpoint`].
    pub fn queue(&self, url: &str) -> Result<DirectQueue, NoClient> {
        Ok(DirectQueue::new(self.caller(SQS)?, url))
    }

    /// The vault, to read.
    ///
    /// # Errors
    /// [`NoClient::Endpoint`].
    pub fn vault(&self) -> Result<DirectVault, NoClient> {
        Ok(DirectVault::new(self.caller(SECRETS_MANAGER)?))
    }

    fn caller(&self, service: Service) -> Result<Caller, NoClient> {
        let caller = Caller::new(service, self.access.clone(), self.endpoint.as_deref());
        caller.map_err(|error| NoClient::Endpoint(error.into()))
    }
}

fn tls(pem: &str) -> Result<Arc<ClientConfig>, NoClient> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem) {
        roots.add(certificate?).map_err(|error| NoClient::Tls(error.into()))?;
    }
    if roots.is_empty() {
        return Err(NoClient::Tls("there is no certificate in the bundle".into()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(provider()));
    let config = config.with_safe_default_protocol_versions().map_err(|error| NoClient::Tls(error.into()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// Ring, with AES-128 offered first: AWS's own choice where it is offered, and its SHA-256 has instructions of its own on
/// the processors that Lambda runs on, which the SHA-384 of AES-256 has not.
fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}

/// The certificates of a bundle. Decoded by the fastest means: certificates are public, and the constant time that keys need
/// costs a tenth of a cold start's instructions here.
fn certificates(pem: &str) -> impl Iterator<Item = Result<CertificateDer<'static>, NoClient>> {
    pem.split("-----BEGIN CERTIFICATE-----").skip(1).map(|rest| {
        let unended = || NoClient::Tls("a certificate of the bundle has no end".into());
        let (text, _) = rest.split_once("-----END CERTIFICATE-----").ok_or_else(unended)?;
        let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let der = STANDARD.decode(text).map_err(|error| NoClient::Tls(error.into()))?;
        Ok(CertificateDer::from(der))
    })
}
