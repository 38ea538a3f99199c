//! Pages that say why something is not shown or not done.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Serialize;
use utoipa::ToSchema;

use super::preferences::own_path;
use super::sign_in::{SignInPage, sign_in_page_answer};
use crate::console::Console;
use crate::desk_port::OrderRefusal;
use crate::http::{RequestContext, redirect, render};
use crate::markup::{Frame, PageView, foreign_text, layout_page};
use crate::sign_in::SignInError;
use crate::words::Words;

/// Why something is not shown or not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErrorPage {
    /// What happened.
    pub title: String,
    /// Why.
    pub sentence: String,
    /// What to do.
    pub remedy: Option<String>,
    /// The code.
    pub code: String,
}

impl PageView for ErrorPage {
    fn title(&self, _: Words) -> String {
        self.title.clone()
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        html! {
            div.panel {
                p.lead { (foreign_text(&self.sentence)) }
                @if let Some(remedy) = &self.remedy {
                    p.remedy { span.arrow aria-hidden="true" { "→" } " " (foreign_text(remedy)) }
                }
                p.code { code { (self.code) } }
                p { a.button.quiet href="/" { (frame.words.text("console-to-start")) } }
            }
        }
    }
}

/// The answer for a text of the catalogue: `id`, `id-sentence`, `id-remedy`.
fn text_page(words: Words, id: &str) -> ErrorPage {
    ErrorPage {
        title: words.text(id),
        sentence: words.text(&format!("{id}-sentence")),
        remedy: Some(words.text(&format!("{id}-remedy"))),
        code: id.to_owned(),
    }
}

/// An error page without menu: it is answered before it is known what the reader may do.
pub(crate) fn error_answer(context: &RequestContext, status: StatusCode, id: &str) -> Response {
    let page = text_page(context.words, id);
    if context.wants_json {
        return (status, Json(page)).into_response();
    }
    let nothing = |_| false;
    (status, layout_page(&Frame::new(context, &nothing), &page)).into_response()
}

/// Sends somebody who is not signed in to the page where one signs in; a program gets 401.
pub(crate) fn sign_in_answer(context: &RequestContext) -> Response {
    if context.wants_json {
        return error_answer(context, StatusCode::UNAUTHORIZED, "console-sign-in-needed");
    }
    redirect("/sign-in")
}

/// The answer to somebody whose sign-in was refused.
pub(crate) fn sign_in_error_answer(
    console: &Console,
    context: &RequestContext,
    error: &SignInError,
) -> Response {
    let status = match error {
        SignInError::Locked { .. } => StatusCode::TOO_MANY_REQUESTS,
        SignInError::Unavailable { why } => {
            tracing::error!(why, "the state of sign-ins cannot be used");
            return error_answer(
                context,
                StatusCode::SERVICE_UNAVAILABLE,
                "console-unavailable",
            );
        }
        SignInError::ExchangeUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        SignInError::NotSignedIn => return sign_in_answer(context),
        SignInError::LinkInvalid
        | SignInError::CodeWrong
        | SignInError::StateInvalid
        | SignInError::Denied
        | SignInError::ExchangeRefused
        | SignInError::OtherCompany
        | SignInError::NoRole => StatusCode::FORBIDDEN,
    };
    let mut response = sign_in_page_answer(
        console,
        context,
        status,
        &SignInPage::refused(console, error),
    );
    if let SignInError::Locked { until } = error {
        let seconds = (until.millis() - context.now.millis()).max(0) / 1000 + 1;
        if let Ok(value) = seconds.to_string().parse() {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
    }
    response
}

/// The answer to an order that was not carried out.
pub(crate) fn order_answer(
    console: &Console,
    context: &RequestContext,
    refusal: &OrderRefusal,
) -> Response {
    let (status, id) = match refusal {
        OrderRefusal::StepUpNeeded if !context.wants_json => {
            return match own_path(context.came_from.as_deref()) {
                "/" => redirect("/step-up"),
                page => redirect(&format!("/step-up?back={page}")),
            };
        }
        OrderRefusal::StepUpNeeded => {
            return error_answer(context, StatusCode::FORBIDDEN, "console-error-step-up");
        }
        OrderRefusal::NotAllowed => (StatusCode::FORBIDDEN, "console-error-not-allowed"),
        OrderRefusal::Unknown(_) => (StatusCode::NOT_FOUND, "console-error-no-page"),
        OrderRefusal::Refused(_) => (StatusCode::CONFLICT, "console-error-refused"),
        OrderRefusal::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "console-unavailable"),
    };
    let Some(reason) = refusal.reason() else {
        return error_answer(context, status, id);
    };
    let words = context.words;
    let page = ErrorPage {
        title: words.text(id),
        sentence: words.sentence(reason),
        remedy: words.remedy(reason),
        code: reason.code_text().to_owned(),
    };
    render(console, context, status, &page)
}
