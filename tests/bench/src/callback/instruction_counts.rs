//! Counts instructions with valgrind. The count differs by less than one percent between runs.

use std::path::Path;

use super::lambda::LambdaFunction;
use super::{CallbackEnvironment, CallbackError};

/// Events between the two counts that give the cost of a warm event.
const WARM_EVENTS: u64 = 200;

/// Instructions of our bootstrap in user space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionCounts {
    /// Until it first asks for work.
    pub init: u64,
    /// For the first event.
    pub first: u64,
    /// For one of the later events.
    pub warm: u64,
}

/// Runs of each length. Under valgrind a program is fifty times slower, and its own deadlines are
/// not: a deadline may move a handshake from the start to the first event, or an event may fail. If
/// the handshakes happen at the start, that run is the most expensive without events, and the
/// cheapest with events.
const RUNS_PER_LENGTH: usize = 4;

/// Counts without an event, with one, and with many.
///
/// # Errors
/// [`CallbackError::NotCounted`] if valgrind is missing.
pub async fn count_instructions(
    stage: &CallbackEnvironment,
    program: &Path,
) -> Result<InstructionCounts, CallbackError> {
    let init = count_runs(stage, program, 0)
        .await?
        .into_iter()
        .max()
        .unwrap_or_default();
    let least = |counts: Vec<u64>| counts.into_iter().min().unwrap_or_default();
    let one = least(count_runs(stage, program, 1).await?);
    let many = least(count_runs(stage, program, 1 + WARM_EVENTS).await?);
    Ok(InstructionCounts {
        init,
        first: one.saturating_sub(init),
        warm: many.saturating_sub(one) / WARM_EVENTS,
    })
}

/// Returns the runs of one length that succeeded. One is enough.
async fn count_runs(
    stage: &CallbackEnvironment,
    program: &Path,
    events: u64,
) -> Result<Vec<u64>, CallbackError> {
    let (mut counts, mut failed) = (Vec::new(), None);
    for _ in 0..RUNS_PER_LENGTH {
        match count_until(stage, program, events).await {
            Ok(count) => counts.push(count),
            Err(trouble @ CallbackError::Answer { .. }) => failed = Some(trouble),
            Err(trouble) => return Err(trouble),
        }
    }
    match failed {
        Some(trouble) if counts.is_empty() => Err(trouble),
        _ => Ok(counts),
    }
}

async fn count_until(
    stage: &CallbackEnvironment,
    program: &Path,
    events: u64,
) -> Result<u64, CallbackError> {
    let file = stage.scratch_file(&format!("callgrind.{events}"));
    let started = LambdaFunction::start(stage.our_counted_command(program, &file)?).await;
    let why = |why: &dyn std::fmt::Display| {
        CallbackError::NotCounted(format!("{why}; {}", stage.log_tail("counted")))
    };
    let mut function = started.map_err(|trouble| why(&trouble))?;
    for _ in 0..events {
        let invoked = function.invoke(stage.event().wire).await?;
        if !stage.company.is_success(&invoked.answer) {
            let log = stage.log_tail("counted");
            return Err(CallbackError::Answer {
                name: "ours, counted,",
                answer: invoked.answer,
                log,
            });
        }
    }
    function.end().await;
    let text = std::fs::read_to_string(&file).map_err(|err| why(&err))?;
    total_instructions(&text).ok_or_else(|| why(&"callgrind's file has no total"))
}

/// Returns the sum in a file of callgrind.
#[must_use]
pub fn total_instructions(text: &str) -> Option<u64> {
    let mut sums = text.lines().filter_map(|line| {
        line.strip_prefix("totals:")
            .or(line.strip_prefix("summary:"))
    });
    sums.next_back()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read() {
        assert_eq!(
            total_instructions("events: Ir\nsummary: 120\nfn=(1) main\n1 120\ntotals: 120\n"),
            Some(120)
        );
        assert_eq!(total_instructions("events: Ir\n"), None);
    }
}
