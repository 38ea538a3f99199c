//! A mapping after another one, and beside a policy: what may follow, what differs, and how to go back.

use std::collections::BTreeSet;

use directory::policy::{Ownership, Policy};
use directory::reason::{Reason, ReasonCode};
use directory::{Kind, Side};

use crate::mapped_field::{MappedField, MappedTarget, Mapping, Slot};

/// What differs between two mappings about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingChange {
    /// `mobile`, or `slot 3`.
    pub name: String,
    /// What happened to it.
    pub kind: MappingChangeKind,
}

/// What happened to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MappingChangeKind {
    /// It is new.
    Added,
    /// It is not there any more.
    Removed,
    /// It was switched on.
    SwitchedOn,
    /// It was switched off.
    SwitchedOff,
    /// A key or a transform of this side is another one.
    Rerouted(Side),
    /// Label or owner of a slot is another one.
    Described,
}

/// Whether `next` may follow `before`: slots keep their meaning, and none is given twice.
///
/// Refused: fewer slots given than before, a slot that returns after it was retired, a slot that is gone without being
/// retired, another value type, and both native keys of a slot changed at once, which is another field.
#[must_use]
pub fn check_succession(before: &Mapping, next: &Mapping) -> Vec<Reason> {
    let mut faults = Vec::new();
    if next.slots_given < before.slots_given {
        let reason = Reason::new(ReasonCode::MappingSlotsFewer);
        faults.push(reason.number("before", before.slots_given));
    }
    let slot_fault = |code, slot: Slot| Reason::new(code).number("slot", slot.number());
    for slot in before.retired.difference(&next.retired) {
        faults.push(slot_fault(ReasonCode::MappingSlotRetired, *slot));
    }
    for mapped in &before.fields {
        let MappedTarget::Custom(old) = &mapped.target else {
            continue;
        };
        let Some(now) = next.custom(old.slot) else {
            if !next.retired.contains(&old.slot) {
                faults.push(slot_fault(ReasonCode::MappingSlotGone, old.slot));
            }
            continue;
        };
        let same_type =
            matches!(&now.target, MappedTarget::Custom(new) if new.value_type == old.value_type);
        if !same_type {
            faults.push(slot_fault(ReasonCode::MappingSlotRetyped, old.slot));
        }
        let moved = |side| native_key(mapped, side) != native_key(now, side);
        if moved(Side::DingTalk) && moved(Side::Ehr) {
            faults.push(slot_fault(ReasonCode::MappingSlotRebound, old.slot));
        }
    }
    // A number that was skipped once counts as given: a slot below the mark that was not there before is a second use.
    for mapped in &next.fields {
        let known = |slot| before.custom(slot).is_some() || slot.number() > before.slots_given;
        if let Some(slot) = mapped.target.slot().filter(|slot| !known(*slot))
            && !before.retired.contains(&slot)
        {
            faults.push(slot_fault(ReasonCode::MappingSlotReused, slot));
        }
    }
    faults
}

fn native_key(mapped: &MappedField, side: Side) -> Option<&str> {
    mapped.route(side).map(|route| route.key.as_str())
}

/// Whether the owners of canonical fields can be heard through the mapping. A field whose owner is one side has to be
/// written on the other one; refused where the route there is one-way.
#[must_use]
pub fn check_owners(mapping: &Mapping, policy: &Policy) -> Vec<Reason> {
    let mut faults = Vec::new();
    for mapped in mapping.fields.iter().filter(|mapped| mapped.on) {
        let MappedTarget::Canonical(field) = mapped.target else {
            continue;
        };
        for side in [Side::DingTalk, Side::Ehr] {
            let owned_here = policy.field_owner(Kind::Person, field) == Ownership::Owned(side);
            let writes = policy.may_write(side) && !owned_here;
            let step = mapped.route(side).and_then(|route| route.one_way_step());
            if let (true, Some(step)) = (writes, step) {
                let reason = Reason::new(ReasonCode::MappingOwnerUnwritable).side("side", side);
                faults.push(reason.text("transform", step.key()));
            }
        }
    }
    faults
}

/// The mapping that brings `earlier` back after `current`: entries as they were, slots that were given since are switched
/// off and keep their numbers, slots that were retired since stay retired.
#[must_use]
pub fn roll_back(current: &Mapping, earlier: &Mapping) -> Mapping {
    let retired: BTreeSet<Slot> = earlier.retired.union(&current.retired).copied().collect();
    let kept = |mapped: &MappedField| {
        mapped
            .target
            .slot()
            .is_none_or(|slot| !retired.contains(&slot))
    };
    let mut fields: Vec<MappedField> = earlier
        .fields
        .iter()
        .filter(|mapped| kept(mapped))
        .cloned()
        .collect();
    for mapped in current.fields.iter().filter(|mapped| kept(mapped)) {
        let since = mapped
            .target
            .slot()
            .filter(|slot| earlier.custom(*slot).is_none());
        if since.is_some() {
            fields.push(MappedField {
                on: false,
                ..mapped.clone()
            });
        }
    }
    Mapping {
        fields,
        retired,
        slots_given: current.slots_given.max(earlier.slots_given),
        purposes: earlier.purposes.clone(),
    }
}

/// What differs, in the order of the fields.
#[must_use]
pub fn diff_mappings(before: &Mapping, after: &Mapping) -> Vec<MappingChange> {
    let mut changes = Vec::new();
    let find = |mapping: &'_ Mapping, name: &str| {
        let same = |mapped: &&MappedField| mapped.target.name() == name;
        mapping.fields.iter().find(same).cloned()
    };
    for old in &before.fields {
        let name = old.target.name();
        match find(after, &name) {
            None => changes.push(MappingChange {
                name,
                kind: MappingChangeKind::Removed,
            }),
            Some(new) => changes.extend(changes_of(&name, old, &new)),
        }
    }
    for new in &after.fields {
        let name = new.target.name();
        if find(before, &name).is_none() {
            changes.push(MappingChange {
                name,
                kind: MappingChangeKind::Added,
            });
        }
    }
    changes
}

fn changes_of(name: &str, old: &MappedField, new: &MappedField) -> Vec<MappingChange> {
    let mut kinds = Vec::new();
    match (old.on, new.on) {
        (false, true) => kinds.push(MappingChangeKind::SwitchedOn),
        (true, false) => kinds.push(MappingChangeKind::SwitchedOff),
        _ => {}
    }
    for side in [Side::DingTalk, Side::Ehr] {
        if old.route(side) != new.route(side) {
            kinds.push(MappingChangeKind::Rerouted(side));
        }
    }
    if old.target != new.target {
        kinds.push(MappingChangeKind::Described);
    }
    let change = |kind| MappingChange {
        name: name.to_owned(),
        kind,
    };
    kinds.into_iter().map(change).collect()
}
