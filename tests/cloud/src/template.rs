//! `infra/template.yaml` as it is deployed: each function's `CodeUri` names the uploaded zip, as
//! with `sam package`, and nothing else changes.

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
/// A sentence, if `Globals` has no `CodeUri`, or if a function has no `Metadata` that names its
/// binary.
pub fn package(template: &str, bucket: &str) -> Result<PackagedTemplate, String> {
    let mut packaged = PackagedTemplate {
        text: String::new(),
        functions: Vec::new(),
        changed: Vec::new(),
    };
    let (mut id, mut binary, mut is_function, mut folders) = ("", None, false, 0);
    for line in template.lines() {
        if let Some(name) = parse_logical_id(line) {
            (id, binary, is_function) = (name, None, false);
        }
        if line.trim() == "CodeUri: .." {
            folders += 1;
            continue;
        }
        is_function |= line.trim() == "Type: AWS::Serverless::Function";
        binary = parse_binary_name(line).or(binary);
        packaged.text.push_str(line);
        packaged.text.push('\n');
        if is_function && line == "    Properties:" {
            let binary = binary.ok_or_else(|| {
                format!("{id} has no Metadata with a Binary before its Properties")
            })?;
            let code = format!("      CodeUri: s3://{bucket}/{binary}.zip");
            packaged.text.push_str(&format!("{code}\n"));
            packaged.changed.push(code);
            packaged.functions.push(TemplateFunction {
                id: id.to_owned(),
                binary: binary.to_owned(),
            });
        }
    }
    match (folders, packaged.functions.len()) {
        (1, 1..) => Ok(packaged),
        (1, 0) => Err("the template has no function".to_owned()),
        (count, _) => Err(format!(
            "the template has {count} lines `CodeUri: ..`, and one is expected, in Globals"
        )),
    }
}

/// A resource begins with its name, indented by two spaces.
fn parse_logical_id(line: &str) -> Option<&str> {
    let name = line.strip_prefix("  ")?.strip_suffix(':')?;
    name.chars()
        .all(|c| c.is_ascii_alphanumeric())
        .then_some(name)
}

fn parse_binary_name(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("Binary: ")?;
    Some(rest.trim_end_matches(['}', ' ']))
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
        assert!(package("Globals:\n", "b").unwrap_err().contains("0 lines"));
        let no_binary =
            "    CodeUri: ..\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n";
        assert!(
            package(no_binary, "b")
                .unwrap_err()
                .starts_with("F has no Metadata")
        );
        assert!(
            package("    CodeUri: ..\n", "b")
                .unwrap_err()
                .contains("no function")
        );
    }
}
