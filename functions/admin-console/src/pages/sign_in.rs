//! Signing in: by a link, by a code, on DingTalk's page.

use std::sync::Arc;

use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use catalogue::TextArgument;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::sign_in_error_answer;
use crate::console::Console;
use crate::http::{PageAnswer, ReadForm, RequestContext, redirect_with, render};
use crate::markup::{Frame, PageView, button, post_form};
use crate::sign_in::{CookieJar, SignInError};
use crate::token::SecretToken;
use crate::words::Words;

/// The path of a link that signs in once.
#[must_use]
pub fn sign_in_link_path(token: &SecretToken) -> String {
    format!("/link/{}", token.expose())
}

/// Where one signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SignInPage {
    /// Signing in with DingTalk is set up.
    has_dingtalk: bool,
    /// Why the last attempt was refused: the id of a text.
    refusal: Option<&'static str>,
    /// After too many wrong codes, until when (milliseconds since the epoch).
    locked_until: Option<i64>,
}

impl SignInPage {
    fn new(console: &Console) -> Self {
        Self {
            has_dingtalk: console.login.is_some(),
            refusal: None,
            locked_until: None,
        }
    }

    pub(super) fn refused(console: &Console, error: &SignInError) -> Self {
        Self {
            refusal: Some(error.text_id()),
            locked_until: match error {
                SignInError::Locked { until } => Some(until.millis()),
                _ => None,
            },
            ..Self::new(console)
        }
    }
}

pub(super) fn sign_in_page_answer(
    console: &Console,
    context: &RequestContext,
    status: StatusCode,
    page: &SignInPage,
) -> Response {
    render(console, context, status, page)
}

impl PageView for SignInPage {
    fn title(&self, words: Words) -> String {
        words.text("console-sign-in-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        html! {
            div.panel.narrow {
                @if let Some(id) = self.refusal {
                    div.notice.stop role="alert" {
                        p { (words.text(id)) }
                        p.remedy { (self.remedy(words, id)) }
                    }
                }
                @if self.has_dingtalk {
                    a.button.wide.primary href="/sign-in/dingtalk" { (words.text("console-sign-in-dingtalk")) }
                    p.quiet { (words.text("console-sign-in-dingtalk-note")) }
                    hr;
                }
                h2 { (words.text("console-sign-in-code-title")) }
                (post_form(frame, "/sign-in", &code_fields(words)))
                p.quiet { (words.text("console-sign-in-link-note")) }
            }
        }
    }
}

impl SignInPage {
    fn remedy(&self, words: Words, id: &str) -> String {
        let id = format!("{id}-remedy");
        match self.locked_until {
            Some(until) => {
                let time = words.time(directory::Timestamp(until));
                words.with(&id, &[("text", TextArgument::Text(&time))])
            }
            None => words.text(&id),
        }
    }
}

fn code_fields(words: Words) -> Markup {
    html! {
        div.field {
            label for="account" { (words.text("console-sign-in-account")) }
            input #account name="account" type="text" autocomplete="username" required maxlength="80";
        }
        div.field {
            label for="code" { (words.text("console-sign-in-code")) }
            input #code name="code" type="text" autocomplete="one-time-code" required maxlength="40";
        }
        (button(&words.text("console-sign-in-go")))
    }
}

/// The page where one signs in.
#[utoipa::path(get, path = "/sign-in", tag = "sign-in", responses((status = 200, body = SignInPage)))]
pub(super) async fn show_sign_in(
    State(console): State<Console>,
    Extension(context): Extension<Arc<RequestContext>>,
) -> Response {
    let page = SignInPage::new(&console);
    render(&console, &context, StatusCode::OK, &page)
}

/// An account and its code.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    account: String,
    code: String,
}

/// Signs in with the code of an authenticator, or a recovery code.
#[utoipa::path(post, path = "/sign-in", tag = "sign-in", responses(
    (status = 303, description = "Signed in"),
    (status = 403, body = SignInPage), (status = 429, body = SignInPage),
))]
pub(super) async fn sign_in_with_code(
    State(console): State<Console>,
    Extension(context): Extension<Arc<RequestContext>>,
    ReadForm(form): ReadForm<CodeForm>,
) -> PageAnswer {
    let session = console
        .sign_in
        .sign_in_with_code(
            form.account.trim(),
            &form.code,
            &context.address,
            &context.user_agent,
            context.now,
        )
        .await
        .map_err(|error| sign_in_error_answer(&console, &context, &error))?;
    Ok(enter(&console, &session, "/"))
}

/// Sets the session's cookie and goes on.
pub(super) fn enter(console: &Console, session: &SecretToken, path: &str) -> Response {
    let names = console.cookies();
    let mut jar = CookieJar::default();
    jar.push(names.set_secret(names.session(), session));
    redirect_with(path, &jar)
}

/// A link that signs in once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct LinkPage {
    /// Where the button leads.
    path: String,
}

impl PageView for LinkPage {
    fn title(&self, words: Words) -> String {
        words.text("console-link-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let content =
            html! { button.button.wide.primary type="submit" { (words.text("console-link-go")) } };
        html! {
            div.panel.narrow {
                p { (words.text("console-link-note")) }
                (post_form(frame, &self.path, &content))
            }
        }
    }
}

/// Asks before a link is used up: chat programs open links to preview them.
#[utoipa::path(get, path = "/link/{token}", tag = "sign-in", params(("token" = String, Path,)), responses(
    (status = 200, body = LinkPage), (status = 403, body = SignInPage),
))]
pub(super) async fn show_link(
    State(console): State<Console>,
    Extension(context): Extension<Arc<RequestContext>>,
    Path(token): Path<String>,
) -> PageAnswer {
    let refuse = |error| sign_in_error_answer(&console, &context, &error);
    let token = SecretToken::parse(&token).ok_or_else(|| refuse(SignInError::LinkInvalid))?;
    let checked = console.sign_in.check_link(&token, context.now).await;
    checked.map_err(refuse)?;
    let page = LinkPage {
        path: sign_in_link_path(&token),
    };
    Ok(render(&console, &context, StatusCode::OK, &page))
}

/// Uses the link up and signs in.
#[utoipa::path(post, path = "/link/{token}", tag = "sign-in", params(("token" = String, Path,)), responses(
    (status = 303, description = "Signed in"), (status = 403, body = SignInPage),
))]
pub(super) async fn follow_link(
    State(console): State<Console>,
    Extension(context): Extension<Arc<RequestContext>>,
    Path(token): Path<String>,
) -> PageAnswer {
    let refuse = |error| sign_in_error_answer(&console, &context, &error);
    let token = SecretToken::parse(&token).ok_or_else(|| refuse(SignInError::LinkInvalid))?;
    let session = console
        .sign_in
        .follow_link(&token, &context.user_agent, context.now)
        .await
        .map_err(refuse)?;
    Ok(enter(&console, &session, "/"))
}

/// Sends the reader to DingTalk's page. Nothing changes but a note that this browser was sent there.
#[utoipa::path(get, path = "/sign-in/dingtalk", tag = "sign-in", responses(
    (status = 303, description = "To DingTalk"), (status = 503, body = SignInPage),
))]
pub(super) async fn go_to_dingtalk(
    State(console): State<Console>,
    Extension(context): Extension<Arc<RequestContext>>,
) -> PageAnswer {
    let refuse = |error| sign_in_error_answer(&console, &context, &error);
    let login = console.login.as_ref();
    let login = login.ok_or_else(|| refuse(SignInError::ExchangeUnavailable))?;
    let begun = console
        .sign_in
        .begin_dingtalk(&context.browser, &login.binding, context.now);
    let state = begun.await.map_err(refuse)?;
    let mut jar = CookieJar::default();
    let names = console.cookies();
    jar.push(names.set_secret(names.browser(), &context.browser));
    Ok(redirect_with(&login.page.redirect_url(&state), &jar))
}

/// What DingTalk's page sends back: `code` and `authCode` are the same.
#[derive(Deserialize)]
pub(super) struct DingTalkAnswer {
    #[serde(rename = "authCode")]
    auth_code: Option<String>,
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Takes DingTalk's answer and signs in.
#[utoipa::path(get, path = "/sign-in/dingtalk/return", tag = "sign-in", responses(
    (status = 303, description = "Signed in"), (status = 403, body = SignInPage), (status = 503, body = SignInPage),
))]
pub(super) async fn come_from_dingtalk(
    State(console): State<Console>,
    Extension(context): Extension<Arc<RequestContext>>,
    Query(answer): Query<DingTalkAnswer>,
) -> PageAnswer {
    let refuse = |error| sign_in_error_answer(&console, &context, &error);
    let login = console.login.as_ref();
    let login = login.ok_or_else(|| refuse(SignInError::ExchangeUnavailable))?;
    let state = answer.state.as_deref().and_then(SecretToken::parse);
    let state = state.ok_or_else(|| refuse(SignInError::StateInvalid))?;
    let code = answer.auth_code.or(answer.code);
    let code = code.filter(|code| answer.error.is_none() && !code.is_empty() && code.len() < 512);
    let code = code.ok_or_else(|| refuse(SignInError::Denied))?;
    let session = console
        .sign_in
        .finish_dingtalk(
            &context.browser,
            &state,
            &code,
            &login.page.corp_id,
            &context.user_agent,
            context.now,
        )
        .await
        .map_err(refuse)?;
    Ok(enter(&console, &session, "/"))
}

/// Back to the page where one signs in.
pub(super) fn leave(console: &Console) -> Response {
    let names = console.cookies();
    let mut jar = CookieJar::default();
    jar.push(names.remove(names.session()));
    redirect_with("/sign-in", &jar)
}
