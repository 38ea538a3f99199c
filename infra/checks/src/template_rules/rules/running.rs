//! That what is deployed runs: sources and schedules are on, chains go on, time limits agree, logs stay quiet, and nothing is
//! paid for that nobody uses.

use std::collections::BTreeSet;

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{EVENT_SOURCE, FUNCTION, Resource};

/// Levels of the log that a stack may begin with: finer ones print what passes through.
const QUIET_LEVELS: [&str; 3] = ["error", "warn", "info"];
/// How much longer the gateway may wait than the function runs.
const GATEWAY_SLACK_MS: u32 = 1_000;

/// Sources, schedules and functions that somebody has switched off.
pub(super) fn switched_off(subject: &RuleSubject) -> Vec<Finding> {
    let is_off = |one: &Resource<'_>| match one.kind {
        EVENT_SOURCE => one.says("Enabled", "false"),
        "AWS::Events::Rule" | "AWS::Scheduler::Schedule" => one
            .property("State")
            .is_some_and(|state| state.text() != Some("ENABLED")),
        FUNCTION => one.says("ReservedConcurrentExecutions", "0"),
        _ => false,
    };
    let found = subject.template.resources().filter(is_off);
    found
        .map(|one| Finding::of(one, "it does nothing: it is switched off"))
        .collect()
}

/// Lambda ends a chain of about sixteen invocations through one's own queue, unless the function says that it is meant.
pub(super) fn ended_chains(subject: &RuleSubject) -> Vec<Finding> {
    let template = &subject.template;
    let mut findings = Vec::new();
    for function in template.resources_of_type(FUNCTION) {
        let reads: BTreeSet<&str> = template
            .resources_of_type(EVENT_SOURCE)
            .filter(|source| source.referenced_id("FunctionName") == Some(function.id))
            .filter_map(|source| source.referenced_id("EventSourceArn"))
            .collect();
        let role = function
            .referenced_id("Role")
            .and_then(|id| template.resource(id));
        let chains = role.is_some_and(|role| sends_to(role, &reads));
        let allows = function.says("RecursiveLoop", "Allow");
        if chains && !allows {
            findings.push(Finding::of(
                function,
                "it sends to a queue that it reads, and Lambda ends such a chain",
            ));
        }
        if allows && !chains {
            findings.push(Finding::of(
                function,
                "it allows a chain that is not by design",
            ));
        }
    }
    findings
}

fn sends_to(role: Resource<'_>, queues: &BTreeSet<&str>) -> bool {
    role.statements().iter().any(|statement| {
        let sends = statement
            .get("Action")
            .is_some_and(|actions| actions.texts().any(|(_, text)| text == "sqs:SendMessage"));
        let on = statement.get("Resource").map(Node::all).unwrap_or_default();
        sends
            && on
                .iter()
                .filter_map(|node| node.referenced_id())
                .any(|id| queues.contains(id))
    })
}

/// The gateway waits until the function has ended, and hardly longer.
pub(super) fn differing_timeouts(subject: &RuleSubject) -> Vec<Finding> {
    let template = &subject.template;
    let mut findings = Vec::new();
    for integration in template.resources_of_type("AWS::ApiGatewayV2::Integration") {
        let waits: Option<u32> = integration
            .property("TimeoutInMillis")
            .map_or(Some(30_000), |node| node.text()?.parse().ok());
        let runs = integration
            .referenced_id("IntegrationUri")
            .and_then(|id| template.resource(id))
            .and_then(|function| template.timeout_s(function))
            .map(|seconds| seconds * 1_000);
        let agree = waits
            .zip(runs)
            .is_some_and(|(waits, runs)| waits >= runs && waits <= runs + GATEWAY_SLACK_MS);
        if !agree {
            findings.push(Finding::of(
                integration,
                "the gateway does not wait as long as the function may run",
            ));
        }
    }
    findings
}

/// A parameter is looked at by its default.
pub(super) fn loud_logs(subject: &RuleSubject) -> Vec<Finding> {
    let parameters = subject.template.root.get("Parameters");
    let mut levels: Vec<(&str, &Node)> = Vec::new();
    for (name, parameter) in parameters.map(Node::entries).unwrap_or_default() {
        if name.ends_with("LogLevel")
            && let Some(default) = parameter.get("Default")
        {
            levels.push((name, default));
        }
    }
    for function in subject.template.resources_of_type(FUNCTION) {
        let own = function.variables().iter();
        levels.extend(
            own.filter(|(name, _)| name == "LOG_LEVEL")
                .map(|(_, level)| (function.id, level)),
        );
    }
    let loud = |level: &Node| {
        level
            .text()
            .is_some_and(|text| !QUIET_LEVELS.contains(&text.to_ascii_lowercase().as_str()))
    };
    levels
        .into_iter()
        .filter(|(_, level)| loud(level))
        .map(|(id, level)| Finding::new(level.line, id, "it logs what passes through"))
        .collect()
}

/// Figures by route that no alarm reads, and a NAT gateway that counts the bytes of tables and archive.
pub(super) fn needless_costs(subject: &RuleSubject) -> Vec<Finding> {
    let template = &subject.template;
    let mut findings: Vec<Finding> = template
        .resources_of_type("AWS::ApiGatewayV2::Stage")
        .filter(|stage| stage.says("DefaultRouteSettings.DetailedMetricsEnabled", "true"))
        .map(|stage| Finding::of(stage, "it pays for figures by route"))
        .collect();
    let has_endpoint = |service: &str| {
        let named = |endpoint: &Resource<'_>| {
            endpoint
                .property("ServiceName")
                .is_some_and(|name| name.texts().any(|(_, text)| text.ends_with(service)))
        };
        template
            .resources_of_type("AWS::EC2::VPCEndpoint")
            .any(|endpoint| named(&endpoint))
    };
    for nat in template.resources_of_type("AWS::EC2::NatGateway") {
        for service in [".dynamodb", ".s3"] {
            if !has_endpoint(service) {
                let what = format!("what goes to {} is paid by the byte", &service[1..]);
                findings.push(Finding::of(nat, what));
            }
        }
    }
    findings
}
