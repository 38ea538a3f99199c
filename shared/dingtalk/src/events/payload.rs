//! A JSON object whose keys are compared without case.

use std::collections::BTreeMap;

use serde_json::Value;

use super::EventParseError;

/// More ids than this in one event are not an event of DingTalk's.
const IDS_MAX: usize = 1000;

#[derive(Debug, Default)]
pub(super) struct Payload<'a>(BTreeMap<String, &'a Value>);

impl<'a> Payload<'a> {
    /// Of two keys that differ in case only, the first in the object's order is kept.
    pub(super) fn from_value(value: &'a Value) -> Result<Self, EventParseError> {
        let object = value
            .as_object()
            .ok_or(EventParseError("it is not an object"))?;
        let mut fields = BTreeMap::new();
        for (key, value) in object {
            fields.entry(key.to_ascii_lowercase()).or_insert(value);
        }
        Ok(Self(fields))
    }

    /// Text or a number, as text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        scalar_text(self.0.get(key)?)
    }

    pub(super) fn object(&self, key: &str) -> Option<&'a Value> {
        self.0
            .get(&key.to_ascii_lowercase())
            .copied()
            .filter(|value| value.is_object())
    }

    /// Takes over a field that it does not have itself.
    pub(super) fn inherit_field(&mut self, other: &Self, key: &str) {
        if let Some(value) = other.0.get(key) {
            self.0.entry(key.to_owned()).or_insert(value);
        }
    }

    /// The ids under the first of these keys, written as an array or alone, as text or as numbers.
    pub(super) fn ids(&self, keys: &[&str]) -> Result<Vec<String>, EventParseError> {
        let value = keys
            .iter()
            .find_map(|key| self.0.get(*key))
            .ok_or(EventParseError("it names nobody"))?;
        let ids: Vec<Option<String>> = match value {
            Value::Array(items) => items.iter().map(scalar_text).collect(),
            single => vec![scalar_text(single)],
        };
        if ids.is_empty() || ids.len() > IDS_MAX {
            return Err(EventParseError("it names nobody, or too many"));
        }
        ids.into_iter()
            .collect::<Option<_>>()
            .ok_or(EventParseError("an id that is neither text nor number"))
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
