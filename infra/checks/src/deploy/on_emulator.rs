//! On the emulator: a program of its own (`tests/cloud`), so that `up` builds without it.

use std::process::{Command, ExitCode};

use crate::args::DeployArgs;
use crate::project::Project;

/// Runs `cloud deploy` of `tests/cloud`.
pub(super) fn deploy(args: &DeployArgs) -> Result<ExitCode, String> {
    let project = Project::here()?;
    let mut rest = vec!["deploy"];
    rest.extend(args.keep.then_some("--keep"));
    rest.extend(args.built.then_some("--built"));
    if args.built {
        run_built(&project, &rest)
    } else {
        run_cloud(&project, &rest)
    }
}

/// Runs `cloud least-privilege` of `tests/cloud`, on the programs of the debug build.
pub(super) fn prove_least_privilege(only: Option<&str>) -> Result<ExitCode, String> {
    let args: Vec<_> = ["least-privilege"]
        .into_iter()
        .chain(only.into_iter().flat_map(|only| ["--only", only]))
        .collect();
    run_built(&Project::here()?, &args)
}

/// Builds the whole workspace's programs as the tests do, and runs `cloud` among them.
fn run_built(project: &Project, args: &[&str]) -> Result<ExitCode, String> {
    let built = project
        .cargo(&["build", "--workspace", "--bins", "--locked"])
        .run()?;
    if !built.well {
        return Err(format!("the programs could not be built\n{}", built.output));
    }
    run_command(Command::new(project.target.join("debug/cloud")).args(args))
}

/// Builds what the program itself needs; it builds the functions.
fn run_cloud(project: &Project, args: &[&str]) -> Result<ExitCode, String> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["run", "--quiet", "--locked", "--package", "cloud", "--"])
        .args(args)
        .current_dir(&project.root);
    run_command(&mut cargo)
}

fn run_command(command: &mut Command) -> Result<ExitCode, String> {
    let status = command
        .status()
        .map_err(|err| format!("the emulated cloud cannot be started: {err}"))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
