//! `bangding cloud …`: the same functions where nobody keeps servers.

pub(crate) mod check;
pub(crate) mod dead_letters;
pub(crate) mod deploy;
pub mod emulator;
pub mod pypi_tools;
pub(crate) mod split_secrets;
pub mod static_callback;

use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};

/// `bangding cloud`.
#[derive(Debug, Clone, ClapArgs)]
pub struct CloudArgs {
    /// What to do with the cloud.
    #[command(subcommand)]
    pub command: CloudCommand,
}

/// What can be done.
#[derive(Debug, Clone, Subcommand)]
pub enum CloudCommand {
    /// Check infra/template.yaml, without an account: our own rules, cfn-lint, SAM's validation
    Check(check::CheckArgs),
    /// Deploy: on AWS through SAM, or with --local on an emulated AWS, where it is shown to work
    Deploy(deploy::DeployArgs),
    /// Take every permission away from every role once, on an emulated AWS, and see the function denied
    LeastPrivilege(deploy::LeastPrivilegeArgs),
    /// What was delivered too often: list it, show one, put it back
    DeadLetters(dead_letters::DeadLettersArgs),
    /// Before an upgrade: the one secret that the version before kept per binding becomes three
    SplitSecrets(split_secrets::SplitSecretsArgs),
}

/// Runs it.
pub async fn run(args: &CloudArgs) -> ExitCode {
    match &args.command {
        CloudCommand::Check(check) => check::run(check),
        CloudCommand::Deploy(deploy) => deploy::run(deploy),
        CloudCommand::LeastPrivilege(args) => deploy::least_privilege(args),
        CloudCommand::DeadLetters(letters) => dead_letters::run(letters).await,
        CloudCommand::SplitSecrets(args) => split_secrets::run(args).await,
    }
}
