//! `bangding cloud check`: what can be known about the template without an account.
//!
//! `cfn-lint` knows AWS's schemas, `sam validate` its transform; the rules here are the house's own.

mod costs;
mod function_table;
mod linters;
mod rules;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use crate::args::CheckArgs;
use crate::outcome::Outcome;
use crate::print::print_line;
use crate::project::Project;
use crate::template::{TEMPLATE_PATH, Template};
use rules::{Finding, RULES, Rule, RuleSubject};

pub(crate) use linters::cfn_lint;

/// The page beside it.
const README: &str = "infra/README.md";

/// Runs the checks, a line each.
///
/// # Errors
/// A sentence, where the project or its template cannot be read.
pub(crate) fn check_template(args: &CheckArgs) -> Result<ExitCode, String> {
    let well = check_or_print(&Project::here()?, args)?;
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn check_or_print(project: &Project, args: &CheckArgs) -> Result<bool, String> {
    if !args.table && !args.costs {
        return Ok(check_all(project, args));
    }
    let template = Template::read(&project.root)?;
    let parts = [
        (args.table, function_table::build_table(&template)),
        (args.costs, costs::cost_table(&template)),
    ];
    parts
        .iter()
        .filter(|(wanted, _)| *wanted)
        .for_each(|(_, part)| print_line(part.trim_end()));
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
    print_line(&total.to_string());
    total.is_good()
}

fn print_outcome(name: &str, outcome: Outcome) -> Outcome {
    if !outcome.is_good() {
        print_line(outcome.report.trim_end());
    }
    let mark = if outcome.is_good() { "●" } else { "■" };
    print_line(&format!("{mark} {name:<9} {outcome}"));
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
        (id, 0) => format!("{TEMPLATE_PATH} {id}"),
        (id, line) => format!("{TEMPLATE_PATH}:{line} {id}"),
    };
    format!("{place}: {what} [{}]; {}\n", rule.name, rule.remedy)
}

/// The template, its page, and the code of functions and of what they share.
fn read_subject(project: &Project) -> Result<RuleSubject, String> {
    let text = |path: &str| file(&project.root, path);
    let paths = project.list_files(&["functions", "shared"])?;
    let is_code =
        |path: &&String| path.ends_with(".rs") && path.contains("/src/") && !path.contains("tests");
    let code = paths.iter().filter(is_code);
    let mut sources = BTreeMap::new();
    for path in code.filter(|path| project.root.join(path).exists()) {
        sources.insert(path.clone(), text(path)?);
    }
    Ok(RuleSubject {
        template: Template::read(&project.root)?,
        readme: text(README)?,
        sources,
    })
}

fn file(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|err| format!("{path} cannot be read: {err}"))
}

#[cfg(test)]
mod tests;
