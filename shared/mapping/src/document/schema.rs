//! The published schema: JSON Schema 2020-12, for editors and for other programs.

use directory::{Field, FieldSet};
use serde_json::{Map, Value, json};

use crate::mapped_field::{Slot, SlotOwner, ValueType};
use crate::sensitive::SensitiveClass;
use crate::transform::{DayOrder, DayStyle, LetterCase, OpenEnd, PhoneStyle, TrimSpaces};

use super::SCHEMA_VERSION;
use super::entries::{FIELD_MEMBERS, ROUTE_MEMBERS, TEXT_MAX, TOP_MEMBERS};
use super::steps::{PAIRS_MAX, STEP_MEMBERS};

/// The schema of the document. `infra/mapping.schema.json` is its printed form.
#[must_use]
pub fn document_schema() -> Value {
    let mut schema = object(&TOP_MEMBERS, &["version"], top_member);
    if let Some(top) = schema.as_object_mut() {
        top.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        top.insert(
            "title".to_owned(),
            json!("Field mapping of a Bangding binding"),
        );
    }
    schema
}

/// An object with these members and no others.
fn object(members: &[&str], required: &[&str], shape: impl Fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> = members
        .iter()
        .map(|member| ((*member).to_owned(), shape(member)))
        .collect();
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn words<T>(words: &[(&str, T)]) -> Value {
    json!({"enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>()})
}

fn text() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": TEXT_MAX})
}

fn top_member(member: &str) -> Value {
    let slot = json!({"type": "integer", "minimum": 1, "maximum": Slot::MAX});
    match member {
        "version" => json!({"const": SCHEMA_VERSION}),
        "slots_given" => json!({
            "type": "integer", "minimum": 0, "maximum": Slot::MAX,
            "description": "The highest slot that was ever given. It never becomes smaller.",
        }),
        "retired" => json!({
            "type": "array", "items": slot,
            "description": "Slots that were given up and are never used again.",
        }),
        "purposes" => {
            let classes = SensitiveClass::WORDS.map(|(word, _)| word);
            let mut purposes = object(
                &classes,
                &[],
                |_| json!({"type": "string", "minLength": 8, "maxLength": TEXT_MAX}),
            );
            purposes["description"] =
                json!("What sensitive values are used for; without it their fields stay off.");
            purposes
        }
        "fields" => json!({"type": "array", "items": object(&FIELD_MEMBERS, &[], field_member)}),
        _ => json!({"type": "string", "description": "For editors; not read."}),
    }
}

fn field_member(member: &str) -> Value {
    match member {
        "field" => json!({
            "enum": FieldSet::PERSON.iter().map(Field::key).collect::<Vec<_>>(),
            "description": "A field that every binding has. Either this or slot.",
        }),
        "slot" => json!({
            "type": "integer", "minimum": 1, "maximum": Slot::MAX,
            "description": "The number of a field of this company. It is never given twice.",
        }),
        "label" => {
            json!({"type": "string", "minLength": 1, "maxLength": 60, "description": "Of a slot: what people call it."})
        }
        "type" => words(&ValueType::WORDS),
        "owner" => words(&SlotOwner::WORDS),
        "on" => {
            json!({"type": "boolean", "description": "Whether the field is kept in step; true if not written."})
        }
        _ => object(&ROUTE_MEMBERS, &["key"], route_member),
    }
}

fn route_member(member: &str) -> Value {
    match member {
        "key" => text(),
        _ => json!({
            "type": "array", "maxItems": 8,
            "description": "From the native value to the canonical one; writing goes backwards.",
            "items": {"oneOf": STEP_MEMBERS.iter().map(|(kind, members)| step(kind, members)).collect::<Vec<_>>()},
        }),
    }
}

fn step(kind: &str, members: &[&'static str]) -> Value {
    let all: Vec<&str> = ["do"].into_iter().chain(members.iter().copied()).collect();
    let required: &[&str] = match kind {
        "case" => &["do", "to"],
        "choose" => &["do", "pairs"],
        "constant" | "default" => &["do", "value"],
        _ => &["do"],
    };
    object(&all, required, |member| step_member(kind, member))
}

fn step_member(kind: &str, member: &str) -> Value {
    match (kind, member) {
        (_, "do") => json!({"const": kind}),
        ("trim", _) => words(&TrimSpaces::WORDS),
        ("case", _) => words(&LetterCase::WORDS),
        ("date", "as") => words(&DayStyle::WORDS),
        ("date", "order") => words(&DayOrder::WORDS),
        ("date", _) => words(&OpenEnd::WORDS),
        ("phone", "as") => words(&PhoneStyle::WORDS),
        ("phone", _) => json!({"type": "string", "pattern": "^[1-9][0-9]{0,2}$"}),
        ("choose", "pairs") => json!({
            "type": "array", "minItems": 1, "maxItems": PAIRS_MAX,
            "items": object(&["native", "canonical"], &["native", "canonical"], |_| text()),
        }),
        ("choose", _) => json!({"oneOf": [
            {"enum": ["refuse", "keep"]},
            object(&["becomes"], &["becomes"], |_| text()),
        ]}),
        _ => text(),
    }
}
