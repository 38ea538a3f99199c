//! The published schema: JSON Schema 2020-12, for editors and for other programs.

use serde_json::{Map, Value, json};

use crate::field::FieldSet;

use super::SCHEMA_VERSION;
use super::shape::{DOCUMENT, ObjectMember, SIDE, ValueShape};

/// The schema of the document. `infra/policy.schema.json` is its printed form.
#[must_use]
pub fn document_schema() -> Value {
    let mut schema = shape_schema(&DOCUMENT);
    if let Some(top) = schema.as_object_mut() {
        top.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        top.insert("title".to_owned(), json!("Policy of a Bangding binding"));
        top.insert("required".to_owned(), json!(["version"]));
    }
    schema
}

fn shape_schema(shape: &ValueShape) -> Value {
    match shape {
        ValueShape::Object(members) => object_schema(members.iter().map(describe_member)),
        ValueShape::FieldOwners(kind) => object_schema(
            FieldSet::of_kind(*kind)
                .iter()
                .map(|field| (field.key().to_owned(), shape_schema(&SIDE))),
        ),
        ValueShape::List(item) => {
            json!({"type": "array", "uniqueItems": true, "items": shape_schema(item)})
        }
        ValueShape::Word(words) => {
            json!({"oneOf": words.iter().map(|(word, about)| json!({"const": word, "description": about})).collect::<Vec<_>>()})
        }
        ValueShape::Field(kind) => {
            json!({"enum": FieldSet::of_kind(*kind).iter().map(crate::Field::key).collect::<Vec<_>>()})
        }
        ValueShape::Whole(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        ValueShape::Percent => {
            json!({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.1})
        }
        ValueShape::Text(max) => json!({"type": "string", "minLength": 1, "maxLength": max}),
        ValueShape::Id => {
            json!({"type": "string", "minLength": 1, "maxLength": 512, "pattern": "^[^#\\u0000-\\u001f]+$"})
        }
        ValueShape::Hours => {
            json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"})
        }
        ValueShape::Version => json!({"const": SCHEMA_VERSION}),
    }
}

fn describe_member(member: &ObjectMember) -> (String, Value) {
    let mut value = shape_schema(&member.shape);
    if let Some(object) = value.as_object_mut() {
        object.insert("description".to_owned(), json!(member.about));
    }
    (member.key.to_owned(), value)
}

fn object_schema(members: impl Iterator<Item = (String, Value)>) -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": members.collect::<Map<_, _>>()})
}
