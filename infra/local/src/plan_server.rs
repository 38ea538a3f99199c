//! The queue of sweeps, served by a command where no `up` runs.

use std::sync::Arc;
use std::time::Duration;

use state::queue::messages::SweepMessage;
use tokio::task::JoinHandle;

use crate::embedded::{EmbeddedQueue, ReceivedMessage};
use crate::machine::Machine;

/// Serves the queue of sweeps for one command where no `up` runs: plans are made and applied in order. Sweeps that wait there
/// are put behind the plans: the next `up` runs them, and a command writes nothing but what it was given.
pub(crate) struct PlanServer {
    serving: JoinHandle<()>,
    idle: tokio::sync::watch::Receiver<u64>,
}

impl Drop for PlanServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl PlanServer {
    /// Waits until no plan waits any more, and ends.
    pub(crate) async fn finish(mut self) {
        // Of the two next empty rounds, the second one began after this call.
        for _ in 0..2 {
            if self.idle.changed().await.is_err() {
                return;
            }
        }
    }
}

/// How long an empty queue is waited for while a command serves it.
const COMMAND_WAIT: Duration = Duration::from_millis(200);

/// Begins to serve plans.
#[must_use]
pub(crate) fn serve_plans(machine: &Machine) -> PlanServer {
    let (deps, queue) = (machine.full_sync(), Arc::clone(&machine.queues.sweeps));
    let (rounds, idle) = tokio::sync::watch::channel(0);
    let serving = tokio::spawn(async move {
        loop {
            let is_idle = match queue.receive(1, COMMAND_WAIT).await {
                Ok(received) => match received.into_iter().next() {
                    None => true,
                    Some(message) => serve_message(&deps, &queue, message).await,
                },
                Err(err) => {
                    tracing::warn!(reason = %err, "the queue of sweeps could not be read");
                    tokio::time::sleep(COMMAND_WAIT).await;
                    false
                }
            };
            if is_idle {
                rounds.send_modify(|rounds| *rounds += 1);
            }
        }
    });
    PlanServer { serving, idle }
}

/// Works a plan, or puts a sweep behind what waits; whether it was a sweep: nothing else waits in front of it.
async fn serve_message(
    deps: &full_sync::SweepDeps,
    queue: &EmbeddedQueue,
    message: ReceivedMessage,
) -> bool {
    let is_sweep = match full_sync::RunRequest::from_body(&message.body) {
        Ok(full_sync::RunRequest::Sweep(sweep)) => {
            tokio::time::sleep(COMMAND_WAIT).await;
            if let Err(err) = put_behind(deps, sweep).await {
                tracing::warn!(reason = %err, "a sweep could not be put behind a plan");
                _ = queue.release(&message.receipt).await;
                return false;
            }
            true
        }
        Ok(order @ full_sync::RunRequest::Plan(_)) => {
            // Its failure is in the plan's head.
            _ = full_sync::perform_run(deps, &order, None, Arc::new(|_| {})).await;
            false
        }
        Err(_) => false,
    };
    if let Err(err) = queue.delete(&message.receipt).await {
        tracing::warn!(reason = %err, "a worked message could not be deleted and will come again");
    }
    is_sweep
}

/// Another time makes it another message, which deduplication does not drop.
async fn put_behind(
    deps: &full_sync::SweepDeps,
    sweep: SweepMessage,
) -> Result<(), full_sync::SweepError> {
    let at = deps.corps.clock.now();
    let message = SweepMessage { at, ..sweep }.to_message()?;
    Ok(deps.sweeps.send(message).await?)
}
