//! The binding's wizard: one question a screen, steps on the left stay open once done.

mod answers;
mod later_steps;
mod steps;

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Serialize;
use utoipa::ToSchema;

use super::plans::path_part;
use super::{error_answer, give_order, odd_reply};
use crate::console::Console;
use crate::desk_port::{ConsoleAction, ConsoleReply, ConsoleRequest, WizardRequest};
use crate::http::{PageAnswer, ReadForm, SignedIn, redirect, render};
use crate::markup::{Frame, Mark, NavItem, PageView, foreign, state_mark};
use crate::wizard::{
    CredentialFault, CredentialField, StepStatus, WizardState, WizardStep, check_credentials,
};
use crate::words::Words;
use answers::{CredentialsTyped, read_request};

/// One step of the wizard.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct WizardPage {
    /// Which.
    step: WizardStep,
    /// What is known.
    state: WizardState,
    /// Where DingTalk sends people back to after signing in; `None` where no public address is known.
    redirect_url: Option<String>,
    /// What is wrong with typed credentials.
    faults: Vec<(CredentialField, CredentialFault)>,
    /// What was typed, without the secret.
    #[serde(skip)]
    typed: Option<CredentialsTyped>,
}

impl PageView for WizardPage {
    fn nav(&self) -> NavItem {
        NavItem::Wizard
    }

    fn title(&self, words: Words) -> String {
        words.text(&format!("wizard-{}-title", self.step.key()))
    }

    fn refresh_seconds(&self) -> Option<u32> {
        let waits = match self.step {
            WizardStep::Callback => {
                self.state.callback.url.is_some()
                    && !self.state.callback.is_verified
                    && !self.state.callback.is_skipped
                    && self.state.callback.token.is_none()
            }
            WizardStep::Plan => self.state.plan.is_some() && !self.step.is_done(&self.state),
            WizardStep::Progress => !self.step.is_done(&self.state),
            _ => false,
        };
        waits.then_some(1)
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        html! {
            div.wizard {
                (self.step_list(words))
                section.panel.step {
                    p.lead { (words.text(&format!("wizard-{}-about", self.step.key()))) }
                    @if self.step.status(&self.state) == StepStatus::Later {
                        div.notice.care { p { (words.text("wizard-later")) } }
                        a.button href={ "/bind/" (self.state.current_step().key()) } { (words.text("wizard-to-current")) }
                    } @else {
                        (self.step_body(frame))
                    }
                }
            }
        }
    }
}

impl WizardPage {
    fn step_list(&self, words: Words) -> Markup {
        html! {
            nav.steps aria-label=(words.text("wizard-steps")) {
                ol {
                    @for step in WizardStep::ALL {
                        @let status = step.status(&self.state);
                        li.current[step == self.step] {
                            @if status == StepStatus::Later {
                                span.later { (words.text(&format!("wizard-{}", step.key()))) }
                            } @else {
                                a href={ "/bind/" (step.key()) } aria-current=[(step == self.step).then_some("step")] {
                                    (words.text(&format!("wizard-{}", step.key())))
                                }
                            }
                            (status_mark(words, status))
                        }
                    }
                }
            }
        }
    }

    fn step_body(&self, frame: &Frame<'_>) -> Markup {
        let may_bind = frame.may(ConsoleAction::Bind);
        html! {
            (match self.step {
                WizardStep::MakeApp => steps::make_app(self, frame),
                WizardStep::ChooseEhr => steps::choose_ehr(self, frame),
                WizardStep::Credentials => steps::credentials(self, frame),
                WizardStep::Callback => steps::callback(self, frame),
                WizardStep::Permissions => steps::permissions(self, frame),
                WizardStep::Authorise => later_steps::authorise(self, frame),
                WizardStep::Direction => later_steps::direction(self, frame),
                WizardStep::Plan => later_steps::plan(self, frame),
                WizardStep::Approve => later_steps::approve(self, frame),
                WizardStep::Progress => later_steps::progress(self, frame),
                WizardStep::Report => later_steps::report(self, frame),
            })
            @if !may_bind { p.quiet { (frame.words.text("wizard-read-only")) } }
            @if self.step.is_done(&self.state) && self.step != WizardStep::Report {
                @if let Some(next) = self.step.next() {
                    div.row.end { a.button.primary href={ "/bind/" (next.key()) } { (frame.words.text("wizard-next")) } }
                }
            }
        }
    }
}

fn status_mark(words: Words, status: StepStatus) -> Markup {
    let (mark, id) = match status {
        StepStatus::Done => (Mark::Good, "wizard-step-done"),
        StepStatus::Skipped => (Mark::Care, "wizard-step-skipped"),
        StepStatus::Current => (Mark::Open, "wizard-step-current"),
        StepStatus::Later => return html! {},
    };
    state_mark(mark, &words.text(id))
}

/// A fact that was proven by experiment, or not.
fn fact_value(value: &str) -> Markup {
    html! { code { (foreign(value)) } }
}

async fn load_state(console: &Console, signed_in: &SignedIn) -> Result<WizardState, Response> {
    let request = ConsoleRequest::Wizard(WizardRequest::Load);
    let reply = give_order(console, signed_in, request).await?;
    let ConsoleReply::Wizard(state) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    Ok(*state)
}

fn page(console: &Console, step: WizardStep, state: WizardState) -> WizardPage {
    WizardPage {
        step,
        state,
        redirect_url: match (&console.login, &console.site) {
            (Some(login), _) => Some(login.page.redirect_uri.clone()),
            (None, crate::console::ConsoleSite::Public(origin)) => {
                Some(format!("{origin}/sign-in/dingtalk/return"))
            }
            (None, crate::console::ConsoleSite::Loopback) => None,
        },
        faults: Vec::new(),
        typed: None,
    }
}

fn read_step(signed_in: &SignedIn, key: &str) -> Result<WizardStep, Response> {
    let unknown = || error_answer(&signed_in.0, StatusCode::NOT_FOUND, "console-error-no-page");
    WizardStep::of(key).ok_or_else(unknown)
}

/// The step whose turn it is: who comes back goes on there.
#[utoipa::path(get, path = "/bind", tag = "wizard", responses((status = 200, body = WizardPage)))]
pub(super) async fn show_wizard(State(console): State<Console>, signed_in: SignedIn) -> PageAnswer {
    let state = load_state(&console, &signed_in).await?;
    let view = page(&console, state.current_step(), state);
    Ok(render(&console, &signed_in.0, StatusCode::OK, &view))
}

/// One step.
#[utoipa::path(get, path = "/bind/{step}", tag = "wizard", params(("step" = String, Path,)), responses((status = 200, body = WizardPage)))]
pub(super) async fn show_step(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(key): Path<String>,
) -> PageAnswer {
    let step = read_step(&signed_in, &key)?;
    let state = load_state(&console, &signed_in).await?;
    let view = page(&console, step, state);
    Ok(render(&console, &signed_in.0, StatusCode::OK, &view))
}

/// Answers a step's question. What cannot be right is said before DingTalk is asked.
#[utoipa::path(post, path = "/bind/{step}", tag = "wizard", params(("step" = String, Path,)), responses(
    (status = 303, description = "To the step whose turn it is"), (status = 422, body = WizardPage),
))]
pub(super) async fn answer_step(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(key): Path<String>,
    ReadForm(form): ReadForm<HashMap<String, String>>,
) -> PageAnswer {
    let step = read_step(&signed_in, &key)?;
    let bad_form = || {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        error_answer(&signed_in.0, status, "console-error-form")
    };
    let request = read_request(step, &form).ok_or_else(bad_form)?;
    if let WizardRequest::Credentials(input) = &request {
        let faults = check_credentials(input);
        if !faults.is_empty() {
            let state = load_state(&console, &signed_in).await?;
            let mut view = page(&console, step, state);
            view.faults = faults;
            view.typed = Some(CredentialsTyped::of(input));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(render(&console, &signed_in.0, status, &view));
        }
    }
    let reply = give_order(&console, &signed_in, ConsoleRequest::Wizard(request)).await?;
    let ConsoleReply::Wizard(state) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    // A step that is not green shows what was proven and what was not.
    let next = if step.is_done(&state) {
        state.current_step()
    } else {
        step
    };
    Ok(redirect(&format!("/bind/{}", path_part(next.key()))))
}

/// Looks again whether a step that waits for DingTalk is done. Keys of the callback are in this answer only.
#[utoipa::path(post, path = "/bind/{step}/probe", tag = "wizard", params(("step" = String, Path,)), responses((status = 200, body = WizardPage)))]
pub(super) async fn probe_step(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(key): Path<String>,
) -> PageAnswer {
    let step = read_step(&signed_in, &key)?;
    let request = ConsoleRequest::Wizard(WizardRequest::Probe(step));
    let reply = give_order(&console, &signed_in, request).await?;
    let ConsoleReply::Wizard(state) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    let view = page(&console, step, *state);
    Ok(render(&console, &signed_in.0, StatusCode::OK, &view))
}
