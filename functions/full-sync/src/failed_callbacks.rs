//! Events that DingTalk could not push: its list of failed callbacks, turned into wakes.
//!
//! Reading the list probably empties it (UNCONFIRMED). So what was read is stored in the queue before the next page is
//! asked for, and where the queue does not take it, a sweep is asked for instead. Killed between DingTalk's answer and the
//! queue's, at most one page (200 events) is lost, which the next sweep finds as it finds every event that was lost.

use std::collections::BTreeSet;

use dingtalk::client::FailedCallbacks;
use dingtalk::events::CallbackEvent;
use directory::text::describe_error;
use directory::wake::{Wake, WakeTarget};
use directory::{Side, Timestamp};
use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use state::Binding;
use state::queue::messages::{SweepMessage, WakeMessage};

use crate::{SweepDeps, SweepError};

/// Minutes between two firings of the rule (`infra/template.yaml`).
const RULE_MINUTES: i64 = 15;

/// A list that does not end is not believed: 10,000 events.
const PAGES_MAX: usize = 50;

/// Records of one event that are woken one by one, as the callback does; above it a sweep answers cheaper.
const WAKES_MAX: usize = 64;

const SENDS_AT_ONCE: usize = 16;

/// Fetches the failed callbacks of every binding whose turn it is; how many wakes were stored. What goes wrong with one
/// binding is logged and stops no other: the next firing asks again.
///
/// # Errors
/// [`SweepError::State`] when the bindings cannot be read.
pub async fn fetch_failed_callbacks(deps: &SweepDeps) -> Result<usize, SweepError> {
    let now = deps.corps.clock.now();
    let mut stored = 0;
    for binding in deps.corps.store.list_bindings().await? {
        if is_fetch_due(&binding.body, now) {
            stored += fetch_for_binding(deps, &binding.body).await;
        }
    }
    Ok(stored)
}

/// Whether a binding's list is to be read at this firing of the rule. A call may count against the monthly quota (DingTalk's
/// pages do not list it among the exempt ones), so each binding says how often, in steps of the rule; 0 is never. An
/// address that was never verified has no list.
#[must_use]
pub fn is_fetch_due(binding: &Binding, now: Timestamp) -> bool {
    let minutes = i64::from(binding.failed_callbacks_minutes);
    let every = (minutes / RULE_MINUTES).max(1);
    let firing = now.millis().div_euclid(RULE_MINUTES * 60_000);
    minutes > 0 && binding.callback_verified_at.is_some() && firing.rem_euclid(every) == 0
}

async fn fetch_for_binding(deps: &SweepDeps, binding: &Binding) -> usize {
    let client = match deps.corps.open_client(binding).await {
        Ok(client) => client,
        Err(err) => {
            let reason = describe_error(&err);
            tracing::warn!(binding = %binding.id, reason, "the failed callbacks could not be fetched");
            return 0;
        }
    };
    let (mut seen, mut swept) = (BTreeSet::new(), false);
    for _ in 0..PAGES_MAX {
        let FailedCallbacks {
            events,
            unreadable,
            has_more,
        } = match client.fetch_failed_callbacks().await {
            Ok(page) => page,
            Err(err) => {
                let reason = describe_error(&err);
                tracing::warn!(binding = %binding.id, reason, "the failed callbacks could not be fetched");
                break;
            }
        };
        if unreadable > 0 && !swept {
            tracing::warn!(binding = %binding.id, entries = unreadable, "failed callbacks could not be read; a sweep is asked for");
            request_sweep(deps, binding).await;
            swept = true;
        }
        let mut fresh = events
            .iter()
            .flat_map(|event| event_wakes(binding, event))
            .collect::<Vec<_>>();
        fresh.retain(|wake| seen.insert((wake.wake.clone(), wake.signature_hash.clone())));
        if let Err(err) = store_wakes(deps, &fresh).await {
            tracing::error!(binding = %binding.id, reason = %err, "failed callbacks were fetched and not stored");
            request_sweep(deps, binding).await;
        }
        // Where reading takes nothing off the list, the same page comes for ever.
        if !has_more || fresh.is_empty() {
            break;
        }
    }
    if !seen.is_empty() {
        tracing::info!(binding = %binding.id, wakes = seen.len(), "failed callbacks of `{}` were fetched", binding.id);
    }
    seen.len()
}

/// All of a page, or the first error.
async fn store_wakes(deps: &SweepDeps, wakes: &[WakeMessage]) -> Result<(), SweepError> {
    let messages = wakes
        .iter()
        .map(WakeMessage::to_message)
        .collect::<Result<Vec<_>, _>>()?;
    let sends = futures::stream::iter(messages.into_iter().map(|message| deps.wakes.send(message)));
    Ok(sends
        .buffer_unordered(SENDS_AT_ONCE)
        .try_collect::<()>()
        .await?)
}

/// Another queue, which may be well where the first one is not.
async fn request_sweep(deps: &SweepDeps, binding: &Binding) {
    let because = "failed-callbacks".to_owned();
    let (corp, at) = (binding.corp_id.clone(), deps.corps.clock.now());
    let sweep = SweepMessage {
        binding: binding.id.clone(),
        corp,
        run: None,
        because,
        at,
    };
    let sent = match sweep.to_message() {
        Ok(message) => deps.sweeps.send(message).await.map_err(SweepError::from),
        Err(err) => Err(err.into()),
    };
    if let Err(err) = sent {
        tracing::error!(binding = %binding.id, reason = %err, "no sweep could be asked for either: the next due one finds it");
    }
}

/// What an event asks for; nothing where it names another corp. An event that is fetched twice is one.
fn event_wakes(binding: &Binding, event: &CallbackEvent) -> Vec<WakeMessage> {
    if event
        .corp
        .as_ref()
        .is_some_and(|corp| *corp != binding.corp_id)
    {
        return Vec::new();
    }
    let because = || {
        event
            .wakes
            .first()
            .map(|wake| wake.because.clone())
            .unwrap_or_default()
    };
    let everything = || Wake {
        side: Side::DingTalk,
        target: WakeTarget::Everything,
        because: because(),
    };
    let wanted = if event.wakes.len() > WAKES_MAX {
        vec![everything()]
    } else {
        event.wakes.clone()
    };
    let signature_hash = event_identity(event);
    let message = |wake| WakeMessage {
        binding: binding.id.clone(),
        corp: binding.corp_id.clone(),
        wake,
        signature_hash: signature_hash.clone(),
    };
    wanted.into_iter().map(message).collect()
}

/// In the place of a signature, which the list does not have: DingTalk's id of the event, or its type, time and ids.
fn event_identity(event: &CallbackEvent) -> String {
    let mut hasher = Sha256::new();
    let mut part = |text: &str| {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    part("failed-callbacks");
    match &event.event_id {
        Some(id) => part(id),
        None => {
            part(&event.born_at.map_or(0, Timestamp::millis).to_string());
            event
                .wakes
                .iter()
                .for_each(|wake| part(&format!("{}#{}", wake.because, wake.queue_group())));
        }
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::{BindingId, CorpId};
    use serde_json::json;

    fn binding(minutes: u32) -> Binding {
        let mut binding = Binding::new(
            BindingId::new("b-1").unwrap(),
            CorpId::new("ding1").unwrap(),
        );
        binding.failed_callbacks_minutes = minutes;
        binding.callback_verified_at = Some(Timestamp(1));
        binding
    }

    fn event(time: i64, people: &[String]) -> CallbackEvent {
        let entry = json!({"call_back_tag": "user_add_org", "event_time": time,
            "user_add_org": {"userid": people, "corpid": "ding1"}});
        dingtalk::events::parse_undelivered(&entry).unwrap()
    }

    #[test]
    fn each_binding_is_fetched_at_its_own_interval() {
        let turns = |minutes| {
            (0..8)
                .filter(|n| is_fetch_due(&binding(minutes), Timestamp(n * 15 * 60_000 + 7)))
                .count()
        };
        assert_eq!(
            (turns(0), turns(1), turns(15), turns(30), turns(60)),
            (0, 8, 8, 4, 2)
        );
        let unverified = Binding {
            callback_verified_at: None,
            ..binding(15)
        };
        assert!(
            !is_fetch_due(&unverified, Timestamp(0)),
            "there is no list where no address was verified"
        );
    }

    #[test]
    fn an_event_fetched_twice_has_the_same_deduplication_id() {
        let (one, two) = (
            vec!["li".to_owned()],
            vec!["li".to_owned(), "wang".to_owned()],
        );
        let first = event_wakes(&binding(15), &event(7, &one));
        assert_eq!(first, event_wakes(&binding(15), &event(7, &one)));
        assert_ne!(first, event_wakes(&binding(15), &event(8, &one)));
        assert_eq!(event_wakes(&binding(15), &event(7, &two)).len(), 2);
    }

    #[test]
    fn events_of_another_corp_are_ignored_and_large_ones_become_one_wake() {
        let mut stranger = binding(15);
        stranger.corp_id = CorpId::new("ding2").unwrap();
        assert!(event_wakes(&stranger, &event(7, &["li".to_owned()])).is_empty());
        let crowd: Vec<String> = (0..65).map(|n| format!("u{n}")).collect();
        let flood = event_wakes(&binding(15), &event(7, &crowd));
        assert_eq!(
            flood.iter().map(|one| &one.wake.target).collect::<Vec<_>>(),
            [&WakeTarget::Everything]
        );
    }
}
