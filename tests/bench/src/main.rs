//! The benchmarks: `cargo bangding bench NAME …`.

use std::process::ExitCode;

use bench::args::BenchmarkArgs;
use clap::Parser as _;

fn main() -> ExitCode {
    bench::run(&BenchmarkArgs::parse())
}
