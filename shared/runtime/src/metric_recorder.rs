//! Figures, heard in this process instead of on standard output: for tests of whoever counts them.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use directory::Timestamp;
use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, registry};

use crate::metrics::{self, Metric, MetricLines, TARGET};

/// Hears every figure that this thread counts, until it is dropped.
pub struct MetricRecorder {
    output: RecordedOutput,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct RecordedOutput(Arc<Mutex<Vec<u8>>>);

impl Write for RecordedOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Default for MetricRecorder {
    fn default() -> Self {
        let output = RecordedOutput::default();
        let kept = output.clone();
        let writer = move || Box::new(kept.clone()) as Box<dyn Write>;
        let lines = MetricLines::new("heard", "heard", || Timestamp(0), writer);
        let only = Targets::new().with_target(TARGET, Level::INFO);
        let guard = tracing::subscriber::set_default(registry().with(lines.with_filter(only)));
        // A thread that counted before anybody listened has told `tracing` that nobody ever will: make it ask again.
        metrics::record(metrics::PUSH_SEEN, 0.0);
        tracing::callsite::rebuild_interest_cache();
        output
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        Self {
            output,
            _guard: guard,
        }
    }
}

impl MetricRecorder {
    /// What was counted of a figure so far, in its order.
    #[must_use]
    pub fn values_of(&self, metric: Metric) -> Vec<f64> {
        let bytes = self
            .output
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines
            .filter_map(|line| line.get(metric.name)?.as_f64())
            .collect()
    }
}
