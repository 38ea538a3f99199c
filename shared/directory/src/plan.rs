//! A plan: the changes that would make both sides agree. A value that prints, is approved and is applied.

mod stopped;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::budget::{BudgetCounts, BudgetItem, BudgetVerdict};
use crate::decide::{ValueChange, revert_agreement};
use crate::field::{Field, FieldSet};
use crate::guard::ExceededLimit;
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{Kind, LinkId, NativeId, Side, UnionId};
use crate::link::{Link, WriteAction};
use crate::reason::Reason;
use crate::record::FieldValues;

use stopped::StoppedChanges;

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
    /// References of a written side, by its own ids, that no link knows or that are out of reach: they stay in every set that is
    /// written whole.
    pub carried: Vec<(Side, Field, NativeId)>,
}

impl PlanItem {
    /// What the item does, as a hash: the same changes of the same record, in the same generation, from the same values have the
    /// same one. A person approves it, and what is applied must still have it.
    #[must_use]
    pub fn fingerprint(&self, key: &HashKey) -> FieldHash {
        let mut all = self.link.id.0.to_vec();
        all.extend(self.link.generation.to_be_bytes());
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

/// What holds a plan back.
#[derive(Debug, Clone, Copy)]
pub struct Guard<'a> {
    /// Of the items' fingerprints.
    pub key: &'a HashKey,
    /// Fingerprints of items that a person released: they pass and are not counted.
    pub released: &'a BTreeSet<FieldHash>,
    /// What the budget of the day said of the others.
    pub verdict: &'a BudgetVerdict,
}

/// A plan that passed the guard, or that a person approved. [`Plan::approve`] and [`Plan::approve_as_shown`] alone make one.
#[derive(Debug)]
pub struct ApprovedPlan {
    items: Vec<PlanItem>,
    settled: Vec<SettledLink>,
    held: Vec<HeldItem>,
    reserved: BTreeMap<LinkId, BudgetCounts>,
}

impl Plan {
    /// One plan of two.
    pub fn append_plan(&mut self, other: Self) {
        self.items.extend(other.items);
        self.settled.extend(other.settled);
        self.held.extend(other.held);
    }

    /// What its items want of the day's budget; what a person released wants nothing. `below` says how many people are below the
    /// departments that are removed.
    #[must_use]
    pub fn budget_items(
        &self,
        key: &HashKey,
        released: &BTreeSet<FieldHash>,
        below: &BTreeMap<LinkId, u64>,
    ) -> Vec<BudgetItem> {
        let wanted = self.items.iter().filter_map(|item| {
            let people = below.get(&item.link.id).copied().unwrap_or_default();
            let counts = count_item(item, people);
            let counted = !counts.is_empty() && !released.contains(&item.fingerprint(key));
            counted.then(|| BudgetItem {
                link: item.link.id,
                kind: item.link.kind,
                counts,
                touched: item.changes().map(|change| change.field).collect(),
            })
        });
        wanted.collect()
    }

    /// Lets through what the budget grants and what somebody released, and holds the rest with its reason. `wanted` is what
    /// [`Plan::budget_items`] returned.
    #[must_use]
    pub fn approve(self, guard: &Guard<'_>, wanted: &[BudgetItem]) -> ApprovedPlan {
        let wanted: BTreeMap<LinkId, &BudgetItem> =
            wanted.iter().map(|item| (item.link, item)).collect();
        let stop = StoppedChanges::new(guard.verdict);
        let (mut held, mut settled, mut items) = (self.held, self.settled, Vec::new());
        let mut reserved = BTreeMap::new();
        for item in self.items {
            let print = item.fingerprint(guard.key);
            let link = item.link.id;
            let counted = wanted
                .get(&link)
                .filter(|_| !guard.released.contains(&print));
            let through = match counted {
                None => Some(item),
                Some(counted) => stop.let_through(item, &counted.counts, print, &mut held),
            };
            if let (Some(item), Some(counted)) = (&through, counted) {
                let mut counts = counted.counts.clone();
                let kept: FieldSet = item.changes().map(|change| change.field).collect();
                counts.fields.remove_fields(counted.touched.without(kept));
                reserved.insert(link, counts);
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
            reserved,
        }
    }

    /// A person was shown these very items and approved them.
    #[must_use]
    pub fn approve_as_shown(self) -> ApprovedPlan {
        ApprovedPlan {
            items: self.items,
            settled: self.settled,
            held: self.held,
            reserved: BTreeMap::new(),
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

    /// What waits for a person, and nothing that is written.
    #[must_use]
    pub fn into_held(self) -> Self {
        Self {
            items: Vec::new(),
            settled: Vec::new(),
            held: self.held,
            reserved: BTreeMap::new(),
        }
    }

    /// What was reserved of the day's budget for each item.
    #[must_use]
    pub fn reserved(&self) -> &BTreeMap<LinkId, BudgetCounts> {
        &self.reserved
    }
}

/// What is left of an item of which every change is held: who it is stays known, or whoever is adopted would be created a
/// second time.
fn without_writes(item: PlanItem) -> Option<SettledLink> {
    let PlanItem { link, before, .. } = item;
    (before.as_ref() != Some(&link)).then_some(SettledLink { link, before })
}

fn is_update(item: &PlanItem) -> bool {
    item.link.kind == Kind::Person && item.main_action() == WriteAction::Update
}

/// What an item counts in the budget: removals, and values of people that are replaced or emptied.
fn count_item(item: &PlanItem, people_below: u64) -> BudgetCounts {
    let mut counts = BudgetCounts::default();
    for part in item
        .parts
        .iter()
        .filter(|part| part.action == WriteAction::Remove)
    {
        match (item.link.kind, part.to) {
            (Kind::Department, _) => counts.departments = people_below.saturating_add(1),
            (Kind::Person, Side::Ehr) => counts.removals = 1,
            (Kind::Person, Side::DingTalk) => counts.deletions = 1,
        }
    }
    for change in item.changes().filter(|_| is_update(item)) {
        if change.before.is_some() {
            counts
                .fields
                .count_change(change.field, change.after.is_none());
        }
    }
    counts
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
