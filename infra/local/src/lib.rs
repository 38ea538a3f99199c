#![doc = include_str!("../README.md")]

pub mod args;
pub mod cloud;
mod command_error;
pub mod console;
mod dead_letters;
pub mod developer_command;
pub mod ehr;
pub mod embedded;
pub mod export;
pub mod former_secrets;
pub mod http_front;
pub mod language;
mod local_socket;
pub mod machine;
pub mod plan;
mod plan_server;
pub mod policy;
pub mod records;
pub mod rotate;
mod session;
pub mod split_secrets;
pub mod status;
#[cfg(test)]
mod text_tests;
mod token_renewal;
pub mod up;
pub mod workers;

use std::io::Write as _;
use std::process::ExitCode;

use args::{Args, Command};

/// Runs a command.
pub async fn run(args: Args) -> ExitCode {
    runtime::init_logging("bangding");
    match args.command {
        Command::Up(up) => up::run(up).await,
        Command::Sandbox(sandbox) => match sandbox::run(sandbox).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(err) => print_error(&err),
        },
        Command::Ehr(ehr) => ehr::run(&ehr).await,
        Command::Export(export) => export::run(&export).await,
        Command::Rotate(rotate) => match rotate::run(&rotate).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(refusal) => print_failure(&rotate.lang.describe(&refusal.reason)),
        },
        Command::Plan(args) => plan::run(&args).await,
        Command::Approve(args) => plan::approve(&args).await,
        Command::Apply(args) => plan::apply(&args).await,
        Command::Shadow(args) => plan::shadow(&args).await,
        Command::Status(args) => status::run(&args).await,
        Command::Pause(args) => plan::pause(&args).await,
        Command::Resume(args) => plan::resume(&args).await,
        Command::Conflict(args) => records::conflict(&args).await,
        Command::Hold(args) => records::hold(&args).await,
        Command::Quarantine(args) => records::quarantine(&args).await,
        Command::Waiting(args) => records::waiting(&args).await,
        Command::Why(args) => records::why(&args).await,
        Command::Journal(args) => records::journal(&args).await,
        Command::Policy(args) => policy::run(&args).await,
        Command::Test(test) => developer_command::run(&["test"], &test),
        Command::Bench(bench) => developer_command::run(&["bench"], &bench),
        Command::Cloud(cloud) => cloud::run(&cloud).await,
    }
}

/// Prints why a command was not done, in the reader's language, on stderr.
pub(crate) fn print_failure(text: &str) -> ExitCode {
    // A closed pipe changes nothing any more.
    _ = writeln!(std::io::stderr(), "■ {text}");
    ExitCode::FAILURE
}

/// Prints an error with its causes on stderr.
#[expect(
    clippy::print_stderr,
    reason = "a command's errors are for whoever typed it"
)]
pub fn print_error(err: &dyn std::error::Error) -> ExitCode {
    eprintln!("bangding: {}", directory::text::describe_error(err));
    ExitCode::FAILURE
}
