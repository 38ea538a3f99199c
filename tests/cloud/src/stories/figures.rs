//! The functions' logs contain what the stories before did, as figures that CloudWatch turns into
//! metrics. Each of our alarms watches one of them.

use runtime::metrics::{ALL, DIMENSION, Metric, NAMESPACE};
use serde_json::Value;
use stories::polling::wait_until;

use super::PATIENCE;
use crate::world::CloudWorld;

/// This figure is counted after each sweep, and no story has a held change.
const NOTHING_WAITS: &str = "Quarantined";

/// Checks that every figure is in the log of the function that counts it.
pub(super) async fn are_in_the_logs(world: &CloudWorld) -> String {
    let mut seen = Vec::new();
    for metric in ALL {
        let function = counted_by(metric.name);
        wait_until(
            PATIENCE,
            "the figure is in the log",
            async || match largest_value(world, function, metric).await {
                Some(most) if most > 0.0 || metric.name == NOTHING_WAITS => Ok(()),
                most => Err(format!(
                    "{} is {most:?} in the log of {function}",
                    metric.name
                )),
            },
        )
        .await;
        seen.push(format!(
            "{} up to {}",
            metric.name,
            largest_value(world, function, metric)
                .await
                .unwrap_or_default()
        ));
    }
    seen.join(", ")
}

/// Returns the function that counted a metric in the stories before.
fn counted_by(metric: &str) -> &'static str {
    match metric {
        "PushSeen" => "Callback",
        "Quarantined" | "SweepsOverdue" => "FullSync",
        "TokensRefused" => "TokenRefresh",
        "QuotaUsed" => "MessagePush",
        other => panic!("no story makes a function count {other}"),
    }
}

/// Returns the largest value of a figure in a function's log. Only lines with this figure alone
/// count, under the stack's name, as the alarm reads them.
async fn largest_value(world: &CloudWorld, function: &str, metric: &Metric) -> Option<f64> {
    let log = world.log(function).await;
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_this = |line: &Value| {
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        let names =
            directive["Namespace"] == NAMESPACE && directive["Metrics"][0]["Name"] == metric.name;
        names
            && directive["Dimensions"][0][0] == DIMENSION
            && line[DIMENSION] == world.stack.name.as_str()
    };
    lines
        .filter(is_this)
        .filter_map(|line| line[metric.name].as_f64())
        .reduce(f64::max)
}
