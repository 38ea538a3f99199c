//! What people changed in the eHR, turned into wakes, and what is dated ahead, applied on its day.
//!
//! A page of the feed is stored in the queue before its cursor is: killed in between, the same changes come again, and a
//! wake that comes twice costs one look.

use std::sync::Arc;

use directory::text::with_causes;
use directory::wake::{Target, Wake};
use directory::{Kind, NativeId, Side, canonical};
use ehr::Connector;
use ehr::connector::Changed;
use sha2::{Digest, Sha256};
use state::Binding;
use state::queue::messages::{SweepMessage, WakeMessage};

use crate::sweep::send;
use crate::{Deps, Trouble, update_binding};

/// Why a sweep is asked for where the feed does not tell everything.
const MISSED: &str = "feed_missed";

/// A feed that does not end is not believed.
const PAGES_MAX: usize = 1000;

/// Tells of every binding what changed in its eHR since the last time; how many wakes were stored. What goes wrong with one
/// binding is logged and stops no other: the next time asks from the same place.
///
/// # Errors
/// [`Trouble::State`] when the bindings cannot be read.
pub async fn tell_changes(deps: &Deps) -> Result<usize, Trouble> {
    let mut told = 0;
    for binding in deps.corps.store.bindings().await? {
        match of_binding(deps, &binding.body).await {
            Ok(wakes) => told += wakes,
            Err(err) => {
                let (binding, reason) = (&binding.body.id, with_causes(&err));
                tracing::warn!(%binding, reason, "the eHR's changes were not told; they will be");
            }
        }
    }
    Ok(told)
}

async fn of_binding(deps: &Deps, binding: &Binding) -> Result<usize, Trouble> {
    // Before its first sweep there is nothing to be looked at again: the sweep lists everything.
    if binding.swept_at.is_none() {
        return Ok(0);
    }
    let ehr = deps.corps.connector(binding).await?;
    settle(deps, binding, &ehr).await?;
    let mut cursor = binding.feed_cursor.clone();
    let mut told = 0;
    for _ in 0..PAGES_MAX {
        let page = ehr.changes(cursor.as_deref()).await.map_err(Trouble::Ehr)?;
        for changed in &page.changed {
            deps.wakes.send(wake(binding, changed).to_message()?).await?;
        }
        told += page.changed.len();
        if page.missed {
            look_at_everything(deps, binding, cursor.as_deref()).await?;
        }
        if cursor.as_deref() != Some(page.cursor.as_str()) && (page.missed || !page.changed.is_empty()) {
            update_binding(deps, &binding.id, |binding| binding.feed_cursor = Some(page.cursor.clone())).await?;
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
async fn look_at_everything(deps: &Deps, binding: &Binding, cursor: Option<&str>) -> Result<(), Trouble> {
    tracing::warn!(binding = %binding.id, "the eHR no longer tells all changes since the last time: a sweep looks for them");
    let (corp, because) = (binding.corp_id.clone(), MISSED.to_owned());
    let at = deps.corps.clock.now();
    let message = SweepMessage { binding: binding.id.clone(), corp, run: None, because, at };
    send(deps, &message, format!("{}-{MISSED}-{}", binding.id, cursor.unwrap_or("0"))).await
}

/// Once a day, from midnight in Asia/Shanghai on.
async fn settle(deps: &Deps, binding: &Binding, ehr: &Arc<dyn Connector>) -> Result<(), Trouble> {
    let now = deps.corps.clock.now();
    let today = canonical::day(now).map(|day| day.to_string());
    if binding.settled_on == today {
        return Ok(());
    }
    ehr.settle(now).await.map_err(Trouble::Ehr)?;
    update_binding(deps, &binding.id, |binding| binding.settled_on.clone_from(&today)).await?;
    Ok(())
}

fn wake(binding: &Binding, changed: &Changed) -> WakeMessage {
    WakeMessage {
        binding: binding.id.clone(),
        corp: binding.corp_id.clone(),
        wake: Wake {
            side: Side::Ehr,
            target: target(changed.kind, &changed.id),
            because: format!("ehr_{}", changed.because),
        },
        signature_hash: identity(changed),
    }
}

fn target(kind: Kind, id: &NativeId) -> Target {
    match kind {
        Kind::Person => Target::Person(id.clone()),
        Kind::Department => Target::Department(id.clone()),
    }
}

/// In the place of a signature: a change that is told twice is one, and the next change of the same record is another.
fn identity(changed: &Changed) -> String {
    let mut hasher = Sha256::new();
    for part in ["ehr", changed.kind.key(), changed.id.as_str(), changed.because.as_str()] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(changed.at.millis().to_be_bytes());
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::Timestamp;

    #[test]
    fn the_same_change_told_twice_is_one_wake() {
        let id = NativeId::new("e1").unwrap();
        let changed = Changed { kind: Kind::Person, id, because: "hire".to_owned(), at: Timestamp(7) };
        assert_eq!(identity(&changed), identity(&changed.clone()));
        assert_ne!(identity(&changed), identity(&Changed { at: Timestamp(8), ..changed.clone() }));
        assert_ne!(identity(&changed), identity(&Changed { because: "leave".to_owned(), ..changed.clone() }));
    }
}
