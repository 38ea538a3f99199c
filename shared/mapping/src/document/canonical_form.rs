//! A mapping written as a document: everything in one order.

use serde_json::{Map, Value, json};

use crate::mapped_field::{MappedField, MappedTarget, Mapping};
use crate::route::SideRoute;
use crate::transform::{ChoiceTable, Transform, UnknownChoice};

use super::SCHEMA_VERSION;

/// The document. Members are sorted by their names, as `serde_json` does.
pub(super) fn mapping_json(mapping: &Mapping) -> Value {
    let purposes: Map<String, Value> = mapping
        .purposes
        .iter()
        .map(|(class, text)| (class.key().to_owned(), json!(text)))
        .collect();
    let retired: Vec<u8> = mapping.retired.iter().map(|slot| slot.number()).collect();
    json!({
        "version": SCHEMA_VERSION,
        "slots_given": mapping.slots_given,
        "retired": retired,
        "purposes": purposes,
        "fields": mapping.fields.iter().map(field_json).collect::<Vec<_>>(),
    })
}

fn field_json(mapped: &MappedField) -> Value {
    let mut members = match &mapped.target {
        MappedTarget::Canonical(field) => {
            Map::from_iter([("field".to_owned(), json!(field.key()))])
        }
        MappedTarget::Custom(custom) => Map::from_iter([
            ("slot".to_owned(), json!(custom.slot.number())),
            ("label".to_owned(), json!(custom.label)),
            (
                "type".to_owned(),
                json!(word_of(
                    &crate::mapped_field::ValueType::WORDS,
                    &custom.value_type
                )),
            ),
            (
                "owner".to_owned(),
                json!(word_of(
                    &crate::mapped_field::SlotOwner::WORDS,
                    &custom.owner
                )),
            ),
        ]),
    };
    members.insert("on".to_owned(), json!(mapped.on));
    for (key, route) in [("dingtalk", &mapped.dingtalk), ("ehr", &mapped.ehr)] {
        if let Some(route) = route {
            members.insert(key.to_owned(), route_json(route));
        }
    }
    Value::Object(members)
}

fn route_json(route: &SideRoute) -> Value {
    let steps: Vec<Value> = route.transforms.iter().map(step_json).collect();
    json!({"key": route.key, "read": steps})
}

fn step_json(step: &Transform) -> Value {
    use crate::transform::{DayOrder, DayStyle, LetterCase, OpenEnd, PhoneStyle, TrimSpaces};
    let kind = step.key();
    match step {
        Transform::Trim(spaces) => {
            json!({"do": kind, "spaces": word_of(&TrimSpaces::WORDS, spaces)})
        }
        Transform::Case(case) => json!({"do": kind, "to": word_of(&LetterCase::WORDS, case)}),
        Transform::Day(form) => {
            let mut day = json!({
                "do": kind,
                "as": word_of(&DayStyle::WORDS, &form.style),
                "open_end": word_of(&OpenEnd::WORDS, &form.open_end),
            });
            if let (Some(order), Some(members)) = (&form.order, day.as_object_mut()) {
                members.insert("order".to_owned(), json!(word_of(&DayOrder::WORDS, order)));
            }
            day
        }
        Transform::Phone(form) => {
            json!({"do": kind, "country": form.country, "as": word_of(&PhoneStyle::WORDS, &form.style)})
        }
        Transform::Choose(table) => choice_json(kind, table),
        Transform::Wrap(template) => json!({"do": kind, "native": template.text()}),
        Transform::Join(template) => json!({"do": kind, "canonical": template.text()}),
        Transform::Constant(value) | Transform::Default(value) => {
            json!({"do": kind, "value": value})
        }
    }
}

fn choice_json(kind: &str, table: &ChoiceTable) -> Value {
    let pairs: Vec<Value> = table
        .pairs
        .iter()
        .map(|(native, canonical)| json!({"native": native, "canonical": canonical}))
        .collect();
    let otherwise = match &table.otherwise {
        UnknownChoice::Refuse => json!("refuse"),
        UnknownChoice::Keep => json!("keep"),
        UnknownChoice::Becomes(value) => json!({"becomes": value}),
    };
    json!({"do": kind, "pairs": pairs, "otherwise": otherwise})
}

/// The word of a value; every value has one, which a test holds.
fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words
        .iter()
        .find(|(_, known)| known == value)
        .map_or("", |(word, _)| word)
}
