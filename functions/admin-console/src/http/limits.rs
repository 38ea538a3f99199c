//! How much a request may bring, and how long it may take.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// The largest body, in bytes. The largest form has a dozen short fields.
pub const BODY_MAX: usize = 64 * 1024;

/// The longest path with its query, in bytes.
const ADDRESS_MAX: usize = 4 * 1024;

/// The longest that an answer may take. On Lambda the function itself has the same limit.
const TIME_MAX: Duration = Duration::from_secs(20);

/// Answers 414, 413 and 504. The body that goes on is in memory and not larger than [`BODY_MAX`].
pub(super) async fn limit_requests(request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query();
    if address.is_some_and(|address| address.as_str().len() > ADDRESS_MAX) {
        return StatusCode::URI_TOO_LONG.into_response();
    }
    let work = async {
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        next.run(Request::from_parts(parts, Body::from(body))).await
    };
    tokio::time::timeout(TIME_MAX, work)
        .await
        .unwrap_or_else(|_| StatusCode::GATEWAY_TIMEOUT.into_response())
}
