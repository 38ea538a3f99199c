//! `bangding cloud …`: what was delivered too often is looked at here; all else is a developer's command.

use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};

use crate::dead_letters::{self, DeadLettersArgs};
use crate::developer_command::{self, PassedArgs};
use crate::split_secrets::{self, SplitSecretsArgs};

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
    #[command(disable_help_flag = true)]
    Check(PassedArgs),
    /// Deploy: on AWS through SAM, or with --local on an emulated AWS, where it is shown to work
    #[command(disable_help_flag = true)]
    Deploy(PassedArgs),
    /// Take every permission away from every role once, on an emulated AWS, and see the function denied
    #[command(disable_help_flag = true)]
    LeastPrivilege(PassedArgs),
    /// What was delivered too often: list it, show one, put it back
    DeadLetters(DeadLettersArgs),
    /// Before an upgrade: the one secret that the version before kept per binding becomes three
    SplitSecrets(SplitSecretsArgs),
}

/// Runs it.
pub(crate) async fn run(args: &CloudArgs) -> ExitCode {
    match &args.command {
        CloudCommand::Check(args) => developer_command::run(&["cloud", "check"], args),
        CloudCommand::Deploy(args) => developer_command::run(&["cloud", "deploy"], args),
        CloudCommand::LeastPrivilege(args) => {
            developer_command::run(&["cloud", "least-privilege"], args)
        }
        CloudCommand::DeadLetters(letters) => dead_letters::run(letters).await,
        CloudCommand::SplitSecrets(args) => split_secrets::run(args).await,
    }
}
