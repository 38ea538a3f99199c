//! The command line.

use clap::{Args as ClapArgs, Parser, Subcommand};

/// The template with the real programs on an emulated AWS.
#[derive(Debug, Parser)]
#[command(name = "cloud")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Deploy, tell every story, tear down
    Deploy(DeployArgs),
    /// Take every action away from every role once, and see what fails
    LeastPrivilege(LeastPrivilegeArgs),
}

/// Whose actions to take away.
#[derive(Debug, Clone, ClapArgs)]
pub struct LeastPrivilegeArgs {
    /// Only this function's, by its name in the template; everybody's unless given
    #[arg(long, value_name = "FUNCTION")]
    pub only: Option<String>,
}

/// How to deploy.
#[derive(Debug, Clone, ClapArgs)]
pub struct DeployArgs {
    /// Leave it running after the stories, until Ctrl+C
    #[arg(long)]
    pub keep: bool,
    /// Take the programs of the debug build instead of building them with cargo-lambda
    #[arg(long)]
    pub built: bool,
    /// People of the sandbox's company
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=20_000))]
    pub people: u32,
}
