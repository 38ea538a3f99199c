//! What is going to be made, and whether it shall.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

use crate::template::Template;

/// Where, and how many resources of which type the template has.
pub(super) fn describe_deployment(
    account: &str,
    region: &str,
    stack: &str,
    template: &Template,
) -> Vec<String> {
    let types = count_types(template);
    let total: usize = types.values().sum();
    let mut lines = vec![
        format!("account  {account}"),
        format!("region   {region}"),
        format!("stack    {stack}"),
        format!("up to {total} resources, those of conditions that do not hold left out:"),
    ];
    lines.extend(
        types
            .iter()
            .map(|(name, count)| format!("  {count:>3} {name}")),
    );
    lines.push("Tables and the archive stay when the stack is deleted. What a month costs: infra/README.md".to_owned());
    lines
}

fn count_types(template: &Template) -> BTreeMap<&str, usize> {
    let mut types = BTreeMap::new();
    for resource in template.resources() {
        *types.entry(resource.kind).or_default() += 1;
    }
    types
}

/// Asks in the terminal.
///
/// # Errors
/// Where there is none to ask in.
pub(super) fn ask() -> Result<bool, String> {
    if !std::io::stdin().is_terminal() {
        return Err("there is no terminal to ask in; give --yes where nobody sits".to_owned());
    }
    // What cannot be written is not answered either.
    _ = write!(std::io::stdout(), "Deploy this? [y/N] ").and_then(|()| std::io::stdout().flush());
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|err| format!("the answer could not be read: {err}"))?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "Resources:\n  A: {Type: AWS::SQS::Queue}\n  B: {Type: AWS::DynamoDB::Table}\n  C: {Type: AWS::SQS::Queue}\n";

    #[test]
    fn every_resource_of_the_template_is_counted() {
        let template = Template::parse(TEMPLATE).unwrap();
        let lines = describe_deployment("123456789012", "eu-central-1", "s", &template);
        for line in ["    1 AWS::DynamoDB::Table", "    2 AWS::SQS::Queue"] {
            assert!(lines.iter().any(|one| one == line), "{lines:#?}");
        }
        assert!(lines.iter().any(|one| one.starts_with("up to 3 resources")));
    }

    #[test]
    fn only_a_yes_is_a_yes() {
        assert!(is_yes("y\n") && is_yes("Yes\n"));
        assert!(!is_yes("\n") && !is_yes("n\n") && !is_yes("yep"));
    }
}
