//! The loop on Lambda: API Gateway's HTTP API in front of the router.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;

use crate::http::ClientAddress;

/// Answers invocations until the environment is ended.
///
/// # Errors
/// What `lambda_http` reports when the runtime's interface cannot be reached.
pub async fn serve_lambda(router: Router) -> Result<(), lambda_http::Error> {
    lambda_http::run(router.layer(from_fn(read_address))).await
}

/// Takes the caller's address from API Gateway, never from a header that the caller could write.
async fn read_address(mut request: Request, next: Next) -> Response {
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    };
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}
