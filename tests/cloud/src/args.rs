//! The command line.

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Deploys the template with the real programs on an emulated AWS
#[derive(Debug, Parser)]
#[command(name = "cloud")]
pub struct Args {
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Commands of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Deploys, runs every story, tears down
    Deploy(DeployArgs),
    /// Removes every action from every role once, and reports which ones are needed
    LeastPrivilege(LeastPrivilegeArgs),
}

/// Arguments of `cloud least-privilege`.
#[derive(Debug, Clone, ClapArgs)]
pub struct LeastPrivilegeArgs {
    /// Only this function, by its name in the template; all functions by default
    #[arg(long, value_name = "FUNCTION")]
    pub only: Option<String>,
}

/// Arguments of `cloud deploy`.
#[derive(Debug, Clone, ClapArgs)]
pub struct DeployArgs {
    /// Leave it running after the stories, until Ctrl+C
    #[arg(long)]
    pub keep: bool,
    /// Use the programs of the debug build instead of building them with cargo-lambda
    #[arg(long)]
    pub built: bool,
    /// Number of people in the sandbox's company
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=20_000))]
    pub people: u32,
}
