//! The queue: wakes from both sides, unordered, delivered at least once, sometimes never.

use directory::{Kind, NativeId, Side, Wake, WakeTarget};
use sandbox::world::EventSubject;

use crate::contacts;
use crate::fault::Fault;
use crate::trace::text_word;

use super::WorldState;

/// Deliveries of a wake before it becomes a dead letter.
const RECEIVES_MAX: u32 = 5;

/// A wake in the queue.
#[derive(Debug, Clone)]
pub struct QueuedWake {
    /// The record to look at.
    pub wake: Wake,
    /// Earliest delivery, in milliseconds.
    pub due: i64,
    /// Number of deliveries so far.
    pub received: u32,
}

impl WorldState {
    /// Turns new events of DingTalk into wakes.
    pub fn queue_dingtalk_events(&mut self) {
        let mut targets = Vec::new();
        for delivery in self.dingtalk.events_after(self.last_event) {
            self.last_event = delivery.id;
            let event = &delivery.event;
            if event.by_api {
                self.faults.count_fault(Fault::Echo);
            }
            match &event.about {
                EventSubject::Users(ids) => targets.extend(
                    ids.iter()
                        .map(|id| WakeTarget::Person(contacts::native_id(id))),
                ),
                EventSubject::Departments(ids) => {
                    targets
                        .extend(ids.iter().map(|id| {
                            WakeTarget::Department(contacts::native_id(&id.to_string()))
                        }));
                }
                EventSubject::Nothing => {}
            }
        }
        targets
            .into_iter()
            .for_each(|target| self.enqueue(Side::DingTalk, target));
    }

    /// Queues a wake for a record of the eHR.
    pub fn queue_ehr_change(&mut self, kind: Kind, id: &NativeId) {
        let target = match kind {
            Kind::Person => WakeTarget::Person(id.clone()),
            Kind::Department => WakeTarget::Department(id.clone()),
        };
        self.enqueue(Side::Ehr, target);
    }

    fn enqueue(&mut self, side: Side, target: WakeTarget) {
        if self.fault_strikes(Fault::EventLost) {
            return;
        }
        // A change of the company's own settings names no record.
        let target = if self.dice.chance(10) {
            WakeTarget::Everything
        } else {
            target
        };
        let late = if self.fault_strikes(Fault::EventLate) {
            self.dice.between(1000, 90 * 60_000)
        } else {
            0
        };
        let waiting = QueuedWake {
            wake: Wake {
                side,
                target,
                because: "event".to_owned(),
            },
            due: self.now + late,
            received: 0,
        };
        if self.fault_strikes(Fault::EventTwice) {
            self.wakes.push(waiting.clone());
        }
        self.wakes.push(waiting);
    }

    /// Delivers a random wake that is due.
    pub fn receive(&mut self) -> Option<QueuedWake> {
        let due: Vec<usize> = (0..self.wakes.len())
            .filter(|at| self.wakes[*at].due <= self.now)
            .collect();
        let at = self.dice.pick(&due)?;
        let mut waiting = self.wakes.swap_remove(at);
        waiting.received += 1;
        if self.fault_strikes(Fault::WakeTwice) {
            self.wakes.push(waiting.clone());
        }
        Some(waiting)
    }

    /// Puts the wake of a failed look back, unless it was delivered too often.
    pub fn return_wake(&mut self, mut waiting: QueuedWake) {
        if waiting.received < RECEIVES_MAX {
            waiting.due = self.now + self.dice.between(1000, 60_000);
            self.story.record_event(
                self.now,
                "back",
                &[text_word(&waiting.wake.queue_group())],
                || waiting.wake.queue_group(),
            );
            self.wakes.push(waiting);
        }
    }
}
