//! Whether the parts of a document agree, and what it says at a price.

use std::collections::BTreeSet;

use directory::Side;
use directory::reason::{Reason, ReasonCode};

use crate::mapped_field::{MappedField, MappedTarget};
use crate::sensitive::{SensitiveClass, sensitive_class};
use crate::transform::Transform;

use super::entries::{FoundField, FoundMapping};
use super::reader::DocumentReader;

const SIDES: [(Side, &str); 2] = [(Side::DingTalk, "dingtalk"), (Side::Ehr, "ehr")];

/// Looks at every field and at all of them together.
pub(super) fn check_rules(reader: &mut DocumentReader<'_>, found: &FoundMapping) {
    let mut names = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for one in &found.fields {
        if !names.insert(one.field.target.name()) {
            let reason = Reason::new(ReasonCode::MappingFieldTwice);
            reader.fault(
                one.range,
                &one.path,
                reason.text("name", one.field.target.name()),
            );
        }
        for (side, word) in SIDES {
            let Some(route) = one.field.route(side).filter(|_| one.field.on) else {
                continue;
            };
            if !keys.insert((side, route.key.clone())) {
                let reason = Reason::new(ReasonCode::MappingNativeKeyTwice).side("side", side);
                reader.fault(one.range, &format!("{}.{word}.key", one.path), reason);
            }
        }
        check_slot(reader, found, one);
        check_routes(reader, one);
        check_sensitive(reader, found, one);
    }
    for slot in &found.retired {
        if slot.number() > found.slots_given {
            let reason = Reason::new(ReasonCode::MappingSlotNotGiven).number("slot", slot.number());
            reader.fault(found.range, "retired", reason);
        }
    }
}

fn check_slot(reader: &mut DocumentReader<'_>, found: &FoundMapping, one: &FoundField) {
    let Some(slot) = one.field.target.slot() else {
        return;
    };
    let mut fault = |code| {
        let reason = Reason::new(code).number("slot", slot.number());
        reader.fault(one.range, &one.path, reason);
    };
    if found.retired.contains(&slot) {
        fault(ReasonCode::MappingSlotRetired);
    }
    if slot.number() > found.slots_given {
        fault(ReasonCode::MappingSlotNotGiven);
    }
    if one.field.dingtalk.is_none() || one.field.ehr.is_none() {
        fault(ReasonCode::MappingSlotOneSide);
    }
}

fn check_routes(reader: &mut DocumentReader<'_>, one: &FoundField) {
    for (side, word) in SIDES {
        let Some(route) = one.field.route(side) else {
            continue;
        };
        let path = format!("{}.{word}.read", one.path);
        if let MappedTarget::Canonical(field) = &one.field.target
            && field.refers_to().is_some()
            && !route.transforms.is_empty()
        {
            let reason = Reason::new(ReasonCode::MappingReferenceTransformed);
            reader.fault(one.range, &path, reason.field("field", *field));
        }
        let first_only =
            |step: &Transform| matches!(step, Transform::Join(_) | Transform::Constant(_));
        if route.transforms.iter().skip(1).any(first_only) {
            reader.fault(
                one.range,
                &path,
                Reason::new(ReasonCode::MappingStepNotFirst),
            );
        }
        if let Some(step) = route.one_way_step() {
            report_one_way(reader, one, side, step);
        }
        if route
            .transforms
            .iter()
            .any(|step| matches!(step, Transform::Default(_)))
        {
            let reason = Reason::new(ReasonCode::MappingDefaultFills).side("side", side);
            reader.caution(one.range, &path, reason);
        }
    }
}

/// A transform without a way back: a caution, and a fault where that side would have to be written.
fn report_one_way(reader: &mut DocumentReader<'_>, one: &FoundField, side: Side, step: &Transform) {
    let code = if must_write(&one.field, side) {
        ReasonCode::MappingOwnerUnwritable
    } else {
        ReasonCode::MappingOneWay
    };
    let reason = Reason::new(code)
        .side("side", side)
        .text("transform", step.key());
    if code == ReasonCode::MappingOwnerUnwritable {
        reader.fault(one.range, &one.path, reason);
    } else {
        reader.caution(one.range, &one.path, reason);
    }
}

/// Whether the owner of a custom field wants this side written. Of a canonical field the policy says so; see
/// [`crate::succession::check_owners`].
fn must_write(field: &MappedField, side: Side) -> bool {
    match &field.target {
        MappedTarget::Canonical(_) => false,
        MappedTarget::Custom(custom) => field.on && custom.owner.writes_to(side),
    }
}

fn check_sensitive(reader: &mut DocumentReader<'_>, found: &FoundMapping, one: &FoundField) {
    if !one.field.on {
        return;
    }
    for class in sensitive_classes(&one.field) {
        let reason = |code| Reason::new(code).text("class", class.key());
        if found.purposes.contains_key(&class) {
            reader.caution(one.range, &one.path, reason(ReasonCode::MappingSensitiveOn));
        } else {
            reader.fault(
                one.range,
                &one.path,
                reason(ReasonCode::MappingPurposeMissing),
            );
        }
    }
}

/// The classes that the label or a native key of a field belongs to.
fn sensitive_classes(field: &MappedField) -> BTreeSet<SensitiveClass> {
    let label = match &field.target {
        MappedTarget::Custom(custom) => Some(custom.label.as_str()),
        MappedTarget::Canonical(_) => None,
    };
    let routes = [&field.dingtalk, &field.ehr].into_iter().flatten();
    routes
        .flat_map(crate::route::SideRoute::keys)
        .chain(label)
        .filter_map(sensitive_class)
        .collect()
}
