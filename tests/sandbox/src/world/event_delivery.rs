//! Telling events: when a push is due, and what follows from its outcome.

use directory::Timestamp;
use rand::RngCore;

use super::World;
use super::event::{
    Attempt, ContactEvent, Delivery, DeliveryState, EventPush, EventSubject, EventSubscription,
    PushOutcome,
};
use super::fault::FaultKind;
use super::reply::{ApiError, Host};
use super::settings::{Dialect, EnvelopeOwner};

/// Number of finished deliveries that are kept. The oldest are dropped first.
const DELIVERIES_KEPT: usize = 20_000;

impl World {
    /// Records an event with one delivery; faults may make it none or two. Returns the event's id.
    pub(super) fn emit_event(&mut self, now: Timestamp, kind: &str, about: EventSubject) -> String {
        let by_api = self.by_api;
        let mut admins = self
            .company
            .people
            .values()
            .filter(|p| p.sys_level == 1 && !by_api);
        let operator = admins.next().map(|p| p.userid.clone());
        let id = self.next_uuid().to_lowercase();
        let event = ContactEvent {
            id,
            kind: kind.to_owned(),
            born: now.millis(),
            about,
            operator,
            by_api,
        };
        let faults = self.faults.fire_matching(kind, true, &mut self.rng);
        let mut due = now.millis();
        let mut copies = 1;
        let mut swallowed = false;
        let mut parked = false;
        for fault in faults {
            match fault.kind {
                FaultKind::EventTwice => copies = 2,
                FaultKind::EventLate => due += fault.ms.unwrap_or(2000),
                FaultKind::EventNever => swallowed = true,
                FaultKind::EventOutOfOrder => {
                    due += fault.ms.unwrap_or(5000);
                    parked = true;
                }
                _ => {}
            }
        }
        self.release_parked(now);
        for _ in 0..copies {
            let state = match &self.subscription {
                _ if swallowed => DeliveryState::Swallowed,
                _ if self.push_by_stream => DeliveryState::Waiting { due },
                Some(s) if s.tags.is_empty() || s.tags.iter().any(|tag| tag == kind) => {
                    DeliveryState::Waiting { due }
                }
                _ => DeliveryState::Unsubscribed,
            };
            let id = self.add_delivery(event.clone(), state);
            if parked {
                self.parked.push(id);
            }
        }
        self.mark_changed();
        event.id
    }

    /// Releases the deliveries that wait for a later event.
    fn release_parked(&mut self, now: Timestamp) {
        for id in std::mem::take(&mut self.parked) {
            if let Some(Delivery {
                state: DeliveryState::Waiting { due },
                ..
            }) = self.deliveries.iter_mut().find(|d| d.id == id)
            {
                *due = (*due).min(now.millis() + 200);
            }
        }
    }

    fn add_delivery(&mut self, event: ContactEvent, state: DeliveryState) -> u64 {
        self.last_delivery += 1;
        let dialect = match self.settings.dialect {
            Dialect::Rotating => [Dialect::Captured, Dialect::Documented, Dialect::Stream]
                [self.last_delivery as usize % 3],
            chosen => chosen,
        };
        if self.deliveries.len() >= DELIVERIES_KEPT {
            self.deliveries.pop_front();
        }
        self.deliveries.push_back(Delivery {
            id: self.last_delivery,
            event,
            dialect,
            state,
            attempts: Vec::new(),
        });
        self.last_delivery
    }

    /// Returns the pushes that are due. Each is in flight until [`World::record_push`] records its
    /// outcome.
    pub fn due_pushes(&mut self, now: Timestamp) -> Vec<EventPush> {
        self.land_due_writes(now);
        let Some(subscription) = self.subscription.clone().filter(|_| !self.push_by_stream) else {
            return Vec::new();
        };
        let due = self.due_deliveries(now);
        let mut pushes = Vec::with_capacity(due.len());
        for at in due {
            let (id, plaintext) = {
                let delivery = &mut self.deliveries[at];
                delivery.state = DeliveryState::InFlight;
                (
                    delivery.id,
                    delivery
                        .event
                        .push_payload(delivery.dialect, &self.company.credentials.corp_id),
                )
            };
            pushes.push(self.build_push(id, subscription.clone(), plaintext, self.settings.owner));
        }
        pushes
    }

    /// Returns the places of the deliveries that are due, the longest waiting first.
    pub(super) fn due_deliveries(&self, now: Timestamp) -> Vec<usize> {
        let mut due: Vec<(i64, usize)> = self
            .deliveries
            .iter()
            .enumerate()
            .filter_map(|(at, delivery)| match delivery.state {
                DeliveryState::Waiting { due } if due <= now.millis() => Some((due, at)),
                _ => None,
            })
            .collect();
        due.sort_unstable();
        due.into_iter().map(|(_, at)| at).collect()
    }

    /// When the next push or late write is due, in milliseconds since 1970; `None` if nothing
    /// waits.
    #[must_use]
    pub fn next_push(&self) -> Option<i64> {
        let waits = |delivery: &Delivery| match delivery.state {
            DeliveryState::Waiting { due } => Some(due),
            _ => None,
        };
        let pushes = self.push_by_stream || self.subscription.is_some();
        let push = pushes
            .then(|| self.deliveries.iter().filter_map(waits).min())
            .flatten();
        push.into_iter().chain(self.next_late_write()).min()
    }

    /// Records the outcome of a push. A failed push is repeated after 10 s, then after 30 s, then
    /// the event goes on the failed list.
    pub fn record_push(&mut self, delivery: u64, outcome: PushOutcome, now: Timestamp) {
        let retry = self.settings.retry_ms;
        let failed_after = self.settings.failed_after_ms;
        let Some(delivery) = self.deliveries.iter_mut().find(|d| d.id == delivery) else {
            return;
        };
        let accepted = outcome.is_accepted();
        delivery.attempts.push(Attempt {
            at: now.millis(),
            outcome,
        });
        delivery.state = match (accepted, retry.get(delivery.attempts.len() - 1)) {
            (true, _) => DeliveryState::Delivered,
            (false, Some(pause)) => DeliveryState::Waiting {
                due: now.millis() + pause,
            },
            (false, None) => DeliveryState::Failed {
                available: now.millis() + failed_after,
            },
        };
        self.mark_changed();
    }

    /// Returns all deliveries, oldest first.
    pub fn deliveries(&self) -> impl DoubleEndedIterator<Item = &Delivery> {
        self.deliveries.iter()
    }

    /// Returns the subscription: where events are pushed.
    #[must_use]
    pub fn subscription(&self) -> Option<&EventSubscription> {
        self.subscription.as_ref()
    }

    /// Builds the `check_url` push that DingTalk makes when a subscription is saved.
    pub fn check_url(
        &mut self,
        now: Timestamp,
        subscription: EventSubscription,
        owner: EnvelopeOwner,
    ) -> UrlCheck {
        let event = ContactEvent {
            id: self.next_uuid(),
            kind: "check_url".into(),
            born: now.millis(),
            about: EventSubject::Nothing,
            operator: None,
            by_api: false,
        };
        let push = self.build_push(
            0,
            subscription,
            event.push_payload(Dialect::Captured, ""),
            owner,
        );
        UrlCheck { push }
    }

    /// Saves the subscription if its `check_url` was answered with `success`. Returns whether it
    /// was saved.
    pub fn record_url_check(&mut self, check: UrlCheck, outcome: &PushOutcome) -> bool {
        if outcome.is_accepted() {
            self.subscription = Some(check.push.subscription);
            self.mark_changed();
        }
        outcome.is_accepted()
    }

    /// Finishes a legacy registration. If the check failed, returns the answer to send instead of
    /// the provisional one.
    pub fn finish_registration(
        &mut self,
        check: UrlCheck,
        outcome: &PushOutcome,
    ) -> Option<http::Response<bytes::Bytes>> {
        if self.record_url_check(check, outcome) {
            self.settings.owner = EnvelopeOwner::CorpId;
            return None;
        }
        let code = match outcome {
            PushOutcome::Unreachable { .. } => 71012,
            _ => 71009,
        };
        let request_id = self.next_request_id(Host::Plain);
        Some(ApiError::from_code(code).to_response(Host::Plain, &request_id))
    }

    /// Removes the subscription.
    pub fn remove_subscription(&mut self) {
        self.subscription = None;
        self.mark_changed();
    }

    fn build_push(
        &mut self,
        delivery: u64,
        subscription: EventSubscription,
        plaintext: String,
        owner: EnvelopeOwner,
    ) -> EventPush {
        let mut random = [0; 32];
        self.rng.fill_bytes(&mut random);
        let keys = &self.company.credentials;
        let owner = match owner {
            EnvelopeOwner::AppKey => keys.app_key.clone(),
            EnvelopeOwner::CorpId => keys.corp_id.clone(),
        };
        EventPush {
            delivery,
            subscription,
            plaintext,
            owner,
            random,
            deadline_ms: self.settings.push_deadline_ms,
            seconds: self.settings.push_seconds,
        }
    }
}

/// A `check_url` that has to be pushed before its subscription is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlCheck {
    /// The push to make.
    pub push: EventPush,
}
