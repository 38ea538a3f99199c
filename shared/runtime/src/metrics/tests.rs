//! The shape of a figure's line, which CloudWatch reads, and who sees it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use super::*;

#[derive(Clone, Default)]
struct CapturedOutput(Arc<Mutex<Vec<u8>>>);

impl Write for CapturedOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn lines_of(lambda: &str, work: impl FnOnce()) -> Vec<serde_json::Value> {
    let output = CapturedOutput::default();
    let kept = output.clone();
    let writer = move || Box::new(output.clone()) as Box<dyn Write>;
    let lines = MetricLines::new(lambda, "full-sync", || Timestamp(1_780_000_000_000), writer);
    let only = Targets::new().with_target(TARGET, tracing::Level::INFO);
    tracing::subscriber::with_default(
        tracing_subscriber::registry().with(lines.with_filter(only)),
        work,
    );
    let bytes = kept.0.lock().unwrap().clone();
    String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_metric_is_one_line_of_the_embedded_metric_format() {
    let lines = lines_of("hr-full-sync", || record(SWEEPS_OVERDUE, 2.0));
    let expected = serde_json::json!([{
        "_aws": {
            "Timestamp": 1_780_000_000_000_i64,
            "CloudWatchMetrics": [{
                "Namespace": "Bangding",
                "Dimensions": [["Stack"]],
                "Metrics": [{"Name": "SweepsOverdue", "Unit": "Count"}],
            }],
        },
        "Stack": "hr",
        "function": "full-sync",
        "SweepsOverdue": 2.0,
    }]);
    assert_eq!(serde_json::json!(lines), expected);
}

#[test]
fn each_metric_is_written_once_and_nothing_else_is() {
    let lines = lines_of("hr-full-sync", || {
        tracing::error!(target: "full_sync", "a log line");
        ALL.iter().for_each(|metric| record(*metric, 80.5));
    });
    assert_eq!(lines.len(), ALL.len());
    for (line, metric) in lines.iter().zip(ALL) {
        assert_eq!(line[metric.name], 80.5, "{line}");
        assert_eq!(
            line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"],
            metric.unit.name()
        );
    }
}

#[test]
fn a_stack_name_may_contain_dashes_and_an_unknown_function_is_its_own_stack() {
    for (lambda, stack) in [("hr-east-full-sync", "hr-east"), ("something", "something")] {
        let lines = lines_of(lambda, || record(PUSH_SEEN, 1.0));
        assert_eq!(lines[0]["Stack"], stack);
    }
}

#[test]
fn metric_names_are_unique() {
    let names: BTreeSet<_> = ALL.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), ALL.len());
}
