//! Pages: each is a model, its two renderings, and the orders that it gives.

mod account;
mod dashboard;
mod doctor;
mod error;
mod journal;
mod people;
mod plans;
mod preferences;
mod queues;
mod runs;
mod sign_in;
mod wizard;

use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::console::Console;
use crate::desk_port::{ConsoleOrder, ConsoleReply, ConsoleRequest};
use crate::http::{RequestContext, SignedIn};

pub(crate) use error::{error_answer, order_answer, sign_in_answer};
pub use sign_in::sign_in_link_path;

/// Every page.
pub(crate) fn page_routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new()
        .merge(sign_in_routes())
        .merge(decision_routes())
        .merge(wizard_routes())
        .routes(routes!(dashboard::show_dashboard))
        .routes(routes!(dashboard::pause_writes))
        .routes(routes!(dashboard::resume_writes))
        .routes(routes!(runs::list_runs))
        .routes(routes!(runs::show_run))
        .routes(routes!(people::find_people))
        .routes(routes!(people::show_person))
        .routes(routes!(people::reveal_person))
        .routes(routes!(journal::show_journal))
        .routes(routes!(doctor::show_doctor, doctor::examine_binding_now))
        .routes(routes!(preferences::set_preferences))
}

fn sign_in_routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::show_sign_in, sign_in::sign_in_with_code))
        .routes(routes!(sign_in::show_link, sign_in::follow_link))
        .routes(routes!(sign_in::go_to_dingtalk))
        .routes(routes!(sign_in::come_from_dingtalk))
        .routes(routes!(account::show_account))
        .routes(routes!(account::begin_authenticator))
        .routes(routes!(account::confirm_authenticator))
        .routes(routes!(account::show_step_up, account::step_up))
        .routes(routes!(account::sign_out))
        .routes(routes!(account::sign_out_everywhere))
}

fn decision_routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new()
        .routes(routes!(queues::show_queue))
        .routes(routes!(queues::decide_hold))
        .routes(routes!(queues::decide_conflict))
        .routes(routes!(queues::retry_record))
        .routes(routes!(queues::decide_match))
        .routes(routes!(plans::list_plans, plans::make_plan))
        .routes(routes!(plans::show_plan))
        .routes(routes!(plans::approve_plan))
        .routes(routes!(plans::apply_plan))
}

fn wizard_routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new()
        .routes(routes!(wizard::show_wizard))
        .routes(routes!(wizard::show_step, wizard::answer_step))
        .routes(routes!(wizard::probe_step))
}

/// Gives an order as whoever is signed in.
async fn give_order(
    console: &Console,
    signed_in: &SignedIn,
    request: ConsoleRequest,
) -> Result<ConsoleReply, Response> {
    let parts = signed_in.parts()?;
    let order = ConsoleOrder {
        binding: parts.opened.session.binding.clone(),
        actor: parts.opened.actor(),
        request,
    };
    let context: &RequestContext = &signed_in.0;
    console
        .desk
        .handle(order)
        .await
        .map_err(|refusal| order_answer(console, context, &refusal))
}

/// The answer if the desk replies with something that was not asked for. It never does.
fn odd_reply(context: &RequestContext) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    error_answer(context, status, "console-unavailable")
}
