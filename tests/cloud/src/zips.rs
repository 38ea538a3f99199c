//! The functions' zips, each with a `bootstrap`.

use std::path::{Path, PathBuf};

use checks::{pypi_tools, static_callback};
use tokio::process::Command;

use crate::template::TemplateFunction;

/// Folders of the project and of its builds, and of the emulator's Python.
#[derive(Debug, Clone)]
pub struct BuildPaths {
    /// Top folder of the workspace.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target: PathBuf,
    /// Programs of the emulator's environment.
    pub python: PathBuf,
}

/// Which programs become bootstraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootstrapPrograms {
    /// `cargo lambda` builds them as for Lambda, but without optimisation.
    CargoLambda,
    /// Programs of the ordinary debug build, which must exist. CI builds nothing again.
    Built,
}

/// Makes the zips; returns their paths in the order of the functions.
///
/// # Errors
/// What could not be built, with the builder's own message.
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

/// Zips a program without its symbols, which are of no use there.
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

/// Writes the zip beside the bootstrap.
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
