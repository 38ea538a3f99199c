//! The command line of `cargo bangding test`, `bench` and `cloud`.

use clap::{Args as ClapArgs, Parser, Subcommand};

/// What developers of Bangding run.
#[derive(Debug, Parser)]
#[command(name = "bangding", bin_name = "cargo bangding", version, about, long_about = None)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Every check of the project, the same that CI runs
    Test(TestArgs),
    /// Figures, a line of JSON each: `sync`, `rows`, `callback`, `flood`, `simulation`, `planted`; `tell` a seed
    Bench(BenchArgs),
    /// The cloud: check what is deployed there, deploy it
    Cloud(CloudArgs),
}

/// `bangding test`.
#[derive(Debug, Clone, ClapArgs)]
pub struct TestArgs {
    /// Only checks whose name contains this
    pub filter: Option<String>,
}

/// `bangding bench`.
#[derive(Debug, Clone, ClapArgs)]
pub struct BenchArgs {
    /// Which; all of them unless given
    pub name: Option<String>,
    /// What the benchmark takes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// `bangding cloud`.
#[derive(Debug, Clone, ClapArgs)]
pub struct CloudArgs {
    /// What to do with the cloud.
    #[command(subcommand)]
    pub command: CloudCommand,
}

/// What can be done with the cloud.
#[derive(Debug, Clone, Subcommand)]
pub enum CloudCommand {
    /// Check infra/template.yaml, without an account: our own rules, cfn-lint, SAM's validation
    Check(CheckArgs),
    /// Deploy: on AWS through SAM, or with --local on an emulated AWS, where it is shown to work
    Deploy(DeployArgs),
    /// Take every permission away from every role once, on an emulated AWS, and see the function denied
    LeastPrivilege(LeastPrivilegeArgs),
}

/// `bangding cloud check`.
#[derive(Debug, Clone, ClapArgs)]
pub struct CheckArgs {
    /// Leave out SAM's own validation, whose installation takes minutes
    #[arg(long)]
    pub no_sam: bool,
    /// Print the table of functions for infra/README.md, and check nothing
    #[arg(long)]
    pub table: bool,
    /// Print what a month costs, for infra/README.md, and check nothing
    #[arg(long)]
    pub costs: bool,
}

/// `bangding cloud least-privilege`.
#[derive(Debug, Clone, ClapArgs)]
pub struct LeastPrivilegeArgs {
    /// Only this function's permissions, by its name in the template; those of all functions unless given
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

    #[test]
    fn what_a_benchmark_takes_reaches_it_unread() {
        let args = ["bangding", "bench", "sync", "--people", "10", "--no-import"];
        let Ok(Args {
            command: Command::Bench(bench),
        }) = Args::try_parse_from(args)
        else {
            panic!("the benchmark's own arguments were read here");
        };
        assert_eq!(bench.name.as_deref(), Some("sync"));
        assert_eq!(bench.rest, ["--people", "10", "--no-import"]);
    }
}
