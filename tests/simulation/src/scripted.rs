//! Histories that are written down instead of rolled: a small company under a policy, one thing that people do, and an
//! invocation that stands at any of its awaits while they do it.

use directory::policy::Policy;
use directory::{Kind, NativeId, Side, Wake, WakeTarget};

use crate::company::{self, InitialSize};
use crate::dice::Dice;
use crate::fault::{Fault, FaultRates};
use crate::history::{History, HistoryOutcome};
use crate::invocation::Invocation;
use crate::world::{InitialWorld, QueuedWake, SideHabits, WorldState};

/// A history in the making.
pub struct Scripted {
    history: History,
    running: Option<Invocation>,
}

impl Scripted {
    /// A company of this size that was bound in peace, under a policy. `faults` are the only ones that happen, each whenever it
    /// can.
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
            told: true,
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

    /// Somebody does something.
    pub fn edit_world<T>(&mut self, act: impl FnOnce(&mut WorldState) -> T) -> T {
        act(&mut self.history.shared.lock_world())
    }

    /// Faults from now on: each whenever it can, and no other.
    pub fn allow_only(&mut self, faults: &[Fault]) {
        let state = &mut *self.history.shared.lock_world();
        Fault::ALL
            .iter()
            .for_each(|fault| state.faults.set_rate(*fault, 0));
        faults
            .iter()
            .for_each(|fault| state.faults.set_rate(*fault, 1000));
    }

    /// A look at a record begins.
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

    /// A sweep begins.
    pub fn begin_sweep(&mut self) {
        let id = self.history.next_id();
        self.running = Some(Invocation::sweep(&self.history.shared, id, None, None));
    }

    /// Lets what runs go on for so many polls; whether it ended.
    pub fn poll_times(&mut self, count: usize) -> bool {
        for _ in 0..count {
            self.history.shared.lock_world().advance_time(20);
            let Some(invocation) = &mut self.running else {
                return true;
            };
            if let Some(ended) = invocation.poll() {
                let (id, sweeps) = (invocation.id, invocation.sweeps);
                self.running = None;
                self.history.handle_end(id, sweeps, ended);
            }
        }
        self.running.is_none()
    }

    /// Lets what runs go on until it ends.
    pub fn run_to_end(&mut self) {
        while !self.poll_times(1000) {}
    }

    /// Something else happens beside what runs, which stands still meanwhile.
    pub fn interleave(&mut self, other: impl FnOnce(&mut Self)) {
        let running = self.running.take();
        other(self);
        self.running = running;
    }

    /// What runs is dropped where it stands.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Time passes, and what was on its way arrives.
    pub fn advance_time(&mut self, ms: i64) {
        self.history.shared.lock_world().advance_time(ms);
    }

    /// One sweep that nothing disturbs.
    pub fn run_undisturbed_sweep(&mut self) {
        self.run_to_end();
        _ = self.history.sweep_alone();
    }

    /// It is judged as it is.
    #[must_use]
    pub fn into_outcome(mut self) -> HistoryOutcome {
        self.run_to_end();
        self.history.into_outcome()
    }

    /// It heals, and is judged.
    #[must_use]
    pub fn heal_and_judge(mut self) -> HistoryOutcome {
        self.run_to_end();
        self.history.heal_and_judge()
    }
}
