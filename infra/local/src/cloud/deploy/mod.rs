//! `bangding cloud deploy`: on AWS through SAM, or with `--local` on an emulated AWS.

mod confirmation;
mod deploy_target;
mod on_emulator;
mod steps;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args as ClapArgs;

use super::pypi_tools;
use crate::checks::{Project, say};
use deploy_target::{DeployError, DeployTarget};

/// `bangding cloud least-privilege`.
#[derive(Debug, Clone, ClapArgs)]
pub struct LeastPrivilegeArgs {
    /// Only this function's permissions, by its name in the template; everybody's unless given
    #[arg(long, value_name = "FUNCTION")]
    pub only: Option<String>,
}

/// `bangding cloud deploy`.
#[derive(Debug, Clone, ClapArgs)]
pub struct DeployArgs {
    /// On an emulated AWS on this machine, with a sandbox as DingTalk: deploys, shows that it works, tears down
    #[arg(long)]
    pub local: bool,
    /// With --local: leave it running afterwards, until Ctrl+C
    #[arg(long, requires = "local")]
    pub keep: bool,
    /// With --local: take the functions of the ordinary debug build instead of building them with cargo-lambda
    #[arg(long, requires = "local")]
    pub built: bool,
    /// The name of the stack; every resource's name begins with it
    #[arg(long, default_value = "bangding", conflicts_with = "local", value_parser = parse_stack_name)]
    pub stack: String,
    /// The AWS region; AWS_REGION or AWS_DEFAULT_REGION unless given
    #[arg(long, conflicts_with = "local")]
    pub region: Option<String>,
    /// A parameter of the template, NAME=VALUE, as often as needed; `arm64` needs that target's standard library
    #[arg(long = "parameter", value_name = "NAME=VALUE", conflicts_with = "local", value_parser = parse_parameter)]
    pub parameters: Vec<String>,
    /// Do not ask, neither here nor when SAM shows the change set
    #[arg(long, conflicts_with = "local")]
    pub yes: bool,
}

/// Runs it.
pub(super) fn run(args: &DeployArgs) -> ExitCode {
    exit_code(if args.local {
        on_emulator::deploy(args)
    } else {
        deploy_on_aws(args)
    })
}

/// `bangding cloud least-privilege`.
pub(super) fn least_privilege(args: &LeastPrivilegeArgs) -> ExitCode {
    exit_code(on_emulator::least_privilege(args.only.as_deref()))
}

fn exit_code(done: Result<ExitCode, String>) -> ExitCode {
    match done {
        Ok(code) => code,
        Err(why) => {
            say(&format!("■ {why}"));
            ExitCode::FAILURE
        }
    }
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
    let template = project.root.join("infra/template.yaml");
    let template =
        std::fs::read_to_string(&template).map_err(|err| format!("infra/template.yaml: {err}"))?;
    for line in confirmation::describe_deployment(&account, &place.region, &args.stack, &template) {
        say(&line);
    }
    if !args.yes && !confirmation::ask()? {
        say("Nothing was deployed.");
        return Ok(ExitCode::SUCCESS);
    }
    let lambda = pypi_tools::install_cargo_lambda(&project.target)?;
    let [build, deploy] = steps::steps(args, &place.region, &project.target);
    say(&format!("○ {}", build.shown()));
    build.run(&sam, &lambda, &project.root)?;
    say("○ the callback, linked statically");
    say(steps::replace_callback(args, &project)?);
    say(&format!("○ {}", deploy.shown()));
    deploy.run(&sam, &lambda, &project.root)?;
    say("● deployed. `CallbackUrl` above is the address for DingTalk's console");
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

/// CloudFormation's rule, and shorter: a queue's name is this and up to 26 letters more, and SQS takes 80.
fn parse_stack_name(name: &str) -> Result<String, String> {
    let begins = name
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic());
    let is_name =
        begins && name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let rule = "a stack's name begins with a letter and has at most 40 letters, digits and dashes";
    is_name
        .then(|| name.to_owned())
        .ok_or_else(|| rule.to_owned())
}

fn parse_parameter(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()) => {
            Ok(text.to_owned())
        }
        _ => Err("a parameter is NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_parameters_are_checked_before_anything_runs() {
        assert!(parse_stack_name("bangding-2").is_ok());
        for bad in ["", "2bangding", "绑钉", "a b", &"a".repeat(41)] {
            assert!(parse_stack_name(bad).is_err(), "{bad}");
        }
        assert!(parse_parameter("AlarmEmail=a@example.com").is_ok());
        for bad in ["AlarmEmail", "=x", "Alarm Email=x"] {
            assert!(parse_parameter(bad).is_err(), "{bad}");
        }
    }
}
