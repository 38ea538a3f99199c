//! `bangding ehr`: hire, change, leave, re-organise in the built-in eHR, today or on a day ahead.

pub mod args;
pub(crate) mod person_search;
pub(crate) mod words;

use std::process::ExitCode;

use desk::{LedgerRequest, OrderRequest, Reply};

use crate::command_error::CommandError;
use crate::plan::args::ContextArgs;
use crate::plan::with_session;
use crate::records::list_all;
use crate::session::{SessionNeeds, StateSession};

pub use args::EhrArgs;
use words::LedgerOutcome;

/// Runs the command. Exit 0: done; 1: refused or not possible, and nothing was written.
pub async fn run(args: &EhrArgs) -> ExitCode {
    let outcome = send_order(&args.here, &args.action.to_order()).await;
    words::print_outcome(&outcome, &args.here);
    if outcome.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Has an order done by the desk.
///
/// # Errors
/// [`CommandError`].
pub(crate) async fn send_order(
    here: &ContextArgs,
    order: &LedgerRequest,
) -> Result<LedgerOutcome, CommandError> {
    with_session(here, SessionNeeds::State, async |session| {
        if let LedgerRequest::List { kind, all, .. } = order {
            return list_entries(session, *kind, *all).await;
        }
        let order = person_search::name_people_by_id(session, order.clone()).await?;
        match session.send(OrderRequest::Ledger(order)).await? {
            Reply::Edited(edited) => Ok(LedgerOutcome::Edited(edited)),
            Reply::Entry(entry) => Ok(LedgerOutcome::Entries(vec![*entry])),
            Reply::Changes(feed) => Ok(LedgerOutcome::Changes(feed)),
            _ => Err(CommandError::unexpected_reply()),
        }
    })
    .await
}

async fn list_entries(
    session: &StateSession,
    kind: directory::Kind,
    all: bool,
) -> Result<LedgerOutcome, CommandError> {
    let order = |cursor| OrderRequest::Ledger(LedgerRequest::List { kind, all, cursor });
    let mut entries = list_all(session, order, |reply| match reply {
        Reply::Entries(page) => Some(page),
        _ => None,
    })
    .await?;
    words::sort(&mut entries);
    Ok(LedgerOutcome::Entries(entries))
}

#[cfg(test)]
pub(crate) mod tests;
