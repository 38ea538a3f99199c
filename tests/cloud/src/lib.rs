#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a story that cannot go on has failed"
)]

pub mod args;
pub mod aws;
pub mod denial_proxy;
pub mod deploy;
pub mod privilege;
pub mod screen;
pub mod stack;
pub mod stories;
pub mod template;
pub mod world;
pub mod zips;

use std::process::ExitCode;

use args::{Args, Command};

/// Runs a command.
pub async fn run(args: Args) -> ExitCode {
    let done = match args.command {
        Command::Deploy(deploy) => deploy::run(&deploy).await,
        Command::LeastPrivilege(args) => privilege::run(args.only.as_deref()).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            screen::print_failure(&why);
            ExitCode::FAILURE
        }
    }
}
