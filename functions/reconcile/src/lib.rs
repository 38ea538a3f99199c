//! Wakes from the queue → the engine, one record at a time. A wake that failed goes back with the later ones of its
//! group, and nobody else's.

#[cfg(feature = "lambda")]
mod config;

use std::sync::Arc;

use directory::text::with_causes;
use directory::{Timestamp, Wake};
use engine::gate::Purpose;
use engine::{Corps, Engine, LookError, Looked, NoEngine, Sight};
use runtime::batch::{self, Batch, BatchOutcome, Item, Verdict};
use runtime::{CallbackVerified, FromCallback};
use state::queue::messages::{SweepMessage, WakeMessage, encode};
use state::{Message, Queue, QueueError, WriteError};

#[cfg(feature = "lambda")]
pub use config::Config;

/// Records that are looked at at the same time.
const GROUPS_AT_ONCE: usize = 8;

/// What the function works with.
pub struct Deps {
    /// The engine of each corp.
    pub corps: Corps,
    /// Where a sweep is asked for when a wake is for everything.
    pub sweeps: Arc<dyn Queue>,
    /// Where people are asked for what only they can change.
    pub outbox: Arc<dyn Queue>,
    /// Told what each look did; `bangding up` prints it.
    pub told: Told,
}

/// Hears of each look.
pub type Told = Arc<dyn Fn(&Wake, &Looked) + Send + Sync>;

/// Why a wake was not worked.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the corp has no engine")]
    Engine(#[from] NoEngine),
    #[error("the record could not be brought in step")]
    Look(#[from] LookError),
    #[error("a sweep could not be asked for")]
    Queue(#[from] QueueError),
    #[error("the binding could not be written")]
    Binding(#[from] WriteError),
    #[error("a run could not be named")]
    Run,
}

impl Trouble {
    /// Whether another attempt can help. What only a person can change is left to the next sweep, which says so.
    fn is_transient(&self) -> bool {
        match self {
            Self::Engine(err) => matches!(err, NoEngine::State(_) | NoEngine::Secret(_)),
            Self::Look(err) => err.is_transient(),
            Self::Queue(_) | Self::Binding(_) => true,
            Self::Run => false,
        }
    }
}

/// Works a batch of the `wakes` queue.
pub async fn handle(deps: &Deps, wakes: &Batch) -> BatchOutcome {
    batch::work(wakes, GROUPS_AT_ONCE, |item| work(deps, item)).await
}

async fn work(deps: &Deps, item: Item) -> Verdict {
    let done = match FromCallback::decode(&item.body) {
        Ok(FromCallback::Wake(message)) => look(deps, &message).await,
        Ok(FromCallback::Verified(verified)) => mark_verified(deps, &verified).await,
        Err(err) => {
            // Poison is not failure: nobody will ever read it, and it must not stop its group.
            tracing::error!(message.id = %item.id, reason = %err, "a wake could not be read and was dropped");
            return Verdict::Done;
        }
    };
    match done {
        Ok(()) => Verdict::Done,
        Err(err) => {
            let again = err.is_transient();
            let reason = with_causes(&err);
            tracing::warn!(message.id = %item.id, again, reason, "a wake was not worked");
            if again { Verdict::Again } else { Verdict::Done }
        }
    }
}

async fn look(deps: &Deps, message: &WakeMessage) -> Result<(), Trouble> {
    let (binding, engine) = deps.corps.engine(&message.binding, Purpose::Follow).await?;
    if binding.body.closed().is_some() {
        return lay_aside(deps, message, &engine).await;
    }
    let sight = match &binding.body.accepted_scope {
        Some(scope) => {
            let canary = binding.body.canary.clone();
            Sight { visible: scope.fields, whole_company: scope.whole_company, canary }
        }
        // The first sweep is still on its way and may have passed this record already.
        None => engine.sight().await?,
    };
    let run = deps.corps.new_run().ok_or(Trouble::Run)?;
    let looked = match engine.look(run.clone(), &message.wake, sight).await {
        Err(LookError::Closed(_)) => return lay_aside(deps, message, &engine).await,
        looked => looked?,
    };
    if !looked.held.is_empty() || !looked.troubles.is_empty() {
        let records = deps.corps.records(&binding.body).await?;
        records.keep_looked(&engine, &run, &looked).await.map_err(NoEngine::State)?;
    }
    if let Err(err) = deps.corps.ask(&binding.body, &looked.asks, deps.outbox.as_ref()).await {
        tracing::warn!(reason = with_causes(&err), "somebody was not asked for a change; the next sweep asks");
    }
    if looked.sweep_due {
        ask_for_sweep(deps, message).await?;
    }
    (deps.told)(&message.wake, &looked);
    Ok(())
}

/// Nothing may be written: the wake is kept until that ends. It does not go back to its queue, where a pause of days would
/// use up its deliveries.
async fn lay_aside(deps: &Deps, message: &WakeMessage, engine: &Engine) -> Result<(), Trouble> {
    deps.corps.lay_aside(engine, &message.wake).await?;
    let binding = deps.corps.store.binding(&message.binding).await.map_err(NoEngine::State)?;
    match binding.is_some_and(|binding| binding.body.closed().is_none()) {
        // It began again meanwhile, and may have passed by already.
        true => Err(LookError::NotYet("writing began again").into()),
        false => Ok(()),
    }
}

async fn ask_for_sweep(deps: &Deps, wake: &WakeMessage) -> Result<(), Trouble> {
    let message = sweep_message(wake, deps.corps.clock.now())?;
    Ok(deps.sweeps.send(message).await?)
}

/// Deduplicated by the event itself: a second one within the same minute may tell of what the first one's sweep has
/// passed already.
fn sweep_message(wake: &WakeMessage, at: Timestamp) -> Result<Message, Trouble> {
    let WakeMessage { binding, corp, wake, signature_hash } = wake;
    let (binding, because) = (binding.clone(), wake.because.clone());
    let sweep = SweepMessage { binding, corp: corp.clone(), run: None, because, at };
    let body = encode(&sweep).map_err(|_| Trouble::Run)?;
    let deduplication = Some(format!("{corp}-everything-{signature_hash}"));
    Ok(Message { body, group: Some(corp.to_string()), deduplication, delay_s: 0 })
}

async fn mark_verified(deps: &Deps, verified: &CallbackVerified) -> Result<(), Trouble> {
    let at = verified.verified_at;
    let mark = |binding: &mut state::Binding| binding.callback_verified_at = Some(at);
    let marked = deps.corps.store.change_binding(&verified.binding, mark).await?;
    marked.map(|_| ()).ok_or(Trouble::Engine(NoEngine::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wake(signature: &str) -> WakeMessage {
        let json = format!(
            r#"{{"binding":"b-1","corp":"ding1","signature_hash":"{signature}","wake":{}}}"#,
            serde_json::to_string(&Wake {
                side: directory::Side::DingTalk,
                target: directory::wake::Target::Everything,
                because: "org_change".to_owned(),
            })
            .unwrap()
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn two_events_within_a_minute_are_two_sweeps_and_one_delivered_twice_is_one() {
        let id = |signature, at| sweep_message(&wake(signature), Timestamp(at)).unwrap().deduplication;
        assert_ne!(id("a", 60_000), id("b", 60_001));
        assert_eq!(id("a", 60_000), id("a", 190_000));
    }
}
