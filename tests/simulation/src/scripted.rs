//! Histories that are written down instead of rolled: a small company under a policy, one thing that people do, and an
//! invocation that stands at any of its awaits while they do it.

use directory::policy::Policy;
use directory::{Kind, NativeId, Side, Target, Wake};

use crate::company::{self, Size};
use crate::dice::Dice;
use crate::fault::{Fault, Faults};
use crate::history::{History, Outcome};
use crate::invocation::Invocation;
use crate::world::{Beginning, Habits, State, Waiting};

/// A history in the making.
pub struct Scripted {
    history: History,
    running: Option<Invocation>,
}

impl Scripted {
    /// A company of this size that was bound in peace, under a policy. `faults` are the only ones that happen, each whenever it
    /// can.
    #[must_use]
    pub fn new(seed: u64, policy: Policy, size: Size, faults: &[Fault]) -> Self {
        let mut dice = Dice::new(seed);
        let dingtalk = company::dingtalk(size, 1, "u", &mut dice);
        let stranger = company::dingtalk(Size { people: 4, departments: 2 }, 9001, "u", &mut dice);
        let habits = Habits { capitals: None, bound_in_peace: true, rotation: 1 };
        let beginning = Beginning { dice, dingtalk, stranger, policy, habits, faults: Faults::none(), told: true };
        let mut history = History::of(seed, beginning, size);
        history.bind();
        history.shared.lock().wakes.clear();
        let mut scripted = Self { history, running: None };
        scripted.only(faults);
        scripted
    }

    /// Somebody does something.
    pub fn people<T>(&mut self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.history.shared.lock())
    }

    /// Faults from now on: each whenever it can, and no other.
    pub fn only(&mut self, faults: &[Fault]) {
        let state = &mut *self.history.shared.lock();
        Fault::ALL.iter().for_each(|fault| state.faults.set(*fault, 0));
        faults.iter().for_each(|fault| state.faults.set(*fault, 1000));
    }

    /// A look at a record begins.
    pub fn look(&mut self, side: Side, kind: Kind, id: NativeId) {
        let target = match kind {
            Kind::Person => Target::Person(id),
            Kind::Department => Target::Department(id),
        };
        let wake = Wake { side, target, because: "event".to_owned() };
        let id = self.history.next_id();
        let waiting = Waiting { wake, due: 0, received: 1 };
        self.running = Some(Invocation::look(&self.history.shared, id, waiting));
    }

    /// A sweep begins.
    pub fn sweep(&mut self) {
        let id = self.history.next_id();
        self.running = Some(Invocation::sweep(&self.history.shared, id, None, None));
    }

    /// Lets what runs go on for so many polls; whether it ended.
    pub fn polls(&mut self, count: usize) -> bool {
        for _ in 0..count {
            self.history.shared.lock().pass(20);
            let Some(invocation) = &mut self.running else { return true };
            if let Some(ended) = invocation.poll() {
                let (id, sweeps) = (invocation.id, invocation.sweeps);
                self.running = None;
                self.history.ended(id, sweeps, ended);
            }
        }
        self.running.is_none()
    }

    /// Lets what runs go on until it ends.
    pub fn finish(&mut self) {
        while !self.polls(1000) {}
    }

    /// Something else happens beside what runs, which stands still meanwhile.
    pub fn beside(&mut self, other: impl FnOnce(&mut Self)) {
        let running = self.running.take();
        other(self);
        self.running = running;
    }

    /// What runs is dropped where it stands.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Time passes, and what was on its way arrives.
    pub fn wait(&mut self, ms: i64) {
        self.history.shared.lock().pass(ms);
    }

    /// One sweep that nothing disturbs.
    pub fn sweep_alone(&mut self) {
        self.finish();
        _ = self.history.sweep_alone();
    }

    /// It is judged as it is.
    #[must_use]
    pub fn judge(mut self) -> Outcome {
        self.finish();
        self.history.judge()
    }

    /// It heals, and is judged.
    #[must_use]
    pub fn end(mut self) -> Outcome {
        self.finish();
        self.history.end()
    }
}
