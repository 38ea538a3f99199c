//! What is printed: a line per step, as `bangding up` does it.

use std::io::Write as _;
use std::time::Duration;

/// Something is done.
pub fn done(what: &str, detail: &str, took: Duration) {
    say(&format!("● {what:<18} {detail}  ({:.1} s)", took.as_secs_f64()));
}

/// Something that is no step.
pub fn remark(text: &str) {
    say(&format!("  {text}"));
}

/// Something is not as it has to be.
pub fn failed(why: &str) {
    say(&format!("■ {why}"));
}

fn say(line: &str) {
    // A closed pipe changes no verdict.
    _ = writeln!(std::io::stdout(), "{line}");
}
