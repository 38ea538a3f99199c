//! Figures as the other benchmarks print them.

use std::io::Write as _;
use std::time::Duration;

use serde_json::json;

/// Ticks of a second in `/proc/self/stat`: the kernel's `USER_HZ`, 100 on every Linux that Rust has a target for.
const TICKS: f64 = 100.0;

/// What a figure has to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum FigureTarget {
    /// This and nothing else.
    Exactly(u64),
    /// This or more.
    AtLeast(u64),
    /// This or less.
    #[cfg(feature = "planted")]
    AtMost(u64),
    /// It is reported.
    Any,
}

/// Prints a figure; whether it meets its target.
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
    // A closed pipe changes no verdict.
    _ = writeln!(std::io::stdout(), "{line}");
    holds != Some(false)
}

/// A line for people.
pub(super) fn print_line(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
pub(super) fn to_figure(n: u64) -> f64 {
    n as f64
}

/// CPU time of this process so far, all threads; `None` where there is no Linux `/proc`.
pub(super) fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may hold spaces; utime and stime are fields 14 and 15, counted from 1.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok();
    Some(Duration::from_secs_f64(
        (f64::from(next()?) + f64::from(next()?)) / TICKS,
    ))
}
