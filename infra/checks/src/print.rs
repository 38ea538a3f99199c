//! What a command prints.

use std::io::Write as _;

/// A line on standard output.
pub(crate) fn print_line(line: &str) {
    // A closed pipe changes no verdict.
    _ = writeln!(std::io::stdout(), "{line}");
}
