//! `bangding test`: every check of the project, the same on a desk and in CI.
//!
//! Nothing is skipped: what cannot run has failed.

mod cargo;
pub(crate) mod program;
mod project_rules;
pub(crate) mod results;
pub(crate) mod venv;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use crate::args::TestArgs;
use crate::cloud::check as template;
use program::Program;
use results::Outcome;

/// A check: its name for the filter, and what it runs.
struct Check {
    name: &'static str,
    run: fn(&Project) -> Outcome,
}

/// In the order in which trouble is cheapest to find.
const CHECKS: [Check; 9] = [
    Check {
        name: "fmt",
        run: cargo::fmt,
    },
    Check {
        name: "house",
        run: project_rules::check_rules,
    },
    Check {
        name: "template",
        run: template::check_template_rules,
    },
    Check {
        name: "cfn-lint",
        run: template::cfn_lint,
    },
    Check {
        name: "clippy",
        run: cargo::clippy,
    },
    Check {
        name: "tests",
        run: cargo::tests,
    },
    Check {
        name: "planted",
        run: cargo::planted,
    },
    Check {
        name: "cloud",
        run: cargo::cloud,
    },
    Check {
        name: "docs",
        run: cargo::docs,
    },
];

/// Where the project is.
pub(crate) struct Project {
    /// The workspace's top folder.
    pub(crate) root: PathBuf,
    /// Cargo's target directory; virtual environments are made in it.
    pub(crate) target: PathBuf,
}

impl Project {
    /// The workspace around the current directory, as Cargo finds it.
    pub(crate) fn here() -> Result<Self, String> {
        let text = Program::cargo(&["metadata", "--no-deps", "--format-version", "1", "--locked"])
            .read_stdout()?;
        let metadata: serde_json::Value = serde_json::from_str(&text)
            .map_err(|err| format!("cargo metadata was not understood: {err}"))?;
        let path = |name: &str| {
            let path = metadata.get(name).and_then(serde_json::Value::as_str);
            path.map(PathBuf::from)
                .ok_or_else(|| format!("cargo metadata has no {name}"))
        };
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
        })
    }

    /// A program that runs in the project's top folder.
    pub(crate) fn cargo(&self, args: &[&str]) -> Program {
        Program::cargo(args).within(&self.root)
    }
}

/// Runs the checks, a line each, and ends with `N passed, N failed`.
#[must_use]
pub fn run(args: &TestArgs) -> ExitCode {
    let total = run_checks(args.filter.as_deref().unwrap_or_default());
    say(&total.to_string());
    if total.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn run_checks(filter: &str) -> Outcome {
    let chosen: Vec<&Check> = CHECKS
        .iter()
        .filter(|check| check.name.contains(filter))
        .collect();
    let project = match Project::here() {
        Ok(_) if chosen.is_empty() => Err(format!(
            "no check is called {filter}: there are {}",
            names()
        )),
        project => project,
    };
    match project {
        Ok(project) => chosen
            .into_iter()
            .map(|check| run_check(check, &project))
            .sum(),
        Err(why) => {
            say(&format!("■ {why}"));
            Outcome::failed(why)
        }
    }
}

fn names() -> String {
    CHECKS.map(|check| check.name).join(", ")
}

fn run_check(check: &Check, project: &Project) -> Outcome {
    say(&format!("○ {}", check.name));
    let began = Instant::now();
    let outcome = (check.run)(project);
    let seconds = began.elapsed().as_secs_f64();
    let mark = if outcome.is_good() { "●" } else { "■" };
    if !outcome.is_good() {
        say(outcome.report.trim_end());
    }
    say(&format!(
        "{mark} {:<9} {outcome}  {seconds:.1} s",
        check.name
    ));
    outcome
}

/// A line on standard output.
pub(crate) fn say(line: &str) {
    // A closed pipe changes no verdict.
    _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_names_no_check_fails() {
        let outcome = run_checks("no such check");
        assert!(!outcome.is_good());
        assert!(outcome.report.contains("cfn-lint"), "{}", outcome.report);
    }

    #[test]
    fn every_check_has_its_own_name() {
        let names: std::collections::BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), CHECKS.len());
    }
}
