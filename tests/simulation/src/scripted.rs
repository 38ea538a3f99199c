//! Histories that are written as code instead of drawn: a small company under a policy, one act of
//! people, and an invocation that is halted at any of its awaits meanwhile.

use directory::policy::Policy;
use directory::{Kind, NativeId, Side, Wake, WakeTarget};

use crate::company::{self, InitialSize};
use crate::dice::Dice;
use crate::fault::{Fault, FaultRates};
use crate::history::{History, HistoryOutcome};
use crate::invocation::Invocation;
use crate::world::{InitialWorld, QueuedWake, SideHabits, WorldState};

/// A scripted history.
pub struct Scripted {
    history: History,
    running: Option<Invocation>,
}

impl Scripted {
    /// Creates a company of this size that was bound without disturbance, under a policy. Only
    /// these `faults` happen, each on every occasion.
    #[must_use]
    pub fn new(seed: u64, policy: Policy, size: InitialSize, faults: &[Fault]) -> Self {
        let mut dice = Dice::new(seed);
        let dingtalk = company::generate_dingtalk(size, 1, "u", &mut dice);
        let stranger = company::generate_dingtalk(
            InitialSize {
                people: 4,
                departments: 2,
            },
            9001,
            "u",
            &mut dice,
        );
        let habits = SideHabits {
            capitals: None,
            bound_in_peace: true,
            rotation: 1,
        };
        let beginning = InitialWorld {
            dice,
            dingtalk,
            stranger,
            policy,
            habits,
            faults: FaultRates::none(),
            keeps_story: true,
        };
        let mut history = History::from_parts(seed, beginning, size);
        history.run_first_sweep();
        history.shared.lock_world().wakes.clear();
        let mut scripted = Self {
            history,
            running: None,
        };
        scripted.allow_only(faults);
        scripted
    }

    /// Lets a person act.
    pub fn edit_world<T>(&mut self, act: impl FnOnce(&mut WorldState) -> T) -> T {
        act(&mut self.history.shared.lock_world())
    }

    /// Allows only these faults from now on, each on every occasion.
    pub fn allow_only(&mut self, faults: &[Fault]) {
        let state = &mut *self.history.shared.lock_world();
        Fault::ALL
            .iter()
            .for_each(|fault| state.faults.set_rate(*fault, 0));
        faults
            .iter()
            .for_each(|fault| state.faults.set_rate(*fault, 1000));
    }

    /// Begins a look at a record.
    pub fn begin_look(&mut self, side: Side, kind: Kind, id: NativeId) {
        let target = match kind {
            Kind::Person => WakeTarget::Person(id),
            Kind::Department => WakeTarget::Department(id),
        };
        let wake = Wake {
            side,
            target,
            because: "event".to_owned(),
        };
        let id = self.history.next_id();
        let waiting = QueuedWake {
            wake,
            due: 0,
            received: 1,
        };
        self.running = Some(Invocation::look(&self.history.shared, id, waiting));
    }

    /// Begins a sweep.
    pub fn begin_sweep(&mut self) {
        let id = self.history.next_id();
        self.running = Some(Invocation::sweep(&self.history.shared, id, None, None));
    }

    /// Polls the running invocation this many times; returns whether it ended.
    pub fn poll_times(&mut self, count: usize) -> bool {
        for _ in 0..count {
            self.history.shared.lock_world().advance_time(20);
            let Some(invocation) = &mut self.running else {
                return true;
            };
            if let Some(ended) = invocation.poll() {
                let id = invocation.id;
                self.running = None;
                self.history.handle_end(id, ended);
            }
        }
        self.running.is_none()
    }

    /// Polls the running invocation until it ends.
    pub fn run_to_end(&mut self) {
        while !self.poll_times(1000) {}
    }

    /// Runs something else while the running invocation is halted.
    pub fn interleave(&mut self, other: impl FnOnce(&mut Self)) {
        let running = self.running.take();
        other(self);
        self.running = running;
    }

    /// Drops the running invocation at its current await.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Advances the time and delivers what is due.
    pub fn advance_time(&mut self, ms: i64) {
        self.history.shared.lock_world().advance_time(ms);
    }

    /// Runs one sweep without disturbance.
    pub fn run_undisturbed_sweep(&mut self) {
        self.run_to_end();
        _ = self.history.sweep_alone();
    }

    /// Returns the result without healing.
    #[must_use]
    pub fn into_outcome(mut self) -> HistoryOutcome {
        self.run_to_end();
        self.history.into_outcome()
    }

    /// Heals the history and judges it.
    #[must_use]
    pub fn heal_and_judge(mut self) -> HistoryOutcome {
        self.run_to_end();
        self.history.heal_and_judge()
    }
}
