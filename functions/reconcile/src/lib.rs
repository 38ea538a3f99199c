#![doc = include_str!("../README.md")]

#[cfg(feature = "lambda")]
mod config;

use std::sync::Arc;

use directory::reason::ReasonCode;
use directory::text::describe_error;
use directory::{Timestamp, Wake};
use engine::gate::WritePurpose;
use engine::{CorpEngines, Engine, EngineError, LookError, LookReport, RunVisibility};
use runtime::batch::{self, BatchOutcome, ItemVerdict, QueueBatch, QueueItem};
use state::queue::messages::{
    CallbackVerified, FromCallback, SweepMessage, WakeMessage, encode_body,
};
use state::{Queue, QueueError, QueueMessage, WriteError};

#[cfg(feature = "lambda")]
pub use config::ReconcileConfig;

/// Records that are looked at at the same time.
const GROUPS_AT_ONCE: usize = 8;

/// What the function works with.
pub struct ReconcileDeps {
    /// The engine of each corp.
    pub corps: CorpEngines,
    /// Where a sweep is asked for when a wake is for everything.
    pub sweeps: Arc<dyn Queue>,
    /// Where people are asked for what only they can change.
    pub outbox: Arc<dyn Queue>,
    /// Told what each look did; `bangding up` prints it.
    pub told: LookSink,
}

/// Hears of each look.
pub type LookSink = Arc<dyn Fn(&Wake, &LookReport) + Send + Sync>;

/// Why a wake was not worked.
#[derive(Debug, thiserror::Error)]
enum WakeError {
    #[error("the corp has no engine")]
    Engine(#[from] EngineError),
    #[error("the record could not be brought in step")]
    Look(#[from] LookError),
    #[error("a sweep could not be asked for")]
    Queue(#[from] QueueError),
    #[error("the binding could not be written")]
    Binding(#[from] WriteError),
    #[error("a run could not be named")]
    Run,
}

impl WakeError {
    /// Whether another attempt can help. What only a person can change is left to the next sweep, which says so.
    fn is_transient(&self) -> bool {
        match self {
            Self::Engine(err) => matches!(err, EngineError::State(_) | EngineError::Secret(_)),
            Self::Look(err) => err.is_transient(),
            Self::Queue(_) | Self::Binding(_) => true,
            Self::Run => false,
        }
    }
}

/// Works a batch of the `wakes` queue.
pub async fn handle(deps: &ReconcileDeps, wakes: &QueueBatch) -> BatchOutcome {
    batch::work_batch(wakes, GROUPS_AT_ONCE, |item| work_item(deps, item)).await
}

async fn work_item(deps: &ReconcileDeps, item: QueueItem) -> ItemVerdict {
    let done = match FromCallback::decode(&item.body) {
        Ok(FromCallback::Wake(message)) => look_at_record(deps, &message).await,
        Ok(FromCallback::Verified(verified)) => mark_verified(deps, &verified).await,
        Err(err) => {
            // It was acknowledged, and may be another version's: its queue keeps it until it is a dead letter.
            tracing::error!(message.id = %item.id, reason = %err, "a wake could not be read; it goes back to its queue");
            return ItemVerdict::Again;
        }
    };
    match done {
        Ok(()) => ItemVerdict::Done,
        Err(err) => {
            let again = err.is_transient();
            let reason = describe_error(&err);
            tracing::warn!(message.id = %item.id, again, reason, "a wake was not worked");
            if again {
                ItemVerdict::Again
            } else {
                ItemVerdict::Done
            }
        }
    }
}

async fn look_at_record(deps: &ReconcileDeps, message: &WakeMessage) -> Result<(), WakeError> {
    let (binding, engine) = deps
        .corps
        .open_engine(&message.binding, WritePurpose::Follow)
        .await?;
    if binding.body.write_block().is_some() {
        return defer_wake(deps, message, &engine).await;
    }
    let sight = match &binding.body.accepted_scope {
        Some(scope) => {
            let canary = binding.body.canary.clone();
            RunVisibility {
                visible: scope.fields,
                whole_company: scope.whole_company,
                canary,
            }
        }
        // The first sweep is still on its way and may have passed this record already.
        None => engine.read_visibility().await?,
    };
    let run = deps.corps.new_run_id().ok_or(WakeError::Run)?;
    let looked = match engine.look_at_wake(run.clone(), &message.wake, sight).await {
        Err(LookError::Closed(_)) => return defer_wake(deps, message, &engine).await,
        looked => looked?,
    };
    if !looked.held.is_empty() || !looked.troubles.is_empty() {
        let records = deps.corps.review_store(&binding.body).await?;
        records
            .save_look_findings(&engine, &run, &looked)
            .await
            .map_err(EngineError::State)?;
    }
    if let Err(err) = deps
        .corps
        .send_asks(&binding.body, &looked.asks, deps.outbox.as_ref())
        .await
    {
        tracing::warn!(
            reason = describe_error(&err),
            "somebody was not asked for a change; the next sweep asks"
        );
    }
    if looked.sweep_due {
        request_sweep(deps, message).await?;
    }
    (deps.told)(&message.wake, &looked);
    Ok(())
}

/// Nothing may be written: the wake is kept until that ends. It does not go back to its queue, where a pause of days would
/// use up its deliveries.
async fn defer_wake(
    deps: &ReconcileDeps,
    message: &WakeMessage,
    engine: &Engine,
) -> Result<(), WakeError> {
    deps.corps.defer_wake(engine, &message.wake).await?;
    let binding = deps
        .corps
        .store
        .get_binding(&message.binding)
        .await
        .map_err(EngineError::State)?;
    match binding.is_some_and(|binding| binding.body.write_block().is_none()) {
        // It began again meanwhile, and may have passed by already.
        true => Err(LookError::not_yet(ReasonCode::LookWritingResumed).into()),
        false => Ok(()),
    }
}

async fn request_sweep(deps: &ReconcileDeps, wake: &WakeMessage) -> Result<(), WakeError> {
    let message = sweep_message(wake, deps.corps.clock.now())?;
    Ok(deps.sweeps.send(message).await?)
}

/// Deduplicated by the event itself: a second one within the same minute may tell of what the first one's sweep has
/// passed already.
fn sweep_message(wake: &WakeMessage, at: Timestamp) -> Result<QueueMessage, WakeError> {
    let WakeMessage {
        binding,
        corp,
        wake,
        signature_hash,
    } = wake;
    let (binding, because) = (binding.clone(), wake.because.clone());
    let sweep = SweepMessage {
        binding,
        corp: corp.clone(),
        run: None,
        because,
        at,
    };
    let body = encode_body(&sweep).map_err(|_| WakeError::Run)?;
    let deduplication = Some(format!("{corp}-everything-{signature_hash}"));
    Ok(QueueMessage {
        body,
        group: Some(corp.to_string()),
        deduplication,
        delay_s: 0,
    })
}

async fn mark_verified(deps: &ReconcileDeps, verified: &CallbackVerified) -> Result<(), WakeError> {
    let at = verified.verified_at;
    let mark = |binding: &mut state::Binding| binding.callback_verified_at = Some(at);
    let marked = deps
        .corps
        .store
        .change_binding(&verified.binding, mark)
        .await?;
    marked
        .map(|_| ())
        .ok_or(WakeError::Engine(EngineError::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wake(signature: &str) -> WakeMessage {
        let json = format!(
            r#"{{"binding":"b-1","corp":"ding1","signature_hash":"{signature}","wake":{}}}"#,
            serde_json::to_string(&Wake {
                side: directory::Side::DingTalk,
                target: directory::wake::WakeTarget::Everything,
                because: "org_change".to_owned(),
            })
            .unwrap()
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn two_events_request_two_sweeps_and_a_repeated_delivery_none() {
        let id = |signature, at| {
            sweep_message(&wake(signature), Timestamp(at))
                .unwrap()
                .deduplication
        };
        assert_ne!(id("a", 60_000), id("b", 60_001));
        assert_eq!(id("a", 60_000), id("a", 190_000));
    }
}
