//! Our values as values of the form.

use directory::{Field, FieldValue, Reason, ReasonCode};
use serde_json::{Value, json};

use super::listing::national_number;
use super::mapping::MappedField;
use crate::wire::written_value::day_value;
use crate::wire::{FormLayout, RowId, WidgetKind};

/// The value for a write of a field that is no sub-form; `None` empties it.
///
/// Refused: a field that the interface does not write; an option that the form does not have, as far as its options are
/// known; a number that is none; and emptying a day, a number, a department or a reference, for which the documentation has
/// no value.
pub(super) fn written_cell(
    field: Field,
    mapped: &MappedField,
    value: Option<&FieldValue>,
    layout: &FormLayout,
) -> Result<Value, Reason> {
    let key = |code| Reason::new(code).text("key", mapped.name.as_str());
    if !mapped.kind.is_writable() {
        return Err(Reason::new(ReasonCode::EhrFieldReadOnly).field("field", field));
    }
    let invalid = || key(ReasonCode::EhrValueInvalid);
    let Some(value) = value else {
        return emptied(&mapped.kind).ok_or_else(invalid);
    };
    let written = match (&mapped.kind, value) {
        (WidgetKind::DateTime, FieldValue::Day(day)) => day_value(*day),
        (WidgetKind::Dept | WidgetKind::DeptGroup | WidgetKind::Lookup, FieldValue::Refs(refs)) => {
            written_references(&mapped.kind, refs.iter().map(String::as_str))
        }
        (kind, FieldValue::Text(text)) => {
            let text = text.expose();
            if kind.is_choice() && !is_option(mapped, layout, text) {
                return Err(key(ReasonCode::EhrOptionUnknown));
            }
            written_text(field, kind, text)
        }
        _ => None,
    };
    written.ok_or_else(invalid)
}

/// What empties a field of this kind; `None` where no such value is documented.
fn emptied(kind: &WidgetKind) -> Option<Value> {
    match kind {
        WidgetKind::Text | WidgetKind::TextArea | WidgetKind::RadioGroup | WidgetKind::Combo => {
            Some(json!(""))
        }
        WidgetKind::Phone => Some(json!({ "phone": "" })),
        WidgetKind::DeptGroup => Some(json!([])),
        _ => None,
    }
}

fn written_text(field: Field, kind: &WidgetKind, text: &str) -> Option<Value> {
    let text = if field == Field::Mobile {
        national_number(text)
    } else {
        text
    };
    match kind {
        WidgetKind::Text | WidgetKind::TextArea | WidgetKind::RadioGroup | WidgetKind::Combo => {
            Some(json!(text))
        }
        WidgetKind::Phone => Some(json!({ "phone": text })),
        WidgetKind::Number => text.parse::<i64>().ok().map(|number| json!(number)),
        _ => None,
    }
}

fn written_references<'a>(
    kind: &WidgetKind,
    mut refs: impl Iterator<Item = &'a str>,
) -> Option<Value> {
    match kind {
        WidgetKind::DeptGroup => refs
            .map(|one| one.parse::<i64>().ok())
            .collect::<Option<Vec<_>>>()
            .map(|numbers| json!(numbers)),
        _ => {
            // One reference, and not one of several.
            let (Some(one), None) = (refs.next(), refs.next()) else {
                return None;
            };
            if *kind == WidgetKind::Dept {
                one.parse::<i64>().ok().map(|number| json!(number))
            } else {
                RowId::new(one).map(|id| json!(id))
            }
        }
    }
}

/// Whether a text is an option. Where no options are known, any is.
fn is_option(mapped: &MappedField, layout: &FormLayout, text: &str) -> bool {
    let told = layout
        .widget(&mapped.name)
        .map(|widget| widget.options.as_slice());
    let known = told
        .filter(|options| !options.is_empty())
        .unwrap_or(&mapped.options);
    known.is_empty() || known.iter().any(|option| option == text)
}
