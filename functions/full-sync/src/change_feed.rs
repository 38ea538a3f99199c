//! What people changed in the eHR, turned into wakes, and what is dated ahead, applied on its day.
//!
//! A page of the feed is stored in the queue before its cursor is: killed in between, the same changes come again, and a
//! wake that comes twice costs one look.

use std::sync::Arc;

use directory::text::describe_error;
use directory::wake::{Wake, WakeTarget};
use directory::{Kind, NativeId, Side, canonical};
use ehr::Connector;
use ehr::connector::ChangedRecord;
use sha2::{Digest, Sha256};
use state::Binding;
use state::queue::messages::{SweepMessage, WakeMessage};

use crate::sweep::send_sweep;
use crate::{SweepDeps, SweepError, update_binding};

/// Why a sweep is asked for where the feed does not tell everything.
const FEED_MISSED: &str = "feed_missed";

/// A feed that does not end is not believed.
const PAGES_MAX: usize = 1000;

/// Tells of every binding what changed in its eHR since the last time; how many wakes were stored. What goes wrong with one
/// binding is logged and stops no other: the next time asks from the same place.
///
/// # Errors
/// [`SweepError::State`] when the bindings cannot be read.
pub async fn enqueue_ehr_changes(deps: &SweepDeps) -> Result<usize, SweepError> {
    let mut told = 0;
    for binding in deps.corps.store.list_bindings().await? {
        match enqueue_for_binding(deps, &binding.body).await {
            Ok(wakes) => told += wakes,
            Err(err) => {
                let (binding, reason) = (&binding.body.id, describe_error(&err));
                tracing::warn!(%binding, reason, "the eHR's changes were not told; they will be");
            }
        }
    }
    Ok(told)
}

async fn enqueue_for_binding(deps: &SweepDeps, binding: &Binding) -> Result<usize, SweepError> {
    // Before its first sweep there is nothing to be looked at again: the sweep lists everything.
    if binding.swept_at.is_none() {
        return Ok(0);
    }
    let ehr = deps.corps.open_connector(binding).await?;
    settle_daily(deps, binding, &ehr).await?;
    let mut cursor = binding.feed_cursor.clone();
    let mut told = 0;
    for _ in 0..PAGES_MAX {
        let page = ehr
            .list_changes(cursor.as_deref())
            .await
            .map_err(SweepError::Ehr)?;
        for changed in &page.changed {
            deps.wakes
                .send(change_wake(binding, changed).to_message()?)
                .await?;
        }
        told += page.changed.len();
        if page.missed {
            request_full_sweep(deps, binding, cursor.as_deref()).await?;
        }
        if cursor.as_deref() != Some(page.cursor.as_str())
            && (page.missed || !page.changed.is_empty())
        {
            update_binding(deps, &binding.id, |binding| {
                binding.feed_cursor = Some(page.cursor.clone());
            })
            .await?;
        }
        cursor = Some(page.cursor);
        if !page.more {
            break;
        }
    }
    Ok(told)
}

/// Changes that are no longer told are found by a sweep alone. It is asked for before the cursor is stored; killed in
/// between, the same cursor asks for the same sweep.
async fn request_full_sweep(
    deps: &SweepDeps,
    binding: &Binding,
    cursor: Option<&str>,
) -> Result<(), SweepError> {
    tracing::warn!(binding = %binding.id, "the eHR no longer tells all changes since the last time: a sweep looks for them");
    let (corp, because) = (binding.corp_id.clone(), FEED_MISSED.to_owned());
    let at = deps.corps.clock.now();
    let message = SweepMessage {
        binding: binding.id.clone(),
        corp,
        run: None,
        because,
        at,
    };
    send_sweep(
        deps,
        &message,
        format!("{}-{FEED_MISSED}-{}", binding.id, cursor.unwrap_or("0")),
    )
    .await
}

/// Once a day, from midnight in Asia/Shanghai on.
async fn settle_daily(
    deps: &SweepDeps,
    binding: &Binding,
    ehr: &Arc<dyn Connector>,
) -> Result<(), SweepError> {
    let now = deps.corps.clock.now();
    let today = canonical::shanghai_day(now).map(|day| day.to_string());
    if binding.settled_on == today {
        return Ok(());
    }
    ehr.apply_due_changes(now).await.map_err(SweepError::Ehr)?;
    update_binding(deps, &binding.id, |binding| {
        binding.settled_on.clone_from(&today);
    })
    .await?;
    Ok(())
}

fn change_wake(binding: &Binding, changed: &ChangedRecord) -> WakeMessage {
    WakeMessage {
        binding: binding.id.clone(),
        corp: binding.corp_id.clone(),
        wake: Wake {
            side: Side::Ehr,
            target: change_target(changed.kind, &changed.id),
            because: format!("ehr_{}", changed.because),
        },
        signature_hash: change_identity(changed),
    }
}

fn change_target(kind: Kind, id: &NativeId) -> WakeTarget {
    match kind {
        Kind::Person => WakeTarget::Person(id.clone()),
        Kind::Department => WakeTarget::Department(id.clone()),
    }
}

/// In the place of a signature: a change that is told twice is one, and the next change of the same record is another.
fn change_identity(changed: &ChangedRecord) -> String {
    let mut hasher = Sha256::new();
    for part in [
        "ehr",
        changed.kind.key(),
        changed.id.as_str(),
        changed.because.as_str(),
    ] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(changed.at.millis().to_be_bytes());
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::Timestamp;

    #[test]
    fn a_change_reported_twice_has_one_deduplication_id() {
        let id = NativeId::new("e1").unwrap();
        let changed = ChangedRecord {
            kind: Kind::Person,
            id,
            because: "hire".to_owned(),
            at: Timestamp(7),
        };
        assert_eq!(change_identity(&changed), change_identity(&changed.clone()));
        assert_ne!(
            change_identity(&changed),
            change_identity(&ChangedRecord {
                at: Timestamp(8),
                ..changed.clone()
            })
        );
        assert_ne!(
            change_identity(&changed),
            change_identity(&ChangedRecord {
                because: "leave".to_owned(),
                ..changed.clone()
            })
        );
    }
}
