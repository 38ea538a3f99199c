//! Who may do what (T18 in `infra/README.md`).

use std::collections::BTreeMap;

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{FUNCTION, Resource};

/// Actions that AWS grants on all resources or not at all: a function's network interfaces, its traces.
const WITHOUT_RESOURCE: [&str; 8] = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
];

/// Statements that allow something, each with its resource. Those that deny may be as wide as they like.
fn allowed(subject: &RuleSubject) -> Vec<(Resource<'_>, &Node)> {
    let resources = subject.template.resources();
    let all = resources.flat_map(|one| {
        one.statements()
            .into_iter()
            .map(move |statement| (one, statement))
    });
    all.filter(|(_, statement)| !statement.says("Effect", "Deny"))
        .collect()
}

fn actions(statement: &Node) -> Vec<&str> {
    statement
        .get("Action")
        .map(|actions| actions.texts().map(|(_, text)| text).collect())
        .unwrap_or_default()
}

pub(super) fn wildcard_actions(subject: &RuleSubject) -> Vec<Finding> {
    let wide = |statement: &Node| {
        let wildcard = actions(statement).iter().any(|action| action.contains('*'));
        wildcard || actions(statement).is_empty() || statement.get("NotAction").is_some()
    };
    let found = allowed(subject)
        .into_iter()
        .filter(|(_, statement)| wide(statement));
    found
        .map(|(resource, statement)| {
            Finding::at(statement, resource, "it allows more actions than it names")
        })
        .collect()
}

pub(super) fn wildcard_principals(subject: &RuleSubject) -> Vec<Finding> {
    let everybody = |node: &Node| node.texts().any(|(_, text)| text.contains('*'));
    let open = |statement: &Node| {
        statement.get("NotPrincipal").is_some() || statement.get("Principal").is_some_and(everybody)
    };
    let statements = allowed(subject)
        .into_iter()
        .filter(|(_, statement)| open(statement));
    let mut findings: Vec<Finding> = statements
        .map(|(resource, node)| Finding::at(node, resource, "it lets everybody in"))
        .collect();
    for permission in subject
        .template
        .resources_of_type("AWS::Lambda::Permission")
    {
        if permission.property("Principal").is_none_or(everybody)
            || permission.property("SourceArn").is_none()
        {
            findings.push(Finding::of(
                permission,
                "it does not say which resource may call the function",
            ));
        }
    }
    findings
}

pub(super) fn wildcard_resources(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (resource, statement) in allowed(subject) {
        let actions = actions(statement);
        let texts = statement.get("Resource").into_iter().flat_map(Node::texts);
        for (node, text) in texts.filter(|(_, text)| text.contains('*') || text.contains('?')) {
            if !may_be_wide(text, &actions) {
                findings.push(Finding::at(
                    node,
                    resource,
                    format!("it allows {} on {text}", actions.join(", ")),
                ));
            }
        }
        if statement.get("NotResource").is_some() {
            findings.push(Finding::at(
                statement,
                resource,
                "NotResource allows what nobody has thought of",
            ));
        }
    }
    findings
}

/// Secrets of bindings, the objects of one bucket, and what AWS grants no finer.
fn may_be_wide(resource: &str, actions: &[&str]) -> bool {
    let all = |service: &str| actions.iter().all(|action| action.starts_with(service));
    let secrets = [
        "secret:${AWS::StackName}/callback/*",
        "secret:${AWS::StackName}/credentials/dingtalk/*",
        "secret:${AWS::StackName}/keys/*",
        "secret:${AWS::StackName}/tokens/*",
    ];
    let of_bindings = secrets.iter().any(|end| resource.ends_with(end)) && all("secretsmanager:");
    let objects = resource.starts_with("${")
        && resource.contains(".Arn}/")
        && resource.ends_with("/*")
        && all("s3:");
    of_bindings
        || objects
        || (resource == "*"
            && actions
                .iter()
                .all(|action| WITHOUT_RESOURCE.contains(action)))
}

pub(super) fn shared_roles(subject: &RuleSubject) -> Vec<Finding> {
    let mut by_role: BTreeMap<&str, Vec<Resource<'_>>> = BTreeMap::new();
    let mut findings = Vec::new();
    for function in subject.template.resources_of_type(FUNCTION) {
        match function.referenced_id("Role") {
            Some(role) => by_role.entry(role).or_default().push(function),
            None => findings.push(Finding::of(
                function,
                "it has a role that somebody else wrote",
            )),
        }
    }
    for (role, functions) in by_role
        .into_iter()
        .filter(|(_, functions)| functions.len() > 1)
    {
        findings.extend(
            functions
                .into_iter()
                .map(|one| Finding::of(one, format!("it shares {role} with others"))),
        );
    }
    findings
}
