//! `bangding test`: every check of the project, the same on a desk and in CI.
//!
//! Nothing is skipped: what cannot run has failed.

mod cargo_checks;

use std::process::ExitCode;
use std::time::Instant;

use crate::args::TestArgs;
use crate::house_rules;
use crate::outcome::Outcome;
use crate::print::print_line;
use crate::project::Project;
use crate::template_rules;

/// A check: its name for the filter, and what it runs.
struct Check {
    name: &'static str,
    run: fn(&Project) -> Outcome,
}

/// In the order in which trouble is cheapest to find.
const CHECKS: [Check; 10] = [
    Check {
        name: "fmt",
        run: cargo_checks::fmt,
    },
    Check {
        name: "house",
        run: house_rules::check_house_rules,
    },
    Check {
        name: "template",
        run: template_rules::check_template_rules,
    },
    Check {
        name: "cfn-lint",
        run: template_rules::cfn_lint,
    },
    Check {
        name: "clippy",
        run: cargo_checks::clippy,
    },
    Check {
        name: "tests",
        run: cargo_checks::tests,
    },
    Check {
        name: "simulation",
        run: cargo_checks::simulation,
    },
    Check {
        name: "planted",
        run: cargo_checks::planted,
    },
    Check {
        name: "cloud",
        run: cargo_checks::cloud,
    },
    Check {
        name: "docs",
        run: cargo_checks::docs,
    },
];

/// Runs the checks, a line each, and ends with `N passed, N failed`.
pub(crate) fn run_checks(args: &TestArgs) -> ExitCode {
    let total = run_chosen(args.filter.as_deref().unwrap_or_default());
    print_line(&total.to_string());
    if total.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn run_chosen(filter: &str) -> Outcome {
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
            print_line(&format!("■ {why}"));
            Outcome::failed(why)
        }
    }
}

fn names() -> String {
    CHECKS.map(|check| check.name).join(", ")
}

fn run_check(check: &Check, project: &Project) -> Outcome {
    print_line(&format!("○ {}", check.name));
    let began = Instant::now();
    let outcome = (check.run)(project);
    let seconds = began.elapsed().as_secs_f64();
    let mark = if outcome.is_good() { "●" } else { "■" };
    if !outcome.is_good() {
        print_line(outcome.report.trim_end());
    }
    print_line(&format!(
        "{mark} {:<10} {outcome}  {seconds:.1} s",
        check.name
    ));
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_names_no_check_fails() {
        let outcome = run_chosen("no such check");
        assert!(!outcome.is_good());
        assert!(outcome.report.contains("cfn-lint"), "{}", outcome.report);
    }

    #[test]
    fn every_check_has_its_own_name() {
        let names: std::collections::BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), CHECKS.len());
    }
}
