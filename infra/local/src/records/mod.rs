//! What waits for a person, and for what: conflicts, holds, quarantined records, and everything that is on its way; and the
//! journal.

pub mod args;
mod outcome;
mod print_history;
mod print_orders;
pub(crate) mod words;

use std::process::ExitCode;

use desk::{
    Cursor, JournalRequest, LedgerOrderError, OrderError, OrderRequest, Page, QuarantineState,
    RecordOrderError, Reply, ReviewRequest,
};

use crate::command_error::CommandError;
use crate::ehr::person_search;
use crate::plan::args::ContextArgs;
use crate::plan::with_session;
use crate::session::{SessionNeeds, StateSession};
use args::{
    ConflictAction, ConflictArgs, HoldAction, HoldArgs, JournalAction, JournalArgs,
    QuarantineAction, QuarantineArgs, WaitingArgs, WhyArgs,
};
use outcome::RecordOutcome;

/// Something waits for a person.
const EXIT_WAITS: u8 = 3;

type Outcome = Result<RecordOutcome, CommandError>;

/// `bangding conflict`. Exit 0: done; 1: not.
pub async fn conflict(args: &ConflictArgs) -> ExitCode {
    let here = &args.here;
    let outcome = match &args.action {
        ConflictAction::List { all } => list_conflicts(here, *all).await,
        ConflictAction::Show { id } => {
            let order = ReviewRequest::Conflict(id.clone());
            send_one(here, order, SessionNeeds::State).await
        }
        ConflictAction::Resolve {
            id,
            keep: Some(keep),
            undo: false,
        } => {
            let order = ReviewRequest::Resolve {
                id: id.clone(),
                keep: (*keep).into(),
            };
            send_one(here, order, SessionNeeds::DingTalk).await
        }
        ConflictAction::Resolve { id, .. } => {
            let order = ReviewRequest::Reopen(id.clone());
            send_one(here, order, SessionNeeds::DingTalk).await
        }
    };
    finish_command(here, &outcome)
}

/// `bangding hold`. Exit 0: done; 1: not.
pub async fn hold(args: &HoldArgs) -> ExitCode {
    let here = &args.here;
    let outcome = match &args.action {
        HoldAction::List { all } => list_holds(here, *all).await,
        HoldAction::Show { id } => show_hold(here, id).await,
        HoldAction::Release { id, undo } => {
            let order = if *undo {
                ReviewRequest::TakeBack(id.clone())
            } else {
                ReviewRequest::Release(id.clone())
            };
            send_one(here, order, SessionNeeds::State).await
        }
    };
    finish_command(here, &outcome)
}

/// `bangding quarantine`. Exit 0: done; 3: the record that was tried still waits; 1: not.
pub async fn quarantine(args: &QuarantineArgs) -> ExitCode {
    let here = &args.here;
    let outcome = match &args.action {
        QuarantineAction::List { all } => list_quarantined(here, *all).await,
        QuarantineAction::Show { id } => {
            let order = ReviewRequest::QuarantinedOne(id.clone());
            send_one(here, order, SessionNeeds::State).await
        }
        QuarantineAction::Retry { id } => {
            let order = ReviewRequest::Retry(id.clone());
            let tried = send_one(here, order, SessionNeeds::DingTalk).await;
            let waits = matches!(&tried, Ok(RecordOutcome::QuarantinedOne(one)) if one.state == QuarantineState::Waits);
            let code = finish_command(here, &tried);
            return if waits {
                ExitCode::from(EXIT_WAITS)
            } else {
                code
            };
        }
    };
    finish_command(here, &outcome)
}

/// `bangding waiting`. Exit 0: told.
pub async fn waiting(args: &WaitingArgs) -> ExitCode {
    let here = &args.here;
    let waiting = with_session(here, SessionNeeds::State, async |session| {
        let order = |cursor| review(ReviewRequest::Waiting { cursor });
        list_all(session, order, |reply| match reply {
            Reply::Waiting(page) => Some(page),
            _ => None,
        })
        .await
    });
    let outcome = waiting.await.map(|mut all| {
        all.sort_by_key(|one| (one.waits_for, one.on, one.next));
        RecordOutcome::Waiting(all)
    });
    finish_command(here, &outcome)
}

/// `bangding why`. Exit 0: told; 1: nobody is called so.
pub async fn why(args: &WhyArgs) -> ExitCode {
    let here = &args.here;
    let field = args.field;
    let outcome = with_session(here, SessionNeeds::State, async |session| {
        let order = |who: &str| {
            let who = who.to_owned();
            OrderRequest::Journal(JournalRequest::Why { who, field })
        };
        match send_about(session, &args.person, order).await? {
            Reply::Why {
                record,
                field,
                changed,
                refused,
            } => Ok(RecordOutcome::Why {
                record,
                field,
                changed,
                refused,
            }),
            _ => Err(CommandError::unexpected_reply()),
        }
    });
    let outcome = outcome.await;
    finish_command(here, &outcome)
}

/// `bangding journal`. Exit 0: told, or intact; 1: not.
pub async fn journal(args: &JournalArgs) -> ExitCode {
    let here = &args.here;
    let outcome = match &args.action {
        JournalAction::Show {
            person: Some(person),
            field,
            ..
        } => {
            with_session(here, SessionNeeds::State, async |session| {
                show_history(session, person, *field).await
            })
            .await
        }
        JournalAction::Show {
            person: None, all, ..
        } => list_orders(here, *all).await,
        JournalAction::Verify => {
            let order = OrderRequest::Journal(JournalRequest::Verify);
            with_session(here, SessionNeeds::State, async |session| {
                match session.send(order).await? {
                    Reply::Verified(audit) => Ok(RecordOutcome::Verified(audit)),
                    _ => Err(CommandError::unexpected_reply()),
                }
            })
            .await
        }
    };
    let is_broken =
        matches!(&outcome, Ok(RecordOutcome::Verified(audit)) if audit.broken.is_some());
    let code = finish_command(here, &outcome);
    if is_broken { ExitCode::FAILURE } else { code }
}

fn finish_command(here: &ContextArgs, outcome: &Outcome) -> ExitCode {
    words::print_outcome(here, outcome);
    match outcome {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn review(request: ReviewRequest) -> OrderRequest {
    OrderRequest::Review(request)
}

/// Every row of a listing, page by page.
pub(crate) async fn list_all<T>(
    session: &StateSession,
    order: impl Fn(Option<Cursor>) -> OrderRequest,
    page_of: impl Fn(Reply) -> Option<Page<T>>,
) -> Result<Vec<T>, CommandError> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let reply = session.send(order(cursor)).await?;
        let page = page_of(reply).ok_or_else(CommandError::unexpected_reply)?;
        rows.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(rows);
        }
    }
}

async fn send_one(here: &ContextArgs, request: ReviewRequest, needs: SessionNeeds) -> Outcome {
    with_session(here, needs, async |session| {
        match session.send(review(request)).await? {
            Reply::Conflict(one) => Ok(RecordOutcome::Conflict(one)),
            Reply::Hold { hold, records } => Ok(RecordOutcome::Hold { hold, records }),
            Reply::QuarantinedOne(one) => Ok(RecordOutcome::QuarantinedOne(one)),
            _ => Err(CommandError::unexpected_reply()),
        }
    })
    .await
}

async fn list_conflicts(here: &ContextArgs, all: bool) -> Outcome {
    let listed = with_session(here, SessionNeeds::State, async |session| {
        let order = |cursor| review(ReviewRequest::Conflicts { all, cursor });
        list_all(session, order, |reply| match reply {
            Reply::Conflicts(page) => Some(page),
            _ => None,
        })
        .await
    });
    let mut conflicts = listed.await?;
    conflicts.sort_by_key(|conflict| std::cmp::Reverse(conflict.since));
    Ok(RecordOutcome::Conflicts(conflicts))
}

async fn list_holds(here: &ContextArgs, all: bool) -> Outcome {
    let listed = with_session(here, SessionNeeds::State, async |session| {
        let order = |cursor| review(ReviewRequest::Holds { all, cursor });
        list_all(session, order, |reply| match reply {
            Reply::Holds(page) => Some(page),
            _ => None,
        })
        .await
    });
    let mut holds = listed.await?;
    holds.sort_by_key(|hold| std::cmp::Reverse(hold.since));
    Ok(RecordOutcome::Holds(holds))
}

async fn list_quarantined(here: &ContextArgs, all: bool) -> Outcome {
    let listed = with_session(here, SessionNeeds::State, async |session| {
        let order = |cursor| review(ReviewRequest::Quarantined { all, cursor });
        list_all(session, order, |reply| match reply {
            Reply::Quarantined(page) => Some(page),
            _ => None,
        })
        .await
    });
    let mut records = listed.await?;
    records.sort_by_key(|one| std::cmp::Reverse(one.since));
    Ok(RecordOutcome::Quarantined(records))
}

/// A hold and the names of all its records, page by page.
async fn show_hold(here: &ContextArgs, id: &str) -> Outcome {
    with_session(here, SessionNeeds::State, async |session| {
        let mut named = Vec::new();
        loop {
            let (id, from) = (id.to_owned(), named.len());
            let order = review(ReviewRequest::Hold { id, from });
            let Reply::Hold { hold, records } = session.send(order).await? else {
                return Err(CommandError::unexpected_reply());
            };
            let is_last = records.is_empty();
            named.extend(records);
            if is_last || named.len() as u64 >= hold.count {
                return Ok(RecordOutcome::Hold {
                    hold,
                    records: named,
                });
            }
        }
    })
    .await
}

async fn show_history(
    session: &StateSession,
    person: &str,
    field: Option<directory::Field>,
) -> Outcome {
    let (mut all, mut ordered, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let order = |who: &str| {
            let (who, cursor) = (who.to_owned(), cursor.clone());
            OrderRequest::Journal(JournalRequest::History { who, field, cursor })
        };
        let Reply::History {
            record,
            changes,
            orders,
            next,
        } = send_about(session, person, order).await?
        else {
            return Err(CommandError::unexpected_reply());
        };
        all.extend(changes);
        ordered.extend(orders);
        cursor = next;
        if cursor.is_none() {
            return Ok(RecordOutcome::History {
                record,
                changes: all,
                orders: ordered,
            });
        }
    }
}

/// The newest orders, one page; or all of them.
async fn list_orders(here: &ContextArgs, all: bool) -> Outcome {
    with_session(here, SessionNeeds::State, async |session| {
        let order = |cursor| OrderRequest::Journal(JournalRequest::Orders { cursor });
        let listed = list_all(session, order, |reply| match reply {
            Reply::Orders(page) if all => Some(page),
            Reply::Orders(page) => Some(Page { next: None, ..page }),
            _ => None,
        });
        Ok(RecordOutcome::Orders(listed.await?))
    })
    .await
}

/// An order about one record; where no number or id is so, the one person who has the name.
async fn send_about(
    session: &StateSession,
    who: &str,
    order: impl Fn(&str) -> OrderRequest,
) -> Result<Reply, CommandError> {
    let nobody = CommandError::Order(OrderError::Record(RecordOrderError::Nobody));
    match session.send(order(who)).await {
        Err(err) if err == nobody => match person_search::find_person(session, who).await {
            Ok(id) => session.send(order(id.as_str())).await,
            Err(CommandError::Order(OrderError::Ledger(LedgerOrderError::Ambiguous {
                count,
                ..
            }))) => {
                let several = RecordOrderError::Several { count };
                Err(OrderError::Record(several).into())
            }
            Err(CommandError::Order(OrderError::Ledger(_))) => Err(nobody),
            Err(err) => Err(err),
        },
        reply => reply,
    }
}
