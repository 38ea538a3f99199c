//! Clients without the SDK.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
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
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| NoClient::Tls(error.into()))?;
        roots.add(certificate).map_err(|error| NoClient::Tls(error.into()))?;
    }
    if roots.is_empty() {
        return Err(NoClient::Tls("there is no certificate in the bundle".into()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(|error| NoClient::Tls(error.into()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}
