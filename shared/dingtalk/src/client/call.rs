//! One call: which interface, on which host, with what.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde_json::Value;

use super::config::Endpoints;
use super::tokens::AccessToken;
use crate::error::{CallFault, DingTalkErrorKind};

/// Where the v1.0 host looks for the token.
const TOKEN_HEADER: &str = "x-acs-dingtalk-access-token";

/// Whether repeating a call is harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallEffect {
    /// Asking twice changes nothing.
    Read,
    /// Once too often would be noticed: an unknown outcome is never retried.
    Write,
}

/// Which generation of API answers: host, place of the token and form of errors differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiGeneration {
    /// `oapi`: the token in the query, HTTP 200 around an `errcode`.
    Old,
    /// `api`: the token in a header, real statuses.
    New,
}

/// A call with an access token.
#[derive(Debug)]
pub(super) struct ApiCall {
    pub(super) generation: ApiGeneration,
    /// Path-like, for pace and counters.
    pub(super) interface: &'static str,
    /// From the host on.
    pub(super) path: &'static str,
    /// Besides the token; for a GET.
    pub(super) query: Vec<(&'static str, String)>,
    /// `None`: a GET without a body.
    pub(super) body: Option<Value>,
    pub(super) effect: CallEffect,
    /// A code that is an answer and no trouble, besides 0.
    pub(super) accepts: Option<&'static str>,
}

impl ApiCall {
    pub(super) fn get(interface: &'static str, path: &'static str) -> Self {
        Self {
            generation: ApiGeneration::Old,
            interface,
            path,
            query: Vec::new(),
            body: None,
            effect: CallEffect::Read,
            accepts: None,
        }
    }

    pub(super) fn post(interface: &'static str, path: &'static str, body: Value) -> Self {
        let (effect, accepts) = (CallEffect::Read, None);
        Self {
            generation: ApiGeneration::Old,
            interface,
            path,
            query: Vec::new(),
            body: Some(body),
            effect,
            accepts,
        }
    }

    /// A POST to the v1.0 host.
    pub(super) fn post_new(interface: &'static str, path: &'static str, body: Value) -> Self {
        Self {
            generation: ApiGeneration::New,
            ..Self::post(interface, path, body)
        }
    }

    /// A GET from the v1.0 host.
    pub(super) fn get_new(
        interface: &'static str,
        path: &'static str,
        query: Vec<(&'static str, String)>,
    ) -> Self {
        Self {
            generation: ApiGeneration::New,
            query,
            ..Self::get(interface, path)
        }
    }

    pub(super) fn with_write_effect(self) -> Self {
        Self {
            effect: CallEffect::Write,
            ..self
        }
    }

    pub(super) fn accepting_code(self, code: &'static str) -> Self {
        Self {
            accepts: Some(code),
            ..self
        }
    }

    /// On the old host the token goes into the query string, which knows nothing else for every path.
    pub(super) fn to_request(
        &self,
        endpoints: &Endpoints,
        token: &AccessToken,
    ) -> Result<Request<Bytes>, DingTalkErrorKind> {
        match self.generation {
            ApiGeneration::Old => {
                let uri = format!(
                    "{}{}?access_token={}",
                    endpoints.oapi,
                    self.path,
                    percent_encode(token.expose())
                );
                build_request(uri, self.body.as_ref())
            }
            ApiGeneration::New => {
                let mut request = build_request(
                    format!("{}{}{}", endpoints.api, self.path, self.query_text()),
                    self.body.as_ref(),
                )?;
                let mut header = HeaderValue::from_str(token.expose()).map_err(|_| {
                    DingTalkErrorKind::NotSent {
                        why: CallFault::TokenHeader,
                    }
                })?;
                header.set_sensitive(true);
                request.headers_mut().insert(TOKEN_HEADER, header);
                Ok(request)
            }
        }
    }
}

impl ApiCall {
    /// `?name=value&…`, or nothing.
    fn query_text(&self) -> String {
        let pairs = self.query.iter().zip(0..);
        pairs.fold(String::new(), |mut text, ((name, value), at)| {
            let sign = if at == 0 { '?' } else { '&' };
            _ = write!(text, "{sign}{name}={}", percent_encode(value));
            text
        })
    }
}

/// GET without a body, POST with a JSON one.
pub(super) fn build_request(
    uri: String,
    body: Option<&Value>,
) -> Result<Request<Bytes>, DingTalkErrorKind> {
    let method = if body.is_some() {
        Method::POST
    } else {
        Method::GET
    };
    let mut request = Request::builder()
        .method(method)
        .uri(uri)
        .header(header::ACCEPT, "application/json");
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body
        .map(|body| Bytes::from(body.to_string()))
        .unwrap_or_default();
    request.body(body).map_err(|_| DingTalkErrorKind::NotSent {
        why: CallFault::Address,
    })
}

/// Percent-encodes whatever is not unreserved in RFC 3986.
pub(super) fn percent_encode(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                _ = write!(out, "%{byte:02X}");
            }
            out
        })
}
