//! The queue of sweeps, served by a command where no `up` runs.

use std::sync::Arc;
use std::time::Duration;

use directory::Timestamp;
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
        let mut since = deps.corps.clock.now();
        loop {
            let is_idle = match queue.receive(1, COMMAND_WAIT).await {
                Ok(received) => match received.into_iter().next() {
                    None => true,
                    // A sweep that was put behind since: everything that waits has been seen.
                    Some(message) => match serve_message(&deps, &queue, message).await {
                        Served::Plan => false,
                        Served::Sweep(at) if at < since => continue,
                        Served::Sweep(_) => true,
                    },
                },
                Err(err) => {
                    tracing::warn!(reason = %err, "the queue of sweeps could not be read");
                    tokio::time::sleep(COMMAND_WAIT).await;
                    continue;
                }
            };
            since = deps.corps.clock.now();
            if is_idle {
                rounds.send_modify(|rounds| *rounds += 1);
            }
        }
    });
    PlanServer { serving, idle }
}

/// What a message was.
enum Served {
    /// A plan, or nothing that can be read.
    Plan,
    /// A sweep that was asked for, or put behind, at this time.
    Sweep(Timestamp),
}

/// Works a plan, or puts a sweep behind what waits.
async fn serve_message(
    deps: &full_sync::SweepDeps,
    queue: &EmbeddedQueue,
    message: ReceivedMessage,
) -> Served {
    let served = match full_sync::RunRequest::from_body(&message.body) {
        Ok(full_sync::RunRequest::Sweep(sweep)) => {
            let at = sweep.at;
            tokio::time::sleep(COMMAND_WAIT).await;
            if let Err(err) = put_behind(deps, sweep).await {
                tracing::warn!(reason = %err, "a sweep could not be put behind a plan");
                _ = queue.release(&message.receipt).await;
                return Served::Sweep(at);
            }
            Served::Sweep(at)
        }
        Ok(order @ full_sync::RunRequest::Plan(_)) => {
            // Its failure is in the plan's head.
            _ = full_sync::perform_run(deps, &order, None, Arc::new(|_| {})).await;
            Served::Plan
        }
        Err(_) => Served::Plan,
    };
    if let Err(err) = queue.delete(&message.receipt).await {
        tracing::warn!(reason = %err, "a worked message could not be deleted and will come again");
    }
    served
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
