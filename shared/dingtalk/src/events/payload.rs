//! A JSON object whose keys are compared without case and without the signs between words.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::EventParseError;

/// More ids than this in one event are not looked at one by one.
const IDS_MAX: usize = 1000;
/// Beyond this a float does not hold every whole number.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// The fields of an event. A field that comes under several spellings, or several times, has all of its values.
#[derive(Debug, Default)]
pub(super) struct Payload(BTreeMap<String, Vec<Value>>);

/// The ids that an event names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NamedIds {
    pub(super) ids: Vec<String>,
    /// It names more than these: something that is no id, too many, or nothing at all.
    pub(super) more: bool,
}

impl Payload {
    /// From the text of an event.
    pub(super) fn parse(text: &[u8]) -> Result<Self, EventParseError> {
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        serde_json::from_slice(text).map_err(|_| EventParseError("it is no JSON object"))
    }

    pub(super) fn from_value(value: &Value) -> Result<Self, EventParseError> {
        let object = value
            .as_object()
            .ok_or(EventParseError("it is not an object"))?;
        let mut payload = Self::default();
        for (key, value) in object {
            payload.add(key, value.clone());
        }
        Ok(payload)
    }

    fn add(&mut self, key: &str, value: Value) {
        self.0.entry(fold_key(key)).or_default().push(value);
    }

    fn values(&self, key: &str) -> impl Iterator<Item = &Value> {
        self.0.get(&fold_key(key)).into_iter().flatten()
    }

    /// Text or a number, as text: the first that the field has.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.values(key).find_map(scalar_text)
    }

    pub(super) fn object(&self, key: &str) -> Option<&Value> {
        self.values(key).find(|value| value.is_object())
    }

    /// Takes over a field that it does not have itself.
    pub(super) fn inherit_field(&mut self, other: &Self, key: &str) {
        if let Some(values) = other.0.get(&fold_key(key)) {
            self.0
                .entry(fold_key(key))
                .or_insert_with(|| values.clone());
        }
    }

    /// The ids under all of these keys, written as an array, as text of one, or alone, as text or as numbers. What can be
    /// read is read, whatever stands beside it.
    pub(super) fn ids(&self, keys: &[&str]) -> NamedIds {
        let mut named = NamedIds::default();
        for value in keys.iter().flat_map(|key| self.values(key)) {
            named.add_value(value);
        }
        named.more |= named.ids.is_empty();
        named
    }
}

impl NamedIds {
    fn add_value(&mut self, value: &Value) {
        match value {
            Value::Array(items) => {
                self.more |= items.is_empty();
                for item in items {
                    match scalar_text(item) {
                        Some(id) => self.add_id(&id),
                        None => self.more = true,
                    }
                }
            }
            Value::String(text) if text.trim_start().starts_with('[') => {
                match serde_json::from_str::<Value>(text) {
                    Ok(list @ Value::Array(_)) => self.add_value(&list),
                    _ => self.more = true,
                }
            }
            // It may be one id with a comma in it, or several.
            Value::String(text) if text.contains(',') => {
                self.more = true;
                text.split(',').for_each(|id| self.add_id(id));
            }
            single => match scalar_text(single) {
                Some(id) => self.add_id(&id),
                None => self.more = true,
            },
        }
    }

    fn add_id(&mut self, id: &str) {
        let id = id.trim();
        if id.is_empty() || self.ids.len() >= IDS_MAX {
            self.more = true;
        } else if !self.ids.iter().any(|known| known == id) {
            self.ids.push(id.to_owned());
        }
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PayloadVisitor)
    }
}

struct PayloadVisitor;

impl<'de> Visitor<'de> for PayloadVisitor {
    type Value = Payload;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    /// One by one: a map would keep the last of two fields of one name, and forget whom the first one names.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Payload, A::Error> {
        let mut payload = Payload::default();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            payload.add(&key, value);
        }
        Ok(payload)
    }
}

/// `UserId`, `userId`, `userid` and `user_id` are one key.
fn fold_key(key: &str) -> String {
    key.chars()
        .filter(|c| !matches!(c, '_' | '-' | '.' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64()?;
            let whole = float.fract() == 0.0 && float.abs() < EXACT_MAX;
            whole.then(|| format!("{float:.0}"))
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
