//! `bangding pause`: the pause is stored at once; then the command waits until what was running has stopped.

use std::time::Duration;

use desk::{OrderRequest, PAUSE_COUNTS_AFTER_MS, PlanHead, PlanRequest, Reply, WritingRequest};
use directory::RunId;

use super::args::ContextArgs;
use super::words::PlanOutcome;
use crate::command_error::CommandError;
use crate::session::{SessionNeeds, StateSession};

/// How long plans that are being applied have to say that they stopped.
const STOPS_WITHIN: Duration = Duration::from_secs(15);

/// Between two looks at them.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Stores the pause, and waits: for as long as an answer of the gate counts, and until every plan has said that it stopped.
pub(super) async fn pause_writes(here: &ContextArgs) -> Result<PlanOutcome, CommandError> {
    let mut session = StateSession::connect(here, SessionNeeds::State).await?;
    let paused = session.send(OrderRequest::Writing(WritingRequest::Pause));
    if let Err(err) = paused.await {
        session.close().await;
        return Err(err);
    }
    let counts = u64::try_from(PAUSE_COUNTS_AFTER_MS).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(counts)).await;
    let deadline = tokio::time::Instant::now() + STOPS_WITHIN;
    loop {
        let Some(reply) = session.try_send(running()).await? else {
            // The process that applied a plan is done with it, and gone.
            session.close().await;
            session = StateSession::connect(here, SessionNeeds::State).await?;
            continue;
        };
        let Reply::Running(heads) = reply else {
            return Err(CommandError::unexpected_reply());
        };
        let (stopped, busy): (Vec<_>, Vec<_>) = heads.into_iter().partition(has_stopped);
        let is_late = tokio::time::Instant::now() >= deadline;
        // Where no other process has the state, nothing runs.
        if busy.is_empty() || session.is_alone() || is_late {
            session.close().await;
            return Ok(PlanOutcome::Paused {
                stopped: ids(stopped),
                silent: ids(busy),
            });
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

fn running() -> OrderRequest {
    OrderRequest::Plan(PlanRequest::Running)
}

fn has_stopped(head: &PlanHead) -> bool {
    let applied = head.applied.as_ref();
    applied.is_some_and(|applied| applied.stopped.is_some())
}

fn ids(heads: Vec<PlanHead>) -> Vec<RunId> {
    heads.into_iter().map(|head| head.id).collect()
}
