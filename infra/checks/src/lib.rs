#![doc = include_str!("../README.md")]

pub mod args;
mod bench_command;
mod deploy;
pub mod emulator;
mod house_rules;
mod outcome;
mod print;
mod program;
mod project;
pub mod pypi_tools;
pub mod static_callback;
pub mod template;
mod template_rules;
mod test_command;
mod venv;

use std::process::ExitCode;

use args::{Args, CloudCommand, Command};
use print::print_line;

/// Runs a command. Its exit code is 0 where everything was checked and is well.
#[must_use]
pub fn run(args: &Args) -> ExitCode {
    let ended = match &args.command {
        Command::Test(test) => Ok(test_command::run_checks(test)),
        Command::Bench(bench) => bench_command::run_benchmark(bench),
        Command::Cloud(cloud) => match &cloud.command {
            CloudCommand::Check(check) => template_rules::check_template(check),
            CloudCommand::Deploy(deploy) => deploy::deploy(deploy),
            CloudCommand::LeastPrivilege(args) => deploy::prove_least_privilege(args),
        },
    };
    ended.unwrap_or_else(|why| {
        print_line(&format!("■ {why}"));
        ExitCode::FAILURE
    })
}
