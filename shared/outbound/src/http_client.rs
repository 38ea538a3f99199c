//! [`Transport`] over the network.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::{Request, Response};
use reqwest::Url;

use crate::address::is_public;
use crate::resolver::{self, CheckedResolver};
use crate::transport::{Transport, TransportError};

/// The largest answer that is read, in bytes; a real page has about 100 KiB.
pub const ANSWER_MAX_BYTES: usize = 8 * 1024 * 1024;
pub(crate) const TOTAL: Duration = Duration::from_secs(10);
pub(crate) const CONNECT: Duration = Duration::from_secs(3);

/// [`Transport`] over the network: no redirects, no proxy, ten seconds per call, public addresses only.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    allow_loopback: bool,
}

/// The TLS configuration could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTPS client could not be made")]
pub struct TlsError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl HttpTransport {
    /// `allow_loopback` is for the sandbox on this machine: it allows loopback addresses, and plain HTTP to them.
    ///
    /// # Errors
    /// [`TlsError`] when the TLS library refuses its own configuration.
    pub fn new(allow_loopback: bool) -> Result<Self, TlsError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .dns_resolver(CheckedResolver { allow_loopback })
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .build()
            .map_err(|err| TlsError(Box::new(err.without_url())))?;
        Ok(Self {
            client,
            allow_loopback,
        })
    }

    fn may_call(&self, url: &Url) -> bool {
        may_call(url, self.allow_loopback, ["http", "https"])
    }
}

/// Whether a URL may be called. It is the URL as the client has parsed it, so that the host checked here is the host
/// that is connected to, however it was spelled. Names are checked once more in the resolver; literal addresses never
/// get there. `schemes` are the plain one, which only loopback may have, and the one with TLS.
pub(crate) fn may_call(url: &Url, allow_loopback: bool, schemes: [&str; 2]) -> bool {
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    let Some(host) = url.host_str() else {
        return false;
    };
    let literal = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>()
        .ok();
    let is_loopback = literal.map_or_else(
        || is_localhost(host),
        |address| address.to_canonical().is_loopback(),
    );
    if is_loopback {
        return allow_loopback && schemes.contains(&url.scheme());
    }
    url.scheme() == schemes[1] && literal.is_none_or(is_public)
}

/// Whether a name means this machine by itself, without a resolver: `localhost`, and everything below it.
fn is_localhost(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    name == "localhost" || name.ends_with(".localhost")
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request =
            reqwest::Request::try_from(request).map_err(|_| TransportError::AddressDenied)?;
        if !self.may_call(request.url()) {
            return Err(TransportError::AddressDenied);
        }
        let answer = self.client.execute(request).await.map_err(failed)?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = answer.headers().clone();
        }
        let body = collect(answer).await?;
        response.body(body).map_err(|err| TransportError::Lost {
            source: Some(Box::new(err)),
        })
    }
}

async fn collect(answer: reqwest::Response) -> Result<Bytes, TransportError> {
    let mut body = BytesMut::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(failed)?;
        if body.len() + chunk.len() > ANSWER_MAX_BYTES {
            return Err(TransportError::TooLarge {
                limit_bytes: ANSWER_MAX_BYTES,
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The URL holds the access token, so it is taken out of the error first.
fn failed(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    if resolver::was_denied(&error) {
        TransportError::AddressDenied
    } else if error.is_connect() {
        TransportError::NotConnected {
            source: Some(Box::new(error)),
        }
    } else if error.is_timeout() {
        TransportError::TimedOut
    } else {
        TransportError::Lost {
            source: Some(Box::new(error)),
        }
    }
}

/// TLS 1.2 and 1.3 by ring, trusting Mozilla's roots.
pub(crate) fn tls() -> Result<rustls::ClientConfig, TlsError> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|err| TlsError(Box::new(err)))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests;
