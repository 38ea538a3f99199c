//! Everything: a schedule asks which bindings are due, a message sweeps one corp, a continuation goes on where a slice
//! stopped. One sweep per corp at a time, by queue group.

#[cfg(feature = "lambda")]
mod config;
mod due;

use std::sync::Arc;

use directory::{BindingId, RunId, Timestamp};
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
#[serde(from = "serde_json::Value")]
pub enum Input {
    /// The rule: ask which bindings are due.
    Schedule,
    /// Messages of the `sweeps` queue.
    Sweeps(Batch),
}

impl From<serde_json::Value> for Input {
    /// An event with `Records` is a batch; everything else is the rule's.
    fn from(event: serde_json::Value) -> Self {
        if event.get("Records").is_none() {
            return Self::Schedule;
        }
        serde_json::from_value(event).map_or(Self::Schedule, Self::Sweeps)
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
            let because = "schedule".to_owned();
            let message = SweepMessage { binding: binding.body.id.clone(), corp, run: None, because, at: now };
            send(deps, &message).await?;
        }
    }
    Ok(())
}

async fn send(deps: &Deps, sweep: &SweepMessage) -> Result<(), Trouble> {
    let run = sweep.run.as_ref().map_or("new", RunId::as_str);
    let message = Message {
        body: encode(sweep)?,
        group: Some(sweep.corp.to_string()),
        deduplication: Some(format!("{}-{run}-{}", sweep.binding, sweep.at.millis())),
        delay_s: 0,
    };
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
        send(deps, &SweepMessage { run, because, at: deps.corps.clock.now(), ..message.clone() }).await?;
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
