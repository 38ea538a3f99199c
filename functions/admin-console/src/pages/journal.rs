//! The journal: who did what, when, and why.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use catalogue::TextArgument;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::record_link;
use super::{give_order, odd_reply};
use crate::console::Console;
use crate::desk_port::{ConsoleReply, ConsoleRequest, JournalRow, OrderOutcome, ReplyPage};
use crate::http::{PageAnswer, SignedIn, render};
use crate::markup::{
    Frame, Mark, NavItem, PageView, button, empty_state, foreign, foreign_text, outcome_mark, pager,
};
use crate::words::Words;

/// Longest text that is looked for, in characters.
const QUERY_MAX: usize = 80;

/// Entries of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct JournalPage {
    query: String,
    entries: ReplyPage<JournalRow>,
}

impl PageView for JournalPage {
    fn nav(&self) -> NavItem {
        NavItem::Journal
    }

    fn title(&self, words: Words) -> String {
        words.text("console-journal-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let next = self.entries.next.as_ref();
        let next = next.map(|from| format!("/journal?from={from}"));
        html! {
            form.search method="get" action="/journal" role="search" {
                label.sr for="q" { (words.text("console-journal-search")) }
                input #q name="q" type="search" value=(self.query) maxlength=(QUERY_MAX) placeholder=(words.text("console-journal-search"));
                (button(&words.text("console-search")))
            }
            @if self.entries.rows.is_empty() {
                (empty_state(&words.text("console-journal-empty"), &words.text("console-journal-empty-text"), &html! {}))
            } @else {
                div.panel.list { (change_list(frame, &self.entries.rows)) }
            }
            (pager(words, next.as_deref()))
        }
    }
}

/// What an action is called; one that this version does not know is shown by its key.
fn action_name(words: Words, action: &str) -> String {
    let is_known = crate::desk_port::ConsoleAction::ALL
        .iter()
        .any(|known| known.journal_key() == action);
    if is_known {
        words.text(&format!("console-action-{action}"))
    } else {
        words.with(
            "console-action-other",
            &[("text", TextArgument::Text(action))],
        )
    }
}

/// Entries, one line each with its reason.
pub(super) fn change_list(frame: &Frame<'_>, rows: &[JournalRow]) -> Markup {
    let words = frame.words;
    html! {
        @for row in rows {
            article.item.change {
                time { (words.time(row.at)) }
                div {
                    p {
                        @match &row.actor { Some(actor) => b { (foreign(actor)) }, None => b { (words.text("console-actor-sync")) } }
                        " " (action_name(words, &row.action))
                        @if let Some(record) = &row.record { " " (record_link(words, record)) }
                        @if let Some(field) = row.field { " · " (words.field(directory::Kind::Person, field)) }
                    }
                    @if let Some(reason) = &row.reason { p.quiet { (foreign_text(&words.sentence(reason))) } }
                }
                div { (outcome(words, row.outcome)) }
            }
        }
    }
}

fn outcome(words: Words, outcome: OrderOutcome) -> Markup {
    let (mark, id) = match outcome {
        OrderOutcome::Done => (Mark::Good, "console-outcome-done"),
        OrderOutcome::Refused => (Mark::Care, "console-outcome-refused"),
        OrderOutcome::Failed => (Mark::Stop, "console-outcome-failed"),
        OrderOutcome::Unknown => (Mark::Unknown, "console-outcome-unknown"),
    };
    outcome_mark(words, mark, id)
}

/// What is looked for.
#[derive(Debug, Deserialize)]
pub(super) struct JournalQuery {
    q: Option<String>,
    from: Option<String>,
}

/// The journal, newest first.
#[utoipa::path(get, path = "/journal", tag = "journal", params(("q" = Option<String>, Query,), ("from" = Option<String>, Query,)), responses((status = 200, body = JournalPage)))]
pub(super) async fn show_journal(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(query): Query<JournalQuery>,
) -> PageAnswer {
    let typed = query.q.unwrap_or_default();
    let typed: String = typed.trim().chars().take(QUERY_MAX).collect();
    let request = ConsoleRequest::Journal {
        query: typed.clone(),
        cursor: query.from,
    };
    let ConsoleReply::Journal(entries) = give_order(&console, &signed_in, request).await? else {
        return Err(odd_reply(&signed_in.0));
    };
    let page = JournalPage {
        query: typed,
        entries,
    };
    Ok(render(&console, &signed_in.0, StatusCode::OK, &page))
}
