//! Alarms and the dashboard: that each trouble has one, that somebody hears it, and that the page says what to do.

use std::collections::BTreeSet;

use runtime::metrics;

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{ALARM, FUNCTION, QUEUE, Resource};

const STAGE: &str = "AWS::ApiGatewayV2::Stage";
/// What a public address is watched by: refusals, failures that its callers saw, and how long they waited.
const STAGE_METRICS: [&str; 3] = ["4xx", "5xx", "Latency"];
/// What a queue is watched by, beside its dead letters: how long its oldest message waits.
const QUEUE_METRIC: &str = "ApproximateAgeOfOldestMessage";
/// What a function is watched by: crashes and time-outs.
const FUNCTION_METRIC: &str = "Errors";

pub(super) fn unwatched_dead_letters(subject: &RuleSubject) -> Vec<Finding> {
    let watches = |alarm: Resource<'_>, queue: &str| {
        let names = |one: &&Node| one.referenced_id() == Some(queue);
        alarm.says("MetricName", "ApproximateNumberOfMessagesVisible")
            && alarm.node.all().iter().any(names)
    };
    let dead = subject
        .template
        .resources_of_type(QUEUE)
        .filter(|queue| subject.template.is_dead_letters(*queue));
    let unseen = dead.filter(|dead| {
        !subject
            .template
            .resources_of_type(ALARM)
            .any(|alarm| watches(alarm, dead.id))
    });
    unseen
        .map(|dead| Finding::of(dead, "nobody hears of its dead letters"))
        .collect()
}

/// Our figures in an alarm: of a single metric, or inside an expression.
fn alarm_metrics<'a>(alarm: &Resource<'a>) -> Vec<&'a Node> {
    alarm
        .node
        .all()
        .into_iter()
        .filter(|node| node.says("Namespace", metrics::NAMESPACE))
        .collect()
}

pub(super) fn unmatched_metrics(subject: &RuleSubject) -> Vec<Finding> {
    let counted: BTreeSet<&str> = metrics::ALL.iter().map(|metric| metric.name).collect();
    let (mut findings, mut watched) = (Vec::new(), BTreeSet::new());
    for alarm in subject.template.resources_of_type(ALARM) {
        for figure in alarm_metrics(&alarm) {
            let name = figure.get("MetricName").and_then(Node::text).unwrap_or("");
            watched.insert(name);
            let dimensions = figure
                .get("Dimensions")
                .map(Node::items)
                .unwrap_or_default();
            let by_stack = matches!(dimensions, [one] if one.says("Name", metrics::DIMENSION));
            if !counted.contains(name) {
                findings.push(Finding::at(figure, alarm, format!("no code knows {name}")));
            } else if !is_recorded(subject, name) {
                findings.push(Finding::at(
                    figure,
                    alarm,
                    format!("no function ever counts {name}"),
                ));
            } else if !by_stack {
                findings.push(Finding::at(
                    figure,
                    alarm,
                    "figures have one dimension, the stack",
                ));
            }
        }
    }
    let unheard = counted.difference(&watched);
    findings.extend(
        unheard.map(|name| Finding::new(0, *name, "it is counted and no alarm watches it")),
    );
    findings
}

/// Whether some function's code counts a figure: `PushSeen` is `metrics::PUSH_SEEN` there.
fn is_recorded(subject: &RuleSubject, name: &str) -> bool {
    let mut call = "record(metrics::".to_owned();
    for (n, letter) in name.char_indices() {
        let begins_a_word = n > 0 && letter.is_ascii_uppercase();
        call.extend(
            begins_a_word
                .then_some('_')
                .into_iter()
                .chain([letter.to_ascii_uppercase()]),
        );
    }
    call.push(',');
    let functions = subject
        .sources
        .iter()
        .filter(|(path, _)| path.starts_with("functions/"));
    functions.into_iter().any(|(_, code)| code.contains(&call))
}

/// What is public, and what nobody waits for, each with its alarms.
pub(super) fn unwatched(subject: &RuleSubject) -> Vec<Finding> {
    let watches = |metric: &str, id: &str| {
        let names = |alarm: &Resource<'_>| {
            let dimensions = alarm
                .property("Dimensions")
                .map(Node::items)
                .unwrap_or_default();
            dimensions
                .iter()
                .filter_map(|one| one.get("Value")?.referenced_id())
                .any(|target| target == id)
        };
        subject
            .template
            .resources_of_type(ALARM)
            .any(|alarm| alarm.says("MetricName", metric) && names(&alarm))
    };
    let mut findings = Vec::new();
    for stage in subject.template.resources_of_type(STAGE) {
        let missing = STAGE_METRICS
            .iter()
            .filter(|metric| !watches(metric, stage.id));
        findings.extend(
            missing.map(|metric| Finding::of(stage, format!("no alarm watches its {metric}"))),
        );
    }
    let template = &subject.template;
    let queues = template
        .resources_of_type(QUEUE)
        .filter(|queue| !template.is_dead_letters(*queue));
    let unwatched = queues.filter(|queue| !watches(QUEUE_METRIC, queue.id));
    findings.extend(
        unwatched.map(|queue| Finding::of(queue, format!("no alarm watches its {QUEUE_METRIC}"))),
    );
    // What a route leads to is watched at the door, where its failures are seen.
    let public = |id: &str| {
        let mut integrations = subject
            .template
            .resources_of_type("AWS::ApiGatewayV2::Integration");
        integrations.any(|one| one.referenced_id("IntegrationUri") == Some(id))
    };
    let functions = subject
        .template
        .resources_of_type(FUNCTION)
        .filter(|one| !public(one.id));
    let missing = functions.filter(|one| !watches(FUNCTION_METRIC, one.id));
    findings.extend(
        missing.map(|one| Finding::of(one, format!("no alarm watches its {FUNCTION_METRIC}"))),
    );
    findings
}

/// What the dashboards do not show: figures of ours, queues, functions.
pub(super) fn not_shown(subject: &RuleSubject) -> Vec<Finding> {
    let (mut findings, mut shown) = (Vec::new(), String::new());
    for dashboard in subject
        .template
        .resources_of_type("AWS::CloudWatch::Dashboard")
    {
        let body = dashboard
            .property("DashboardBody")
            .and_then(|body| body.texts().next());
        let body = body.and_then(|(_, text)| serde_json::from_str::<serde_json::Value>(text).ok());
        match body {
            Some(body) => shown.push_str(&body.to_string()),
            None => findings.push(Finding::of(dashboard, "its body is no JSON")),
        }
    }
    let mut expected: Vec<(&str, String)> = metrics::ALL
        .iter()
        .map(|metric| (metric.name, format!("\"{}\"", metric.name)))
        .collect();
    expected.extend(
        subject
            .template
            .resources_of_type(QUEUE)
            .map(|queue| (queue.id, format!("${{{}.QueueName}}", queue.id))),
    );
    expected.extend(
        subject
            .template
            .resources_of_type(FUNCTION)
            .map(|function| (function.id, format!("${{{}}}", function.id))),
    );
    let missing = expected.iter().filter(|(_, mark)| !shown.contains(mark));
    findings.extend(missing.map(|(id, _)| Finding::new(0, *id, "no dashboard shows it")));
    findings
}

pub(super) fn silent(subject: &RuleSubject) -> Vec<Finding> {
    let tells = |alarm: &Resource<'_>| {
        let actions = alarm
            .property("AlarmActions")
            .map(Node::items)
            .unwrap_or_default();
        let topic = |id: &str| {
            subject
                .template
                .resource(id)
                .is_some_and(|one| one.kind == "AWS::SNS::Topic")
        };
        actions.iter().filter_map(Node::referenced_id).any(topic)
    };
    let described = |alarm: &Resource<'_>| alarm.property("AlarmDescription").is_some();
    let bad = subject
        .template
        .resources_of_type(ALARM)
        .filter(|alarm| !tells(alarm) || !described(alarm));
    bad.map(|alarm| Finding::of(alarm, "nobody is told, or not what it means"))
        .collect()
}

pub(super) fn without_runbook(subject: &RuleSubject) -> Vec<Finding> {
    let heading = |id: &str| format!("### {id}");
    let known = |alarm: &Resource<'_>| subject.readme.lines().any(|line| line == heading(alarm.id));
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(
        subject
            .template
            .resources_of_type(ALARM)
            .filter(|alarm| !known(alarm))
            .map(|one| Finding::of(one, "the runbook does not know it")),
    );
    findings
}
