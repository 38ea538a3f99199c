//! A whole native row through a mapping, and changes back to native keys.

use std::collections::{BTreeMap, BTreeSet};

use directory::reason::Reason;
use directory::{FieldValue, FieldValues, Side};

use crate::field_value::{canonical_text, field_value};
use crate::mapped_field::{MappedTarget, Mapping, Slot};
use crate::route::{FieldReading, NativeRow};

/// What a row says, in canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MappedRow {
    /// Canonical fields that the mapping routes on this side and that refer to nothing. What is not in it is hidden.
    pub values: FieldValues,
    /// Custom fields by slot.
    pub custom: BTreeMap<Slot, FieldReading>,
    /// Fields that are held for this record alone, by name (`mobile`, `slot 3`), with the reason. They are hidden in the
    /// values.
    pub held: BTreeMap<String, Reason>,
}

/// Native keys to write, with what could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NativeChanges {
    /// By native key; `None` empties it.
    pub writes: BTreeMap<String, Option<String>>,
    /// Fields that are not written, by name, with the reason.
    pub refused: BTreeMap<String, Reason>,
}

/// Reads a row. `held` are the fields that wait because the side's catalogue changed
/// ([`crate::comparison::find_held_fields`]): they are hidden. References keep to the connector; they are not read here.
#[must_use]
pub fn read_row(
    mapping: &Mapping,
    side: Side,
    row: &NativeRow,
    held: &BTreeSet<String>,
) -> MappedRow {
    let mut mapped = MappedRow::default();
    for entry in mapping.fields.iter().filter(|entry| entry.on) {
        let name = entry.target.name();
        let Some(route) = entry.route(side).filter(|_| !held.contains(&name)) else {
            continue;
        };
        let read = match &entry.target {
            MappedTarget::Canonical(field) if field.refers_to().is_some() => continue,
            MappedTarget::Canonical(field) => route.read(row).and_then(|reading| {
                let value = match &reading {
                    FieldReading::Hidden => return Ok(()),
                    FieldReading::Empty => None,
                    FieldReading::Value(text) => Some(field_value(*field, text.expose())?),
                };
                mapped.values.show(*field, value);
                Ok(())
            }),
            MappedTarget::Custom(custom) => route.read(row).map(|reading| {
                mapped.custom.insert(custom.slot, reading);
            }),
        };
        if let Err(reason) = read {
            mapped.held.insert(name, reason);
        }
    }
    mapped
}

/// The native keys for changed values. Fields that the mapping does not route on this side, or that refer to other records,
/// are left to the connector.
#[must_use]
pub fn write_row(
    mapping: &Mapping,
    side: Side,
    values: &FieldValues,
    custom: &BTreeMap<Slot, Option<String>>,
    held: &BTreeMap<String, Reason>,
) -> NativeChanges {
    let mut changes = NativeChanges::default();
    for entry in mapping.fields.iter().filter(|entry| entry.on) {
        let wanted: Option<String> = match &entry.target {
            MappedTarget::Canonical(field) => {
                let routed = values.shown_fields().contains(*field) && field.refers_to().is_none();
                if !routed {
                    continue;
                }
                values
                    .get(*field)
                    .and_then(|value: &FieldValue| canonical_text(value))
            }
            MappedTarget::Custom(field) => match custom.get(&field.slot) {
                Some(value) => value.clone(),
                None => continue,
            },
        };
        let Some(route) = entry.route(side) else {
            continue;
        };
        let name = entry.target.name();
        let written = match held.get(&name) {
            Some(reason) => Err(reason.clone()),
            None => route.write(wanted.as_deref()),
        };
        match written {
            Ok(native) => _ = changes.writes.insert(route.key.clone(), native),
            Err(reason) => _ = changes.refused.insert(name, reason),
        }
    }
    changes
}
