//! `bangding status`: whether the binding writes, how its last sweep ended, what of today's budget is spent, and what waits for a
//! person, each with the command that decides it.

mod words;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args as ClapArgs;
use desk::{OrderRequest, Reply, StatusView};
use serde_json::json;

use crate::command_error::{CommandError, print_command_error};
use crate::plan::args::ContextArgs;
use crate::plan::with_session;
use crate::session::SessionNeeds;

/// Something waits for a person.
const EXIT_WAITS: u8 = 3;

/// `bangding status`.
#[derive(Debug, Clone, ClapArgs)]
pub struct StatusArgs {
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// `bangding status`. Exit 0: nothing waits for a person; 3: something does, or writing is paused; 1: the state cannot be read.
pub async fn run(args: &StatusArgs) -> ExitCode {
    let here = &args.here;
    match read_status(here).await {
        Ok(status) => print_status(here, &status),
        Err(err) => {
            print_command_error(&err, here.json, here.lang);
            ExitCode::FAILURE
        }
    }
}

async fn read_status(here: &ContextArgs) -> Result<Box<StatusView>, CommandError> {
    with_session(here, SessionNeeds::State, async |session| {
        match session.send(OrderRequest::Status).await? {
            Reply::Status(status) => Ok(status),
            _ => Err(CommandError::unexpected_reply()),
        }
    })
    .await
}

fn print_status(here: &ContextArgs, status: &StatusView) -> ExitCode {
    let waits = status.waits_for_person();
    let told = if here.json {
        json!({"status": status, "waits": waits}).to_string()
    } else {
        words::describe_status(status, here.lang).join("\n")
    };
    // A closed pipe changes nothing any more.
    _ = writeln!(std::io::stdout(), "{told}");
    if waits {
        ExitCode::from(EXIT_WAITS)
    } else {
        ExitCode::SUCCESS
    }
}
