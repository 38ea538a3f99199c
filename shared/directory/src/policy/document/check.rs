//! The tree against the shape: everything that is wrong with single values, and what is left without it.

use jsonc_parser::ast::{Array, NumberLit, Object, Value};
use jsonc_parser::common::{Range, Ranged as _};
use serde_json::{Map, Value as Json};

use crate::field::FieldSet;
use crate::ids::NativeId;

use super::super::HourRange;
use super::fault::{DocumentProblem, ExpectedKind, PolicyFault};
use super::shape::{SIDE, ValueShape};
use super::{SCHEMA_VERSION, positions};

/// No word or key is repeated longer than this in a message.
const QUOTED_CHARS_MAX: usize = 40;

/// A check and what it found.
pub(super) struct DocumentCheck<'t> {
    text: &'t str,
    pub(super) problems: Vec<DocumentProblem<PolicyFault>>,
}

impl<'t> DocumentCheck<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            problems: Vec::new(),
        }
    }

    /// The value without what is wrong in it; `None` if nothing is left.
    pub(super) fn check_value(
        &mut self,
        value: &Value<'_>,
        shape: &ValueShape,
        path: &str,
    ) -> Option<Json> {
        match (shape, value) {
            (ValueShape::Object(members), Value::Object(object)) => {
                let shape = |key: &str| {
                    members
                        .iter()
                        .find(|member| member.key == key)
                        .map(|member| member.shape)
                };
                let known: Vec<_> = members.iter().map(|member| member.key.to_owned()).collect();
                Some(self.check_object(object, path, &shape, &known))
            }
            (ValueShape::FieldOwners(kind), Value::Object(object)) => {
                let fields = FieldSet::of_kind(*kind);
                let shape = |key: &str| {
                    fields
                        .iter()
                        .any(|field| field.key() == key)
                        .then_some(SIDE)
                };
                let known: Vec<_> = fields.iter().map(|field| field.key().to_owned()).collect();
                Some(self.check_object(object, path, &shape, &known))
            }
            (ValueShape::List(item), Value::Array(list)) => Some(self.check_list(list, item, path)),
            (ValueShape::Version, Value::NumberLit(number)) => self.check_version(number, path),
            (ValueShape::Whole(min, max), Value::NumberLit(number)) => {
                self.check_whole_number(number, (*min, *max), path)
            }
            (ValueShape::Percent, Value::NumberLit(number)) => self.check_percent(number, path),
            (_, Value::StringLit(text)) if expected_kind(shape) == ExpectedKind::Text => {
                let fault = find_text_fault(&text.value, shape);
                self.refuse_or_value(fault, text.range, path, || Json::from(text.value.as_ref()))
            }
            _ => self.add_fault(
                value.range(),
                path,
                PolicyFault::Type {
                    wanted: expected_kind(shape),
                },
            ),
        }
    }

    fn check_object(
        &mut self,
        object: &Object<'_>,
        path: &str,
        shape: &dyn Fn(&str) -> Option<ValueShape>,
        known: &[String],
    ) -> Json {
        let mut kept = Map::new();
        for member in &object.properties {
            let key = member.name.as_str();
            let inner = if path.is_empty() {
                key.to_owned()
            } else {
                format!("{path}.{key}")
            };
            let Some(shape) = shape(key) else {
                let fault = PolicyFault::UnknownKey {
                    key: quote_shortened(key),
                    meant: nearest_word(key, known),
                    known: known.to_vec(),
                };
                self.add_fault(member.name.range(), path, fault);
                continue;
            };
            if kept.contains_key(key) {
                self.add_fault(
                    member.name.range(),
                    path,
                    PolicyFault::DuplicateKey {
                        key: quote_shortened(key),
                    },
                );
                continue;
            }
            // What was wrong is kept as nothing, so that a second one of the same name is still noticed.
            let value = self
                .check_value(&member.value, &shape, &inner)
                .unwrap_or(Json::Null);
            kept.insert(key.to_owned(), value);
        }
        kept.retain(|_, value| !value.is_null());
        Json::Object(kept)
    }

    fn check_list(&mut self, list: &Array<'_>, item: &ValueShape, path: &str) -> Json {
        let mut kept: Vec<Json> = Vec::new();
        for value in &list.elements {
            match self.check_value(value, item, path) {
                Some(json) if kept.contains(&json) => {
                    _ = self.add_fault(value.range(), path, PolicyFault::Repeated);
                }
                Some(json) => kept.push(json),
                None => {}
            }
        }
        Json::Array(kept)
    }

    fn check_version(&mut self, number: &NumberLit<'_>, path: &str) -> Option<Json> {
        let fault = PolicyFault::UnknownVersion {
            found: quote_shortened(number.value),
            known: SCHEMA_VERSION,
        };
        let known = number.value == SCHEMA_VERSION.to_string();
        self.refuse_or_value((!known).then_some(fault), number.range, path, || {
            Json::from(SCHEMA_VERSION)
        })
    }

    fn check_whole_number(
        &mut self,
        number: &NumberLit<'_>,
        (min, max): (u64, u64),
        path: &str,
    ) -> Option<Json> {
        match number
            .value
            .parse::<u64>()
            .ok()
            .filter(|number| (min..=max).contains(number))
        {
            Some(number) => Some(Json::from(number)),
            None => self.add_fault(number.range, path, PolicyFault::OutOfRange { min, max }),
        }
    }

    fn check_percent(&mut self, number: &NumberLit<'_>, path: &str) -> Option<Json> {
        let share = number
            .value
            .parse::<f64>()
            .ok()
            .filter(|share| (0.0..=100.0).contains(share));
        let tenths = share.filter(|share| (share * 10.0 - (share * 10.0).round()).abs() < 1e-6);
        match tenths {
            Some(share) => Some(Json::from(share)),
            None => self.add_fault(number.range, path, PolicyFault::Percent),
        }
    }

    fn refuse_or_value(
        &mut self,
        fault: Option<PolicyFault>,
        range: Range,
        path: &str,
        good: impl FnOnce() -> Json,
    ) -> Option<Json> {
        match fault {
            Some(fault) => self.add_fault(range, path, fault),
            None => Some(good()),
        }
    }

    fn add_fault(&mut self, range: Range, path: &str, fault: PolicyFault) -> Option<Json> {
        self.problems.push(positions::problem_in_range(
            self.text,
            range,
            path.to_owned(),
            fault,
        ));
        None
    }
}

fn expected_kind(shape: &ValueShape) -> ExpectedKind {
    match shape {
        ValueShape::Object(_) | ValueShape::FieldOwners(_) => ExpectedKind::Object,
        ValueShape::List(_) => ExpectedKind::List,
        ValueShape::Whole(..) | ValueShape::Percent | ValueShape::Version => ExpectedKind::Number,
        ValueShape::Word(_)
        | ValueShape::Field(_)
        | ValueShape::Text(_)
        | ValueShape::Id
        | ValueShape::Hours => ExpectedKind::Text,
    }
}

fn find_text_fault(text: &str, shape: &ValueShape) -> Option<PolicyFault> {
    let word = |known: Vec<String>| {
        let is_known = known.iter().any(|known| known == text);
        (!is_known).then(|| PolicyFault::UnknownWord {
            word: quote_shortened(text),
            meant: nearest_word(text, &known),
            known,
        })
    };
    match shape {
        ValueShape::Word(words) => word(words.iter().map(|(word, _)| (*word).to_owned()).collect()),
        ValueShape::Field(kind) => word(
            FieldSet::of_kind(*kind)
                .iter()
                .map(|field| field.key().to_owned())
                .collect(),
        ),
        ValueShape::Text(max) => {
            let length = text.chars().count();
            (length == 0 || length > *max).then_some(PolicyFault::Text { max: *max })
        }
        ValueShape::Id => NativeId::new(text).err().map(|_| PolicyFault::Id),
        ValueShape::Hours => match text.parse::<HourRange>() {
            Err(err) => Some(PolicyFault::Hours(err)),
            Ok(hours) => (hours.length_minutes() < 15).then_some(PolicyFault::HoursTooShort),
        },
        ValueShape::Object(_)
        | ValueShape::FieldOwners(_)
        | ValueShape::List(_)
        | ValueShape::Whole(..)
        | ValueShape::Percent
        | ValueShape::Version => None,
    }
}

fn quote_shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The nearest word, if it is near: a third of its letters may be wrong.
fn nearest_word(written: &str, known: &[String]) -> Option<String> {
    let folded = written.trim().to_lowercase().replace(['-', ' '], "_");
    let distance = |word: &String| strsim::damerau_levenshtein(&folded, word);
    let near = known
        .iter()
        .map(|word| (distance(word), word))
        .min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, word)| *distance <= (word.len() / 3).max(1))
        .map(|(_, word)| word.clone())
}
