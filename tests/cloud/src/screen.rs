//! What is printed: a line per step, as `bangding up` does it.

use std::io::Write as _;
use std::time::Duration;

/// Something is done.
pub fn print_done(what: &str, detail: &str, took: Duration) {
    print_line(&format!(
        "● {what:<18} {detail}  ({:.1} s)",
        took.as_secs_f64()
    ));
}

/// Something that is no step.
pub fn print_remark(text: &str) {
    print_line(&format!("  {text}"));
}

/// Something is not as it has to be.
pub fn print_failure(why: &str) {
    print_line(&format!("■ {why}"));
}

fn print_line(line: &str) {
    // A closed pipe changes no verdict.
    _ = writeln!(std::io::stdout(), "{line}");
}
