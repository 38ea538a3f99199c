//! `bangding bench`: runs the benchmarks, which are a program of their own so that `up` builds without them.

use std::process::{Command, ExitCode};

use crate::args::BenchArgs;
use crate::failed;

/// Builds the benchmarks with optimisation and runs them.
#[must_use]
pub fn run(args: &BenchArgs) -> ExitCode {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--locked", "--profile", "bench-run", "--package", "bench", "--"]);
    cargo.args(&args.name).args(&args.rest);
    match cargo.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(err) => failed(&err),
    }
}
