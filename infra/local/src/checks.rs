//! `bangding test`: every check of the project.

use std::process::ExitCode;

use crate::args::TestArgs;

/// Runs the checks.
#[must_use]
pub fn run(_args: &TestArgs) -> ExitCode {
    ExitCode::FAILURE
}
