//! What waits for a decision: held changes, conflicts, quarantined records, proposed matches. Undo stands beside do.

mod decisions;
mod rows;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{give_order, odd_reply};
use crate::console::Console;
use crate::desk_port::{
    ConflictRow, ConsoleReply, ConsoleRequest, HoldRow, MatchRow, QuarantineRow, QueueName,
    ReplyPage,
};
use crate::http::{PageAnswer, SignedIn, render};
use crate::markup::{Frame, NavItem, PageView, empty_state, pager};
use crate::words::Words;

pub(super) use decisions::{
    __path_decide_conflict, __path_decide_hold, __path_decide_match, __path_retry_record,
    decide_conflict, decide_hold, decide_match, retry_record,
};

/// The entries of a queue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum QueueEntries {
    Holds(ReplyPage<HoldRow>),
    Conflicts(ReplyPage<ConflictRow>),
    Quarantine(ReplyPage<QuarantineRow>),
    Matches(ReplyPage<MatchRow>),
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct QueuePage {
    queue: QueueName,
    entries: QueueEntries,
}

impl QueueEntries {
    fn of(reply: ConsoleReply) -> Option<Self> {
        Some(match reply {
            ConsoleReply::Holds(page) => Self::Holds(page),
            ConsoleReply::Conflicts(page) => Self::Conflicts(page),
            ConsoleReply::Quarantine(page) => Self::Quarantine(page),
            ConsoleReply::Matches(page) => Self::Matches(page),
            _ => return None,
        })
    }

    /// Rows here, where the next page begins, and how many there are where that is known.
    fn extent(&self) -> (usize, Option<&str>, Option<u64>) {
        fn of<T>(page: &ReplyPage<T>) -> (usize, Option<&str>, Option<u64>) {
            (page.rows.len(), page.next.as_deref(), page.total)
        }
        match self {
            Self::Holds(page) => of(page),
            Self::Conflicts(page) => of(page),
            Self::Quarantine(page) => of(page),
            Self::Matches(page) => of(page),
        }
    }
}

impl PageView for QueuePage {
    fn nav(&self) -> NavItem {
        NavItem::Queues
    }

    fn title(&self, words: Words) -> String {
        words.text("console-queues-title")
    }

    fn body(&self, frame: &Frame<'_>) -> Markup {
        let words = frame.words;
        let (count, next, total) = self.entries.extent();
        let key = self.queue.key();
        let next = next.map(|from| format!("/queues?queue={key}&from={from}"));
        html! {
            nav.tabs aria-label=(words.text("console-queues-title")) {
                @for queue in QueueName::ALL {
                    a href={ "/queues?queue=" (queue.key()) } aria-current=[(queue == self.queue).then_some("page")] {
                        (words.text(&format!("console-queue-{}", queue.key())))
                    }
                }
            }
            p.answer { (words.text(&format!("console-queue-{key}-about"))) }
            @if count == 0 {
                (empty_state(&words.text("console-queue-empty"), &words.text(&format!("console-queue-{key}-empty")), &html! {}))
            } @else {
                @if let Some(total) = total { p.quiet { (words.count("console-entries-count", total)) } }
                (self.rows(frame))
            }
            (pager(words, next.as_deref()))
        }
    }
}

impl QueuePage {
    fn rows(&self, frame: &Frame<'_>) -> Markup {
        html! {
            @match &self.entries {
                QueueEntries::Holds(page) => @for row in &page.rows { (rows::hold(frame, row)) },
                QueueEntries::Conflicts(page) => @for row in &page.rows { (rows::conflict(frame, row)) },
                QueueEntries::Quarantine(page) => @for row in &page.rows { (rows::quarantined(frame, row)) },
                QueueEntries::Matches(page) => @for row in &page.rows { (rows::proposed_match(frame, row)) },
            }
        }
    }
}

/// Which queue, and where its page begins.
#[derive(Debug, Deserialize)]
pub(super) struct QueueQuery {
    queue: Option<QueueName>,
    from: Option<String>,
}

/// One queue; held changes unless another is named.
#[utoipa::path(get, path = "/queues", tag = "queues", params(
    ("queue" = Option<QueueName>, Query,), ("from" = Option<String>, Query,),
), responses((status = 200, body = QueuePage), (status = 400, description = "No such queue")))]
pub(super) async fn show_queue(
    State(console): State<Console>,
    signed_in: SignedIn,
    query: Result<Query<QueueQuery>, axum::extract::rejection::QueryRejection>,
) -> PageAnswer {
    let context = &signed_in.0;
    let Ok(Query(query)) = query else {
        let status = StatusCode::BAD_REQUEST;
        return Err(super::error_answer(context, status, "console-error-form"));
    };
    let queue = query.queue.unwrap_or(QueueName::Holds);
    let request = ConsoleRequest::Queue {
        queue,
        cursor: query.from,
    };
    let reply = give_order(&console, &signed_in, request).await?;
    let entries = QueueEntries::of(reply).ok_or_else(|| odd_reply(context))?;
    let answer: Response = render(
        &console,
        context,
        StatusCode::OK,
        &QueuePage { queue, entries },
    );
    Ok(answer)
}
