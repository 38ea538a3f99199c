//! One call: which interface, on which host, with what.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::Value;

use super::config::Endpoints;
use super::tokens::AccessToken;
use crate::error::Trouble;

/// Whether repeating a call is harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Asking twice changes nothing.
    Read,
    /// Once too often would be noticed: an unknown outcome is never retried.
    Write,
}

/// A call to the old host; the v1.0 host is only asked for tokens, see [`super::token_api`].
#[derive(Debug)]
pub(super) struct Call {
    /// Path-like, for pace and counters.
    pub(super) interface: &'static str,
    /// From the host on.
    pub(super) path: &'static str,
    /// `None`: a GET without a body.
    pub(super) body: Option<Value>,
    pub(super) effect: Effect,
    /// A code that is an answer and no trouble, besides 0.
    pub(super) accepts: Option<&'static str>,
}

impl Call {
    pub(super) fn get(interface: &'static str, path: &'static str) -> Self {
        Self { interface, path, body: None, effect: Effect::Read, accepts: None }
    }

    pub(super) fn post(interface: &'static str, path: &'static str, body: Value) -> Self {
        Self { interface, path, body: Some(body), effect: Effect::Read, accepts: None }
    }

    pub(super) fn write(self) -> Self {
        Self { effect: Effect::Write, ..self }
    }

    pub(super) fn accepting(self, code: &'static str) -> Self {
        Self { accepts: Some(code), ..self }
    }

    /// The token goes into the query string: the old host knows nothing else for every path.
    pub(super) fn request(&self, endpoints: &Endpoints, token: &AccessToken) -> Result<Request<Bytes>, Trouble> {
        let uri = format!("{}{}?access_token={}", endpoints.oapi, self.path, encoded(token.expose()));
        request(uri, self.body.as_ref())
    }
}

/// GET without a body, POST with a JSON one.
pub(super) fn request(uri: String, body: Option<&Value>) -> Result<Request<Bytes>, Trouble> {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let mut request = Request::builder().method(method).uri(uri).header(header::ACCEPT, "application/json");
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    request.body(body).map_err(|_| Trouble::NotSent { why: "the configured address is not a URL" })
}

/// Percent-encodes whatever is not unreserved in RFC 3986.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
