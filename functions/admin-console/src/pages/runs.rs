//! Runs: what each did, and why a record did not get there.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{give_order, odd_reply};
use crate::console::Console;
use crate::desk_port::{ConsoleReply, ConsoleRequest, ReplyPage, RunDetail, RunOutcome, RunRow};
use crate::http::{PageAnswer, SignedIn, render};
use crate::markup::{
    Frame, Mark, NavItem, PageView, empty_state, foreign, outcome_mark, pager, reason_block,
    unknown_value,
};
use crate::words::{Words, grouped};

/// Where a page of a list begins.
#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
    /// What the page before it gave.
    pub from: Option<String>,
}

pub(super) fn outcome(words: Words, outcome: RunOutcome) -> Markup {
    let (mark, id) = match outcome {
        RunOutcome::Complete => (Mark::Good, "console-run-complete"),
        RunOutcome::Partial => (Mark::Care, "console-run-partial"),
        RunOutcome::Waits => (Mark::Care, "console-run-waits"),
        RunOutcome::Failed => (Mark::Stop, "console-run-failed"),
        RunOutcome::Running => (Mark::Open, "console-run-running"),
    };
    outcome_mark(words, mark, id)
}

/// Runs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct RunsPage {
    runs: ReplyPage<RunRow>,
}

impl PageView for RunsPage {
    fn nav(&self) -> NavItem {
        NavItem::Runs
    }

    fn title(&self, words: Words) -> String {
        words.text("console-runs-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let next = self
            .runs
            .next
            .as_ref()
            .map(|from| format!("/runs?from={from}"));
        html! {
            @if self.runs.rows.is_empty() {
                (empty_state(&words.text("console-runs-empty"), &words.text("console-runs-empty-text"), &html! {}))
            } @else {
                div.panel.flush { (run_table(frame, &self.runs.rows)) }
            }
            (pager(words, next.as_deref()))
        }
    }
}

pub(super) fn run_table(frame: &Frame<'_>, rows: &[RunRow]) -> Markup {
    let words = frame.words;
    html! {
        div.scroll tabindex="0" role="group" aria-label=(words.text("console-nav-runs")) {
            table {
                thead { tr {
                    th scope="col" { (words.text("console-column-began")) }
                    th scope="col" { (words.text("console-column-outcome")) }
                    th.number scope="col" { (words.text("console-column-created")) }
                    th.number scope="col" { (words.text("console-column-updated")) }
                    th.number scope="col" { (words.text("console-column-removed")) }
                    th.number scope="col" { (words.text("console-column-troubles")) }
                    th.number scope="col" { (words.text("console-column-duration")) }
                } }
                tbody { @for row in rows { tr {
                    th.when scope="row" { a href={ "/runs/" (row.id) } { (words.time(row.began)) } }
                    td { (outcome(words, row.outcome)) }
                    td.number { (grouped(row.counts.created)) }
                    td.number { (grouped(row.counts.updated)) }
                    td.number { (grouped(row.counts.removed)) }
                    td.number { @if row.troubles > 0 { a href={ "/runs/" (row.id) "#troubles" } { (grouped(row.troubles)) } } @else { "0" } }
                    td.number { (duration(words, row)) }
                } } }
            }
        }
    }
}

fn duration(words: Words, row: &RunRow) -> Markup {
    match row.ended {
        Some(ended) => html! { (words.duration(ended.millis() - row.began.millis())) },
        None if row.outcome == RunOutcome::Running => html! { "…" },
        None => unknown_value(words),
    }
}

/// Runs, newest first.
#[utoipa::path(get, path = "/runs", tag = "runs", params(("from" = Option<String>, Query,)), responses((status = 200, body = RunsPage)))]
pub(super) async fn list_runs(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(query): Query<PageQuery>,
) -> PageAnswer {
    let request = ConsoleRequest::Runs { cursor: query.from };
    let ConsoleReply::Runs(runs) = give_order(&console, &signed_in, request).await? else {
        return Err(odd_reply(&signed_in.0));
    };
    Ok(render(
        &console,
        &signed_in.0,
        StatusCode::OK,
        &RunsPage { runs },
    ))
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct RunPage {
    run: RunDetail,
}

impl PageView for RunPage {
    fn nav(&self) -> NavItem {
        NavItem::Runs
    }

    fn title(&self, words: Words) -> String {
        words.about("console-run-title", &words.time(self.run.row.began))
    }

    fn refresh_seconds(&self) -> Option<u32> {
        (self.run.row.outcome == RunOutcome::Running).then_some(2)
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let run = &self.run;
        html! {
            p.answer { (outcome(words, run.row.outcome)) }
            div.tiles {
                (self.seen_tile(words))
                (tile(words, "console-column-created", run.row.counts.created))
                (tile(words, "console-column-updated", run.row.counts.updated))
                (tile(words, "console-column-removed", run.row.counts.removed))
                (tile(words, "console-run-throttled", run.throttled))
            }
            @if !run.notes.is_empty() {
                h2 { (words.text("console-run-notes")) }
                div.panel { @for note in &run.notes { (reason_block(words, note)) } }
            }
            h2 #troubles { (words.text("console-run-troubles")) }
            (self.troubles(words))
            h2 { (words.text("console-run-calls")) }
            (self.calls(words))
            p.code { code { (run.row.id) } }
        }
    }
}

pub(super) fn tile(words: Words, id: &str, count: u64) -> Markup {
    html! { div.tile { span.tile-name { (words.text(id)) } span.tile-value { (grouped(count)) } } }
}

impl RunPage {
    fn seen_tile(&self, words: Words) -> Markup {
        html! {
            div.tile {
                span.tile-name { (words.text("console-run-seen")) }
                @match self.run.seen {
                    Some(seen) => span.tile-value { (grouped(seen.people)) small { " / " (words.count("console-departments-count", seen.departments)) } },
                    None => span.tile-value.unknown { (words.text("console-run-seen-unknown")) },
                }
            }
        }
    }

    fn troubles(&self, words: Words) -> Markup {
        if self.run.troubles.is_empty() {
            return html! { p.quiet { (words.text("console-run-no-troubles")) } };
        }
        html! {
            div.panel.list {
                @for trouble in &self.run.troubles {
                    article.item {
                        h3 {
                            @match &trouble.record {
                                Some(record) => a href={ "/people/" (record.id) } {
                                    @match &record.name { Some(name) => (foreign(name)), None => (unknown_value(words)) }
                                },
                                None => (words.text("console-record-unlinked")),
                            }
                        }
                        (reason_block(words, &trouble.reason))
                    }
                }
            }
        }
    }

    fn calls(&self, words: Words) -> Markup {
        if self.run.calls.is_empty() {
            return html! { p.quiet { (words.text("console-run-no-calls")) } };
        }
        html! {
            div.panel.flush {
                table {
                    thead { tr { th scope="col" { (words.text("console-column-interface")) } th.number scope="col" { (words.text("console-column-calls")) } } }
                    tbody { @for row in &self.run.calls { tr { th scope="row" { code { (row.interface) } } td.number { (grouped(row.calls)) } } } }
                }
            }
        }
    }
}

/// One run: what it saw, what it did, and why a record did not get there.
#[utoipa::path(get, path = "/runs/{id}", tag = "runs", params(("id" = String, Path,)), responses((status = 200, body = RunPage)))]
pub(super) async fn show_run(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> PageAnswer {
    let reply = give_order(&console, &signed_in, ConsoleRequest::Run(id)).await?;
    let ConsoleReply::Run(run) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    let page = RunPage { run: *run };
    Ok(render(&console, &signed_in.0, StatusCode::OK, &page))
}
