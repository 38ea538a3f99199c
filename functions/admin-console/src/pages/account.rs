//! One's own account: authenticator, recovery codes, the second proof, signing out.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::sign_in_error_answer;
use super::preferences::own_path;
use super::sign_in::{enter, leave};
use crate::console::Console;
use crate::desk_port::ConsoleRole;
use crate::http::{PageAnswer, ReadForm, SignedIn, render};
use crate::markup::{
    Frame, Mark, NavItem, PageView, button, copy_field, foreign, hidden_field, outcome_mark,
    post_form, quiet_button,
};
use crate::sign_in::SignInError;
use crate::words::Words;

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct AccountPage {
    name: String,
    account: String,
    roles: Vec<ConsoleRole>,
    has_authenticator: bool,
    recovery_left: usize,
}

impl PageView for AccountPage {
    fn nav(&self) -> NavItem {
        NavItem::Account
    }

    fn title(&self, words: Words) -> String {
        words.text("console-account-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let set_up = button(&words.text("console-account-authenticator-set-up"));
        html! {
            div.panel.narrow {
                dl.facts {
                    dt { (words.text("console-account-name")) } dd { (foreign(&self.name)) }
                    dt { (words.text("console-sign-in-account")) } dd { code { (foreign(&self.account)) } }
                    dt { (words.text("console-account-roles")) }
                    dd { @for role in &self.roles { span.chip { (words.text(role.text_id())) } } }
                }
                h2 { (words.text("console-account-authenticator")) }
                @if self.has_authenticator {
                    p { (outcome_mark(words, Mark::Good, "console-account-authenticator-on")) }
                    p.quiet { (words.count("console-account-recovery-left", self.recovery_left as u64)) }
                } @else {
                    p { (outcome_mark(words, Mark::Care, "console-account-authenticator-off")) }
                    p.quiet { (words.text("console-account-authenticator-why")) }
                }
                (post_form(frame, "/account/authenticator", &set_up))
                h2 { (words.text("console-account-leave")) }
                div.row {
                    (post_form(frame, "/sign-out", &quiet_button(&words.text("console-sign-out"))))
                    (post_form(frame, "/sign-out-everywhere", &quiet_button(&words.text("console-sign-out-everywhere"))))
                }
                p.quiet { (words.text("console-sign-out-everywhere-note")) }
            }
        }
    }
}

/// One's own account.
#[utoipa::path(get, path = "/account", tag = "account", responses((status = 200, body = AccountPage)))]
pub(super) async fn show_account(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> PageAnswer {
    let opened = signed_in.parts()?.opened;
    let page = AccountPage {
        name: opened.member.name.clone(),
        account: opened.session.member.clone(),
        roles: opened.member.roles.iter().copied().collect(),
        has_authenticator: opened.member.has_authenticator(),
        recovery_left: opened.member.recovery_left(),
    };
    Ok(render(&console, &signed_in.0, StatusCode::OK, &page))
}

/// An authenticator that is being set up. It is shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct EnrolmentPage {
    /// What the authenticator reads from the picture.
    provisioning_url: String,
    /// The secret as one types it.
    secret: String,
    /// Codes for the day when the authenticator is lost.
    recovery_codes: Vec<String>,
}

impl PageView for EnrolmentPage {
    fn nav(&self) -> NavItem {
        NavItem::Account
    }

    fn title(&self, words: Words) -> String {
        words.text("console-enrol-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let confirm = html! {
            (code_field(words))
            (button(&words.text("console-enrol-confirm")))
        };
        html! {
            div.panel.narrow {
                ol.numbered {
                    li { p { (words.text("console-enrol-scan")) } (picture(words, &self.provisioning_url))
                        (copy_field(words, "secret", &words.text("console-enrol-secret"), &self.secret)) }
                    li { p { (words.text("console-enrol-recovery")) }
                        ul.codes { @for code in &self.recovery_codes { li { code { (code) } } } } }
                    li { p { (words.text("console-enrol-code")) } (post_form(frame, "/account/authenticator/confirm", &confirm)) }
                }
            }
        }
    }
}

fn code_field(words: Words) -> Markup {
    html! {
        div.field {
            label for="code" { (words.text("console-sign-in-code")) }
            input #code name="code" type="text" inputmode="numeric" autocomplete="one-time-code" required maxlength="40";
        }
    }
}

/// The picture that an authenticator scans: dark on light, whatever the theme.
fn picture(words: Words, url: &str) -> Markup {
    let Ok(code) = QrCode::new(url.as_bytes()) else {
        return html! { p { (words.text("console-enrol-no-picture")) } };
    };
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(184, 184)
        .build();
    // Drawn by the library from black and white squares; nothing of it was typed by anybody.
    let svg = drawn
        .split_once("?>")
        .map_or(drawn.as_str(), |(_, svg)| svg);
    html! { div.qr role="img" aria-label=(words.text("console-enrol-picture")) { (PreEscaped(svg)) } }
}

/// Makes a secret for an authenticator. The one before stays valid until the first code of the new one. Whoever has an
/// authenticator already needs a second proof.
#[utoipa::path(post, path = "/account/authenticator", tag = "account", responses((status = 200, body = EnrolmentPage)))]
pub(super) async fn begin_authenticator(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> PageAnswer {
    let context = &signed_in.0;
    let opened = signed_in.parts()?.opened;
    let is_proven = opened.actor().has_stepped_up(context.now);
    if opened.member.has_authenticator() && !is_proven {
        let refusal = crate::desk_port::OrderRefusal::StepUpNeeded;
        return Err(super::order_answer(&console, context, &refusal));
    }
    let refuse = |error| sign_in_error_answer(&console, context, &error);
    let account = &opened.session.member;
    let enrolment = console.sign_in.begin_enrolment(account).await;
    let enrolment = enrolment.map_err(refuse)?;
    let url = enrolment.provisioning_url(&account.replace(':', "-"));
    let page = EnrolmentPage {
        provisioning_url: url.unwrap_or_default(),
        secret: enrolment.secret_text(),
        recovery_codes: enrolment.recovery_codes,
    };
    Ok(render(&console, context, StatusCode::OK, &page))
}

/// A code, and where to go on afterwards.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    code: String,
    back: Option<String>,
}

/// Confirms the authenticator by its first code.
#[utoipa::path(post, path = "/account/authenticator/confirm", tag = "account", responses(
    (status = 303, description = "Set up"), (status = 403, body = StepUpPage),
))]
pub(super) async fn confirm_authenticator(
    State(console): State<Console>,
    signed_in: SignedIn,
    ReadForm(form): ReadForm<CodeForm>,
) -> PageAnswer {
    let parts = signed_in.parts()?;
    let now = signed_in.0.now;
    let confirmed = console
        .sign_in
        .confirm_enrolment(parts.token, parts.opened, &form.code, now)
        .await;
    match confirmed {
        Ok(session) => Ok(enter(&console, &session, "/account")),
        Err(error) => Err(code_refused(
            &console,
            &signed_in,
            &error,
            "/account/authenticator/confirm",
            "/account",
        )),
    }
}

/// The second proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct StepUpPage {
    /// Whether there is an authenticator.
    has_authenticator: bool,
    /// Why the last code was refused: the id of a text.
    refusal: Option<&'static str>,
    /// Where the form leads.
    action: &'static str,
    /// Where to go on afterwards.
    back: String,
}

impl PageView for StepUpPage {
    fn title(&self, words: Words) -> String {
        words.text("console-step-up-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let content = html! {
            (hidden_field("back", &self.back))
            (code_field(words))
            (button(&words.text("console-step-up-go")))
        };
        html! {
            div.panel.narrow {
                @if let Some(id) = self.refusal {
                    div.notice.stop role="alert" { p { (words.text(id)) } }
                }
                @if self.has_authenticator {
                    p { (words.text("console-step-up-note")) }
                    (post_form(frame, self.action, &content))
                } @else {
                    p { (words.text("console-step-up-none")) }
                    a.button.primary href="/account" { (words.text("console-account-authenticator-set-up")) }
                }
            }
        }
    }
}

fn code_refused(
    console: &Console,
    signed_in: &SignedIn,
    error: &SignInError,
    action: &'static str,
    back: &str,
) -> Response {
    let status = match error {
        SignInError::CodeWrong => StatusCode::FORBIDDEN,
        SignInError::Locked { .. } => StatusCode::TOO_MANY_REQUESTS,
        other => return sign_in_error_answer(console, &signed_in.0, other),
    };
    let page = StepUpPage {
        has_authenticator: true,
        refusal: Some(error.text_id()),
        action,
        back: back.to_owned(),
    };
    render(console, &signed_in.0, status, &page)
}

/// Where to go on after a second proof.
#[derive(Deserialize)]
pub(super) struct StepUpQuery {
    back: Option<String>,
}

/// Asks for a second proof.
#[utoipa::path(get, path = "/step-up", tag = "account", params(("back" = Option<String>, Query,)), responses((status = 200, body = StepUpPage)))]
pub(super) async fn show_step_up(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(query): Query<StepUpQuery>,
) -> PageAnswer {
    let page = StepUpPage {
        has_authenticator: signed_in.parts()?.opened.member.has_authenticator(),
        refusal: None,
        action: "/step-up",
        back: own_path(query.back.as_deref()).to_owned(),
    };
    Ok(render(&console, &signed_in.0, StatusCode::OK, &page))
}

/// The second proof. It counts for ten minutes, and the session's token changes.
#[utoipa::path(post, path = "/step-up", tag = "account", responses(
    (status = 303, description = "Proven"), (status = 403, body = StepUpPage), (status = 429, body = StepUpPage),
))]
pub(super) async fn step_up(
    State(console): State<Console>,
    signed_in: SignedIn,
    ReadForm(form): ReadForm<CodeForm>,
) -> PageAnswer {
    let parts = signed_in.parts()?;
    let back = own_path(form.back.as_deref());
    let proven = console
        .sign_in
        .step_up(parts.token, parts.opened, &form.code, signed_in.0.now)
        .await;
    match proven {
        Ok(session) => Ok(enter(&console, &session, back)),
        Err(error) => Err(code_refused(&console, &signed_in, &error, "/step-up", back)),
    }
}

/// Signs out in this browser.
#[utoipa::path(post, path = "/sign-out", tag = "account", responses((status = 303, description = "Signed out")))]
pub(super) async fn sign_out(State(console): State<Console>, signed_in: SignedIn) -> PageAnswer {
    let ended = console.sign_in.end_session(signed_in.parts()?.token).await;
    ended.map_err(|error| sign_in_error_answer(&console, &signed_in.0, &error))?;
    Ok(leave(&console))
}

/// Ends every session of the account.
#[utoipa::path(post, path = "/sign-out-everywhere", tag = "account", responses((status = 303, description = "Signed out")))]
pub(super) async fn sign_out_everywhere(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> PageAnswer {
    let member = &signed_in.parts()?.opened.session.member;
    let ended = console.sign_in.end_all_sessions(member).await;
    ended.map_err(|error| sign_in_error_answer(&console, &signed_in.0, &error))?;
    Ok(leave(&console))
}
