//! The queue: wakes from both sides, unordered, at least once, sometimes never.

use directory::{Kind, NativeId, Side, Wake, WakeTarget};
use sandbox::world::EventSubject;

use crate::contacts;
use crate::fault::Fault;
use crate::trace::text_word;

use super::WorldState;

/// How often a wake is received before it is a dead letter.
const RECEIVES_MAX: u32 = 5;

/// A wake in the queue.
#[derive(Debug, Clone)]
pub struct QueuedWake {
    /// Whom to look at.
    pub wake: Wake,
    /// Not delivered before.
    pub due: i64,
    /// How often it was delivered.
    pub received: u32,
}

impl WorldState {
    /// Events of DingTalk's that nobody was told of yet become wakes.
    pub fn queue_dingtalk_events(&mut self) {
        let mut targets = Vec::new();
        for delivery in self.dingtalk.events_after(self.told) {
            self.told = delivery.id;
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

    /// The eHR tells of a record.
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
        // A change of the company's own settings names nobody.
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

    /// Any wake that is due, received once more.
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

    /// A look failed: its wake comes back, unless it came too often.
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
