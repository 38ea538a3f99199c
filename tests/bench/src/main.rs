//! The benchmarks: `cargo bangding bench NAME …`.

use std::process::ExitCode;

use bench::args::Args;
use clap::Parser as _;

fn main() -> ExitCode {
    bench::run(&Args::parse())
}
