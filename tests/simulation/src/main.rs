//! Seeds by the thousand: `cargo bangding bench simulation` and `cargo bangding bench planted`.

use std::process::ExitCode;

use clap::Parser as _;
use simulation::program::{Args, run};

fn main() -> ExitCode {
    run(&Args::parse())
}
