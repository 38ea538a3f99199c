//! `bangding bench`: runs the benchmarks, which are a program of their own so that `up` builds without them.

use std::process::{Command, ExitCode};

use crate::args::BenchArgs;
use crate::print_error;

/// What is built. The simulation is a program beside the others: the profile `dev` optimises what it runs already, and the
/// engine with planted mistakes must be linked into nothing else.
fn program(name: Option<&str>) -> &'static [&'static str] {
    match name {
        Some("simulation" | "tell") => &["--package", "simulation", "--bin", "histories", "--"],
        Some("planted") => &[
            "--package",
            "simulation",
            "--bin",
            "histories",
            "--features",
            "planted",
            "--",
        ],
        _ => &["--profile", "bench-run", "--package", "bench", "--"],
    }
}

/// Builds the benchmarks with optimisation and runs them.
#[must_use]
pub fn run(args: &BenchArgs) -> ExitCode {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--locked"]);
    cargo.args(program(args.name.as_deref()));
    cargo.args(&args.name).args(&args.rest);
    match cargo.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(err) => print_error(&err),
    }
}
