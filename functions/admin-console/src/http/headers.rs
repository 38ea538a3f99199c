//! Headers of every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::console::{Console, ConsoleSite};

/// Scripts, styles, pictures and requests of our own origin only; nothing inline; no frames, no plug-ins, no `base`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A browser that was here once never asks over plain HTTP again, for two years.
const STRICT_TRANSPORT: &str = "max-age=63072000; includeSubDomains";

/// `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null` with our own forms.
const REFERRER_POLICY: &str = "same-origin";

const FIXED: [(&str, &str); 6] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("referrer-policy", REFERRER_POLICY),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=()",
    ),
];

/// Adds the headers. Nothing is cached unless the answer says so itself.
pub(super) async fn add_headers(
    State(console): State<Console>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    write_headers(&console.site, response.headers_mut());
    response
}

fn write_headers(site: &ConsoleSite, headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if *site != ConsoleSite::Loopback {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(STRICT_TRANSPORT),
        );
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("Accept, Cookie"));
}
