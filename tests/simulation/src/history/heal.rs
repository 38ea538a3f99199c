//! Stops the faults, lets people do the work that waits for them, and runs sweeps until a round
//! writes nothing.

use directory::link::WriteAction;
use directory::plan::HeldItem;

use crate::invocation::{Invocation, InvocationEnd};

use super::History;

const HOUR_MS: i64 = 3_600_000;

/// A round is a little longer than a day, so that every daily retry is due.
const ROUND_MS: i64 = 26 * HOUR_MS;

/// Limit of daily rounds. A leaver needs two complete sweeps, a grace period of two days, and a
/// look at the records that referred to them. After that a day may pass without a write.
const DAYS_MAX: u32 = 8;

/// A value that DingTalk normalises is sent again every day. After the daily rounds come rounds of
/// a little more than an hour, in which nothing should be written.
const SHORT_ROUND_MS: i64 = 70 * 60_000;

/// Limit of short rounds. A field that only `user/get` shows waits for its turn in the rotation.
const ROUNDS_MAX: u32 = 4;

impl History {
    pub(super) fn heal(&mut self) {
        {
            let state = &mut *self.shared.lock_world();
            state.faults.healed = true;
            state.end_disaster();
            state.closed = None;
            state
                .story
                .record_event(state.now, "heals", &[], String::new);
        }
        while let Some(invocation) = self.running.pop() {
            let id = invocation.id;
            if let Some(ended) = self.run_to_end(invocation) {
                self.handle_end(id, ended);
            }
        }
        {
            // A person accepts the present scope again.
            let state = &mut *self.shared.lock_world();
            state.kept.accepted = None;
            self.continued = None;
            state.advance_time(2 * HOUR_MS);
        }
        self.drain_wakes();
        self.apply_approved_plan();
        let rotation = u32::try_from(self.shared.lock_world().habits.rotation).unwrap_or(1);
        let mut quiet = 0;
        for round in 1..=DAYS_MAX + ROUNDS_MAX + 2 * rotation {
            let wrote = self.heal_round(if round <= DAYS_MAX {
                ROUND_MS
            } else {
                SHORT_ROUND_MS
            });
            // A person in a grace period is removed when it is over.
            let waits = round < DAYS_MAX && self.shared.lock_world().links.is_somebody_leaving();
            quiet = if wrote || waits { 0 } else { quiet + 1 };
            self.rounds = round;
            if quiet >= rotation || self.is_livelocked() {
                return;
            }
        }
        if self.shared.lock_world().stuck {
            return;
        }
        let line = "it goes on writing, round after round".to_owned();
        self.shared
            .lock_world()
            .oracle
            .report_violation("restless", line);
    }

    /// Applies a plan that was approved earlier. Much of it has changed since.
    fn apply_approved_plan(&mut self) {
        let plan = self.shared.lock_world().plan.clone();
        let Some(plan) = plan else { return };
        let id = self.next_id();
        let apply = Invocation::apply(&self.shared, id, plan);
        if let Some(ended) = self.run_to_end(apply) {
            self.handle_end(id, ended);
        }
    }

    /// Whether an invocation did not end. The next one would not end either.
    fn is_livelocked(&self) -> bool {
        self.shared
            .lock_world()
            .oracle
            .violations
            .iter()
            .any(|violation| violation.rule == "livelock")
    }

    /// Handles the remaining wakes, or purges the queue.
    fn drain_wakes(&mut self) {
        if self.shared.lock_world().dice.chance(500) {
            self.shared.lock_world().wakes.clear();
        }
        for _ in 0..200 {
            let Some(waiting) = self.shared.lock_world().receive() else {
                return;
            };
            let id = self.next_id();
            let look = Invocation::look(&self.shared, id, waiting);
            if let Some(ended) = self.run_to_end(look) {
                self.handle_end(id, ended);
            }
        }
    }

    /// Lets people clean up, runs a sweep, and releases what it held. Returns whether anything was
    /// written or done.
    pub(crate) fn heal_round(&mut self, after_ms: i64) -> bool {
        let tidied = {
            let state = &mut *self.shared.lock_world();
            state.advance_time(after_ms);
            state.wakes.clear();
            state.writes = 0;
            state.clean_up()
        };
        let before = self.shared.lock_world().links.clone();
        let held = self.sweep_alone();
        let state = &mut *self.shared.lock_world();
        state.wakes.clear();
        let known = state.released.len() + state.unremoved.len();
        state
            .released
            .extend(held.iter().filter_map(|held| held.fingerprint));
        let never = held
            .iter()
            .filter(|held| held.action == WriteAction::Remove && held.fingerprint.is_none());
        state.unremoved.extend(never.map(|held| held.link));
        let released = state.released.len() + state.unremoved.len() != known;
        let invited = !state.invited.is_empty();
        tidied || released || invited || state.writes > 0 || !state.links.has_same_links(&before)
    }

    /// Runs a sweep without disturbance; returns what it held.
    pub(crate) fn sweep_alone(&mut self) -> Vec<HeldItem> {
        let id = self.next_id();
        let run = self.continued.take();
        let sweep = Invocation::sweep(&self.shared, id, run, None);
        let Some(ended) = self.run_to_end(sweep) else {
            return Vec::new();
        };
        let held = match &ended {
            InvocationEnd::Swept(swept) => swept.report.held.clone(),
            _ => Vec::new(),
        };
        self.handle_end(id, ended);
        held
    }
}
