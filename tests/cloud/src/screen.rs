//! Prints a line per step, as `bangding up` does.

use std::io::Write as _;
use std::time::Duration;

/// Prints that a step is done.
pub fn print_done(what: &str, detail: &str, took: Duration) {
    print_line(&format!(
        "● {what:<18} {detail}  ({:.1} s)",
        took.as_secs_f64()
    ));
}

/// Prints a line that is no step.
pub fn print_remark(text: &str) {
    print_line(&format!("  {text}"));
}

/// Prints a failure.
pub fn print_failure(why: &str) {
    print_line(&format!("■ {why}"));
}

fn print_line(line: &str) {
    // A closed pipe changes no result.
    _ = writeln!(std::io::stdout(), "{line}");
}
