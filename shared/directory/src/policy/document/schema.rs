//! The published schema: JSON Schema 2020-12, for editors and for other programs.

use serde_json::{Map, Value, json};

use crate::field::FieldSet;

use super::VERSION;
use super::shape::{DOCUMENT, Member, SIDE, Shape};

/// The schema of the document. `infra/policy.schema.json` is its printed form.
#[must_use]
pub fn schema() -> Value {
    let mut schema = of(&DOCUMENT);
    if let Some(top) = schema.as_object_mut() {
        top.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        top.insert("title".to_owned(), json!("Policy of a Bangding binding"));
        top.insert("required".to_owned(), json!(["version"]));
    }
    schema
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Object(members) => object(members.iter().map(described)),
        Shape::FieldOwners(kind) => {
            object(FieldSet::of_kind(*kind).iter().map(|field| (field.key().to_owned(), of(&SIDE))))
        }
        Shape::List(item) => json!({"type": "array", "uniqueItems": true, "items": of(item)}),
        Shape::Word(words) => {
            json!({"oneOf": words.iter().map(|(word, about)| json!({"const": word, "description": about})).collect::<Vec<_>>()})
        }
        Shape::Field(kind) => {
            json!({"enum": FieldSet::of_kind(*kind).iter().map(crate::Field::key).collect::<Vec<_>>()})
        }
        Shape::Whole(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Shape::Percent => json!({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.1}),
        Shape::Text(max) => json!({"type": "string", "minLength": 1, "maxLength": max}),
        Shape::Id => json!({"type": "string", "minLength": 1, "maxLength": 512, "pattern": "^[^#\\u0000-\\u001f]+$"}),
        Shape::Hours => {
            json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"})
        }
        Shape::Version => json!({"const": VERSION}),
    }
}

fn described(member: &Member) -> (String, Value) {
    let mut value = of(&member.shape);
    if let Some(object) = value.as_object_mut() {
        object.insert("description".to_owned(), json!(member.about));
    }
    (member.key.to_owned(), value)
}

fn object(members: impl Iterator<Item = (String, Value)>) -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": members.collect::<Map<_, _>>()})
}
