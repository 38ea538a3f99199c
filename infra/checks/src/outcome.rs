//! What came of a check, and what `cargo test` prints.

use std::fmt;
use std::iter::Sum;

use crate::program::ProgramOutput;

/// Lines of a failed check that are shown where it does not say more precisely what failed.
const TAIL: usize = 60;

/// Single tests and rules, and a report for people where something failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Outcome {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) report: String,
}

impl Outcome {
    pub(crate) fn passed() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    pub(crate) fn failed(report: String) -> Self {
        Self {
            failed: 1,
            report,
            ..Self::default()
        }
    }

    /// Good is: something was checked, and nothing failed.
    pub(crate) fn is_good(&self) -> bool {
        self.failed == 0 && self.passed > 0
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Sum for Outcome {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            report: sum.report + &one.report,
        })
    }
}

/// A program that either ends well or has failed.
pub(crate) fn of_program(ended: Result<ProgramOutput, String>) -> Outcome {
    match ended {
        Ok(ProgramOutput { well: true, .. }) => Outcome::passed(),
        Ok(ended) => Outcome::failed(tail(&ended.output)),
        Err(why) => Outcome::failed(why),
    }
}

/// Adds up the tests of all programs that `cargo test` ran. An ignored test has failed. So has one whose program did not
/// compile, or ended without a result.
pub(crate) fn of_tests(ended: Result<ProgramOutput, String>) -> Outcome {
    let ended = match ended {
        Ok(ended) => ended,
        Err(why) => return Outcome::failed(why),
    };
    let mut outcome = Outcome::default();
    for line in ended.output.lines() {
        if let Some(result) = line.trim_start().strip_prefix("test result:") {
            outcome.passed += count(result, " passed");
            outcome.failed += count(result, " failed") + count(result, " ignored");
        }
    }
    let unexplained = if ended.well {
        outcome.passed == 0
    } else {
        outcome.failed == 0
    };
    outcome.failed += u64::from(unexplained);
    if outcome.failed > 0 {
        outcome.report = failures(&ended.output).unwrap_or_else(|| tail(&ended.output));
    }
    outcome
}

/// The number before a word in `ok. 3 passed; 0 failed; …`.
fn count(result: &str, word: &str) -> u64 {
    let number = result
        .split([';', '.'])
        .find_map(|part| part.strip_suffix(word));
    number
        .and_then(|number| number.trim().parse().ok())
        .unwrap_or_default()
}

/// What the failed tests printed, and which were ignored; `None` where no test says that it failed.
fn failures(output: &str) -> Option<String> {
    let mut told = false;
    let mut report = String::new();
    for line in output.lines() {
        let ends = line.starts_with("test result:");
        told = (told || line == "failures:") && !ends;
        let speaks = told
            || line.ends_with("... ignored")
            || line.starts_with("error")
            || line.starts_with("test result: FAILED");
        if speaks {
            report.push_str(line);
            report.push('\n');
        }
    }
    Some(report).filter(|report| !report.is_empty())
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    lines
        .get(lines.len().saturating_sub(TAIL)..)
        .unwrap_or_default()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome_of_output(well: bool, output: &str) -> Outcome {
        of_tests(Ok(ProgramOutput {
            well,
            output: output.to_owned(),
        }))
    }

    const GOOD: &str = "running 3 tests\n\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";

    #[test]
    fn the_tests_of_all_programs_are_added_up() {
        let outcome = outcome_of_output(true, &format!("{GOOD}{GOOD}"));
        assert_eq!((outcome.passed, outcome.failed), (6, 0));
        assert!(outcome.is_good());
    }

    #[test]
    fn a_failed_test_is_counted_and_its_output_is_shown() {
        let output = format!(
            "{GOOD}noise\nfailures:\n\n---- a stdout ----\nit broke\n\nfailures:\n    a\n\n\
             test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n{GOOD}"
        );
        let outcome = outcome_of_output(false, &output);
        assert_eq!((outcome.passed, outcome.failed), (7, 1));
        assert!(
            outcome.report.contains("it broke") && !outcome.report.contains("noise"),
            "{}",
            outcome.report
        );
    }

    #[test]
    fn an_ignored_test_has_failed() {
        let output = "test slow ... ignored\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n";
        let outcome = outcome_of_output(true, output);
        assert_eq!((outcome.passed, outcome.failed), (3, 1));
        assert_eq!(outcome.report, "test slow ... ignored\n");
    }

    #[test]
    fn a_compile_error_counts_as_one_failure() {
        let outcome = outcome_of_output(
            false,
            "   Compiling x\nerror[E0308]: mismatched types\nerror: could not compile `x`\n",
        );
        assert_eq!((outcome.passed, outcome.failed), (0, 1));
        assert!(outcome.report.contains("E0308"));
    }

    #[test]
    fn a_program_that_dies_between_its_tests_has_failed() {
        assert_eq!(
            outcome_of_output(false, &format!("{GOOD}running 2 tests\nSIGSEGV\n")).failed,
            1
        );
    }

    #[test]
    fn a_check_that_ran_nothing_is_not_good() {
        assert_eq!(outcome_of_output(true, "").failed, 1);
        assert!(!Outcome::default().is_good());
    }

    #[test]
    fn a_failed_program_shows_its_last_lines() {
        let output: String = (0..200).map(|n| format!("line {n}\n")).collect();
        let outcome = of_program(Ok(ProgramOutput {
            well: false,
            output,
        }));
        assert_eq!(outcome.failed, 1);
        assert!(
            outcome.report.starts_with("line 140\n") && outcome.report.ends_with("line 199"),
            "{}",
            outcome.report
        );
        assert!(
            of_program(Ok(ProgramOutput {
                well: true,
                output: String::new()
            }))
            .is_good()
        );
    }
}
