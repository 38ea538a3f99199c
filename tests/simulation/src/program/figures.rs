//! Figures as the other benchmarks print them.

use std::io::Write as _;
use std::time::Duration;

use serde_json::json;

/// Clock ticks per second in `/proc/self/stat`: the kernel's `USER_HZ`, which is 100 on every Linux
/// that Rust supports.
const TICKS: f64 = 100.0;

/// Target of a figure.
#[derive(Debug, Clone, Copy)]
pub(super) enum FigureTarget {
    /// Exactly this value.
    Exactly(u64),
    /// This value or more.
    AtLeast(u64),
    /// This value or less.
    #[cfg(feature = "planted")]
    AtMost(u64),
    /// Only reported.
    Any,
}

/// Prints a figure; returns whether it meets its target.
pub(super) fn print_figure(
    bench: &str,
    name: &str,
    value: f64,
    unit: &str,
    target: FigureTarget,
) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
    let (target, holds) = match target {
        FigureTarget::Exactly(target) => (Some(target), Some((value - target as f64).abs() < 1e-9)),
        FigureTarget::AtLeast(target) => (Some(target), Some(value >= target as f64)),
        #[cfg(feature = "planted")]
        FigureTarget::AtMost(target) => (Some(target), Some(value <= target as f64)),
        FigureTarget::Any => (None, None),
    };
    let value = (value * 1e4).round() / 1e4;
    let line = json!({"bench": bench, "figure": name, "value": value, "unit": unit, "target": target, "holds": holds});
    // A closed pipe changes no result.
    _ = writeln!(std::io::stdout(), "{line}");
    holds != Some(false)
}

/// Prints a line for people.
pub(super) fn print_line(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}

/// Converts a count to a figure.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
pub(super) fn to_figure(n: u64) -> f64 {
    n as f64
}

/// Returns the CPU time of this process so far, over all threads; `None` without Linux's `/proc`.
pub(super) fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may contain spaces. utime and stime are fields 14 and 15, counted
    // from 1.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok();
    Some(Duration::from_secs_f64(
        (f64::from(next()?) + f64::from(next()?)) / TICKS,
    ))
}
