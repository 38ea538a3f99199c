//! What Cargo checks: form, lints, tests, documentation. One target directory, and one set of features, so that the same
//! crate is not built twice.

use crate::outcome::{Outcome, of_program, of_tests};
use crate::program::Program;
use crate::project::Project;

/// The crate, and its profile in Cargo.toml.
const SIMULATION: &str = "simulation";

pub(super) fn fmt(project: &Project) -> Outcome {
    of_program(
        project
            .cargo(&["fmt", "--all", "--check", "--", "--color", "never"])
            .run(),
    )
}

pub(super) fn clippy(project: &Project) -> Outcome {
    let args = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--keep-going",
        "--color",
        "never",
        "--",
        "-D",
        "warnings",
    ];
    of_program(project.cargo(&args).run())
}

/// All tests but the simulation's, those in the documentation among them. The programs are built first: stories run them.
pub(super) fn tests(project: &Project) -> Outcome {
    let built = build_programs(project);
    if !built.is_good() {
        return built;
    }
    of_tests(
        project
            .cargo(&[
                "test",
                "--workspace",
                "--exclude",
                SIMULATION,
                "--locked",
                "--no-fail-fast",
                "--color",
                "never",
            ])
            .run(),
    )
}

/// The simulation's tests, in the profile that optimises what hundreds of histories run through.
pub(super) fn simulation(project: &Project) -> Outcome {
    of_tests(simulation_tests(project, &["--no-fail-fast"]).run())
}

/// Mistakes planted in the engine, which the simulation must see. The only check that is built with another set of features:
/// what is tested and deployed has no mistakes to switch on.
pub(super) fn planted(project: &Project) -> Outcome {
    let args = ["--features", "planted", "--test", "planted"];
    of_tests(simulation_tests(project, &args).run())
}

fn simulation_tests(project: &Project, args: &[&str]) -> Program {
    let common = [
        "test",
        "--profile",
        SIMULATION,
        "--package",
        SIMULATION,
        "--locked",
        "--color",
        "never",
    ];
    project.cargo(&common).with(args)
}

/// The template with the functions that were just built, on the emulated AWS (`tests/cloud`).
pub(super) fn cloud(project: &Project) -> Outcome {
    let built = build_programs(project);
    if !built.is_good() {
        return built;
    }
    of_program(
        Program::new(project.target.join("debug/cloud"))
            .with(["deploy", "--built"])
            .run(),
    )
}

fn build_programs(project: &Project) -> Outcome {
    of_program(
        project
            .cargo(&[
                "build",
                "--workspace",
                "--bins",
                "--locked",
                "--color",
                "never",
            ])
            .run(),
    )
}

pub(super) fn docs(project: &Project) -> Outcome {
    let args = [
        "doc",
        "--no-deps",
        "--workspace",
        "--locked",
        "--keep-going",
        "--color",
        "never",
    ];
    of_program(
        project
            .cargo(&args)
            .set("RUSTDOCFLAGS", "-D warnings")
            .run(),
    )
}
