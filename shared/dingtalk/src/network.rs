//! The network below the client: HTTPS to public addresses, bounded in time and size.
//!
//! Addresses are checked after resolution, in the resolver that the connection uses, so that the checked address is the
//! connected one (`reliability.md` T7).

mod address;
mod resolver;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::{Request, Response, Uri};

use crate::client::{Transport, TransportError};
use resolver::CheckedResolver;

pub use address::is_public;

/// The largest answer that is read, in bytes; a real page has about 100 KiB.
pub const ANSWER_MAX_BYTES: usize = 8 * 1024 * 1024;
const TOTAL: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(3);

/// [`Transport`] over the network: no redirects, no proxy, ten seconds per call, public addresses only.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    allow_loopback: bool,
}

/// The TLS configuration could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTPS client could not be made")]
pub struct NoTransport(#[source] Box<dyn std::error::Error + Send + Sync>);

impl HttpTransport {
    /// `allow_loopback` is for the sandbox on this machine: it allows loopback addresses, and plain HTTP to them.
    ///
    /// # Errors
    /// [`NoTransport`] when the TLS library refuses its own configuration.
    pub fn new(allow_loopback: bool) -> Result<Self, NoTransport> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .dns_resolver(CheckedResolver { allow_loopback })
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .build()
            .map_err(|err| NoTransport(Box::new(err.without_url())))?;
        Ok(Self { client, allow_loopback })
    }

    /// Literal addresses never reach the resolver, so they are checked here; so is the scheme.
    fn may_call(&self, uri: &Uri) -> bool {
        let Some(host) = uri.host() else { return false };
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return false;
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        let loopback = self.allow_loopback
            && literal.map_or(host.eq_ignore_ascii_case("localhost"), |address| address.to_canonical().is_loopback());
        match uri.scheme_str() {
            Some("https") => loopback || literal.is_none_or(is_public),
            Some("http") => loopback,
            _ => false,
        }
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if !self.may_call(request.uri()) {
            return Err(TransportError::AddressDenied);
        }
        let request = reqwest::Request::try_from(request).map_err(|_| TransportError::AddressDenied)?;
        let answer = self.client.execute(request).await.map_err(failed)?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = answer.headers().clone();
        }
        let body = collect(answer).await?;
        response.body(body).map_err(|err| TransportError::Lost { source: Some(Box::new(err)) })
    }
}

async fn collect(answer: reqwest::Response) -> Result<Bytes, TransportError> {
    let mut body = BytesMut::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(failed)?;
        if body.len() + chunk.len() > ANSWER_MAX_BYTES {
            return Err(TransportError::TooLarge { limit_bytes: ANSWER_MAX_BYTES });
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
        TransportError::NotConnected { source: Some(Box::new(error)) }
    } else if error.is_timeout() {
        TransportError::TimedOut
    } else {
        TransportError::Lost { source: Some(Box::new(error)) }
    }
}

/// TLS 1.2 and 1.3 by ring, trusting Mozilla's roots.
fn tls() -> Result<rustls::ClientConfig, NoTransport> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|err| NoTransport(Box::new(err)))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests;
