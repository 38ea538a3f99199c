//! Figures that alarms watch, as lines of CloudWatch's embedded metric format on standard output: the log becomes the
//! metric, so that no function needs a permission for it, and no call is made while somebody waits.
//!
//! A figure is counted where the fact is known, and says how much, never about whom: its one dimension is the stack, for
//! an alarm watches one set of dimensions, and each set has a price. Off Lambda nobody listens and nothing is printed.

use std::io::Write;

use directory::Timestamp;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// The namespace of all our figures.
pub const NAMESPACE: &str = "Bangding";
/// The one dimension: the name of the stack.
pub const DIMENSION: &str = "Stack";
/// The log target of figures, which no log level holds back and no log line shows.
pub(crate) const TARGET: &str = "metric";

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Of a limit; 100 is all of it.
    Percent,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Percent => "Percent",
        }
    }
}

/// One figure. The alarms of `infra/template.yaml` name them; `bangding cloud check` holds the two sets equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// What it is, for the reader of the runbook.
    pub meaning: &'static str,
}

macro_rules! metrics {
    ($($constant:ident $name:ident $unit:ident $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $constant: Metric =
            Metric { name: stringify!($name), unit: Unit::$unit, meaning: $meaning };)*

        /// All of them, in the order of this file.
        pub const ALL: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    PUSH_SEEN PushSeen Count "Pushes from DingTalk that were verified, stored and acknowledged.";
    QUARANTINED Quarantined Count "What waits for a person: changes that a sweep held, a scope that nobody accepted, credentials that DingTalk refuses.";
    QUOTA_USED QuotaUsed Percent "DingTalk's quotas that we spend from, each when it is: people who get a message per minute, and metered calls of a month; 100 once DingTalk says that they are used up.";
    SWEEPS_OVERDUE SweepsOverdue Count "Bindings whose last sweep is older than two of their intervals and half an hour. Counted at each firing of the rule, 0 included.";
    TOKENS_REFUSED TokensRefused Count "Access tokens that DingTalk refused before their time.";
}

/// Counts. It reaches CloudWatch on Lambda, after [`init_logging`](crate::init_logging), and nothing anywhere else.
pub fn record(metric: Metric, value: f64) {
    tracing::info!(target: TARGET, metric = metric.name, unit = metric.unit.name(), value);
}

/// Writes figures as lines of the embedded metric format.
pub(crate) struct MetricLines<W> {
    stack: String,
    function: &'static str,
    now: fn() -> Timestamp,
    writer: W,
}

impl<W> MetricLines<W> {
    /// For a function called `<stack>-<function>`, as the template names them.
    pub(crate) fn new(
        lambda: &str,
        function: &'static str,
        now: fn() -> Timestamp,
        writer: W,
    ) -> Self {
        let stack = lambda
            .strip_suffix(function)
            .and_then(|name| name.strip_suffix('-'))
            .unwrap_or(lambda);
        Self {
            stack: stack.to_owned(),
            function,
            now,
            writer,
        }
    }

    /// One line, its end included: CloudWatch reads a figure from a line that is nothing but this object.
    fn format_line(&self, seen: &MetricFields) -> String {
        let metric = json!({"Name": seen.metric, "Unit": seen.unit});
        let directive =
            json!({"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": [metric]});
        let mut line = json!({
            "_aws": {"Timestamp": (self.now)().millis(), "CloudWatchMetrics": [directive]},
            "function": self.function,
        });
        line[DIMENSION] = json!(self.stack);
        line[seen.metric.as_str()] = json!(seen.value);
        format!("{line}\n")
    }
}

impl<S, W> Layer<S> for MetricLines<W>
where
    S: Subscriber,
    W: Fn() -> Box<dyn Write> + 'static,
{
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut seen = MetricFields::default();
        event.record(&mut seen);
        // A figure that cannot be written is not worth a failed request.
        _ = (self.writer)().write_all(self.format_line(&seen).as_bytes());
    }
}

/// The fields of one figure.
#[derive(Default)]
struct MetricFields {
    metric: String,
    unit: String,
    value: f64,
}

impl Visit for MetricFields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "value" {
            self.value = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "metric" => value.clone_into(&mut self.metric),
            "unit" => value.clone_into(&mut self.unit),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests;
