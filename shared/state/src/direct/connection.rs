//! One HTTP/1.1 connection.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::response::ServiceResponse;
use super::signature::SignedRequest;
use super::{ServiceEndpoint, host_lookup};

/// Larger answers than a secret (64 KiB) with its escapes and names do not exist here.
const RESPONSE_MAX: usize = 512 * 1024;

/// At which step a call was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ConnectionError {
    #[error("the request could not be made")]
    Request,
    #[error("no connection")]
    Connect,
    #[error("no TLS session")]
    Tls,
    #[error("the connection broke before the answer")]
    Broken,
    #[error("the answer is too large or broke off")]
    Answer,
}

/// An open connection: one call at a time.
pub(super) struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    /// To the first of the endpoint's addresses that answers.
    pub(super) async fn open(
        endpoint: &ServiceEndpoint,
        tls: &Arc<ClientConfig>,
    ) -> Result<Self, ConnectionError> {
        let addresses = host_lookup::look_up_host(&endpoint.host, endpoint.port)
            .await
            .map_err(|_| ConnectionError::Connect)?;
        let stream = TcpStream::connect(&*addresses)
            .await
            .map_err(|_| ConnectionError::Connect)?;
        stream
            .set_nodelay(true)
            .map_err(|_| ConnectionError::Connect)?;
        if !endpoint.tls {
            return Self::start_http(TokioIo::new(stream)).await;
        }
        let name = ServerName::try_from(endpoint.host.clone()).map_err(|_| ConnectionError::Tls)?;
        let stream = TlsConnector::from(Arc::clone(tls))
            .connect(name, stream)
            .await
            .map_err(|_| ConnectionError::Tls)?;
        Self::start_http(TokioIo::new(stream)).await
    }

    async fn start_http(
        stream: impl Read + Write + Send + Unpin + 'static,
    ) -> Result<Self, ConnectionError> {
        let (sender, connection) = handshake(stream)
            .await
            .map_err(|_| ConnectionError::Connect)?;
        // It ends when the sender is dropped, or the other side hangs up.
        tokio::spawn(async move { _ = connection.await });
        Ok(Self(sender))
    }

    /// Whether nobody has hung up, as far as is known.
    pub(super) fn is_open(&self) -> bool {
        !self.0.is_closed()
    }

    pub(super) async fn send(
        &mut self,
        request: SignedRequest,
    ) -> Result<ServiceResponse, ConnectionError> {
        self.0.ready().await.map_err(|_| ConnectionError::Broken)?;
        let response = self
            .0
            .send_request(request)
            .await
            .map_err(|_| ConnectionError::Broken)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, RESPONSE_MAX)
            .collect()
            .await
            .map_err(|_| ConnectionError::Answer)?;
        Ok(ServiceResponse::new(
            head.status,
            &head.headers,
            body.to_bytes(),
        ))
    }
}
