//! Makes edits, invocations, kills and disasters in a random order.

use crate::fault::Fault;
use crate::invocation::{Invocation, LIFE_MS};
use crate::world::LinkTable;
use directory::reason::ReasonCode;

use super::{History, HistoryShape};

/// Limit of invocations that run at the same time.
const CONCURRENT_MAX: usize = 4;

impl History {
    pub(super) fn chaos(&mut self, shape: &HistoryShape) {
        for _ in 0..shape.steps {
            self.step();
        }
    }

    fn step(&mut self) {
        let sweeping = self.continued.is_some() || self.running.iter().any(|one| one.sweeps);
        let roll = {
            let state = &mut *self.shared.lock_world();
            let ms = state.dice.between(1, 60);
            state.advance_time(ms);
            state.maybe_begin_disaster(sweeping);
            state.dice.below(1000)
        };
        match roll {
            0..=16 => {
                self.edits += 1;
                self.shared.lock_world().edit_any_side();
            }
            _ if std::mem::take(&mut self.sweep_due) => self.begin_sweep(),
            17..=36 => self.begin_look(),
            37..=42 => self.begin_sweep(),
            43..=45 => self.let_time_pass(),
            46..=48 => self.disturb_operation(),
            _ => self.poll_one(),
        }
        if !self.running.is_empty() && self.shared.lock_world().fault_strikes(Fault::Killed) {
            self.kill_any();
        }
    }

    fn begin_look(&mut self) {
        if self.running.len() >= CONCURRENT_MAX {
            return self.poll_one();
        }
        let waiting = self.shared.lock_world().receive();
        match waiting {
            Some(waiting) => {
                let id = self.next_id();
                self.running
                    .push(Invocation::look(&self.shared, id, waiting));
            }
            None => self.poll_one(),
        }
    }

    fn begin_sweep(&mut self) {
        let sweeping = self.running.iter().filter(|one| one.sweeps).count();
        let second = sweeping == 1 && self.shared.lock_world().fault_strikes(Fault::TwoSweeps);
        if self.running.len() >= CONCURRENT_MAX || sweeping > 0 && !second {
            return self.poll_one();
        }
        if self.continued.is_none() && self.begin_plan() {
            return;
        }
        let id = self.next_id();
        let deadline = {
            let state = &mut *self.shared.lock_world();
            let soon = state.dice.between(0, 8000);
            let ends = state.dice.chance(150);
            ends.then(|| state.current_time().plus_millis(soon))
        };
        let run = self.continued.take();
        if self.shared.lock_world().kept.sweeps == 1
            && self
                .shared
                .lock_world()
                .fault_strikes(Fault::ScopeShrunkEarly)
        {
            self.shared
                .lock_world()
                .begin_disaster(Fault::ScopeShrinks, 3_600_000);
        }
        self.running
            .push(Invocation::sweep(&self.shared, id, run, deadline));
    }

    /// Makes or applies a plan instead of a sweep, in histories with plans. One run at a time
    /// applies.
    fn begin_plan(&mut self) -> bool {
        let approved = {
            let state = &mut *self.shared.lock_world();
            if !state.makes_plans || !state.dice.chance(600) {
                return false;
            }
            state.plan.clone()
        };
        let applies = self.running.iter().any(|one| one.sweeps);
        let id = self.next_id();
        let invocation = match approved {
            Some(_) if applies => return false,
            Some(plan) => Invocation::apply(&self.shared, id, plan),
            None => Invocation::plan(&self.shared, id),
        };
        self.running.push(invocation);
        true
    }

    fn let_time_pass(&mut self) {
        let now = {
            let state = &mut *self.shared.lock_world();
            let ms = match self.running.len() {
                0 if state.dice.chance(150) => state.dice.between(1, 60) * 3_600_000,
                0 => state.dice.between(1, 180) * 60_000,
                _ => state.dice.between(1, 90) * 1000,
            };
            state.advance_time(ms);
            state.now
        };
        while let Some(at) = self
            .running
            .iter()
            .position(|one| now - one.began > LIFE_MS)
        {
            self.kill_at(at);
        }
    }

    /// Closes or opens the gate, saves or restores the table, or purges the queue.
    fn disturb_operation(&mut self) {
        let state = &mut *self.shared.lock_world();
        match state.dice.below(4) {
            0 => {
                let closes = state.closed.is_none() && state.fault_strikes(Fault::GateClosed);
                state.closed = closes.then_some(ReasonCode::GatePaused);
                state.closed_since = state.now;
            }
            1 => self.saved = Some(state.links.clone()),
            2 => {
                // Before any person is linked, another company's data cannot be recognised.
                let lone = state.disaster_is(Fault::WrongCorp)
                    && !self
                        .saved
                        .as_ref()
                        .is_some_and(LinkTable::has_active_person);
                if self.saved.is_some()
                    && !lone
                    && state.fault_strikes(Fault::Restored)
                    && let Some(saved) = self.saved.take()
                {
                    state.links = saved;
                    state.oracle.linked.clear();
                    state.oracle.restored = true;
                    state.note_linked();
                    state
                        .story
                        .record_event(state.now, "restored", &[], String::new);
                }
            }
            _ => {
                if state.fault_strikes(Fault::Purged) {
                    state.wakes.clear();
                    state
                        .story
                        .record_event(state.now, "purged", &[], String::new);
                }
            }
        }
    }

    fn poll_one(&mut self) {
        let at = {
            let state = &mut *self.shared.lock_world();
            let at = state.dice.below(self.running.len());
            if self.running.is_empty() {
                let ms = state.dice.between(100, 20_000);
                state.advance_time(ms);
                return;
            }
            at
        };
        let ended = self.running.get_mut(at).and_then(Invocation::poll);
        if let Some(ended) = ended {
            let invocation = self.running.swap_remove(at);
            self.handle_end(invocation.id, ended);
        }
    }

    /// Drops a random invocation at its current await.
    fn kill_any(&mut self) {
        let at = self.shared.lock_world().dice.below(self.running.len());
        self.kill_at(at);
    }

    pub(super) fn kill_at(&mut self, at: usize) {
        let killed = self.running.swap_remove(at);
        let id = killed.id;
        // The drop happens without the lock, because a write in flight may land late.
        drop(killed);
        let state = &mut *self.shared.lock_world();
        state.began.remove(&id);
        state.forget_reads(id);
        state
            .story
            .record_event(state.now, "killed", &[u64::from(id)], || format!("#{id}"));
    }
}
