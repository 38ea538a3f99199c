//! A plan: the changes that would make both sides agree. A value that prints, is approved and is applied.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::decide::{Change, disagree};
use crate::field::FieldSet;
use crate::guard::{self, FieldChanges, Passed, TooMuch};
use crate::hash::{self, FieldHash, HashKey};
use crate::ids::{Kind, LinkId, Side, UnionId};
use crate::link::{Action, Link};
use crate::policy::Policy;
use crate::record::Values;

/// What is shown to one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The side that is written to.
    pub to: Side,
    /// What is done.
    pub action: Action,
    /// What the side is to show afterwards, for the fields that change; references are link ids.
    pub values: Values,
    /// Field by field, for the preview and the journal.
    pub changes: Vec<Change>,
}

/// What is written for one record, to one side or to both, with what must still be true when it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The link as it is to be stored once the write has been read back. Its version is chosen when it is applied.
    pub link: Link,
    /// The stored link that this was planned from, whose version must still be the same; `None` if there is none yet.
    pub before: Option<Link>,
    /// The version that the eHR's record must still have; `None` for a create.
    pub ehr_version: Option<u64>,
    /// The `unionid` that goes with the record.
    pub unionid: Option<UnionId>,
    /// The writes, DingTalk's first; never empty, at most one per side.
    pub parts: Vec<Part>,
    /// Why, in a few words without personal data.
    pub reason: String,
    /// It stands on a "not found": somebody else who is certainly there must be found before it is applied.
    pub needs_canary: bool,
}

impl Item {
    /// What the item does, as a hash: the same changes of the same record from the same values have the same one. A person
    /// approves it, and what is applied must still have it.
    #[must_use]
    pub fn fingerprint(&self, key: &HashKey) -> FieldHash {
        let mut all = self.link.id.0.to_vec();
        for part in &self.parts {
            all.extend([part.to as u8, part.action as u8]);
            for change in &part.changes {
                all.push(change.field as u8);
                all.extend(hash::field(key, change.field, change.before.as_ref()));
                all.extend(hash::field(key, change.field, change.after.as_ref()));
            }
        }
        hash::bytes(key, "item", &all)
    }

    /// Takes fields out of it: what is not written is not agreed, so that base keeps what it had. A part that has nothing left
    /// goes too.
    pub fn take_out(&mut self, fields: FieldSet) {
        if !fields.is_empty() {
            take_out(self, fields);
        }
    }

    /// The part for one side.
    #[must_use]
    pub fn part(&self, to: Side) -> Option<&Part> {
        self.parts.iter().find(|part| part.to == to)
    }

    /// What is done in the first place: what creates, removes or takes back names the item.
    #[must_use]
    pub fn action(&self) -> Action {
        let mut actions = self.parts.iter().map(|part| part.action);
        actions.find(|action| *action != Action::Update).unwrap_or(Action::Update)
    }

    /// All changes, on either side.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.parts.iter().flat_map(|part| &part.changes)
    }
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Whose record.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// What would have been done.
    pub action: Action,
    /// The sentence for the person who decides.
    pub reason: String,
    /// What an approval is bound to; `None` where there is nothing that could be let through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<FieldHash>,
    /// What the guard found too much, in numbers; empty where something else holds it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub too_much: Vec<TooMuch>,
}

/// How many of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records that the side did not have.
    pub created: u64,
    /// Records that change, or come back.
    pub updated: u64,
    /// Records that are marked left.
    pub removed: u64,
}

impl Counts {
    /// Counts one action.
    pub fn count(&mut self, action: Action) {
        match action {
            Action::Create => self.created += 1,
            Action::Update | Action::Restore => self.updated += 1,
            Action::Remove => self.removed += 1,
        }
    }
}

/// The changes of a run, before anybody approved them.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What would be written.
    pub items: Vec<Item>,
    /// Links whose base only catches up: no side is written to.
    pub settled: Vec<Settled>,
    /// What already waits for a person, whatever the guard says.
    pub held: Vec<Held>,
}

/// A link that is stored anew without a write to either side: both agree, or a person must look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
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
    pub passed: &'a Passed,
}

/// A plan that passed the guard. [`Plan::approve`] alone makes one.
#[derive(Debug)]
pub struct ApprovedPlan {
    items: Vec<Item>,
    settled: Vec<Settled>,
    held: Vec<Held>,
    passed: Passed,
}

impl Plan {
    /// One plan of two.
    pub fn add(&mut self, other: Self) {
        self.items.extend(other.items);
        self.settled.extend(other.settled);
        self.held.extend(other.held);
    }

    /// Lets through what is not too much for a company of `people`, and what somebody released, and holds the rest with
    /// its reason.
    #[must_use]
    pub fn approve(self, guard: &Guard<'_>) -> ApprovedPlan {
        let prints: Vec<_> = self.items.iter().map(|item| item.fingerprint(guard.key)).collect();
        let released = |print: &FieldHash| guard.released.contains(print);
        let counted = || self.items.iter().zip(&prints).filter(|(_, print)| !released(print)).map(|(item, _)| item);
        let mut all = of_items(counted());
        all.add(guard.passed);
        let stop = Stop {
            removals: guard::removals(&guard.policy.limits, all.removals, guard.people),
            fields: all.fields.held(&guard.policy.limits, guard.people),
        };
        let (mut held, mut settled, mut items) = (self.held, self.settled, Vec::new());
        let mut passed = Passed::default();
        for (item, print) in self.items.into_iter().zip(&prints) {
            let through = if released(print) { Some(item) } else { stop.let_through(item, *print, &mut held) };
            if let Some(item) = through.as_ref().filter(|_| !released(print)) {
                passed.add(&of_items(std::iter::once(item)));
            }
            match through {
                Some(item) if item.parts.is_empty() => settled.extend(without_writes(item)),
                Some(item) => items.push(item),
                None => {}
            }
        }
        ApprovedPlan { items, settled, held, passed }
    }
}

impl ApprovedPlan {
    /// What is written.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Links whose base only catches up.
    #[must_use]
    pub fn settled(&self) -> &[Settled] {
        &self.settled
    }

    /// What waits for a person.
    #[must_use]
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// What is to be applied: links whose base only catches up, then what is written. Taken apart, so that what is done needs no
    /// memory any more.
    #[must_use]
    pub fn into_work(self) -> (Vec<Settled>, Vec<Item>) {
        (self.settled, self.items)
    }

    /// What of it the next plans of the same run are measured with. What a person released is not counted.
    #[must_use]
    pub fn passed(&self) -> &Passed {
        &self.passed
    }
}

/// What is left of an item of which every change is held: who it is stays known, or whoever is adopted would be created a
/// second time.
fn without_writes(item: Item) -> Option<Settled> {
    let Item { link, before, .. } = item;
    (before.as_ref() != Some(&link)).then_some(Settled { link, before })
}

fn is_removal(item: &Item) -> bool {
    item.link.kind == Kind::Person && item.parts.iter().any(|part| part.action == Action::Remove)
}

fn is_update(item: &Item) -> bool {
    item.link.kind == Kind::Person && item.action() == Action::Update
}

fn field_changes<'a>(items: impl Iterator<Item = &'a Item>) -> FieldChanges {
    let mut changes = FieldChanges::default();
    for change in items.filter(|item| is_update(item)).flat_map(Item::changes) {
        if change.before.is_some() {
            changes.count(change.field, change.after.is_none());
        }
    }
    changes
}

fn of_items<'a>(items: impl Iterator<Item = &'a Item> + Clone) -> Passed {
    let removals = items.clone().filter(|item| is_removal(item)).count() as u64;
    Passed { removals, fields: field_changes(items) }
}

/// What the guard stops in one plan.
struct Stop {
    removals: Option<TooMuch>,
    fields: Vec<TooMuch>,
}

impl Stop {
    /// Takes out of an item what is held; the item itself goes where nothing of it is left.
    fn let_through(&self, mut item: Item, print: FieldHash, held: &mut Vec<Held>) -> Option<Item> {
        let hold = |too_much: Vec<TooMuch>, item: &Item| Held {
            link: item.link.id,
            kind: item.link.kind,
            action: item.action(),
            reason: too_much.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            fingerprint: Some(print),
            too_much,
        };
        if let (true, Some(reason)) = (is_removal(&item), &self.removals) {
            held.push(hold(vec![reason.clone()], &item));
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
        let about =
            |reason: &&TooMuch| !guard::held_fields(std::slice::from_ref(reason)).intersection(stopped).is_empty();
        held.push(hold(self.fields.iter().filter(about).cloned().collect(), &item));
        take_out(&mut item, stopped);
        Some(item)
    }
}

/// Takes fields out of an item: what is not written is not agreed, so that base keeps what it had.
fn take_out(item: &mut Item, fields: FieldSet) {
    for part in &mut item.parts {
        for change in part.changes.iter().filter(|change| fields.contains(change.field)) {
            part.values.hide(change.field);
            disagree(&mut item.link, change, item.before.as_ref());
        }
        part.changes.retain(|change| !fields.contains(change.field));
    }
    item.parts.retain(|part| !part.changes.is_empty());
}

#[cfg(test)]
mod tests;
