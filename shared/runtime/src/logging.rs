//! Logs: a sentence a human reads, with fields that a query filters; times in UTC; never people's data.
//!
//! Foreign crates are held at `warn` whatever the level: an AWS or HTTP client's `debug` lines carry request bodies.

use std::io::IsTerminal;

use tracing::{Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::SystemClock;
use crate::metrics::{self, MetricLines};
use crate::variables::{AWS_LAMBDA_FUNCTION_NAME, LOG_LEVEL, read_variable};

/// Our own crates, as log targets.
const OUR_CRATES: &[&str] = &[
    "callback",
    "reconcile",
    "full_sync",
    "token_refresh",
    "message_push",
    "directory",
    "dingtalk",
    "state",
    "ehr",
    "engine",
    "runtime",
    "local",
    "bangding",
    "sandbox",
];

/// Begins logging for one process: JSON lines on Lambda, text on a terminal or pipe, both on stderr, so that a
/// program's stdout stays its own. On Lambda, figures ([`metrics`]) go to stdout. The level of our lines comes from `LOG_LEVEL` (where it is absent or no level: `info` on Lambda, `warn` elsewhere).
/// Calling it twice is harmless: the first call wins.
pub fn init_logging(function: &'static str) {
    let name = read_variable(AWS_LAMBDA_FUNCTION_NAME);
    let lambda = name.is_some();
    // At a terminal the command's own lines are what people read.
    let usual = if lambda { Level::INFO } else { Level::WARN };
    let level = read_variable(LOG_LEVEL)
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual);
    let lines: Box<dyn Layer<_> + Send + Sync> = if lambda {
        Box::new(
            fmt::layer()
                .json()
                .flatten_event(true)
                .with_writer(std::io::stderr),
        )
    } else {
        Box::new(
            fmt::layer()
                .with_ansi(std::io::stderr().is_terminal())
                .with_writer(std::io::stderr),
        )
    };
    let figures = name.map(|name| metrics_layer(&name, function));
    if tracing_subscriber::registry()
        .with(lines.with_filter(log_targets(level)))
        .with(figures)
        .try_init()
        .is_ok()
    {
        tracing::debug!(function, "logging began");
    }
}

/// Figures, whatever the level of the log.
fn metrics_layer<S>(lambda: &str, function: &'static str) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let stdout = || Box::new(std::io::stdout()) as Box<dyn std::io::Write>;
    let only = Targets::new().with_target(metrics::TARGET, Level::INFO);
    MetricLines::new(lambda, function, || SystemClock.now(), stdout).with_filter(only)
}

fn log_targets(level: Level) -> Targets {
    // The embedded database warns of every condition that does not hold, which here is the normal course of things.
    Targets::new()
        .with_default(Level::WARN)
        .with_target("dynoxide", Level::ERROR)
        .with_targets(OUR_CRATES.iter().map(|name| (*name, level)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_crates_never_log_below_warn() {
        let targets = log_targets(Level::TRACE);
        assert!(targets.would_enable("callback::config", &Level::TRACE));
        assert!(!targets.would_enable("aws_smithy_runtime::client", &Level::INFO));
        assert!(targets.would_enable("hyper_util", &Level::WARN));
        assert!(
            !targets.would_enable(metrics::TARGET, &Level::INFO),
            "a figure is no log line"
        );
    }
}
