//! `bangding ehr`: hire, change, leave, re-organise in the built-in eHR, today or on a day ahead.
//!
//! While `up` runs it has the state directory in its hands and does what is asked through its door; otherwise this process
//! takes the directory for a moment.

pub mod args;
pub mod desk;
pub mod door;
pub(crate) mod naming;
pub mod order;
mod words;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use runtime::{SystemClock, unpredictable};
use state::vault::Secrets;
use state::{Store, Tables};

use crate::embedded::{Database, DirectoryVault};
use crate::machine::{self, StartError};

pub use args::EhrArgs;
use desk::{Desk, unusable};
use order::{Answer, Order, Trouble};

/// How often the directory is tried while somebody holds it without a door: an `up` that is starting, another command.
const TRIES: u32 = 50;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs the command. Exit 0: done; 1: refused or not possible, and nothing was written.
pub async fn run(args: &EhrArgs) -> ExitCode {
    let mut outcome = ask(&args.data, &args.action.order()).await;
    if let Ok(Answer::Entries(entries)) = &mut outcome {
        desk::sort(entries);
    }
    words::print(&outcome, args);
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Has an order done by whoever can: this process, or the `up` that holds the directory.
///
/// # Errors
/// [`Trouble`].
pub async fn ask(data: &Path, order: &Order) -> Result<Answer, Trouble> {
    if !data.join("state.db").exists() {
        return Err(Trouble::NoState { data: data.display().to_string() });
    }
    for _ in 0..TRIES {
        match machine::hold(data) {
            Ok(hold) => {
                let answer = here(data, order).await;
                drop(hold);
                return answer;
            }
            Err(StartError::InUse(_)) => {}
            Err(err) => return Err(unusable(&err)),
        }
        if let Some(answer) = door::ask(data, order).await {
            return answer;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Trouble::Held { data: data.display().to_string() })
}

async fn here(data: &Path, order: &Order) -> Result<Answer, Trouble> {
    let database = Database::open(&data.join("state.db")).await.map_err(|err| unusable(&err))?;
    let writer = u128::from_be_bytes(unpredictable());
    let store = Store::new(database.client(), Tables::with_prefix("bangding-"), writer);
    let vault = DirectoryVault::open(&data.join("vault")).map_err(|err| unusable(&err))?;
    let desk = Desk { store, secrets: Secrets::new(Arc::new(vault), "local/") };
    let answer = desk.serve(order, SystemClock.now(), unpredictable()).await;
    if let Err(err) = database.stop().await {
        tracing::warn!(reason = %err, "the database had stopped before");
    }
    answer
}

#[cfg(test)]
pub(crate) mod tests;
