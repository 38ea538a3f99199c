//! The queue: wakes from both sides, unordered, at least once, sometimes never.

use directory::{Kind, NativeId, Side, Target, Wake};
use sandbox::world::About;

use crate::contacts;
use crate::fault::Fault;
use crate::story::word;

use super::State;

/// How often a wake is received before it is a dead letter.
const RECEIVES_MAX: u32 = 5;

/// A wake in the queue.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Whom to look at.
    pub wake: Wake,
    /// Not delivered before.
    pub due: i64,
    /// How often it was delivered.
    pub received: u32,
}

impl State {
    /// Events of DingTalk's that nobody was told of yet become wakes.
    pub fn hear(&mut self) {
        let mut targets = Vec::new();
        for delivery in self.dingtalk.events_after(self.told) {
            self.told = delivery.id;
            let event = &delivery.event;
            if event.by_api {
                self.faults.reached(Fault::Echo);
            }
            match &event.about {
                About::Users(ids) => targets.extend(ids.iter().map(|id| Target::Person(contacts::native(id)))),
                About::Departments(ids) => {
                    targets.extend(ids.iter().map(|id| Target::Department(contacts::native(&id.to_string()))));
                }
                About::Nothing => {}
            }
        }
        targets.into_iter().for_each(|target| self.enqueue(Side::DingTalk, target));
    }

    /// The eHR tells of a record.
    pub fn feed(&mut self, kind: Kind, id: &NativeId) {
        let target = match kind {
            Kind::Person => Target::Person(id.clone()),
            Kind::Department => Target::Department(id.clone()),
        };
        self.enqueue(Side::Ehr, target);
    }

    fn enqueue(&mut self, side: Side, target: Target) {
        if self.strikes(Fault::EventLost) {
            return;
        }
        // A change of the company's own settings names nobody.
        let target = if self.dice.chance(10) { Target::Everything } else { target };
        let late = if self.strikes(Fault::EventLate) { self.dice.between(1000, 90 * 60_000) } else { 0 };
        let waiting =
            Waiting { wake: Wake { side, target, because: "event".to_owned() }, due: self.now + late, received: 0 };
        if self.strikes(Fault::EventTwice) {
            self.wakes.push(waiting.clone());
        }
        self.wakes.push(waiting);
    }

    /// Any wake that is due, received once more.
    pub fn receive(&mut self) -> Option<Waiting> {
        let due: Vec<usize> = (0..self.wakes.len()).filter(|at| self.wakes[*at].due <= self.now).collect();
        let at = self.dice.pick(&due)?;
        let mut waiting = self.wakes.swap_remove(at);
        waiting.received += 1;
        if self.strikes(Fault::WakeTwice) {
            self.wakes.push(waiting.clone());
        }
        Some(waiting)
    }

    /// A look failed: its wake comes back, unless it came too often.
    pub fn send_back(&mut self, mut waiting: Waiting) {
        if waiting.received < RECEIVES_MAX {
            waiting.due = self.now + self.dice.between(1000, 60_000);
            self.story.tell(self.now, "back", &[word(&waiting.wake.group())], || waiting.wake.group());
            self.wakes.push(waiting);
        }
    }
}
