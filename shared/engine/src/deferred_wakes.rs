//! Wakes that come while nothing may be written: kept by record, and looked at when writing begins again. They never go
//! back to their queue, whose deliveries a pause of days would use up.

use directory::reason::{Reason, ReasonCode};
use directory::{Timestamp, Wake, hash};
use serde::{Deserialize, Serialize};
use state::store::{ControlKind, PutCondition};
use state::{StoreError, WriteError};

use crate::{CorpEngines, Engine, LookError, RunVisibility};

/// Kept this long, in seconds: thirty days, after which sweeps have seen the record many times.
const RETENTION_SECONDS: i64 = 30 * 24 * 3600;

/// Read together.
const PAGE_SIZE: usize = 1000;

/// A wake that was laid aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DeferredWake {
    wake: Wake,
    at: Timestamp,
}

impl CorpEngines {
    /// Keeps a wake until writing begins again; one per record.
    ///
    /// # Errors
    /// [`WriteError`]: the wake has to go back to its queue.
    pub async fn defer_wake(&self, engine: &Engine, wake: &Wake) -> Result<(), WriteError> {
        let at = self.clock.now();
        let aside = DeferredWake {
            wake: wake.clone(),
            at,
        };
        let expires = Some(at.millis() / 1000 + RETENTION_SECONDS);
        let (corp, id) = (&engine.corp, deferred_wake_id(engine, wake));
        self.store
            .put_control(
                corp,
                ControlKind::Wake,
                &id,
                &aside,
                PutCondition::Any,
                expires,
            )
            .await
            .map(|_| ())
    }

    /// Looks at what was laid aside. What fails stays for the next time; the reasons say why.
    ///
    /// # Errors
    /// What concerns everybody: the gate is closed again, a side or the state does not answer.
    pub async fn look_at_deferred_wakes(
        &self,
        engine: &Engine,
        sight: &RunVisibility,
    ) -> Result<Vec<Reason>, LookError> {
        let mut notes = Vec::new();
        loop {
            let (mut taken, mut failed) = (0, 0);
            let page = self
                .store
                .list_newest::<DeferredWake>(&engine.corp, ControlKind::Wake, PAGE_SIZE)
                .await?;
            for stored in &page {
                let Some(run) = self.new_run_id() else {
                    return Ok(notes);
                };
                match engine
                    .look_at_wake(run, &stored.body.wake, sight.clone())
                    .await
                {
                    Ok(looked) => notes.extend(looked.notes),
                    Err(err) if err.concerns_everybody() => return Err(err),
                    // Looking again may help: it stays.
                    Err(err) if err.is_transient() => {
                        notes.push(deferred_change_failed(&err));
                        failed += 1;
                        continue;
                    }
                    Err(err) => notes.push(deferred_change_failed(&err)),
                }
                self.delete_deferred_wake(engine, &stored.id).await?;
                taken += 1;
            }
            if page.len() < PAGE_SIZE || taken == 0 || failed > 0 {
                return Ok(notes);
            }
        }
    }

    async fn delete_deferred_wake(&self, engine: &Engine, id: &str) -> Result<(), StoreError> {
        self.store
            .delete_control(&engine.corp, ControlKind::Wake, id)
            .await
    }
}

fn deferred_change_failed(err: &LookError) -> Reason {
    Reason::new(ReasonCode::RunDeferredChangeFailed).cause(Reason::from(err))
}

/// One per record, without its native id in the key.
fn deferred_wake_id(engine: &Engine, wake: &Wake) -> String {
    let hash = hash::hash_bytes(&engine.key, "wake", wake.queue_group().as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
