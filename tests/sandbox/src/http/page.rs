//! The page.

use axum::Router;

use super::server::Face;

pub(super) fn routes() -> Router<Face> {
    Router::new()
}
