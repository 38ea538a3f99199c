//! Runs seeds by the thousand: `cargo bangding bench simulation` and `cargo bangding bench
//! planted`.

use std::process::ExitCode;

use clap::Parser as _;
use simulation::program::{SimulationArgs, run};

fn main() -> ExitCode {
    run(&SimulationArgs::parse())
}
