//! `bangding ehr`: hire, change, leave, re-organise in the built-in eHR, today or on a day ahead.
//!
//! While `up` runs it has the state directory in its hands and does what is asked through its door; otherwise this process
//! takes the directory for a moment.

pub mod args;
pub mod desk;
pub(crate) mod entry_names;
pub mod local_socket;
pub mod order;
mod words;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use runtime::{SystemClock, random_bytes_or_abort};
use state::vault::SecretStore;
use state::{Store, TableNames};

use crate::embedded::{Database, DirectoryVault};
use crate::machine::machine_reason;
use crate::machine::{self, StartError};

pub use args::EhrArgs;
use desk::{LedgerOrderHandler, unusable_ledger};
use order::{LedgerOrder, LedgerOrderError, LedgerReply};

/// How often the directory is tried while somebody holds it without a door: an `up` that is starting, another command.
const LOCK_TRIES: u32 = 50;

/// Between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// Runs the command. Exit 0: done; 1: refused or not possible, and nothing was written.
pub async fn run(args: &EhrArgs) -> ExitCode {
    let mut outcome = send_order(&args.data, &args.action.to_order()).await;
    if let Ok(LedgerReply::Entries(entries)) = &mut outcome {
        desk::sort(entries);
    }
    words::print_outcome(&outcome, args);
    if outcome.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Has an order done by whoever can: this process, or the `up` that holds the directory.
///
/// # Errors
/// [`LedgerOrderError`].
pub async fn send_order(data: &Path, order: &LedgerOrder) -> Result<LedgerReply, LedgerOrderError> {
    if !data.join("state.db").exists() {
        return Err(LedgerOrderError::NoState {
            data: data.display().to_string(),
        });
    }
    for _ in 0..LOCK_TRIES {
        match machine::lock_state(data) {
            Ok(hold) => {
                let answer = handle_here(data, order).await;
                drop(hold);
                return answer;
            }
            Err(StartError::InUse(_)) => {}
            Err(err) => return Err(unusable_ledger(machine_reason(&err))),
        }
        if let Some(answer) = local_socket::send_ledger_order(data, order).await {
            return answer;
        }
        tokio::time::sleep(LOCK_PAUSE).await;
    }
    Err(LedgerOrderError::Held {
        data: data.display().to_string(),
    })
}

async fn handle_here(data: &Path, order: &LedgerOrder) -> Result<LedgerReply, LedgerOrderError> {
    let database = Database::open(&data.join("state.db"))
        .await
        .map_err(|err| unusable_ledger(machine_reason(&err)))?;
    let writer = u128::from_be_bytes(random_bytes_or_abort());
    let store = Store::new(
        database.client(),
        TableNames::with_prefix("bangding-"),
        writer,
    );
    let vault = DirectoryVault::open(&data.join("vault")).map_err(|err| unusable_ledger(&err))?;
    let desk = LedgerOrderHandler {
        store,
        secrets: SecretStore::new(Arc::new(vault), "local/"),
    };
    let answer = desk
        .handle_order(order, SystemClock.now(), random_bytes_or_abort())
        .await;
    if let Err(err) = database.stop().await {
        tracing::warn!(reason = %err, "the database had stopped before");
    }
    answer
}

#[cfg(test)]
pub(crate) mod tests;
