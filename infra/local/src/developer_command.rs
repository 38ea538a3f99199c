//! `bangding test`, `bench` and most of `cloud`: commands of a program of their own (`infra/checks`), so that `up` builds
//! without them. Cargo builds and runs it.

use std::process::{Command, ExitCode, ExitStatus};

use clap::Args as ClapArgs;

use crate::print_error;

/// What is passed on as it was typed, `--help` too.
#[derive(Debug, Clone, ClapArgs)]
pub struct PassedArgs {
    /// What the command takes; `--help` lists it
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// Starts the command, and ends as it ends.
pub(crate) fn run(command: &[&str], args: &PassedArgs) -> ExitCode {
    match cargo_run(command, args).status() {
        Ok(status) => exit_code(status),
        Err(err) => print_error(&err),
    }
}

fn cargo_run(command: &[&str], args: &PassedArgs) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["run", "--quiet", "--locked", "--package", "checks", "--"])
        .args(command)
        .args(&args.rest);
    cargo
}

/// A program that a signal ended has failed.
fn exit_code(status: ExitStatus) -> ExitCode {
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Args, Command as Typed};
    use crate::cloud::CloudCommand;

    fn words(command: &Command) -> String {
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        words.join(" ")
    }

    #[test]
    fn what_was_typed_is_passed_on_unread() {
        let typed = [
            "bangding", "bench", "sync", "--people", "10", "--", "--help",
        ];
        let Ok(Typed::Bench(args)) = Args::try_parse_from(typed).map(|args| args.command) else {
            panic!("it is not passed on");
        };
        assert_eq!(
            words(&cargo_run(&["bench"], &args)),
            "run --quiet --locked --package checks -- bench sync --people 10 -- --help"
        );
        let typed = ["bangding", "test", "--help"];
        let Ok(Typed::Test(args)) = Args::try_parse_from(typed).map(|args| args.command) else {
            panic!("it is not passed on");
        };
        assert_eq!(args.rest, ["--help"]);
    }

    #[test]
    fn dead_letters_are_the_products_own() {
        let typed = ["bangding", "cloud", "deploy", "--local", "--built"];
        let Ok(Typed::Cloud(cloud)) = Args::try_parse_from(typed).map(|args| args.command) else {
            panic!("it is not understood");
        };
        assert!(
            matches!(cloud.command, CloudCommand::Deploy(args) if args.rest == ["--local", "--built"])
        );
        let typed = ["bangding", "cloud", "dead-letters", "list", "--json"];
        let Ok(Typed::Cloud(cloud)) = Args::try_parse_from(typed).map(|args| args.command) else {
            panic!("it is not understood");
        };
        assert!(matches!(cloud.command, CloudCommand::DeadLetters(_)));
    }

    #[cfg(unix)]
    #[test]
    fn the_exit_code_is_the_programs() {
        use std::os::unix::process::ExitStatusExt as _;

        // As `wait` packs it: the code is the second byte, a signal the first.
        let ended = |raw| format!("{:?}", exit_code(ExitStatus::from_raw(raw)));
        assert_eq!(ended(3 << 8), format!("{:?}", ExitCode::from(3)));
        assert_eq!(ended(0), format!("{:?}", ExitCode::SUCCESS));
        assert_eq!(ended(9), format!("{:?}", ExitCode::FAILURE));
    }
}
