//! A plan: the changes that would make both sides agree. A value that prints, is approved and is applied.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::decide::{ValueChange, revert_agreement};
use crate::field::FieldSet;
use crate::guard::{self, ExceededLimit, FieldChangeCounts, PassedCounts};
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{Kind, LinkId, Side, UnionId};
use crate::link::{Link, WriteAction};
use crate::policy::Policy;
use crate::reason::Reason;
use crate::record::FieldValues;

/// What is shown to one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPart {
    /// The side that is written to.
    pub to: Side,
    /// What is done.
    pub action: WriteAction,
    /// What the side is to show afterwards, for the fields that change; references are link ids.
    pub values: FieldValues,
    /// Field by field, for the preview and the journal.
    pub changes: Vec<ValueChange>,
}

/// What is written for one record, to one side or to both, with what must still be true when it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanItem {
    /// The link as it is to be stored once the write has been read back. Its version is chosen when it is applied.
    pub link: Link,
    /// The stored link that this was planned from, whose version must still be the same; `None` if there is none yet.
    pub before: Option<Link>,
    /// The version that the eHR's record must still have; `None` for a create.
    pub ehr_version: Option<u64>,
    /// The `unionid` that goes with the record.
    pub unionid: Option<UnionId>,
    /// The writes, DingTalk's first; never empty, at most one per side.
    pub parts: Vec<ItemPart>,
    /// Why.
    pub reason: Reason,
    /// It stands on a "not found": somebody else who is certainly there must be found before it is applied.
    pub needs_canary: bool,
}

impl PlanItem {
    /// What the item does, as a hash: the same changes of the same record from the same values have the same one. A person
    /// approves it, and what is applied must still have it.
    #[must_use]
    pub fn fingerprint(&self, key: &HashKey) -> FieldHash {
        let mut all = self.link.id.0.to_vec();
        for part in &self.parts {
            all.extend([part.to as u8, part.action as u8]);
            for change in &part.changes {
                all.push(change.field as u8);
                all.extend(hash::hash_field(key, change.field, change.before.as_ref()));
                all.extend(hash::hash_field(key, change.field, change.after.as_ref()));
            }
        }
        hash::hash_bytes(key, "item", &all)
    }

    /// Takes fields out of it: what is not written is not agreed, so that base keeps what it had. A part that has nothing left
    /// goes too.
    pub fn remove_fields(&mut self, fields: FieldSet) {
        if !fields.is_empty() {
            remove_item_fields(self, fields);
        }
    }

    /// The part for one side.
    #[must_use]
    pub fn part_for(&self, to: Side) -> Option<&ItemPart> {
        self.parts.iter().find(|part| part.to == to)
    }

    /// What is done in the first place: what creates, removes or takes back names the item.
    #[must_use]
    pub fn main_action(&self) -> WriteAction {
        let mut actions = self.parts.iter().map(|part| part.action);
        actions
            .find(|action| *action != WriteAction::Update)
            .unwrap_or(WriteAction::Update)
    }

    /// All changes, on either side.
    pub fn changes(&self) -> impl Iterator<Item = &ValueChange> {
        self.parts.iter().flat_map(|part| &part.changes)
    }
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldItem {
    /// Whose record.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// What would have been done.
    pub action: WriteAction,
    /// Why a person has to decide.
    pub reason: Reason,
    /// What an approval is bound to; `None` where there is nothing that could be let through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<FieldHash>,
    /// What the guard found too much, in numbers; empty where something else holds it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub too_much: Vec<ExceededLimit>,
}

/// How many of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionCounts {
    /// Records that the side did not have.
    pub created: u64,
    /// Records that change, or come back.
    pub updated: u64,
    /// Records that are marked left.
    pub removed: u64,
}

impl ActionCounts {
    /// Counts one action.
    pub fn count_action(&mut self, action: WriteAction) {
        match action {
            WriteAction::Create => self.created += 1,
            WriteAction::Update | WriteAction::Restore => self.updated += 1,
            WriteAction::Remove => self.removed += 1,
        }
    }
}

/// The changes of a run, before anybody approved them.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What would be written.
    pub items: Vec<PlanItem>,
    /// Links whose base only catches up: no side is written to.
    pub settled: Vec<SettledLink>,
    /// What already waits for a person, whatever the guard says.
    pub held: Vec<HeldItem>,
}

/// A link that is stored anew without a write to either side: both agree, or a person must look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledLink {
    /// The link as it is to be stored.
    pub link: Link,
    /// The stored link that this was decided from; `None` if there is none yet.
    pub before: Option<Link>,
}

/// What a plan is measured by.
#[derive(Debug, Clone, Copy)]
pub struct Guard<'a> {
    /// With its limits.
    pub policy: &'a Policy,
    /// Of the items' fingerprints.
    pub key: &'a HashKey,
    /// People in step before the run; `u64::MAX` where the trigger is one record, which cannot be too much.
    pub people: u64,
    /// Fingerprints of items that a person released: they pass and are not counted.
    pub released: &'a BTreeSet<FieldHash>,
    /// What earlier plans of the same run let through: many small ones are as much as a large one.
    pub passed: &'a PassedCounts,
}

/// A plan that passed the guard. [`Plan::approve`] alone makes one.
#[derive(Debug)]
pub struct ApprovedPlan {
    items: Vec<PlanItem>,
    settled: Vec<SettledLink>,
    held: Vec<HeldItem>,
    passed: PassedCounts,
}

impl Plan {
    /// One plan of two.
    pub fn append_plan(&mut self, other: Self) {
        self.items.extend(other.items);
        self.settled.extend(other.settled);
        self.held.extend(other.held);
    }

    /// Lets through what is not too much for a company of `people`, and what somebody released, and holds the rest with
    /// its reason.
    #[must_use]
    pub fn approve(self, guard: &Guard<'_>) -> ApprovedPlan {
        let prints: Vec<_> = self
            .items
            .iter()
            .map(|item| item.fingerprint(guard.key))
            .collect();
        let released = |print: &FieldHash| guard.released.contains(print);
        let counted = || {
            self.items
                .iter()
                .zip(&prints)
                .filter(|(_, print)| !released(print))
                .map(|(item, _)| item)
        };
        let mut all = count_passed(counted());
        all.add(guard.passed);
        let stop = StoppedChanges {
            removals: guard::check_removals(&guard.policy.limits, all.removals, guard.people),
            fields: all
                .fields
                .exceeded_limits(&guard.policy.limits, guard.people),
        };
        let (mut held, mut settled, mut items) = (self.held, self.settled, Vec::new());
        let mut passed = PassedCounts::default();
        for (item, print) in self.items.into_iter().zip(&prints) {
            let through = if released(print) {
                Some(item)
            } else {
                stop.let_through(item, *print, &mut held)
            };
            if let Some(item) = through.as_ref().filter(|_| !released(print)) {
                passed.add(&count_passed(std::iter::once(item)));
            }
            match through {
                Some(item) if item.parts.is_empty() => settled.extend(without_writes(item)),
                Some(item) => items.push(item),
                None => {}
            }
        }
        ApprovedPlan {
            items,
            settled,
            held,
            passed,
        }
    }
}

impl ApprovedPlan {
    /// What is written.
    #[must_use]
    pub fn items(&self) -> &[PlanItem] {
        &self.items
    }

    /// Links whose base only catches up.
    #[must_use]
    pub fn settled(&self) -> &[SettledLink] {
        &self.settled
    }

    /// What waits for a person.
    #[must_use]
    pub fn held(&self) -> &[HeldItem] {
        &self.held
    }

    /// What is to be applied: links whose base only catches up, then what is written. Taken apart, so that what is done needs no
    /// memory any more.
    #[must_use]
    pub fn into_work(self) -> (Vec<SettledLink>, Vec<PlanItem>) {
        (self.settled, self.items)
    }

    /// What of it the next plans of the same run are measured with. What a person released is not counted.
    #[must_use]
    pub fn passed(&self) -> &PassedCounts {
        &self.passed
    }
}

/// What is left of an item of which every change is held: who it is stays known, or whoever is adopted would be created a
/// second time.
fn without_writes(item: PlanItem) -> Option<SettledLink> {
    let PlanItem { link, before, .. } = item;
    (before.as_ref() != Some(&link)).then_some(SettledLink { link, before })
}

fn is_removal(item: &PlanItem) -> bool {
    item.link.kind == Kind::Person
        && item
            .parts
            .iter()
            .any(|part| part.action == WriteAction::Remove)
}

fn is_update(item: &PlanItem) -> bool {
    item.link.kind == Kind::Person && item.main_action() == WriteAction::Update
}

fn count_field_changes<'a>(items: impl Iterator<Item = &'a PlanItem>) -> FieldChangeCounts {
    let mut changes = FieldChangeCounts::default();
    for change in items
        .filter(|item| is_update(item))
        .flat_map(PlanItem::changes)
    {
        if change.before.is_some() {
            changes.count_change(change.field, change.after.is_none());
        }
    }
    changes
}

fn count_passed<'a>(items: impl Iterator<Item = &'a PlanItem> + Clone) -> PassedCounts {
    let removals = items.clone().filter(|item| is_removal(item)).count() as u64;
    PassedCounts {
        removals,
        fields: count_field_changes(items),
    }
}

/// What the guard stops in one plan.
struct StoppedChanges {
    removals: Option<ExceededLimit>,
    fields: Vec<ExceededLimit>,
}

impl StoppedChanges {
    /// Takes out of an item what is held; the item itself goes where nothing of it is left.
    fn let_through(
        &self,
        mut item: PlanItem,
        print: FieldHash,
        held: &mut Vec<HeldItem>,
    ) -> Option<PlanItem> {
        let hold = |too_much: Vec<ExceededLimit>, item: &PlanItem| {
            Some(HeldItem {
                link: item.link.id,
                kind: item.link.kind,
                action: item.main_action(),
                reason: Reason::all(too_much.iter().map(Reason::from))?,
                fingerprint: Some(print),
                too_much,
            })
        };
        if let (true, Some(reason)) = (is_removal(&item), &self.removals) {
            held.extend(hold(vec![reason.clone()], &item));
            return None;
        }
        if !is_update(&item) {
            return Some(item);
        }
        let touched: FieldSet = item.changes().map(|change| change.field).collect();
        let stopped = touched.intersection(guard::held_fields(&self.fields));
        if stopped.is_empty() {
            return Some(item);
        }
        let about = |reason: &&ExceededLimit| {
            !guard::held_fields(std::slice::from_ref(reason))
                .intersection(stopped)
                .is_empty()
        };
        held.extend(hold(
            self.fields.iter().filter(about).cloned().collect(),
            &item,
        ));
        remove_item_fields(&mut item, stopped);
        Some(item)
    }
}

/// Takes fields out of an item: what is not written is not agreed, so that base keeps what it had.
fn remove_item_fields(item: &mut PlanItem, fields: FieldSet) {
    for part in &mut item.parts {
        for change in part
            .changes
            .iter()
            .filter(|change| fields.contains(change.field))
        {
            part.values.hide(change.field);
            revert_agreement(&mut item.link, change, item.before.as_ref());
        }
        part.changes.retain(|change| !fields.contains(change.field));
    }
    item.parts.retain(|part| !part.changes.is_empty());
}

#[cfg(test)]
mod tests;
