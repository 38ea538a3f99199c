//! `bangding cloud check`: what can be known about the template without an account.
//!
//! `cfn-lint` knows AWS's schemas, `sam validate` its transform; the rules here are the house's own.

mod costs;
mod function_table;
mod linters;
mod rules;
mod template;
mod yaml_tree;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::Args as ClapArgs;

use crate::checks::program::Program;
use crate::checks::results::Outcome;
use crate::checks::{Project, say};
use rules::{Finding, RULES, Rule, RuleSubject};
use template::Template;

pub(crate) use linters::cfn_lint;

/// The template, from the top folder.
const TEMPLATE: &str = "infra/template.yaml";
/// The page beside it.
const README: &str = "infra/README.md";

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

/// Runs the checks, a line each.
pub(super) fn run(args: &CheckArgs) -> ExitCode {
    match Project::here().and_then(|project| check_or_print(&project, args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            say(&format!("■ {why}"));
            ExitCode::FAILURE
        }
    }
}

fn check_or_print(project: &Project, args: &CheckArgs) -> Result<bool, String> {
    if !args.table && !args.costs {
        return Ok(check_all(project, args));
    }
    let template = read_template(project)?;
    let parts = [
        (args.table, function_table::build_table(&template)),
        (args.costs, costs::cost_table(&template)),
    ];
    parts
        .iter()
        .filter(|(wanted, _)| *wanted)
        .for_each(|(_, part)| say(part.trim_end()));
    Ok(true)
}

fn check_all(project: &Project, args: &CheckArgs) -> bool {
    let mut total = print_outcome("template", check_template_rules(project));
    total = [total, print_outcome("cfn-lint", cfn_lint(project))]
        .into_iter()
        .sum();
    if !args.no_sam {
        total = [total, print_outcome("sam", linters::sam(project))]
            .into_iter()
            .sum();
    }
    say(&total.to_string());
    total.is_good()
}

fn print_outcome(name: &str, outcome: Outcome) -> Outcome {
    if !outcome.is_good() {
        say(outcome.report.trim_end());
    }
    let mark = if outcome.is_good() { "●" } else { "■" };
    say(&format!("{mark} {name:<9} {outcome}"));
    outcome
}

/// Our own rules; each counts once.
pub(crate) fn check_template_rules(project: &Project) -> Outcome {
    match read_subject(project) {
        Ok(subject) => RULES.iter().map(|rule| outcome(rule, &subject)).sum(),
        Err(why) => Outcome::failed(why),
    }
}

fn outcome(rule: &Rule, subject: &RuleSubject) -> Outcome {
    let lines: String = (rule.find)(subject)
        .iter()
        .map(|finding| format_finding(rule, finding))
        .collect();
    if lines.is_empty() {
        Outcome::passed()
    } else {
        Outcome::failed(lines)
    }
}

/// Where, what, against which rule, and what to do.
fn format_finding(rule: &Rule, finding: &Finding) -> String {
    let Finding { line, id, what } = finding;
    let place = match (id.as_str(), line) {
        ("README", _) => README.to_owned(),
        (path, 0) if path.contains('/') => path.to_owned(),
        (id, 0) => format!("{TEMPLATE} {id}"),
        (id, line) => format!("{TEMPLATE}:{line} {id}"),
    };
    format!("{place}: {what} [{}]; {}\n", rule.name, rule.remedy)
}

/// The template, its page, and the code of functions and of what they share.
fn read_subject(project: &Project) -> Result<RuleSubject, String> {
    let text = |path: &str| file(&project.root, path);
    let list = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "functions",
        "shared",
    ];
    let paths = Program::new("git")
        .with(list)
        .within(&project.root)
        .read_stdout()?;
    let is_code =
        |path: &&str| path.ends_with(".rs") && path.contains("/src/") && !path.contains("tests");
    let code = paths.split_terminator('\0').filter(is_code);
    let mut sources = BTreeMap::new();
    for path in code.filter(|path| project.root.join(path).exists()) {
        sources.insert(path.to_owned(), text(path)?);
    }
    Ok(RuleSubject {
        template: read_template(project)?,
        readme: text(README)?,
        sources,
    })
}

fn read_template(project: &Project) -> Result<Template, String> {
    Template::parse(&file(&project.root, TEMPLATE)?).map_err(|why| format!("{TEMPLATE}: {why}"))
}

fn file(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|err| format!("{path} cannot be read: {err}"))
}

#[cfg(test)]
mod tests;
