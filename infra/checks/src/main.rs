//! What `cargo bangding test`, `bench` and most of `cloud` start.

use std::process::ExitCode;

use checks::args::Args;
use clap::Parser as _;

fn main() -> ExitCode {
    checks::run(&Args::parse())
}
