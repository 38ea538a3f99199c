//! One action on one resource of a role, and the policy without it.

use serde_json::{Value, json};

/// One action on one resource that a statement allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AllowedAction {
    /// `Sid` of the statement.
    pub(super) sid: String,
    /// The action, as `service:Operation`.
    pub(super) action: String,
    /// ARN of the resource, or its pattern.
    pub(super) resource: String,
}

impl AllowedAction {
    /// Returns everything that a policy document allows.
    #[must_use]
    pub(super) fn all_in_document(document: &Value) -> Vec<Self> {
        let statements = document["Statement"].as_array().into_iter().flatten();
        let units = statements.flat_map(|statement| {
            let sid = statement["Sid"].as_str().unwrap_or_default();
            let (actions, resources) = (
                string_list(&statement["Action"]),
                string_list(&statement["Resource"]),
            );
            let unit = |action: &String, resource: &String| Self {
                sid: sid.to_owned(),
                action: action.clone(),
                resource: resource.clone(),
            };
            let pairs = actions
                .iter()
                .flat_map(|action| resources.iter().map(move |resource| unit(action, resource)));
            pairs.collect::<Vec<_>>()
        });
        units.collect()
    }

    /// Returns the document that allows everything but this.
    #[must_use]
    pub(super) fn document_without(&self, document: &Value) -> Value {
        let mut statements = Vec::new();
        for statement in document["Statement"].as_array().into_iter().flatten() {
            if statement["Sid"] != self.sid.as_str() {
                statements.push(statement.clone());
                continue;
            }
            let others = |of: &Value, not: &str| {
                string_list(of)
                    .into_iter()
                    .filter(|one| one != not)
                    .collect::<Vec<_>>()
            };
            let (actions, resources) = (
                others(&statement["Action"], &self.action),
                others(&statement["Resource"], &self.resource),
            );
            let rest = [
                (
                    actions,
                    string_list(&statement["Resource"]),
                    self.sid.clone(),
                ),
                (
                    vec![self.action.clone()],
                    resources,
                    format!("{}Rest", self.sid),
                ),
            ];
            for (actions, resources, sid) in rest {
                if !actions.is_empty() && !resources.is_empty() {
                    let mut part = statement.clone();
                    part["Sid"] = sid.into();
                    part["Action"] = actions.into();
                    part["Resource"] = resources.into();
                    statements.push(part);
                }
            }
        }
        json!({"Version": document["Version"], "Statement": statements})
    }

    /// Whether a denial is about this action on this resource; the pattern of the resource may end
    /// in a star. A denial that names no resource must be about the removed action, because
    /// everything else is allowed.
    #[must_use]
    pub(super) fn is_denied_by(&self, action: &str, resource: &str) -> bool {
        let fits = match self.resource.strip_suffix('*') {
            _ if resource.is_empty() => true,
            Some(begins) => resource.starts_with(begins),
            None => resource == self.resource,
        };
        action == self.action && fits
    }

    /// Returns the last part of the resource, which identifies it.
    #[must_use]
    pub(super) fn resource_name(&self) -> &str {
        let name = self.resource.trim_end_matches(":*");
        name.rsplit(':').next().unwrap_or_default()
    }

    /// Whether Lambda itself acts here in the role's name: it polls queues and writes logs. The
    /// emulator always allows this.
    #[must_use]
    pub(super) fn is_lambdas_own(&self) -> bool {
        const QUEUE: [&str; 3] = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ];
        self.action.starts_with("logs:") || QUEUE.contains(&self.action.as_str())
    }
}

/// Returns one word, or a list of words, as a list.
fn string_list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all
            .iter()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        one => one.as_str().map(str::to_owned).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "A", "Effect": "Allow", "Action": ["s:One", "s:Two"], "Resource": ["arn:q1", "arn:q2"]},
            {"Sid": "B", "Effect": "Allow", "Action": "s:One", "Resource": "arn:x/*"},
        ]})
    }

    #[test]
    fn exactly_one_allowed_action_is_removed() {
        let all = AllowedAction::all_in_document(&document());
        assert_eq!(all.len(), 5);
        for unit in &all {
            let mut left = AllowedAction::all_in_document(&unit.document_without(&document()));
            left.iter_mut()
                .for_each(|one| one.sid = one.sid.trim_end_matches("Rest").to_owned());
            assert_eq!(left.len(), 4, "{unit:?}");
            assert!(!left.contains(unit), "{unit:?}");
        }
    }

    #[test]
    fn a_denial_is_matched_by_action_and_resource() {
        let unit = &AllowedAction::all_in_document(&document())[4];
        assert!(unit.is_denied_by("s:One", "arn:x/binding"));
        assert!(
            !unit.is_denied_by("s:Two", "arn:x/binding") && !unit.is_denied_by("s:One", "arn:y")
        );
    }
}
