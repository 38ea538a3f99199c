//! Do both sides agree? Readable in five seconds.

use axum::extract::State;
use axum::http::StatusCode;
use catalogue::TextArgument;
use directory::Kind;
use maud::{Markup, html};
use serde::Serialize;
use utoipa::ToSchema;

use super::journal::change_list;
use super::runs::run_table;
use super::{give_order, odd_reply};
use crate::console::Console;
use crate::desk_port::{
    AgreementFigures, ConsoleAction, ConsoleReply, ConsoleRequest, DashboardFigures, WaitingFigures,
};
use crate::http::{PageAnswer, SignedIn, redirect, render};
use crate::markup::{
    Frame, NavItem, PageView, bar_chart, button, empty_state, foreign, line_chart, post_form,
    quiet_button, share_meter, unknown_value,
};
use crate::words::{Words, grouped, number};

/// The first page.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct DashboardPage {
    figures: DashboardFigures,
}

impl PageView for DashboardPage {
    fn nav(&self) -> NavItem {
        NavItem::Dashboard
    }

    fn title(&self, words: Words) -> String {
        words.text("console-dashboard-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let figures = &self.figures;
        html! {
            p.company { (foreign(&figures.company)) }
            @if let Some(since) = figures.paused_since {
                div.notice.care {
                    p { (words.about("console-paused-since", &words.time(since))) }
                    @if frame.may(ConsoleAction::ResumeWrites) {
                        (post_form(frame, "/writing/resume", &button(&words.text("console-resume"))))
                    }
                }
            }
            @match &figures.agreement {
                Some(agreement) => (self.overview(frame, agreement)),
                None => (empty_state(&words.text("console-dashboard-empty"), &words.text("console-dashboard-empty-text"), &self.preview_button(frame))),
            }
            (self.waiting(words))
            @if !figures.changes.is_empty() {
                h2 { (words.text("console-dashboard-changes")) }
                div.panel.list { (change_list(frame, &figures.changes)) }
            }
            @if !figures.runs.is_empty() {
                h2 { (words.text("console-dashboard-runs")) }
                div.panel.flush { (run_table(frame, &figures.runs)) }
            }
            @if figures.paused_since.is_none() && frame.may(ConsoleAction::PauseWrites) {
                div.row.end { (post_form(frame, "/writing/pause", &quiet_button(&words.text("console-pause")))) }
            }
        }
    }
}

impl DashboardPage {
    fn overview(&self, frame: &Frame<'_>, agreement: &AgreementFigures) -> Markup {
        let words = frame.words;
        html! {
            div.overview {
                section.panel.hero {
                    p.big { (share_text(agreement)) }
                    p.lead { (agreement_line(words, agreement)) }
                    (self.freshness(frame))
                }
                section.panel {
                    h2 { (words.text("console-dashboard-agreement")) }
                    (line_chart(&agreement.per_mille_by_day, &chart_label(words, agreement)))
                    (range_line(words, agreement))
                }
                section.panel {
                    h2 { (words.text("console-dashboard-events")) }
                    (self.events(words))
                }
                section.panel {
                    h2 { (words.text("console-dashboard-quota")) }
                    (self.quota(words))
                }
            }
            (field_agreement(words, agreement))
        }
    }

    fn freshness(&self, frame: &Frame<'_>) -> Markup {
        let (words, figures) = (frame.words, &self.figures);
        html! {
            dl.facts.compact {
                dt { (words.text("console-swept-at")) }
                dd { @match figures.swept_at { Some(at) => (words.ago(frame.now, at)), None => (unknown_value(words)) } }
                dt { (words.text("console-next-sweep")) }
                dd { @match figures.next_sweep { Some(at) => (words.time(at)), None => (unknown_value(words)) } }
                dt { (words.text("console-last-event")) }
                dd { @match figures.last_event { Some(at) => (words.ago(frame.now, at)), None => (unknown_value(words)) } }
            }
        }
    }

    fn events(&self, words: Words) -> Markup {
        let Some(hours) = &self.figures.events_by_hour else {
            return html! { p { (unknown_value(words)) } p.quiet { (words.text("console-events-unknown")) } };
        };
        let total: u64 = hours.iter().map(|count| u64::from(*count)).sum();
        let label = words.count("console-events-label", total);
        html! {
            (bar_chart(hours, &label))
            p.quiet { (label) }
        }
    }

    fn quota(&self, words: Words) -> Markup {
        let Some(quota) = self.figures.quota else {
            return html! { p { (unknown_value(words)) } p.quiet { (words.text("console-quota-unknown")) } };
        };
        let (used, granted) = (grouped(quota.used), grouped(quota.granted));
        let arguments = [
            ("used", TextArgument::Text(&used)),
            ("granted", TextArgument::Text(&granted)),
        ];
        let label = words.with("console-quota-label", &arguments);
        html! {
            p.medium { (quota.used.saturating_mul(100) / quota.granted.max(1)) " %" }
            (share_meter(quota.used, quota.granted, &label))
            p.quiet { (label) }
        }
    }

    fn waiting(&self, words: Words) -> Markup {
        html! {
            section.waiting aria-label=(words.text("console-dashboard-waiting")) {
                h2 { (words.text("console-dashboard-waiting")) }
                @match self.figures.waiting {
                    Some(waiting) if waiting == WaitingFigures::default() => p.quiet { (words.text("console-nothing-waits")) },
                    Some(waiting) => div.chips { (waiting_links(words, waiting)) },
                    None => p { (unknown_value(words)) " " span.quiet { (words.text("console-waiting-unknown")) } },
                }
            }
        }
    }

    fn preview_button(&self, frame: &Frame<'_>) -> Markup {
        if !frame.may(ConsoleAction::MakePlans) {
            return html! {};
        }
        post_form(
            frame,
            "/plans",
            &button(&frame.words.text("console-see-preview")),
        )
    }
}

/// Only what is not zero: a number is a link to exactly these.
fn waiting_links(words: Words, waiting: WaitingFigures) -> Markup {
    let all = [
        (waiting.holds, "/queues?queue=holds", "console-wait-holds"),
        (
            waiting.conflicts,
            "/queues?queue=conflicts",
            "console-wait-conflicts",
        ),
        (
            waiting.matches,
            "/queues?queue=matches",
            "console-wait-matches",
        ),
        (
            waiting.quarantined,
            "/queues?queue=quarantine",
            "console-wait-quarantine",
        ),
    ];
    html! {
        @for (count, path, id) in all.into_iter().filter(|(count, ..)| *count > 0) {
            a.chip.link href=(path) { (words.count(id, count)) }
        }
    }
}

/// 99.4 %, rounded down: only what is complete is called 100 %.
fn share_text(agreement: &AgreementFigures) -> Markup {
    let per_mille = agreement.equal.saturating_mul(1000) / agreement.compared.max(1);
    html! { (per_mille / 10) "." (per_mille % 10) small { " %" } }
}

fn agreement_line(words: Words, agreement: &AgreementFigures) -> String {
    let different = agreement.compared.saturating_sub(agreement.equal);
    let (compared, different) = (grouped(agreement.compared), grouped(different));
    let arguments = [
        ("compared", TextArgument::Text(&compared)),
        ("different", TextArgument::Text(&different)),
    ];
    words.with("console-agreement-line", &arguments)
}

fn percent(per_mille: u16) -> String {
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

fn chart_label(words: Words, agreement: &AgreementFigures) -> String {
    let known = || agreement.per_mille_by_day.iter().flatten();
    let low = known().min().copied().unwrap_or(0);
    let last = known().next_back().copied().unwrap_or(0);
    let (low, last) = (percent(low), percent(last));
    let arguments = [
        ("days", number(agreement.per_mille_by_day.len() as u64)),
        ("low", TextArgument::Text(&low)),
        ("last", TextArgument::Text(&last)),
    ];
    words.with("console-agreement-label", &arguments)
}

fn range_line(words: Words, agreement: &AgreementFigures) -> Markup {
    let missing = agreement
        .per_mille_by_day
        .iter()
        .filter(|day| day.is_none())
        .count();
    html! {
        p.quiet { (chart_label(words, agreement)) }
        @if missing > 0 { p.quiet { (words.count("console-agreement-missing", missing as u64)) } }
    }
}

fn field_agreement(words: Words, agreement: &AgreementFigures) -> Markup {
    let differing: Vec<_> = agreement
        .fields
        .iter()
        .filter(|field| field.different != Some(0))
        .collect();
    html! {
        @if !differing.is_empty() {
            div.fields-line {
                span.quiet { (words.text("console-agreement-fields")) }
                @for one in differing {
                    span.chip {
                        (words.field(Kind::Person, one.field)) " "
                        @match one.different { Some(count) => b { (grouped(count)) }, None => (unknown_value(words)) }
                    }
                }
            }
        }
    }
}

/// The first page.
#[utoipa::path(get, path = "/", tag = "dashboard", responses((status = 200, body = DashboardPage)))]
pub(super) async fn show_dashboard(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> PageAnswer {
    if signed_in.parts()?.opened.session.binding.is_none() {
        return Ok(redirect("/bind"));
    }
    let reply = give_order(&console, &signed_in, ConsoleRequest::Dashboard).await?;
    let ConsoleReply::Dashboard(figures) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    let page = DashboardPage { figures: *figures };
    Ok(render(&console, &signed_in.0, StatusCode::OK, &page))
}

/// Stops all writes.
#[utoipa::path(post, path = "/writing/pause", tag = "writing", responses((status = 303, description = "Paused")))]
pub(super) async fn pause_writes(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> PageAnswer {
    give_order(&console, &signed_in, ConsoleRequest::PauseWrites).await?;
    Ok(redirect("/"))
}

/// Lets writing continue. Needs a second proof.
#[utoipa::path(post, path = "/writing/resume", tag = "writing", responses((status = 303, description = "Resumed")))]
pub(super) async fn resume_writes(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> PageAnswer {
    give_order(&console, &signed_in, ConsoleRequest::ResumeWrites).await?;
    Ok(redirect("/"))
}
