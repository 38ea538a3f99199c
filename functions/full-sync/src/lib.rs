//! Everything: a schedule asks which bindings are due, a message sweeps one corp, a continuation goes on where a slice
//! stopped. One sweep per corp at a time, by queue group.

#[cfg(feature = "lambda")]
mod config;
mod due;

use std::sync::Arc;

use directory::{BindingId, Timestamp};
use engine::report::{Progress, RunReport};
use engine::{Corps, NoEngine, SweepOrder};
use runtime::batch::{self, Batch, BatchOutcome, Item, Verdict};
use serde::Deserialize;
use state::queue::messages::{MessageError, SweepMessage, decode, encode};
use state::store::{Condition, ControlKind};
use state::{Binding, Message, Queue, QueueError, StoreError, WriteError};

#[cfg(feature = "lambda")]
pub use config::Config;
pub use due::is_due;

/// A slice stops this long before Lambda kills it.
const MARGIN_MS: i64 = 90_000;

/// Why the rule asks for a sweep.
const SCHEDULE: &str = "schedule";

/// Runs are kept this long, in seconds: half a year.
const KEPT_S: i64 = 183 * 24 * 3600;

/// Records with their reasons that a stored run keeps of each sort; the item has room for some thousand.
const KEPT_RECORDS: usize = 200;

/// How often the binding is written while something else writes it too.
const TRIES: usize = 8;

/// What the function works with.
#[derive(Clone)]
pub struct Deps {
    /// The engine of each corp.
    pub corps: Corps,
    /// Where sweeps and continuations are asked for.
    pub sweeps: Arc<dyn Queue>,
}

/// What woke the function.
#[derive(Debug, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub enum Input {
    /// The rule: ask which bindings are due.
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
    /// The queue refused the message.
    #[error("a sweep could not be asked for")]
    Queue(#[from] QueueError),
    /// A message has no JSON form.
    #[error("a sweep could not be asked for")]
    Message(#[from] MessageError),
    /// No id for the run.
    #[error("a run could not be named")]
    Run,
}

/// Answers the rule or works a batch. `deadline` is when the function is killed; one in the past is unknown.
pub async fn handle(deps: &Deps, input: Input, deadline: Option<Timestamp>) -> BatchOutcome {
    match input {
        Input::Schedule => {
            if let Err(err) = ask_for_due(deps).await {
                tracing::error!(reason = %err, "the bindings that are due could not be found; the next rule asks again");
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
    for binding in deps.corps.store.bindings().await? {
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
pub async fn is_wanted(deps: &Deps, message: &SweepMessage) -> Result<bool, Trouble> {
    if message.run.is_some() || message.because != SCHEDULE {
        return Ok(true);
    }
    let binding = deps.corps.store.binding(&message.binding).await?;
    Ok(binding.is_some_and(|binding| is_due(&binding.body, deps.corps.clock.now())))
}

async fn send(deps: &Deps, sweep: &SweepMessage, deduplication: String) -> Result<(), Trouble> {
    let (group, deduplication) = (Some(sweep.corp.to_string()), Some(deduplication));
    let message = Message { body: encode(sweep)?, group, deduplication, delay_s: 0 };
    Ok(deps.sweeps.send(message).await?)
}

async fn work(deps: &Deps, item: Item, deadline: Option<Timestamp>) -> Verdict {
    let message: SweepMessage = match decode(&item.body) {
        Ok(message) => message,
        Err(err) => {
            tracing::error!(message.id = %item.id, reason = %err, "a sweep message could not be read and was dropped");
            return Verdict::Done;
        }
    };
    match is_wanted(deps, &message).await {
        Ok(true) => {}
        Ok(false) => return Verdict::Done,
        Err(err) => {
            tracing::warn!(message.id = %item.id, reason = %err, "a sweep did not take place");
            return Verdict::Again;
        }
    }
    match sweep(deps, &message, deadline, Arc::new(|_| {})).await {
        Ok(report) => {
            let (run, notes) = (report.id.as_str(), report.notes.join("; "));
            tracing::info!(run, complete = report.complete, writes = report.writes, notes, "a sweep ended");
            Verdict::Done
        }
        Err(err) => {
            tracing::warn!(message.id = %item.id, reason = %err, "a sweep did not take place");
            Verdict::Again
        }
    }
}

/// Sweeps one corp, records the run and asks for a continuation where the deadline came first.
///
/// # Errors
/// [`Trouble`]; what goes wrong inside the sweep is in the report instead.
pub async fn sweep(
    deps: &Deps,
    message: &SweepMessage,
    deadline: Option<Timestamp>,
    progress: Arc<dyn Fn(Progress) + Send + Sync>,
) -> Result<RunReport, Trouble> {
    let (binding, engine) = deps.corps.engine(&message.binding).await?;
    let now = deps.corps.clock.now();
    let run = message.run.clone().or_else(|| deps.corps.new_run()).ok_or(Trouble::Run)?;
    let order = SweepOrder {
        accepted: binding.body.accepted_scope.clone(),
        sweeps: binding.body.sweeps,
        deadline: deadline.filter(|deadline| *deadline > now).map(|deadline| deadline.plus_millis(-MARGIN_MS)),
        progress,
        ..SweepOrder::new(run)
    };
    let swept = engine.sweep(&order).await;
    record(deps, &binding.body, &swept.report).await;
    update_binding(deps, &message.binding, |binding| {
        binding.swept_at = Some(now);
        binding.sweeps += u64::from(swept.turned);
        if swept.canary.is_some() {
            binding.canary.clone_from(&swept.canary);
        }
        if binding.accepted_scope.is_none() {
            binding.accepted_scope.clone_from(&swept.scope);
        }
    })
    .await?;
    if swept.report.continues {
        let run = Some(swept.report.id.clone());
        let because = "continuation".to_owned();
        let next = SweepMessage { run, because, at: deps.corps.clock.now(), ..message.clone() };
        send(deps, &next, format!("{}-{}-{}", next.binding, swept.report.id.as_str(), next.at.millis())).await?;
    }
    Ok(swept.report)
}

/// Records a run, cut to what an item holds. A run that cannot be recorded took place all the same.
async fn record(deps: &Deps, binding: &Binding, report: &RunReport) {
    let expires = report.ended_at.millis() / 1000 + KEPT_S;
    let mut kept = report.clone();
    kept.held.truncate(KEPT_RECORDS);
    kept.troubles.truncate(KEPT_RECORDS);
    let (store, id) = (&deps.corps.store, report.id.as_str());
    let put = store.put_control(&binding.corp_id, ControlKind::Run, id, &kept, Condition::Any, Some(expires)).await;
    if let Err(err) = put {
        tracing::error!(run = id, reason = %err, "a run could not be recorded");
    }
}

/// Changes a binding as it is stored now, whoever else writes it.
///
/// # Errors
/// [`Trouble`]; `Unknown` when it was removed meanwhile.
pub async fn update_binding(deps: &Deps, id: &BindingId, change: impl Fn(&mut Binding)) -> Result<Binding, Trouble> {
    for _ in 0..TRIES {
        let Some(stored) = deps.corps.store.binding(id).await? else { return Err(NoEngine::Unknown.into()) };
        let mut binding = stored.body;
        change(&mut binding);
        match deps.corps.store.put_binding(&binding, Condition::Version(stored.version)).await {
            Ok(_) => return Ok(binding),
            Err(WriteError::Stale) => {}
            Err(err) => return Err(err.into()),
        }
    }
    Err(WriteError::Stale.into())
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
