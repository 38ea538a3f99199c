//! Everything: a schedule asks which bindings are due, a message sweeps one corp, makes a plan or applies one, a continuation
//! goes on where a slice stopped. One run per corp at a time, by queue group.

mod checkpoint;
#[cfg(feature = "lambda")]
mod config;
mod due;
mod failed;
mod feed;
mod plan;
mod sweep;

use std::sync::Arc;

use directory::Timestamp;
use directory::text::with_causes;
use engine::plans::{NotNow, PlanError};
use engine::report::{Progress, RunReport};
use engine::{Corps, LookError, NoEngine};
use runtime::batch::{self, Batch, BatchOutcome, Item, Verdict};
use serde::Deserialize;
use state::queue::messages::{MessageError, PlanMessage, PlanTask, SweepMessage, decode};
use state::{Archive, ArchiveError, Queue, QueueError, StoreError, WriteError};

pub use checkpoint::{Anew, HOURS_MAX};
#[cfg(feature = "lambda")]
pub use config::Config;
pub use due::{is_due, is_overdue};
pub use failed::{fetch_failed, is_turn};
pub use feed::tell_changes;
pub use plan::{apply, make};
pub use sweep::{MARGIN_MS, sweep, update_binding};

use runtime::metrics;
use sweep::{figure, send};

/// Why the rule asks for a sweep.
const SCHEDULE: &str = "schedule";

/// What the function works with.
#[derive(Clone)]
pub struct Deps {
    /// The engine of each corp.
    pub corps: Corps,
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
pub enum Input {
    /// The rule: ask which bindings are due, and fetch what DingTalk could not push.
    Schedule,
    /// Messages of the `sweeps` queue.
    Sweeps(Batch),
}

impl TryFrom<serde_json::Value> for Input {
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
pub enum Trouble {
    /// The binding has no engine.
    #[error("the corp has no engine")]
    Engine(#[from] NoEngine),
    /// The state could not be read.
    #[error("the bindings could not be read")]
    State(#[from] StoreError),
    /// The state could not be written.
    #[error("the run could not be recorded")]
    Write(#[from] WriteError),
    /// The eHR could not be asked for its changes.
    #[error("the eHR could not be asked")]
    Ehr(#[source] ehr::Error),
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
    NotNow(#[from] NotNow),
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

impl Trouble {
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
                | Self::Plan(PlanError::Unknown | PlanError::NoBody | PlanError::Sealed(_) | PlanError::NotTheBody)
                | Self::Engine(NoEngine::Unknown | NoEngine::Connector)
        )
    }
}

/// Answers the rule or works a batch. `deadline` is when the function is killed; one in the past is unknown.
pub async fn handle(deps: &Deps, input: Input, deadline: Option<Timestamp>) -> BatchOutcome {
    match input {
        Input::Schedule => {
            if let Err(err) = ask_for_due(deps).await {
                tracing::error!(reason = %err, "the bindings that are due could not be found; the next rule asks again");
            }
            if let Err(err) = tell_changes(deps).await {
                tracing::error!(reason = %err, "the eHRs' changes could not be told; the next rule asks again");
            }
            if let Err(err) = fetch_failed(deps).await {
                tracing::error!(reason = %err, "failed callbacks could not be fetched; the next rule asks again");
            }
            BatchOutcome::default()
        }
        Input::Sweeps(messages) => batch::work(&messages, 1, |item| work(deps, item, deadline)).await,
    }
}

/// Asks for a sweep of every binding that is due.
///
/// # Errors
/// [`Trouble`] when the bindings cannot be read or a message cannot be sent; what was sent before stays sent.
pub async fn ask_for_due(deps: &Deps) -> Result<(), Trouble> {
    let now = deps.corps.clock.now();
    let bindings = deps.corps.store.bindings().await?;
    let overdue = bindings.iter().filter(|binding| is_overdue(&binding.body, now)).count();
    metrics::record(metrics::SWEEPS_OVERDUE, figure(overdue));
    for binding in bindings {
        if is_due(&binding.body, now) {
            let corp = binding.body.corp_id.clone();
            let because = SCHEDULE.to_owned();
            let message = SweepMessage { binding: binding.body.id.clone(), corp, run: None, because, at: now };
            // Due since one sweep is one reason for another, however often the rule asks.
            let since = binding.body.swept_at.map_or(0, Timestamp::millis);
            send(deps, &message, format!("{}-due-{since}", message.binding)).await?;
        }
    }
    Ok(())
}

/// Whether a message still has to be worked. One of the schedule may have waited behind the very sweep that it asks for;
/// everything else was asked for with a reason of its own.
///
/// # Errors
/// [`Trouble::State`] when the binding cannot be read.
pub async fn is_wanted(deps: &Deps, order: &Order) -> Result<bool, Trouble> {
    let Order::Sweep(message) = order else { return Ok(true) };
    if message.run.is_some() || message.because != SCHEDULE {
        return Ok(true);
    }
    let binding = deps.corps.store.binding(&message.binding).await?;
    Ok(binding.is_some_and(|binding| is_due(&binding.body, deps.corps.clock.now())))
}

/// What a message of the `sweeps` queue asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// A sweep, or its continuation.
    Sweep(SweepMessage),
    /// A plan to make or to apply.
    Plan(PlanMessage),
}

impl Order {
    /// Reads a message.
    ///
    /// # Errors
    /// [`MessageError`] where it is neither.
    pub fn read(body: &str) -> Result<Self, MessageError> {
        match decode::<SweepMessage>(body) {
            Ok(message) => Ok(Self::Sweep(message)),
            Err(err) => decode(body).map(Self::Plan).map_err(|_| err),
        }
    }
}

/// Does what was asked for.
///
/// # Errors
/// [`Trouble`]; what goes wrong inside a run is in its report instead.
pub async fn perform(
    deps: &Deps,
    order: &Order,
    deadline: Option<Timestamp>,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<RunReport, Trouble> {
    match order {
        Order::Sweep(message) => Box::pin(sweep(deps, message, deadline, progress)).await,
        Order::Plan(message) if message.task == PlanTask::Make => {
            Box::pin(make(deps, message, deadline, progress)).await
        }
        Order::Plan(message) => Box::pin(apply(deps, message, deadline)).await,
    }
}

async fn work(deps: &Deps, item: Item, deadline: Option<Timestamp>) -> Verdict {
    let order = match Order::read(&item.body) {
        Ok(order) => order,
        Err(err) => {
            tracing::error!(message.id = %item.id, reason = %err, "a sweep message could not be read and was dropped");
            return Verdict::Done;
        }
    };
    match is_wanted(deps, &order).await {
        Ok(true) => {}
        Ok(false) => return Verdict::Done,
        Err(err) => {
            tracing::warn!(message.id = %item.id, reason = %err, "a sweep did not take place");
            return Verdict::Again;
        }
    }
    match perform(deps, &order, deadline, Arc::new(|_| {})).await {
        Ok(report) => {
            let (run, notes) = (report.id.as_str(), report.notes.join("; "));
            tracing::info!(run, complete = report.complete, writes = report.writes, notes, "a run ended");
            Verdict::Done
        }
        Err(err) => {
            let (again, reason) = (err.is_transient(), with_causes(&err));
            tracing::warn!(message.id = %item.id, again, reason, "a run did not take place");
            if again { Verdict::Again } else { Verdict::Done }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_that_cannot_be_read_is_an_error_and_never_a_schedule() {
        for wire in [r#"{"Records":[{"body":"{}"}]}"#, r#"{"Records":{}}"#, r#"{"Records":null}"#] {
            assert!(serde_json::from_str::<Input>(wire).is_err(), "{wire}: answering it would delete its messages");
        }
        assert!(matches!(serde_json::from_str::<Input>(r#"{"source":"aws.events"}"#), Ok(Input::Schedule)));
    }
}
