//! The router. Every route is in the description of the interface: what is not described does not exist.

use axum::extract::{Extension, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as ApiDescription;
use utoipa_axum::router::OpenApiRouter;

use super::context::{answer_method, answer_unknown, open_context};
use super::form_check::check_form_token;
use super::gate::refuse_foreign_pages;
use super::headers::add_headers;
use super::limits::limit_requests;
use crate::console::Console;
use crate::pages::page_routes;

const STYLE: &str = include_str!("../../assets/console.css");
const SCRIPT: &str = include_str!("../../assets/console.js");
const ICON: &str = include_str!("../../assets/icon.svg");

#[derive(OpenApi)]
#[openapi(info(
    title = "Bangding console",
    description = "Every page, as JSON. Ask with `Accept: application/json` and the cookie of a session."
))]
struct ApiInfo;

/// The pages, and their description.
fn routes() -> (Router<Console>, ApiDescription) {
    OpenApiRouter::with_openapi(ApiInfo::openapi())
        .merge(page_routes())
        .split_for_parts()
}

/// The description of every route: paths, methods, shapes of answers.
#[must_use]
pub fn describe_api() -> ApiDescription {
    routes().1
}

/// The whole console as a service.
pub fn build_router(console: Console) -> Router {
    let (pages, description) = routes();
    // The outermost layer stands last.
    pages
        .fallback(answer_unknown)
        .method_not_allowed_fallback(answer_method)
        .layer(from_fn(check_form_token))
        .layer(from_fn_with_state(console.clone(), open_context))
        .route("/openapi.json", get(show_description))
        .layer(Extension(std::sync::Arc::new(description)))
        .route("/assets/console.css", get(show_style))
        .route("/assets/console.js", get(show_script))
        .route("/assets/icon.svg", get(show_icon))
        .layer(from_fn(limit_requests))
        .layer(from_fn_with_state(console.clone(), refuse_foreign_pages))
        .layer(from_fn_with_state(console.clone(), add_headers))
        .with_state(console)
}

async fn show_description(
    State(_): State<Console>,
    Extension(description): Extension<std::sync::Arc<ApiDescription>>,
) -> Response {
    Json(description.as_ref()).into_response()
}

async fn show_style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

async fn show_script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

async fn show_icon() -> Response {
    asset("image/svg+xml", ICON)
}

fn asset(content_type: &'static str, body: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=300"),
        ),
    ];
    (headers, body).into_response()
}
