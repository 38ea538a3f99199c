//! Is the binding healthy? Causes and remedies first, then what was proven.

use axum::extract::State;
use axum::http::StatusCode;
use catalogue::TextArgument;
use directory::Timestamp;
use maud::{Markup, html};
use serde::Serialize;
use utoipa::ToSchema;

use super::{give_order, odd_reply};
use crate::console::Console;
use crate::desk_port::{ConsoleReply, ConsoleRequest};
use crate::doctor::{FindingState, ProbeFinding, examine_binding};
use crate::http::{PageAnswer, SignedIn, redirect, render};
use crate::markup::{
    Frame, Mark, NavItem, PageView, outcome_mark, post_form, quiet_button, unknown_value,
};
use crate::words::{Words, number};

/// What the doctor found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DoctorPage {
    /// When the evidence was gathered; `None` if never.
    #[schema(value_type = Option<i64>)]
    gathered_at: Option<Timestamp>,
    /// What is wrong first.
    findings: Vec<ProbeFinding>,
}

impl PageView for DoctorPage {
    fn nav(&self) -> NavItem {
        NavItem::Doctor
    }

    fn title(&self, words: Words) -> String {
        words.text("console-doctor-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        html! {
            p.answer { (self.summary(words)) }
            div.row {
                (post_form(frame, "/doctor", &quiet_button(&words.text("console-doctor-check"))))
                span.quiet {
                    (words.text("console-doctor-checked")) " "
                    @match self.gathered_at { Some(at) => (words.ago(frame.now, at)), None => (unknown_value(words)) }
                }
            }
            @let wrong = self.of(|state| matches!(state, FindingState::Stopped | FindingState::Care));
            @if !wrong.is_empty() { h2 { (words.text("console-doctor-wrong")) } div.panel.list { @for finding in wrong { (trouble(words, finding)) } } }
            @let unknown = self.of(|state| state == FindingState::Unknown);
            @if !unknown.is_empty() {
                h2 { (words.text("console-doctor-unknown")) }
                div.panel.list { @for finding in unknown { (trouble(words, finding)) } }
            }
            @let proven = self.of(|state| state == FindingState::Proven);
            @if !proven.is_empty() {
                h2 { (words.text("console-doctor-proven")) }
                div.panel.list { @for finding in proven { (proof(words, finding)) } }
            }
        }
    }
}

impl DoctorPage {
    fn of(&self, is_wanted: impl Fn(FindingState) -> bool) -> Vec<&ProbeFinding> {
        self.findings
            .iter()
            .filter(|finding| is_wanted(finding.state))
            .collect()
    }

    fn summary(&self, words: Words) -> String {
        let count = |wanted| {
            let count = self.of(|state| state == wanted).len();
            number(count as u64)
        };
        let arguments: [(&str, TextArgument<'_>); 4] = [
            ("proven", count(FindingState::Proven)),
            ("care", count(FindingState::Care)),
            ("stopped", count(FindingState::Stopped)),
            ("unknown", count(FindingState::Unknown)),
        ];
        words.with("console-doctor-summary", &arguments)
    }
}

fn trouble(words: Words, finding: &ProbeFinding) -> Markup {
    let (mark, id) = match finding.state {
        FindingState::Stopped => (Mark::Stop, "console-state-stopped"),
        FindingState::Care => (Mark::Care, "console-state-care"),
        FindingState::Unknown => (Mark::Unknown, "console-unknown"),
        FindingState::Proven => (Mark::Good, "console-state-proven"),
    };
    html! {
        article.item.finding {
            div { (outcome_mark(words, mark, id)) }
            div {
                h3 { (words.text(finding.probe.text_id())) }
                @if let Some(cause) = &finding.cause {
                    p { (cause.sentence(words)) }
                    p.remedy { span.arrow aria-hidden="true" { "→" } " " (cause.remedy(words)) }
                }
            }
        }
    }
}

/// A green mark says what it proves.
fn proof(words: Words, finding: &ProbeFinding) -> Markup {
    let id = finding.probe.text_id();
    html! {
        article.item.finding {
            div { (outcome_mark(words, Mark::Good, "console-state-proven")) }
            div {
                h3 { (words.text(id)) }
                p.quiet { (words.text(&format!("{id}-proves"))) }
            }
        }
    }
}

/// What the doctor found the last time.
#[utoipa::path(get, path = "/doctor", tag = "doctor", responses((status = 200, body = DoctorPage)))]
pub(super) async fn show_doctor(State(console): State<Console>, signed_in: SignedIn) -> PageAnswer {
    let reply = give_order(&console, &signed_in, ConsoleRequest::Doctor).await?;
    let ConsoleReply::Doctor(evidence) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    let page = DoctorPage {
        gathered_at: evidence.gathered_at,
        findings: examine_binding(&evidence, signed_in.0.now),
    };
    Ok(render(&console, &signed_in.0, StatusCode::OK, &page))
}

/// Gathers the evidence anew.
#[utoipa::path(post, path = "/doctor", tag = "doctor", responses((status = 303, description = "Checked")))]
pub(super) async fn examine_binding_now(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> PageAnswer {
    give_order(&console, &signed_in, ConsoleRequest::Examine).await?;
    Ok(redirect("/doctor"))
}
