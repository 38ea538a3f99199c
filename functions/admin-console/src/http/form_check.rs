//! The check before anything changes: the request must carry the token that only our own pages know.

use axum::body::Body;
use axum::extract::{Extension, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

use super::context::RequestContext;
use super::limits::BODY_MAX;
use crate::pages::error_answer;

/// The field of a form.
pub(crate) const TOKEN_FIELD: &str = "form_token";

/// The header of a request that a program makes.
const TOKEN_HEADER: &str = "x-form-token";

const FORM: &str = "application/x-www-form-urlencoded";

/// Refuses, with 403, what could change something and does not carry the token of its cookie; with 415, what is no form.
/// It stands before every handler, so that none can forget it.
pub(super) async fn check_form_token(
    Extension(context): Extension<Arc<RequestContext>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    if !is_form(request.headers()) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return error_answer(&context, status, "console-error-not-a-form");
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        return error_answer(
            &context,
            StatusCode::PAYLOAD_TOO_LARGE,
            "console-error-too-large",
        );
    };
    let sent = match parts.headers.get(TOKEN_HEADER) {
        Some(value) => value.to_str().ok().map(str::to_owned),
        None => field_of(&body),
    };
    let is_ours =
        sent.is_some_and(|sent| bool::from(sent.as_bytes().ct_eq(context.form_token.as_bytes())));
    if !is_ours {
        return error_answer(&context, StatusCode::FORBIDDEN, "console-error-form-token");
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| {
        let kind = value.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case(FORM)
    })
}

/// The token in a form. It has digits and letters only, so that nothing has to be decoded.
fn field_of(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let mut values = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| *name == TOKEN_FIELD)
        .map(|(_, value)| value);
    let (first, None) = (values.next()?, values.next()) else {
        return None;
    };
    Some(first.to_owned())
}
