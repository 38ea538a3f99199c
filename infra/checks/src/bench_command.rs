//! `bangding bench`: the benchmarks are programs of their own, each built with the optimisation that it measures.

use std::process::{Command, ExitCode};

use crate::args::BenchArgs;

/// What is built. The simulation is a program beside the others: the engine with planted mistakes must be linked into
/// nothing else, and its profile optimises what thousands of histories run through.
fn choose_program(name: Option<&str>) -> &'static [&'static str] {
    match name {
        Some("simulation" | "tell") => &[
            "--profile",
            "simulation",
            "--package",
            "simulation",
            "--bin",
            "histories",
            "--",
        ],
        Some("planted") => &[
            "--profile",
            "simulation",
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

/// Builds the benchmark with optimisation and runs it.
///
/// # Errors
/// A sentence, where Cargo cannot be started.
pub(crate) fn run_benchmark(args: &BenchArgs) -> Result<ExitCode, String> {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--locked"]);
    cargo.args(choose_program(args.name.as_deref()));
    cargo.args(&args.name).args(&args.rest);
    match cargo.status() {
        Ok(status) if status.success() => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::FAILURE),
        Err(err) => Err(format!("cargo cannot be started: {err}")),
    }
}
