//! Alarms: that each trouble has one, that somebody hears it, and that the page says what to do.

use std::collections::BTreeSet;

use runtime::metrics;

use super::{Finding, Subject};
use crate::cloud::check::document::Node;
use crate::cloud::check::template::{ALARM, QUEUE, Resource};

pub(super) fn unwatched_dead_letters(subject: &Subject) -> Vec<Finding> {
    let watches = |alarm: Resource<'_>, queue: &str| {
        let names = |one: &&Node| one.target() == Some(queue);
        alarm.says("MetricName", "ApproximateNumberOfMessagesVisible") && alarm.node.all().iter().any(names)
    };
    let dead = subject.template.of(QUEUE).filter(|queue| subject.template.is_dead_letters(*queue));
    let unseen = dead.filter(|dead| !subject.template.of(ALARM).any(|alarm| watches(alarm, dead.id)));
    unseen.map(|dead| Finding::of(dead, "nobody hears of its dead letters")).collect()
}

/// Our figures in an alarm: of a single metric, or inside an expression.
fn figures<'a>(alarm: &Resource<'a>) -> Vec<&'a Node> {
    alarm.node.all().into_iter().filter(|node| node.says("Namespace", metrics::NAMESPACE)).collect()
}

pub(super) fn metrics(subject: &Subject) -> Vec<Finding> {
    let counted: BTreeSet<&str> = metrics::ALL.iter().map(|metric| metric.name).collect();
    let (mut findings, mut watched) = (Vec::new(), BTreeSet::new());
    for alarm in subject.template.of(ALARM) {
        for figure in figures(&alarm) {
            let name = figure.get("MetricName").and_then(Node::text).unwrap_or("");
            watched.insert(name);
            let dimensions = figure.get("Dimensions").map(Node::items).unwrap_or_default();
            let by_stack = matches!(dimensions, [one] if one.says("Name", metrics::DIMENSION));
            if !counted.contains(name) {
                findings.push(Finding::at(figure, alarm, format!("no code counts {name}")));
            } else if !by_stack {
                findings.push(Finding::at(figure, alarm, "figures have one dimension, the stack"));
            }
        }
    }
    let unheard = counted.difference(&watched);
    findings.extend(unheard.map(|name| Finding::new(0, *name, "it is counted and no alarm watches it")));
    findings
}

pub(super) fn silent(subject: &Subject) -> Vec<Finding> {
    let tells = |alarm: &Resource<'_>| {
        let actions = alarm.property("AlarmActions").map(Node::items).unwrap_or_default();
        let topic = |id: &str| subject.template.resource(id).is_some_and(|one| one.kind == "AWS::SNS::Topic");
        actions.iter().filter_map(Node::target).any(topic)
    };
    let described = |alarm: &Resource<'_>| alarm.property("AlarmDescription").is_some();
    let bad = subject.template.of(ALARM).filter(|alarm| !tells(alarm) || !described(alarm));
    bad.map(|alarm| Finding::of(alarm, "nobody is told, or not what it means")).collect()
}

pub(super) fn without_runbook(subject: &Subject) -> Vec<Finding> {
    let heading = |id: &str| format!("### {id}");
    let known = |alarm: &Resource<'_>| subject.readme.lines().any(|line| line == heading(alarm.id));
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(
        subject
            .template
            .of(ALARM)
            .filter(|alarm| !known(alarm))
            .map(|one| Finding::of(one, "the runbook does not know it")),
    );
    findings
}
