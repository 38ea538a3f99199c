//! That an alarm can sound: it is not muted, not turned round, its limit can be reached, and silence is what it should be.

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{ALARM, EVENT_SOURCE, Resource};

/// How a figure is watched.
struct Watch {
    metric: &'static str,
    /// Whether few is bad; else many.
    falls: bool,
    /// The most that a threshold may be, or the least where few is bad.
    limit: f64,
    /// Statistics that can reach it.
    statistics: &'static [&'static str],
    /// Whether no figure at all is a trouble.
    silence_is_trouble: bool,
}

const fn many(metric: &'static str, limit: f64, statistics: &'static [&'static str]) -> Watch {
    Watch {
        metric,
        falls: false,
        limit,
        statistics,
        silence_is_trouble: false,
    }
}

/// Every figure that has an alarm.
const WATCHES: [Watch; 14] = [
    many("ApproximateNumberOfMessagesVisible", 1.0, &["Maximum"]),
    many("ApproximateAgeOfOldestMessage", 43_200.0, &["Maximum"]),
    many("Errors", 3.0, &["Sum"]),
    many("Throttles", 10.0, &["Sum"]),
    many("4xx", 1_000.0, &["Sum"]),
    many("5xx", 10.0, &["Sum"]),
    many("Latency", 3_000.0, &["p99", "p99.9", "Maximum"]),
    many("TokensRefused", 10.0, &["Sum"]),
    many("Quarantined", 1.0, &["Maximum"]),
    many("QuotaUsed", 90.0, &["Maximum"]),
    many("JournalBroken", 1.0, &["Maximum", "Sum"]),
    many("BindingsQuiet", 1.0, &["Maximum"]),
    Watch {
        metric: "PushSeen",
        falls: true,
        limit: 1.0,
        statistics: &["Sum"],
        silence_is_trouble: true,
    },
    Watch {
        metric: "SweepsOverdue",
        falls: false,
        limit: 1.0,
        statistics: &["Maximum"],
        silence_is_trouble: true,
    },
];

/// Alarms that sound for nobody, or never.
pub(super) fn never_sounding(subject: &RuleSubject) -> Vec<Finding> {
    subject
        .template
        .resources_of_type(ALARM)
        .filter_map(|alarm| Some(Finding::of(alarm, why_silent(subject, alarm)?)))
        .collect()
}

fn why_silent(subject: &RuleSubject, alarm: Resource<'_>) -> Option<&'static str> {
    if alarm
        .property("ActionsEnabled")
        .is_some_and(|on| on.text() != Some("true"))
    {
        return Some("it is muted");
    }
    let name = alarm.property("MetricName").and_then(Node::text)?;
    let Some(watch) = WATCHES.iter().find(|watch| watch.metric == name) else {
        return Some("the rule does not know how its figure is watched");
    };
    if !has_direction(alarm, watch) {
        return Some("it is turned round");
    }
    let statistic = alarm
        .property("Statistic")
        .or_else(|| alarm.property("ExtendedStatistic"))
        .and_then(Node::text);
    if statistic.is_none_or(|statistic| !watch.statistics.contains(&statistic)) {
        return Some("its statistic cannot reach the threshold");
    }
    let threshold = number(alarm, "Threshold");
    if threshold.is_none_or(|it| {
        if watch.falls {
            it < watch.limit
        } else {
            it > watch.limit
        }
    }) {
        return Some("its threshold is not reached in any trouble");
    }
    let breaching = alarm.says("TreatMissingData", "breaching");
    if breaching != watch.silence_is_trouble {
        return Some("it takes silence for the wrong thing");
    }
    (!has_enough_time(subject, alarm)).then_some("its periods pass before the trouble comes again")
}

fn has_direction(alarm: Resource<'_>, watch: &Watch) -> bool {
    let operator = alarm.property("ComparisonOperator").and_then(Node::text);
    operator.is_some_and(|operator| {
        let falls = operator.starts_with("LessThan");
        falls == watch.falls && (falls || operator.starts_with("GreaterThan"))
    })
}

fn number(alarm: Resource<'_>, property: &str) -> Option<f64> {
    alarm.property(property)?.text()?.parse().ok()
}

/// Where more than one period must show it: a message that failed comes back only after the queue's visibility time-out.
fn has_enough_time(subject: &RuleSubject, alarm: Resource<'_>) -> bool {
    let template = &subject.template;
    let Some(periods) = number(alarm, "EvaluationPeriods") else {
        // A parameter: looked at where it is set.
        return true;
    };
    let needed = number(alarm, "DatapointsToAlarm").unwrap_or(periods);
    if needed > periods {
        return false;
    }
    let watched = alarm
        .property("Dimensions")
        .map(Node::items)
        .unwrap_or_default();
    let functions = watched
        .iter()
        .filter_map(|one| one.get("Value")?.referenced_id());
    let comes_again_after = functions
        .flat_map(|function| {
            template
                .resources_of_type(EVENT_SOURCE)
                .filter(move |source| source.referenced_id("FunctionName") == Some(function))
        })
        .filter_map(|source| template.resource(source.referenced_id("EventSourceArn")?))
        .filter_map(|queue| number(queue, "VisibilityTimeout"))
        .fold(0.0, f64::max);
    let seconds = number(alarm, "Period").unwrap_or(0.0) * periods;
    comes_again_after * (needed - 1.0) < seconds
}
