//! `bangding cloud deploy`: on AWS through SAM, or with `--local` on an emulated AWS.

mod confirmation;
mod deploy_target;
mod on_emulator;
mod steps;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::args::{DeployArgs, LeastPrivilegeArgs};
use crate::print::print_line;
use crate::project::Project;
use crate::pypi_tools;
use crate::template::Template;
use deploy_target::{DeployError, DeployTarget};

/// `bangding cloud deploy`.
///
/// # Errors
/// A sentence that says what is missing, or what failed.
pub(crate) fn deploy(args: &DeployArgs) -> Result<ExitCode, String> {
    if args.local {
        on_emulator::deploy(args)
    } else {
        deploy_on_aws(args)
    }
}

/// `bangding cloud least-privilege`.
///
/// # Errors
/// A sentence, where the emulated cloud cannot be built or started.
pub(crate) fn prove_least_privilege(args: &LeastPrivilegeArgs) -> Result<ExitCode, String> {
    on_emulator::prove_least_privilege(args.only.as_deref())
}

/// On AWS: says where and what, asks, builds, deploys.
fn deploy_on_aws(args: &DeployArgs) -> Result<ExitCode, String> {
    let project = Project::here()?;
    let sam = find_sam(&project).ok_or_else(|| DeployError::NoSam.to_string())?;
    let place = DeployTarget::from_environment(args.region.as_deref(), &runtime::read_variable)
        .map_err(|refusal| refusal.to_string())?;
    let python = pypi_tools::install_emulator(&project.target)?.join("python");
    let account = place
        .account(&python)
        .map_err(|refusal| refusal.to_string())?;
    let template = Template::read(&project.root)?;
    for line in confirmation::describe_deployment(&account, &place.region, &args.stack, &template) {
        print_line(&line);
    }
    if !args.yes && !confirmation::ask()? {
        print_line("Nothing was deployed.");
        return Ok(ExitCode::SUCCESS);
    }
    let lambda = pypi_tools::install_cargo_lambda(&project.target)?;
    let [build, deploy] = steps::steps(args, &place.region, &project.target);
    print_line(&format!("○ {}", build.shown()));
    build.run(&sam, &lambda, &project.root)?;
    print_line("○ the callback, linked statically");
    print_line(steps::replace_callback(args, &project)?);
    print_line(&format!("○ {}", deploy.shown()));
    deploy.run(&sam, &lambda, &project.root)?;
    print_line("● deployed. `CallbackUrl` above is the address for DingTalk's console");
    Ok(ExitCode::SUCCESS)
}

/// SAM on the path, or the one that `cloud check` installed.
fn find_sam(project: &Project) -> Option<PathBuf> {
    let path = runtime::read_variable("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([project.target.join("venv-sam/bin")]);
    folders
        .map(|folder| folder.join("sam"))
        .find(|program| program.is_file())
}
