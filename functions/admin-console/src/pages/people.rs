//! People: found by number, id or name; one person with every field, who decides it, and what happened.

mod person;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{give_order, odd_reply};
use crate::console::Console;
use crate::desk_port::{
    ConsoleReply, ConsoleRequest, PersonDetail, PersonRow, RecordLabel, ReplyPage,
};
use crate::http::{PageAnswer, SignedIn, render};
use crate::markup::{
    Frame, Mark, NavItem, PageView, button, empty_state, foreign, foreign_text, masked_value,
    outcome_mark, pager, unknown_value,
};
use crate::words::Words;
use person::PersonPage;

/// Longest text that is looked for, in characters.
const QUERY_MAX: usize = 80;

/// A record by name, with a link to it.
pub(super) fn record_link(words: Words, record: &RecordLabel) -> Markup {
    let name = html! {
        @match &record.name { Some(name) => (foreign(name)), None => (unknown_value(words)) }
        @if let Some(number) = &record.job_number { " " small { (foreign(number)) } }
    };
    match record.kind {
        directory::Kind::Person => html! { a.record href={ "/people/" (record.id) } { (name) } },
        directory::Kind::Department => html! { span.record { (name) } },
    }
}

/// Who was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct PeoplePage {
    /// What was typed.
    query: String,
    /// `None` before anything was typed: nothing lists everyone.
    found: Option<ReplyPage<PersonRow>>,
}

impl PageView for PeoplePage {
    fn nav(&self) -> NavItem {
        NavItem::People
    }

    fn title(&self, words: Words) -> String {
        words.text("console-people-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        html! {
            form.search method="get" action="/people" role="search" {
                label.sr for="q" { (words.text("console-people-search")) }
                input #q name="q" type="search" value=(self.query) maxlength=(QUERY_MAX) placeholder=(words.text("console-people-search"));
                (button(&words.text("console-search")))
            }
            @match &self.found {
                None => p.quiet { (words.text("console-people-start")) },
                Some(found) if found.rows.is_empty() && found.next.is_none() => {
                    (empty_state(&words.about("console-people-none", &self.query), &words.text("console-people-none-text"), &html! {}))
                }
                Some(found) => {
                    (self.table(words, &found.rows))
                    (pager(words, self.next_page(found).as_deref()))
                }
            }
        }
    }
}

impl PeoplePage {
    fn next_page(&self, found: &ReplyPage<PersonRow>) -> Option<String> {
        let next = found.next.as_ref()?;
        let query: String = self
            .query
            .bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect();
        Some(format!("/people?q={query}&from={next}"))
    }

    fn table(&self, words: Words, rows: &[PersonRow]) -> Markup {
        html! {
            div.panel.flush {
                div.scroll tabindex="0" role="group" aria-label=(words.text("console-nav-people")) {
                    table {
                        thead { tr {
                            th scope="col" { (words.text("console-column-name")) }
                            th scope="col" { (words.field(directory::Kind::Person, directory::Field::JobNumber)) }
                            th scope="col" { (words.field(directory::Kind::Person, directory::Field::Mobile)) }
                            th scope="col" { (words.field(directory::Kind::Person, directory::Field::Departments)) }
                            th scope="col" { (words.field(directory::Kind::Person, directory::Field::Title)) }
                            th scope="col" { (words.text("console-column-state")) }
                        } }
                        tbody { @for row in rows { tr {
                            th scope="row" { a href={ "/people/" (row.id) } { @match &row.name { Some(name) => (foreign(name)), None => (unknown_value(words)) } } }
                            td { (masked_value(words, row.job_number.as_deref())) }
                            td.figures { (masked_value(words, row.mobile.as_deref())) }
                            td { (foreign_text(&row.departments.join("、"))) }
                            td { (masked_value(words, row.title.as_deref())) }
                            td { (presence(words, row.is_here)) }
                        } } }
                    }
                }
            }
        }
    }
}

pub(super) fn presence(words: Words, is_here: bool) -> Markup {
    if is_here {
        outcome_mark(words, Mark::Good, "console-person-here")
    } else {
        outcome_mark(words, Mark::Open, "console-person-left")
    }
}

/// What is looked for.
#[derive(Debug, Deserialize)]
pub(super) struct PeopleQuery {
    q: Option<String>,
    from: Option<String>,
}

/// Finds people. Values are masked; nothing lists everyone.
#[utoipa::path(get, path = "/people", tag = "people", params(("q" = Option<String>, Query,), ("from" = Option<String>, Query,)), responses((status = 200, body = PeoplePage)))]
pub(super) async fn find_people(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(query): Query<PeopleQuery>,
) -> PageAnswer {
    let typed = query.q.unwrap_or_default();
    let typed: String = typed.trim().chars().take(QUERY_MAX).collect();
    let request = ConsoleRequest::FindPeople {
        query: typed.clone(),
        cursor: query.from,
    };
    let ConsoleReply::People(found) = give_order(&console, &signed_in, request).await? else {
        return Err(odd_reply(&signed_in.0));
    };
    let page = PeoplePage {
        found: (!typed.is_empty()).then_some(found),
        query: typed,
    };
    Ok(render(&console, &signed_in.0, StatusCode::OK, &page))
}

/// One person, values masked.
#[utoipa::path(get, path = "/people/{id}", tag = "people", params(("id" = String, Path,)), responses((status = 200, body = PersonPage)))]
pub(super) async fn show_person(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> PageAnswer {
    open_person(&console, &signed_in, ConsoleRequest::Person(id)).await
}

/// One person, values as they are. The journal keeps who looked.
#[utoipa::path(post, path = "/people/{id}/reveal", tag = "people", params(("id" = String, Path,)), responses((status = 200, body = PersonPage)))]
pub(super) async fn reveal_person(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> PageAnswer {
    open_person(&console, &signed_in, ConsoleRequest::RevealPerson(id)).await
}

async fn open_person(
    console: &Console,
    signed_in: &SignedIn,
    request: ConsoleRequest,
) -> PageAnswer {
    let reply = give_order(console, signed_in, request).await?;
    let ConsoleReply::Person(person) = reply else {
        return Err(odd_reply(&signed_in.0));
    };
    let person: PersonDetail = *person;
    Ok(render(
        console,
        &signed_in.0,
        StatusCode::OK,
        &PersonPage { person },
    ))
}
