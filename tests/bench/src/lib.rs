#![doc = include_str!("../README.md")]

pub mod args;
pub mod call_minimum;
pub mod callback;
pub mod figure;
pub mod process;
pub mod rows;
pub mod sync;

use std::process::ExitCode;

use args::{BenchmarkArgs, BenchmarkCommand};

/// Runs a benchmark. Exit code 1 means that it could not be run, or that a figure of ours misses
/// its target.
#[must_use]
pub fn run(args: &BenchmarkArgs) -> ExitCode {
    runtime::init_logging("bench");
    let mut builder = match &args.bench {
        // On Lambda the measured side has one thread, too.
        BenchmarkCommand::SweepOnce(_) => tokio::runtime::Builder::new_current_thread(),
        BenchmarkCommand::Sync(_)
        | BenchmarkCommand::Rows(_)
        | BenchmarkCommand::Callback(_)
        | BenchmarkCommand::Flood(_) => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(err) => return local::print_error(&err),
    };
    match &args.bench {
        BenchmarkCommand::Sync(args) => exit_code(runtime.block_on(sync::run(args))),
        BenchmarkCommand::Rows(args) => exit_code(runtime.block_on(rows::run(args))),
        BenchmarkCommand::SweepOnce(args) => {
            exit_code(runtime.block_on(sync::measured::run(args)).map(|()| true))
        }
        BenchmarkCommand::Callback(args) => exit_code(runtime.block_on(callback::run(args))),
        BenchmarkCommand::Flood(args) => exit_code(runtime.block_on(callback::flood::run(args))),
    }
}

fn exit_code<E: std::error::Error>(ended: Result<bool, E>) -> ExitCode {
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => local::print_error(&trouble),
    }
}
