//! A side's fields now against the fields as they were: which mapped fields have to be held, and why.

use directory::Side;
use directory::reason::{Reason, ReasonCode};

use crate::field_catalogue::{FieldCatalogue, FieldDescription, NativeType};
use crate::mapped_field::{MappedField, Mapping};
use crate::transform::Transform;

/// A mapped field that is held on both sides until a person has looked: nothing of it is written, nothing is emptied, and
/// every other field goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldField {
    /// `mobile`, or `slot 3`.
    pub name: String,
    /// The side whose field changed.
    pub side: Side,
    /// Why. Its arguments name labels of fields, never values of people.
    pub reason: Reason,
}

/// The mapped fields that are held because a side's catalogue changed from `known` to `now`.
///
/// Held: a field that is gone, renamed or retyped, that lost an option which the mapping uses, or that the app may no
/// longer read or, where a route can write it, no longer write. A field that a look did not reach has to be left out of
/// neither catalogue: an absent key means that the side has no such field.
#[must_use]
pub fn find_held_fields(
    mapping: &Mapping,
    side: Side,
    known: &FieldCatalogue,
    now: &FieldCatalogue,
) -> Vec<HeldField> {
    let mut held = Vec::new();
    for mapped in mapping.fields.iter().filter(|mapped| mapped.on) {
        let Some(route) = mapped.route(side) else {
            continue;
        };
        let reason = route.keys().find_map(|key| {
            let old = known.fields.get(key)?;
            compare_field(mapped, side, old, now.fields.get(key))
        });
        held.extend(reason.map(|reason| HeldField {
            name: mapped.target.name(),
            side,
            reason,
        }));
    }
    held
}

fn compare_field(
    mapped: &MappedField,
    side: Side,
    old: &FieldDescription,
    now: Option<&FieldDescription>,
) -> Option<Reason> {
    let reason = |code| {
        Reason::new(code)
            .side("side", side)
            .text("label", old.label.as_str())
    };
    let Some(now) = now else {
        return Some(reason(ReasonCode::FieldGone));
    };
    if old.readable && !now.readable {
        return Some(reason(ReasonCode::FieldPermissionGone));
    }
    let route = mapped.route(side)?;
    if old.writable && !now.writable && route.one_way_step().is_none() {
        return Some(reason(ReasonCode::FieldNotWritable));
    }
    if old.native_type != now.native_type {
        return Some(reason(ReasonCode::FieldRetyped));
    }
    if old.label != now.label {
        return Some(reason(ReasonCode::FieldRenamed).text("now", now.label.as_str()));
    }
    let gone = old
        .options
        .difference(&now.options)
        .filter(|option| uses_option(&route.transforms, option))
        .count();
    (gone > 0).then(|| reason(ReasonCode::FieldOptionGone).number("options", gone))
}

/// Whether the mapping uses an option: its table names it, or there is no table and any option is taken as it is.
fn uses_option(steps: &[Transform], option: &str) -> bool {
    let mut tables = steps.iter().filter_map(|step| match step {
        Transform::Choose(table) => Some(table),
        _ => None,
    });
    match tables.next() {
        Some(table) => table.pairs.iter().any(|(native, _)| native == option),
        None => true,
    }
}

/// What the mapping asks of a side that its catalogue does not offer.
///
/// Refused: a key that the side does not have, and types that no transform reads. Whether the side lets us write a route is not
/// looked at here.
#[must_use]
pub fn check_against_catalogue(
    mapping: &Mapping,
    side: Side,
    catalogue: &FieldCatalogue,
) -> Vec<HeldField> {
    let mut held = Vec::new();
    for mapped in mapping.fields.iter().filter(|mapped| mapped.on) {
        let Some(route) = mapped.route(side) else {
            continue;
        };
        for key in route.keys() {
            let reason = |code| Reason::new(code).side("side", side).text("key", key);
            let fault = match catalogue.fields.get(key) {
                None => Some(reason(ReasonCode::MappingKeyNotListed)),
                Some(field) => match field.native_type {
                    NativeType::Choices
                    | NativeType::Reference
                    | NativeType::File
                    | NativeType::Unknown => Some(reason(ReasonCode::MappingTypeUnsupported)),
                    _ => {
                        let class = catalogue.sensitive_class(key);
                        let open = class.is_none_or(|class| mapping.purposes.contains_key(&class));
                        let text = class.map_or("", crate::sensitive::SensitiveClass::key);
                        (!open).then(|| {
                            Reason::new(ReasonCode::MappingPurposeMissing).text("class", text)
                        })
                    }
                },
            };
            held.extend(fault.map(|reason| HeldField {
                name: mapped.target.name(),
                side,
                reason,
            }));
        }
    }
    held
}
