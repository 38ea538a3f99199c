//! `infra/template.yaml` as it is deployed: each function's `CodeUri` names the uploaded zip, as
//! with `sam package`, and nothing else changes.

use std::collections::BTreeMap;

use checks::template::{FUNCTION, Resource, Template};

/// One function of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFunction {
    /// Logical id of the function.
    pub id: String,
    /// The program that is its bootstrap.
    pub binary: String,
}

/// A template that can be deployed.
#[derive(Debug)]
pub struct PackagedTemplate {
    /// Text of the template.
    pub text: String,
    /// Its functions, in order.
    pub functions: Vec<TemplateFunction>,
    /// Lines that differ from the original template.
    pub changed: Vec<String>,
}

/// Replaces the folder in the template's `Globals` by the zips in `bucket`.
///
/// # Errors
/// A sentence, if `Globals` has no `CodeUri: ..`, if there is no function, or if a function has no
/// `Metadata` that names its binary or no `Properties` on lines of their own.
pub fn package(text: &str, bucket: &str) -> Result<PackagedTemplate, String> {
    let template = Template::parse(text)?;
    let folder = template.root.at("Globals.Function.CodeUri");
    let folder = folder
        .filter(|node| node.text() == Some(".."))
        .ok_or("the template's Globals have no `CodeUri: ..`")?;
    let mut functions = Vec::new();
    let mut added = BTreeMap::new();
    for function in template.resources_of_type(FUNCTION) {
        let binary = function
            .binary()
            .ok_or_else(|| format!("{} has no Metadata with a Binary", function.id))?;
        let line = find_properties(text, function)?;
        added.insert(line, format!("      CodeUri: s3://{bucket}/{binary}.zip"));
        functions.push(TemplateFunction {
            id: function.id.to_owned(),
            binary: binary.to_owned(),
        });
    }
    if functions.is_empty() {
        return Err("the template has no function".to_owned());
    }
    let kept = text
        .lines()
        .zip(1..)
        .filter(|(_, line)| *line != folder.line);
    let lines = kept.flat_map(|(own, line)| {
        added
            .get(&line)
            .map(String::as_str)
            .into_iter()
            .chain([own])
    });
    Ok(PackagedTemplate {
        text: lines.flat_map(|line| [line, "\n"]).collect(),
        functions,
        changed: added.into_values().collect(),
    })
}

/// Returns the line of a function's first property. Another property can be inserted before it.
fn find_properties(text: &str, function: Resource<'_>) -> Result<usize, String> {
    let first = function.node.get("Properties").map(|node| node.line);
    let own_line = |line: &usize| {
        let before = line
            .checked_sub(2)
            .and_then(|above| text.lines().nth(above));
        before.is_some_and(|above| above == "    Properties:")
    };
    first
        .filter(own_line)
        .ok_or_else(|| format!("{} has no Properties on lines of their own", function.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = include_str!("../../../infra/template.yaml");

    #[test]
    fn packaging_changes_only_the_code_location_of_each_function() {
        let packaged = package(TEMPLATE, "bucket").unwrap();
        let binaries: Vec<&str> = packaged
            .functions
            .iter()
            .map(|function| function.binary.as_str())
            .collect();
        assert_eq!(
            binaries,
            [
                "callback",
                "reconcile",
                "full-sync",
                "token-refresh",
                "message-push"
            ]
        );
        let functions = TEMPLATE.matches("Type: AWS::Serverless::Function").count();
        assert_eq!(packaged.functions.len(), functions);
        let kept: Vec<&str> = packaged
            .text
            .lines()
            .filter(|line| !packaged.changed.iter().any(|new| new == line))
            .collect();
        let template: Vec<&str> = TEMPLATE
            .lines()
            .filter(|line| line.trim() != "CodeUri: ..")
            .collect();
        assert_eq!(kept, template);
    }

    #[test]
    fn a_template_without_the_expected_lines_is_refused() {
        let refused = |globals: &str, function: &str| {
            let text = format!("{globals}Resources:\n  F:\n{function}");
            package(&text, "b").unwrap_err()
        };
        let globals = "Globals:\n  Function:\n    CodeUri: ..\n";
        let metadata = "    Metadata: {BuildProperties: {Binary: f}}\n";
        let function = "    Type: AWS::Serverless::Function\n    Properties:\n      Timeout: 3\n";
        assert!(refused("", function).contains("no `CodeUri: ..`"));
        assert!(
            refused("Globals: {Function: {CodeUri: elsewhere}}\n", function)
                .contains("no `CodeUri")
        );
        assert!(refused(globals, function).starts_with("F has no Metadata"));
        let inline = "    Type: AWS::Serverless::Function\n    Properties: {Timeout: 3}\n";
        assert!(
            refused(globals, &format!("{metadata}{inline}")).starts_with("F has no Properties")
        );
        assert!(refused(globals, "    Type: AWS::SQS::Queue\n").contains("no function"));
        assert!(
            package(
                &format!("{globals}Resources:\n  F:\n{metadata}{function}"),
                "b"
            )
            .is_ok()
        );
    }
}
