//! What of a plan does not pass the guard, and why.

use super::{HeldItem, PlanItem, is_update, remove_item_fields};
use crate::budget::{BudgetCounts, BudgetVerdict};
use crate::field::FieldSet;
use crate::guard::{self, ExceededLimit};
use crate::hash::FieldHash;
use crate::ids::LinkId;
use crate::reason::{Reason, ReasonCode};

/// What the guard stops in one plan. What was held before is held for one reason with what is held now, so that it becomes
/// one hold.
pub(super) struct StoppedChanges<'a> {
    verdict: &'a BudgetVerdict,
    /// Why removals were held before.
    removals: Option<&'a ExceededLimit>,
    /// The fields that nothing changes, each with its reason, and those that were held before of some records.
    fields: Vec<&'a ExceededLimit>,
}

impl<'a> StoppedChanges<'a> {
    pub(super) fn new(verdict: &'a BudgetVerdict) -> Self {
        let before = || verdict.held.values().flat_map(|held| &held.too_much);
        let mut fields: Vec<&ExceededLimit> = verdict.fields.iter().collect();
        for limit in before() {
            let about = guard::held_fields(std::slice::from_ref(limit));
            let known: FieldSet = fields
                .iter()
                .flat_map(|known| guard::held_fields(std::slice::from_ref(*known)).iter())
                .collect();
            if !about.without(known).is_empty() {
                fields.push(limit);
            }
        }
        let removals =
            before().find(|limit| guard::held_fields(std::slice::from_ref(limit)).is_empty());
        Self {
            verdict,
            removals,
            fields,
        }
    }

    /// Why a removal does not pass.
    fn stopped_removal(&self, link: LinkId, counts: &BudgetCounts) -> Option<Vec<ExceededLimit>> {
        let now = self.verdict.refused_removal(counts);
        let before = self.verdict.held.get(&link).filter(|held| held.removal);
        (counts.removes() && (now.is_some() || before.is_some()))
            .then(|| now.or(self.removals).cloned().into_iter().collect())
    }

    /// Takes out of an item what is held; the item itself goes where nothing of it is left.
    pub(super) fn let_through(
        &self,
        mut item: PlanItem,
        counts: &BudgetCounts,
        print: FieldHash,
        held: &mut Vec<HeldItem>,
    ) -> Option<PlanItem> {
        let hold = |too_much: Vec<ExceededLimit>, item: &PlanItem| HeldItem {
            link: item.link.id,
            kind: item.link.kind,
            action: item.main_action(),
            reason: Reason::all(too_much.iter().map(Reason::from))
                .unwrap_or_else(|| Reason::new(ReasonCode::GuardHeldBefore)),
            fingerprint: Some(print),
            too_much,
        };
        if let Some(too_much) = self.stopped_removal(item.link.id, counts) {
            held.push(hold(too_much, &item));
            return None;
        }
        let before = self.verdict.held.get(&item.link.id);
        let before = before.map(|held| held.fields).unwrap_or_default();
        let touched: FieldSet = item.changes().map(|change| change.field).collect();
        let stopped = touched.intersection(guard::held_fields(&self.verdict.fields).union(before));
        if stopped.is_empty() || !is_update(&item) {
            return Some(item);
        }
        let about = |reason: &&&ExceededLimit| {
            !guard::held_fields(std::slice::from_ref(**reason))
                .intersection(stopped)
                .is_empty()
        };
        let too_much = self.fields.iter().filter(about);
        held.push(hold(too_much.copied().cloned().collect(), &item));
        remove_item_fields(&mut item, stopped);
        Some(item)
    }
}
