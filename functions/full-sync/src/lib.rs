#![doc = include_str!("../README.md")]

mod change_feed;
mod checkpoint;
#[cfg(feature = "lambda")]
mod config;
mod due;
mod failed_callbacks;
mod plan;
mod sweep;

use std::sync::Arc;

use directory::Timestamp;
use directory::reason::{Reason, ReasonCode};
use directory::text::describe_error;
use engine::plans::{PlanError, PlanNotReadyError};
use engine::report::{RunProgress, RunReport};
use engine::{CorpEngines, EngineError, LookError};
use runtime::batch::{self, BatchOutcome, ItemVerdict, QueueBatch, QueueItem};
use serde::Deserialize;
use state::queue::messages::{MessageError, PlanMessage, PlanTask, SweepMessage, decode_body};
use state::{Archive, ArchiveError, Queue, QueueError, StoreError, WriteError};

pub use change_feed::enqueue_ehr_changes;
pub use checkpoint::{HOURS_MAX, RestartReason};
#[cfg(feature = "lambda")]
pub use config::SweepConfig;
pub use due::{is_due, is_overdue};
pub use failed_callbacks::{fetch_failed_callbacks, is_fetch_due};
pub use plan::{apply_plan, make_plan};
pub use sweep::{MARGIN_MS, sweep_corp, update_binding};

use runtime::metrics;
use sweep::{metric_value, send_sweep};

/// Why the rule asks for a sweep.
const BECAUSE_SCHEDULE: &str = "schedule";

/// What the function works with.
#[derive(Clone)]
pub struct SweepDeps {
    /// The engine of each corp.
    pub corps: CorpEngines,
    /// Where sweeps and continuations are asked for.
    pub sweeps: Arc<dyn Queue>,
    /// Where the wakes of failed callbacks go.
    pub wakes: Arc<dyn Queue>,
    /// Where people are asked for what only they can change.
    pub outbox: Arc<dyn Queue>,
    /// Bodies of plans.
    pub archive: Arc<dyn Archive>,
}

/// What woke the function.
#[derive(Debug, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub enum SweepInput {
    /// The rule: ask which bindings are due, and fetch what DingTalk could not push.
    Schedule,
    /// Messages of the `sweeps` queue.
    Sweeps(QueueBatch),
}

impl TryFrom<serde_json::Value> for SweepInput {
    type Error = serde_json::Error;

    /// An event with `Records` is a batch, and one that cannot be read fails the invocation: the queue keeps all of it.
    /// Everything else is the rule's.
    fn try_from(event: serde_json::Value) -> Result<Self, Self::Error> {
        if event.get("Records").is_none() {
            return Ok(Self::Schedule);
        }
        serde_json::from_value(event).map(Self::Sweeps)
    }
}

/// Why a sweep did not take place or left no record. What goes wrong inside one is in its report.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The binding has no engine.
    #[error("the corp has no engine")]
    Engine(#[from] EngineError),
    /// The state could not be read.
    #[error("the bindings could not be read")]
    State(#[from] StoreError),
    /// The state could not be written.
    #[error("the run could not be recorded")]
    Write(#[from] WriteError),
    /// The eHR could not be asked for its changes.
    #[error("the eHR could not be asked")]
    Ehr(#[source] ehr::EhrError),
    /// The queue refused the message.
    #[error("a sweep could not be asked for")]
    Queue(#[from] QueueError),
    /// A message has no JSON form.
    #[error("a sweep could not be asked for")]
    Message(#[from] MessageError),
    /// A plan could not be stored or read.
    #[error("the plan could not be worked")]
    Plan(#[from] PlanError),
    /// The plan is not to be applied now.
    #[error("the plan was not applied")]
    NotNow(#[from] PlanNotReadyError),
    /// Where the last slice stood could not be read now.
    #[error("where the sweep stood could not be read")]
    Checkpoint(#[from] ArchiveError),
    /// Applying a plan was stopped; it goes on from where it stood.
    #[error("the plan was interrupted")]
    Interrupted(#[from] LookError),
    /// No id for the run.
    #[error("a run could not be named")]
    Run,
}

impl From<&SweepError> for Reason {
    fn from(err: &SweepError) -> Self {
        let not_started = |cause| Self::new(ReasonCode::RunNotStarted).cause(cause);
        match err {
            SweepError::Engine(err) => not_started(Self::from(err)),
            SweepError::State(err) => not_started(Self::from(err)),
            SweepError::Write(err) => not_started(Self::from(err)),
            SweepError::Ehr(err) => not_started(Self::from(err)),
            SweepError::Queue(err) => not_started(Self::from(err)),
            SweepError::Message(err) => not_started(Self::from(err)),
            SweepError::Plan(err) => not_started(Self::from(err)),
            SweepError::NotNow(err) => not_started(Self::from(err)),
            SweepError::Checkpoint(err) => not_started(Self::from(err)),
            SweepError::Interrupted(err) => {
                Self::new(ReasonCode::RunPlanInterrupted).cause(Self::from(err))
            }
            SweepError::Run => not_started(
                Self::new(ReasonCode::StateIdInvalid)
                    .text("what", "run")
                    .text("why", "characters"),
            ),
        }
    }
}

impl SweepError {
    /// Whether the same message can succeed later, without a person: what somebody closed waits for somebody to open it,
    /// and must not use up its deliveries.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        !matches!(
            self,
            Self::Interrupted(LookError::Closed(_))
                | Self::NotNow(_)
                | Self::Message(_)
                | Self::Run
                | Self::Plan(
                    PlanError::Unknown
                        | PlanError::NoBody
                        | PlanError::Sealed(_)
                        | PlanError::NotTheBody
                )
                | Self::Engine(EngineError::Unknown | EngineError::Connector(_))
        )
    }
}

/// Answers the rule or works a batch. `deadline` is when the function is killed; one in the past is unknown.
pub async fn handle(
    deps: &SweepDeps,
    input: SweepInput,
    deadline: Option<Timestamp>,
) -> BatchOutcome {
    match input {
        SweepInput::Schedule => {
            if let Err(err) = request_due_sweeps(deps).await {
                tracing::error!(reason = %err, "the bindings that are due could not be found; the next rule asks again");
            }
            if let Err(err) = enqueue_ehr_changes(deps).await {
                tracing::error!(reason = %err, "the eHRs' changes could not be told; the next rule asks again");
            }
            if let Err(err) = fetch_failed_callbacks(deps).await {
                tracing::error!(reason = %err, "failed callbacks could not be fetched; the next rule asks again");
            }
            BatchOutcome::default()
        }
        SweepInput::Sweeps(messages) => {
            batch::work_batch(&messages, 1, |item| work_item(deps, item, deadline)).await
        }
    }
}

/// Asks for a sweep of every binding that is due.
///
/// # Errors
/// [`SweepError`] when the bindings cannot be read or a message cannot be sent; what was sent before stays sent.
pub async fn request_due_sweeps(deps: &SweepDeps) -> Result<(), SweepError> {
    let now = deps.corps.clock.now();
    let bindings = deps.corps.store.list_bindings().await?;
    let overdue = bindings
        .iter()
        .filter(|binding| is_overdue(&binding.body, now))
        .count();
    metrics::record(metrics::SWEEPS_OVERDUE, metric_value(overdue));
    for binding in bindings {
        if is_due(&binding.body, now) {
            let corp = binding.body.corp_id.clone();
            let because = BECAUSE_SCHEDULE.to_owned();
            let message = SweepMessage {
                binding: binding.body.id.clone(),
                corp,
                run: None,
                because,
                at: now,
            };
            // Due since one sweep is one reason for another, however often the rule asks.
            let since = binding.body.swept_at.map_or(0, Timestamp::millis);
            send_sweep(deps, &message, format!("{}-due-{since}", message.binding)).await?;
        }
    }
    Ok(())
}

/// Whether a message still has to be worked. One of the schedule may have waited behind the very sweep that it asks for;
/// everything else was asked for with a reason of its own.
///
/// # Errors
/// [`SweepError::State`] when the binding cannot be read.
pub async fn is_wanted(deps: &SweepDeps, order: &RunRequest) -> Result<bool, SweepError> {
    let RunRequest::Sweep(message) = order else {
        return Ok(true);
    };
    if message.run.is_some() || message.because != BECAUSE_SCHEDULE {
        return Ok(true);
    }
    let binding = deps.corps.store.get_binding(&message.binding).await?;
    Ok(binding.is_some_and(|binding| is_due(&binding.body, deps.corps.clock.now())))
}

/// What a message of the `sweeps` queue asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunRequest {
    /// A sweep, or its continuation.
    Sweep(SweepMessage),
    /// A plan to make or to apply.
    Plan(PlanMessage),
}

impl RunRequest {
    /// Reads a message.
    ///
    /// # Errors
    /// [`MessageError`] where it is neither.
    pub fn from_body(body: &str) -> Result<Self, MessageError> {
        match decode_body::<SweepMessage>(body) {
            Ok(message) => Ok(Self::Sweep(message)),
            Err(err) => decode_body(body).map(Self::Plan).map_err(|_| err),
        }
    }
}

/// Does what was asked for.
///
/// # Errors
/// [`SweepError`]; what goes wrong inside a run is in its report instead.
pub async fn perform_run(
    deps: &SweepDeps,
    order: &RunRequest,
    deadline: Option<Timestamp>,
    progress: Arc<dyn Fn(RunProgress) + Send + Sync>,
) -> Result<RunReport, SweepError> {
    match order {
        RunRequest::Sweep(message) => Box::pin(sweep_corp(deps, message, deadline, progress)).await,
        RunRequest::Plan(message) => {
            let worked = match message.task {
                PlanTask::Make => Box::pin(make_plan(deps, message, deadline, progress)).await,
                PlanTask::Apply => Box::pin(apply_plan(deps, message, deadline)).await,
            };
            if let Err(err) = &worked {
                note_plan_failure(deps, message, err).await;
            }
            worked
        }
    }
}

/// Stores the failure of a plan; a failure that cannot be stored is in the log.
async fn note_plan_failure(deps: &SweepDeps, message: &PlanMessage, err: &SweepError) {
    if let Err(unstored) = plan::store_plan_failure(deps, message, err).await {
        let reason = describe_error(&unstored);
        tracing::error!(
            run = message.plan.as_str(),
            reason,
            "the failure of a plan was not stored"
        );
    }
}

async fn work_item(deps: &SweepDeps, item: QueueItem, deadline: Option<Timestamp>) -> ItemVerdict {
    let order = match RunRequest::from_body(&item.body) {
        Ok(order) => order,
        Err(err) => {
            // Perhaps a newer version wrote it: after five receives it stands among the dead letters, where it can be seen.
            tracing::error!(message.id = %item.id, reason = %err, "a sweep message could not be read");
            return ItemVerdict::Again;
        }
    };
    match is_wanted(deps, &order).await {
        Ok(true) => {}
        Ok(false) => return ItemVerdict::Done,
        Err(err) => {
            tracing::warn!(message.id = %item.id, reason = %err, "a sweep did not take place");
            return ItemVerdict::Again;
        }
    }
    match perform_run(deps, &order, deadline, Arc::new(|_| {})).await {
        Ok(report) => {
            let run = report.id.as_str();
            let notes = Reason::all(report.notes.iter().cloned()).map(tracing::field::display);
            tracing::info!(
                run,
                complete = report.complete,
                writes = report.writes,
                notes,
                "a run ended"
            );
            ItemVerdict::Done
        }
        Err(err) => {
            let (again, reason) = (err.is_transient(), describe_error(&err));
            tracing::warn!(message.id = %item.id, again, reason, "a run did not take place");
            if again {
                ItemVerdict::Again
            } else {
                ItemVerdict::Done
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_batch_is_an_error_and_not_a_schedule() {
        for wire in [
            r#"{"Records":[{"body":"{}"}]}"#,
            r#"{"Records":{}}"#,
            r#"{"Records":null}"#,
        ] {
            assert!(
                serde_json::from_str::<SweepInput>(wire).is_err(),
                "{wire}: answering it would delete its messages"
            );
        }
        assert!(matches!(
            serde_json::from_str::<SweepInput>(r#"{"source":"aws.events"}"#),
            Ok(SweepInput::Schedule)
        ));
    }
}
