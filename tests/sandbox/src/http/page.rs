//! The small page: people, events and messages. It is rendered on the server and has no script.

mod calls;
mod departments;
mod events;
mod faults;
mod form;
mod language;
mod layout;
mod messages;
mod people;
mod person;
mod settings;

use axum::Router;
use axum::routing::{get, post};

pub use language::PageLanguage;

use super::server::ServerState;

pub(super) fn routes(face: &ServerState) -> Router<ServerState> {
    Router::new()
        .route("/", get(people::page))
        .route("/__sandbox/page/person", get(person::page))
        .route("/__sandbox/page/departments", get(departments::page))
        .route("/__sandbox/page/events", get(events::page))
        .route("/__sandbox/page/calls", get(calls::page))
        .route("/__sandbox/page/messages", get(messages::page))
        .route("/__sandbox/page/faults", get(faults::page))
        .route("/__sandbox/page/settings", get(settings::page))
        .route("/__sandbox/page/act", post(form::submit_act))
        .route("/__sandbox/page/fault", post(form::submit_fault))
        .route(
            "/__sandbox/page/subscription",
            post(form::submit_subscription),
        )
        .route(
            "/__sandbox/page/permissions",
            post(form::submit_permissions),
        )
        .layer(axum::middleware::from_fn_with_state(
            face.clone(),
            language::choose_language,
        ))
}
