//! The functions' zips: a `bootstrap` each.

use std::path::{Path, PathBuf};

use checks::{pypi_tools, static_callback};
use tokio::process::Command;

use crate::template::TemplateFunction;

/// Where the project and what was built of it are, and the Python of the emulator.
#[derive(Debug, Clone)]
pub struct BuildPaths {
    /// The workspace's top folder.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target: PathBuf,
    /// The programs of the emulator's environment.
    pub python: PathBuf,
}

/// Which programs become bootstraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootstrapPrograms {
    /// Built by `cargo lambda` as they are for Lambda, but for optimisation.
    CargoLambda,
    /// Those of the ordinary debug build, which must be there: nothing is built again in CI.
    Built,
}

/// Makes the zips; their paths, in the functions' order.
///
/// # Errors
/// What could not be built, with the builder's own words.
pub async fn make(
    places: &BuildPaths,
    functions: &[TemplateFunction],
    programs: BootstrapPrograms,
) -> Result<Vec<PathBuf>, String> {
    match programs {
        BootstrapPrograms::CargoLambda => build_with_cargo_lambda(places, functions).await,
        BootstrapPrograms::Built => {
            let mut zips = Vec::new();
            for function in functions {
                zips.push(zip_built_program(places, &function.binary).await?);
            }
            Ok(zips)
        }
    }
}

async fn build_with_cargo_lambda(
    places: &BuildPaths,
    functions: &[TemplateFunction],
) -> Result<Vec<PathBuf>, String> {
    let bin = pypi_tools::install_cargo_lambda(&places.target)?;
    let path = runtime::read_variable("PATH").unwrap_or_default();
    let mut cargo = Command::new("cargo");
    cargo.args([
        "lambda",
        "build",
        "--x86-64",
        "--locked",
        "--profile",
        "lambda-local",
        "--output-format",
        "zip",
    ]);
    for function in functions {
        cargo.args(["--package", &function.binary]);
    }
    cargo
        .env("PATH", format!("{}:{path}", bin.display()))
        .current_dir(&places.root);
    run(cargo, "cargo lambda").await?;
    let whole =
        static_callback::build_callback(&places.root, &places.target, "x86_64", "lambda-local")?;
    let mut zips = Vec::new();
    for function in functions {
        zips.push(
            match whole.as_ref().filter(|_| function.binary == "callback") {
                Some(bootstrap) => zip(places, bootstrap).await?,
                None => places
                    .target
                    .join("lambda")
                    .join(&function.binary)
                    .join("bootstrap.zip"),
            },
        );
    }
    Ok(zips)
}

/// Without its symbols, which nobody reads there.
async fn zip_built_program(places: &BuildPaths, binary: &str) -> Result<PathBuf, String> {
    let program = places.target.join("debug").join(binary);
    if !program.is_file() {
        return Err(format!(
            "{binary} is not built: run `cargo build --workspace --bins` first"
        ));
    }
    let folder = places.target.join("lambda-built").join(binary);
    std::fs::create_dir_all(&folder)
        .map_err(|err| format!("{} cannot be made: {err}", folder.display()))?;
    let bootstrap = folder.join("bootstrap");
    let mut strip = Command::new("strip");
    strip.arg("-o").args([&bootstrap, &program]);
    run(strip, "strip").await?;
    zip(places, &bootstrap).await
}

/// Beside the bootstrap.
async fn zip(places: &BuildPaths, bootstrap: &Path) -> Result<PathBuf, String> {
    let zip = bootstrap.with_extension("zip");
    let mut python = Command::new(places.python.join("python"));
    python.args(["-m", "zipfile", "-c"]).args([&zip, bootstrap]);
    run(python, "python -m zipfile").await?;
    Ok(zip)
}

async fn run(mut command: Command, name: &str) -> Result<(), String> {
    let ended = command
        .output()
        .await
        .map_err(|err| format!("{name} cannot be started: {err}"))?;
    if ended.status.success() {
        return Ok(());
    }
    Err(format!(
        "{name} failed\n{}",
        String::from_utf8_lossy(&ended.stderr).trim_end()
    ))
}
