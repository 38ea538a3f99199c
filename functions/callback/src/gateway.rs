//! The thin layer under API Gateway and function URLs, payload format 2.0.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dingtalk::crypto::BODY_MAX_BYTES;
use directory::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CallbackDeps, CallbackRequest, CallbackResponse, handle};

/// The request, as far as we read it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpEvent {
    raw_path: String,
    raw_query_string: String,
    body: Option<String>,
    is_base64_encoded: bool,
    request_context: RequestContext,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct RequestContext {
    http: HttpContext,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct HttpContext {
    method: String,
}

/// The answer on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpAnswer {
    status_code: u16,
    headers: BTreeMap<&'static str, &'static str>,
    body: String,
}

impl From<CallbackResponse> for HttpAnswer {
    fn from(response: CallbackResponse) -> Self {
        let headers = BTreeMap::from([
            ("content-type", "application/json"),
            ("cache-control", "no-store"),
        ]);
        Self {
            status_code: response.status,
            headers,
            body: response.body,
        }
    }
}

/// The binding that a path names, `/callback/{binding}`; a stage or a function's name may stand before it. From the raw
/// path, because function URLs bring no path parameters.
#[must_use]
pub fn binding_in_path(path: &str) -> Option<&str> {
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let binding = parts.next().filter(|binding| !binding.is_empty())?;
    (parts.next() == Some("callback")).then_some(binding)
}

/// Answers a request from API Gateway or a function URL. Without `random` nothing can be encrypted: 503.
pub async fn handle_http(
    deps: &CallbackDeps,
    event: &HttpEvent,
    now: Timestamp,
    random: Option<[u8; 32]>,
) -> HttpAnswer {
    let (Some(binding), Some(body), "POST") = (
        binding_in_path(&event.raw_path),
        body_bytes(event),
        event.request_context.http.method.as_str(),
    ) else {
        return CallbackResponse::refused().into();
    };
    let Some(random) = random else {
        return CallbackResponse::unavailable().into();
    };
    let request = CallbackRequest {
        binding,
        query: &event.raw_query_string,
        body: &body,
    };
    handle(deps, request, now, random).await.into()
}

/// The body's bytes; `None` when it is not base64 although it says so, or too large to be worth decoding.
fn body_bytes(event: &HttpEvent) -> Option<Cow<'_, [u8]>> {
    let body = event.body.as_deref().unwrap_or_default();
    if !event.is_base64_encoded {
        return Some(Cow::Borrowed(body.as_bytes()));
    }
    // Base64 is a third longer; the exact limit is checked on what it decodes to.
    if body.len() > BODY_MAX_BYTES / 3 * 4 + 8 {
        return None;
    }
    STANDARD.decode(body).ok().map(Cow::Owned)
}
