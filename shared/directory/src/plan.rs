//! A plan: the changes that would make both sides agree. A value that prints, is approved and is applied.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::decide::Change;
use crate::field::{Field, FieldSet};
use crate::guard::{self, FieldChanges, TooMuch};
use crate::ids::{Kind, LinkId, Side, UnionId};
use crate::link::{Action, Link};
use crate::policy::Policy;
use crate::record::Values;

/// One write to one side, with what must still be true when it is applied.
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
    /// The side that is written to.
    pub to: Side,
    /// What is done.
    pub action: Action,
    /// What the side is to show afterwards, for the fields that change; references are link ids.
    pub values: Values,
    /// Field by field, for the preview and the journal.
    pub changes: Vec<Change>,
    /// Why, in a few words without personal data.
    pub reason: String,
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

/// A plan that passed the guard. [`Plan::approve`] alone makes one.
#[derive(Debug)]
pub struct ApprovedPlan {
    items: Vec<Item>,
    settled: Vec<Settled>,
    held: Vec<Held>,
}

impl Plan {
    /// One plan of two.
    pub fn add(&mut self, other: Self) {
        self.items.extend(other.items);
        self.settled.extend(other.settled);
        self.held.extend(other.held);
    }

    /// Lets through what is not too much for a company of `people` and holds the rest with its reason.
    #[must_use]
    pub fn approve(self, policy: &Policy, people: u64) -> ApprovedPlan {
        let removals = self.items.iter().filter(|item| is_removal(item)).count() as u64;
        let too_many = guard::removals(&policy.limits, removals, people);
        let fields = field_changes(&self.items).held(&policy.limits, people);
        let mut held = self.held;
        let items = self.items.into_iter().filter_map(|item| let_through(item, too_many.as_ref(), &fields, &mut held));
        ApprovedPlan { items: items.collect(), settled: self.settled, held }
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
}

fn is_removal(item: &Item) -> bool {
    item.action == Action::Remove && item.link.kind == Kind::Person
}

fn field_changes(items: &[Item]) -> FieldChanges {
    let mut changes = FieldChanges::default();
    let updates = items.iter().filter(|item| item.action == Action::Update && item.link.kind == Kind::Person);
    for change in updates.flat_map(|item| &item.changes) {
        if change.before.is_some() {
            changes.count(change.field, change.after.is_none());
        }
    }
    changes
}

/// Takes out of an item what is held; the item itself goes where nothing of it is left.
fn let_through(mut item: Item, removals: Option<&TooMuch>, fields: &[TooMuch], held: &mut Vec<Held>) -> Option<Item> {
    let hold =
        |reason: String, item: &Item| Held { link: item.link.id, kind: item.link.kind, action: item.action, reason };
    if let (true, Some(reason)) = (is_removal(&item), removals) {
        held.push(hold(reason.to_string(), &item));
        return None;
    }
    if item.action != Action::Update || item.link.kind != Kind::Person {
        return Some(item);
    }
    let stop = guard::held_fields(fields);
    let touched: FieldSet = item.changes.iter().map(|change| change.field).collect();
    let stopped = touched.intersection(stop);
    if stopped.is_empty() {
        return Some(item);
    }
    let reasons: BTreeSet<String> = fields
        .iter()
        .filter(|reason| !guard::held_fields(std::slice::from_ref(reason)).intersection(stopped).is_empty())
        .map(ToString::to_string)
        .collect();
    held.push(hold(reasons.into_iter().collect::<Vec<_>>().join("; "), &item));
    take_out(&mut item, stopped);
    (!item.changes.is_empty()).then_some(item)
}

/// Takes fields out of an item: what is not written is not agreed, so that base keeps what it had.
fn take_out(item: &mut Item, fields: FieldSet) {
    let before = item.before.as_ref().map(|link| link.base.clone()).unwrap_or_default();
    for change in item.changes.iter().filter(|change| fields.contains(change.field)) {
        item.values.hide(change.field);
        restore_base(&mut item.link, change);
        match change.field {
            Field::Departments => item.link.base.departments.clone_from(&before.departments),
            Field::Leads => item.link.base.leads.clone_from(&before.leads),
            _ => {}
        }
    }
    item.changes.retain(|change| !fields.contains(change.field));
}

/// A held field is not agreed: base keeps what it had.
fn restore_base(link: &mut Link, change: &Change) {
    match change.base_before {
        Some(hash) => _ = link.base.hashes.insert(change.field, hash),
        None => _ = link.base.hashes.remove(&change.field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::tests::{link, values};
    use crate::record::Value;
    use crate::text::Personal;

    fn item(n: u8, action: Action, changes: &[(Field, Option<&str>)]) -> Item {
        let link = link(n, &values("李娜", "工程师"));
        let text = |text: &str| Value::Text(Personal::from(text));
        let mut item = Item {
            before: Some(link.clone()),
            link,
            ehr_version: Some(1),
            unionid: None,
            to: Side::Ehr,
            action,
            values: Values::new(),
            changes: Vec::new(),
            reason: "test".to_owned(),
        };
        for (field, after) in changes {
            let after = after.map(text);
            item.values.show(*field, after.clone());
            let base_before = item.link.base.hashes.insert(*field, [0xee; 12]);
            item.changes.push(Change {
                field: *field,
                before: Some(text("old")),
                after,
                base_before,
                overwrites_edit: false,
            });
        }
        item
    }

    fn approve(items: Vec<Item>, people: u64) -> ApprovedPlan {
        Plan { items, ..Plan::default() }.approve(&Policy::dingtalk_is_master(), people)
    }

    #[test]
    fn too_many_removals_are_held_and_the_rest_goes_on() {
        let mut items: Vec<_> = (0..6).map(|n| item(n, Action::Remove, &[])).collect();
        items.push(item(9, Action::Update, &[(Field::Title, Some("总监"))]));
        let approved = approve(items, 200);
        assert_eq!(approved.items().len(), 1);
        assert_eq!(approved.held().len(), 6);
        assert_eq!(approved.held()[0].reason, "6 of 200 people would be marked left; the limit is 5");
    }

    #[test]
    fn a_blanked_column_is_held_and_the_same_peoples_other_changes_pass() {
        let both = [(Field::Mobile, None), (Field::Title, Some("总监"))];
        let items = (0..20).map(|n| item(n, Action::Update, if n == 0 { &both } else { &both[..1] })).collect();
        let approved = approve(items, 100);
        assert_eq!(approved.held().len(), 20);
        assert_eq!(approved.items().len(), 1);
        let passed = &approved.items()[0];
        assert_eq!(passed.changes.len(), 1);
        assert!(!passed.values.shown().contains(Field::Mobile));
        assert_ne!(passed.link.base.hashes.get(&Field::Mobile), Some(&[0xee; 12]));
    }

    #[test]
    fn held_memberships_come_back_into_base() {
        let items = (0..20).map(|n| {
            let mut one = item(n, Action::Update, &[(Field::Departments, None), (Field::Title, Some("总监"))]);
            one.link.base.departments.clear();
            one.changes.truncate(if n == 0 { 2 } else { 1 });
            one
        });
        let approved = approve(items.collect(), 100);
        assert_eq!(approved.items().len(), 1);
        assert_eq!(approved.items()[0].link.base.departments.len(), 1);
    }

    #[test]
    fn creates_are_never_too_many() {
        let items = (0..200).map(|n| item(n, Action::Create, &[(Field::Name, Some("新人"))])).collect();
        assert!(approve(items, 0).held().is_empty());
    }
}
