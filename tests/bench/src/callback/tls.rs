//! A certificate authority for one run, and a listener that speaks TLS.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use super::CallbackError;

/// The root certificates that the measured function parses on AWS. It parses them here too, so that
/// the measurement includes this cost.
const EMBEDDED: &str = include_str!("../../../../shared/runtime/src/aws/roots.pem");

/// An authority and the certificate for `localhost` that it signed, both P-256.
pub struct Authority {
    root: String,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    pub(super) fn new() -> Result<Self, CallbackError> {
        let trouble = CallbackError::setup_error("the certificates");
        let mut params = CertificateParams::default();
        // Issuer and subject need different names, or the certificate counts as self-signed.
        params
            .distinguished_name
            .push(DnType::CommonName, "Bangding bench authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().map_err(&trouble)?)
            .map_err(&trouble)?;
        let key = KeyPair::generate().map_err(&trouble)?;
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).map_err(&trouble)?;
        let leaf = leaf.signed_by(&key, &issuer).map_err(&trouble)?;
        Ok(Self {
            root: issuer.pem(),
            chain: vec![leaf.der().clone()],
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }

    /// Writes the root into a file, after other roots.
    pub(super) fn write_bundle(&self, file: &Path, others: &str) -> Result<(), CallbackError> {
        let trouble = CallbackError::setup_error("the bundle of certificates");
        let mut file = std::fs::File::create(file).map_err(&trouble)?;
        file.write_all(format!("{others}\n{}", self.root).as_bytes())
            .map_err(&trouble)
    }

    /// Writes the root into a file, after the roots that the measured function embeds.
    pub(super) fn write_our_bundle(&self, file: &Path) -> Result<(), CallbackError> {
        self.write_bundle(file, EMBEDDED)
    }
}

/// Accepts TCP, then TLS.
pub(super) struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    pub(super) address: SocketAddr,
}

impl TlsListener {
    pub(super) async fn bind(
        address: SocketAddr,
        authority: &Authority,
    ) -> Result<Self, CallbackError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(CallbackError::setup_error("the sink's TLS"))?
            .with_no_client_auth()
            .with_single_cert(authority.chain.clone(), authority.key.clone_key())
            .map_err(CallbackError::setup_error("the sink's TLS"))?;
        // On AWS the services have different hosts, so a session of one is never resumed at the
        // other.
        config.send_tls13_tickets = 0;
        let tcp = TcpListener::bind(address)
            .await
            .map_err(CallbackError::setup_error("the sink's port"))?;
        let address = tcp
            .local_addr()
            .map_err(CallbackError::setup_error("the sink's port"))?;
        Ok(Self {
            tcp,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            address,
        })
    }
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            // A client that leaves during its handshake does not concern the others.
            if let Ok((stream, from)) = self.tcp.accept().await
                && stream.set_nodelay(true).is_ok()
                && let Ok(stream) = self.acceptor.accept(stream).await
            {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}
