//! Which function is woken by what, may do what, and is told what: read from the template, so that the page beside it
//! cannot say otherwise.

use super::rules::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{EVENT_SOURCE, FUNCTION, Resource, Template};

/// The table in Markdown.
pub(crate) fn build_table(template: &Template) -> String {
    let mut table = "| function | woken by | may | variables |\n|---|---|---|---|\n".to_owned();
    for function in template.resources_of_type(FUNCTION) {
        let variables = function
            .variables()
            .iter()
            .map(|(name, value)| format!("`{name}` = {}", format_value(value)));
        let cells = [
            woken_by(template, function),
            allowed_actions(template, function),
            variables.collect(),
        ];
        let cells = cells.map(|lines| {
            if lines.is_empty() {
                "–".to_owned()
            } else {
                lines.join("<br>")
            }
        });
        table.push_str(&format!("| `{}` | {} |\n", function.id, cells.join(" | ")));
    }
    let common = template
        .common_variables()
        .iter()
        .map(|(name, value)| format!("`{name}` = {}", format_value(value)));
    table.push_str(&format!(
        "\nEvery function has {}.\n",
        common.collect::<Vec<_>>().join(", ")
    ));
    table
}

/// The rule: the page holds this table.
pub(super) fn differs(subject: &RuleSubject) -> Vec<Finding> {
    compare_section(subject, "table", &build_table(&subject.template))
}

/// What is wrong with a generated part of the page, which stands between `<!-- NAME: begins -->` and `<!-- NAME: ends -->`.
pub(super) fn compare_section(subject: &RuleSubject, name: &str, expected: &str) -> Vec<Finding> {
    let (begins, ends) = (
        format!("<!-- {name}: begins -->\n"),
        format!("<!-- {name}: ends -->\n"),
    );
    let part = subject
        .readme
        .split_once(&begins)
        .and_then(|(_, rest)| rest.split_once(&ends));
    let what = match part {
        Some((part, _)) if part.trim() == expected.trim() => return Vec::new(),
        Some(_) => format!("its part `{name}` is not what the template says"),
        None => format!("it has no {}", begins.trim()),
    };
    vec![Finding {
        line: 0,
        id: "README".to_owned(),
        what,
    }]
}

/// Queues, routes and rules that lead to a function.
fn woken_by(template: &Template, function: Resource<'_>) -> Vec<String> {
    let leads = |one: &Resource<'_>, path: &str| {
        one.property(path)
            .is_some_and(|node| refers_to(node, function.id))
    };
    let queues = template
        .resources_of_type(EVENT_SOURCE)
        .filter(|one| leads(one, "FunctionName"));
    let queues = queues
        .filter_map(|one| one.referenced_id("EventSourceArn"))
        .map(|queue| format!("queue `{queue}`"));
    let rules = template
        .resources_of_type("AWS::Events::Rule")
        .filter(|one| leads(one, "Targets"));
    let rules = rules.map(|rule| format!("`{}`", text_of(rule, "ScheduleExpression")));
    let integrations = template
        .resources_of_type("AWS::ApiGatewayV2::Integration")
        .filter(|one| leads(one, "IntegrationUri"));
    let routes = integrations.flat_map(|integration| {
        let reaches = move |route: &Resource<'_>| {
            let target = route.property("Target").into_iter().flat_map(Node::texts);
            target
                .into_iter()
                .any(|(_, text)| text.ends_with(&format!("/${{{}}}", integration.id)))
        };
        template
            .resources_of_type("AWS::ApiGatewayV2::Route")
            .filter(reaches)
    });
    let routes = routes.map(|route| format!("`{}`", text_of(route, "RouteKey")));
    routes.chain(queues).chain(rules).collect()
}

fn refers_to(node: &Node, id: &str) -> bool {
    node.all()
        .iter()
        .any(|node| node.referenced_id() == Some(id))
}

fn text_of(resource: Resource<'_>, property: &str) -> String {
    resource
        .property(property)
        .and_then(Node::text)
        .unwrap_or_default()
        .to_owned()
}

/// What a function's role allows, a line per statement; its own log goes without saying.
fn allowed_actions(template: &Template, function: Resource<'_>) -> Vec<String> {
    let role = function
        .referenced_id("Role")
        .and_then(|role| template.resource(role));
    let statements = role.map(|role| role.statements()).unwrap_or_default();
    let policies = statements
        .into_iter()
        .filter(|one| one.get("Resource").is_some() && !one.says("Sid", "Log"));
    policies.map(format_statement).collect()
}

fn format_statement(statement: &Node) -> String {
    let actions = statement.get("Action").into_iter().flat_map(Node::texts);
    let actions: Vec<&str> = actions
        .map(|(_, text)| text.split_once(':').map_or(text, |(_, action)| action))
        .collect();
    let resources = statement
        .get("Resource")
        .map(Node::items)
        .unwrap_or_default();
    let resources: Vec<String> = resources.iter().map(format_value).collect();
    format!("{} on {}", actions.join(", "), resources.join(", "))
}

/// A value for people: the resource that it names, or the end of a longer name.
fn format_value(value: &Node) -> String {
    let text = match value.referenced_id() {
        Some(target) => target.to_owned(),
        None => value
            .texts()
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
            .join(" "),
    };
    let short = text
        .rsplit_once(":secret:")
        .map_or(text.as_str(), |(_, name)| name);
    format!("`{}`", short.replace("${AWS::StackName}", "<stack>"))
}
