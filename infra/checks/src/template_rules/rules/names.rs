//! Names and addresses: two stacks in one account, and a partition that is not AWS's first.

use super::{Finding, RuleSubject};
use crate::template::{ALARM, FUNCTION, QUEUE, Resource, TABLE};

/// What has a name of its own choosing. A schedule without one is called like its logical id, and a second stack's takes its
/// place.
const NAMED_TYPES: [(&str, &str); 10] = [
    (FUNCTION, "FunctionName"),
    (QUEUE, "QueueName"),
    (TABLE, "TableName"),
    (ALARM, "AlarmName"),
    ("AWS::ApiGatewayV2::Api", "Name"),
    ("AWS::CloudWatch::Dashboard", "DashboardName"),
    ("AWS::Events::Rule", "Name"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::Scheduler::Schedule", "Name"),
];

pub(super) fn without_stack(subject: &RuleSubject) -> Vec<Finding> {
    let with_stack = |one: &Resource<'_>, property: &str| {
        one.property(property).is_some_and(|name| {
            name.texts()
                .any(|(_, text)| text.contains("${AWS::StackName}"))
        })
    };
    let well = |one: &Resource<'_>| {
        NAMED_TYPES
            .iter()
            .find(|(kind, _)| *kind == one.kind)
            .is_none_or(|(_, property)| with_stack(one, property))
    };
    let bad = subject.template.resources().filter(|one| !well(one));
    bad.map(|one| Finding::of(one, "a second stack would take its name"))
        .collect()
}

pub(super) fn partitions(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for resource in subject.template.resources() {
        let fixed = resource
            .node
            .texts()
            .filter(|(_, text)| text.contains("arn:aws:") || text.contains("arn:aws-"));
        findings.extend(fixed.map(|(node, text)| {
            Finding::at(node, resource, format!("{text} exists in one partition"))
        }));
    }
    findings
}
