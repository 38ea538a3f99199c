//! Queues and what takes messages from them.

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{EVENT_SOURCE, FUNCTION, QUEUE, Resource};

/// Receives of a message before it is a dead letter.
const RECEIVES_MAX: &str = "5";
/// Two weeks in seconds, the most that a queue keeps.
const RETENTION_MAX_S: u32 = 1_209_600;
/// What a queue keeps where it says nothing: four days.
const RETENTION_DEFAULT_S: u32 = 345_600;

fn seconds(queue: Resource<'_>, property: &str, usual: u32) -> Option<u32> {
    queue
        .property(property)
        .map_or(Some(usual), |node| node.text()?.parse().ok())
}

fn living(subject: &RuleSubject) -> impl Iterator<Item = Resource<'_>> {
    subject
        .template
        .resources_of_type(QUEUE)
        .filter(|queue| !subject.template.is_dead_letters(*queue))
}

pub(super) fn without_dead_letters(subject: &RuleSubject) -> Vec<Finding> {
    let well = |queue: Resource<'_>| {
        let fifo = |queue: Resource<'_>| queue.says("FifoQueue", "true");
        let receives = queue.says("RedrivePolicy.maxReceiveCount", RECEIVES_MAX);
        receives
            && subject
                .template
                .dead_letters(queue)
                .is_some_and(|dead| fifo(dead) == fifo(queue))
    };
    let bad = living(subject).filter(|queue| !well(*queue));
    bad.map(|queue| {
        Finding::of(
            queue,
            "what fails five times has no dead-letter queue of its kind",
        )
    })
    .collect()
}

pub(super) fn open_dead_letters(subject: &RuleSubject) -> Vec<Finding> {
    let well = |dead: &Resource<'_>| {
        dead.says("RedriveAllowPolicy.redrivePermission", "byQueue")
            && dead
                .property("RedriveAllowPolicy.sourceQueueArns")
                .is_some_and(|arns| arns.items().len() == 1)
    };
    let dead = subject
        .template
        .resources_of_type(QUEUE)
        .filter(|queue| subject.template.is_dead_letters(*queue));
    dead.filter(|dead| !well(dead))
        .map(|dead| Finding::of(dead, "any queue may put its dead letters here"))
        .collect()
}

pub(super) fn short_retention(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for queue in living(subject) {
        let Some(dead) = subject.template.dead_letters(queue) else {
            continue;
        };
        let kept = |queue| seconds(queue, "MessageRetentionPeriod", RETENTION_DEFAULT_S);
        if kept(dead) != Some(RETENTION_MAX_S) {
            findings.push(Finding::of(
                dead,
                "dead letters are forgotten before anybody saw them",
            ));
        }
        // A standard queue counts a message's age from when it was sent, before it died.
        let standard = !queue.says("FifoQueue", "true");
        if standard && kept(queue).is_none_or(|kept| kept >= RETENTION_MAX_S) {
            findings.push(Finding::of(
                queue,
                "a message may die at the end of its life and be forgotten at once",
            ));
        }
    }
    findings
}

/// A source with its queue and its function, where they are in this template.
fn sources(
    subject: &RuleSubject,
) -> impl Iterator<Item = (Resource<'_>, Option<Resource<'_>>, Option<Resource<'_>>)> {
    subject
        .template
        .resources_of_type(EVENT_SOURCE)
        .map(|source| {
            let found = |path| subject.template.resource(source.referenced_id(path)?);
            (source, found("EventSourceArn"), found("FunctionName"))
        })
}

pub(super) fn visible_too_early(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (source, queue, function) in sources(subject) {
        let (Some(queue), Some(function)) = (queue, function.filter(|one| one.kind == FUNCTION))
        else {
            findings.push(Finding::of(
                source,
                "its queue or its function is not in this template",
            ));
            continue;
        };
        let (visibility, timeout) = (
            seconds(queue, "VisibilityTimeout", 30),
            subject.template.timeout_s(function),
        );
        if visibility
            .zip(timeout)
            .is_none_or(|(visibility, timeout)| visibility < 6 * timeout)
        {
            let what = format!(
                "a message may be given out again while {} still works on it",
                function.id
            );
            findings.push(Finding::of(queue, what));
        }
    }
    findings
}

pub(super) fn whole_batches(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (source, _, function) in sources(subject) {
        let reports = |types: &Node| {
            types
                .texts()
                .any(|(_, text)| text == "ReportBatchItemFailures")
        };
        if !source
            .property("FunctionResponseTypes")
            .is_some_and(reports)
        {
            findings.push(Finding::of(
                source,
                "one failed item sends its whole batch back",
            ));
        }
        let code = function
            .and_then(|one| one.binary())
            .map(|binary| format!("functions/{binary}/src/lib.rs"));
        let answers = code
            .and_then(|path| subject.sources.get(&path))
            .is_some_and(|code| code.contains("-> BatchOutcome"));
        if !answers {
            findings.push(Finding::of(
                source,
                "its function's code does not say which items failed",
            ));
        }
    }
    findings
}

pub(super) fn unbounded_sources(subject: &RuleSubject) -> Vec<Finding> {
    let unbounded = |source: &Resource<'_>| {
        source
            .property("ScalingConfig.MaximumConcurrency")
            .is_none()
    };
    let found = subject
        .template
        .resources_of_type(EVENT_SOURCE)
        .filter(unbounded);
    found
        .map(|source| {
            Finding::of(
                source,
                "a flood of its queue takes every execution of the account",
            )
        })
        .collect()
}
