//! Holds, as the functions keep them: written when a sweep ends, closed by a complete one that does not hold them any more, open until
//! a person releases them.

use std::collections::BTreeMap;

use directory::WriteAction;
use directory::budget::{HeldChange, HeldChanges};
use directory::guard;
use engine::report::RunReport;

use super::WorldState;

impl WorldState {
    /// A sweep has ended: what it held is in holds, and the budget knows.
    pub(crate) fn save_holds(&mut self, report: &RunReport) {
        let mut holds = BTreeMap::new();
        if !report.complete {
            holds = std::mem::take(&mut self.holds);
        }
        for held in &report.held {
            let Some(print) = held.fingerprint else {
                continue;
            };
            let removal = held.action == WriteAction::Remove;
            let fields = guard::held_fields(&held.too_much);
            let (change, prints) = holds.entry(held.link).or_insert_with(Default::default);
            change.merge(&HeldChange {
                removal,
                fields: if removal { Default::default() } else { fields },
                too_much: held.too_much.clone(),
                since: report.ended_at,
            });
            prints.insert(print);
        }
        self.holds = holds;
        let in_holds = report.guarded_links();
        self.budget
            .0
            .end_sweep(report.began_at, report.complete, &in_holds);
        self.budget.1 += 1;
    }

    /// What nobody released yet.
    pub(crate) fn open_holds(&self) -> HeldChanges {
        let open = self
            .holds
            .iter()
            .filter(|(_, (_, prints))| !prints.iter().all(|print| self.released.contains(print)));
        open.map(|(link, (held, _))| (*link, held.clone()))
            .collect()
    }
}
