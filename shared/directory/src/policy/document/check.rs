//! The tree against the shape: everything that is wrong with single values, and what is left without it.

use jsonc_parser::ast::{Array, NumberLit, Object, Value};
use jsonc_parser::common::{Range, Ranged as _};
use serde_json::{Map, Value as Json};

use crate::field::FieldSet;
use crate::ids::NativeId;

use super::super::Hours;
use super::fault::{Fault, Problem, Wanted};
use super::shape::{SIDE, Shape};
use super::{VERSION, spots};

/// No word or key is repeated longer than this in a message.
const SHOWN: usize = 40;

/// A check and what it found.
pub(super) struct Check<'t> {
    text: &'t str,
    pub(super) problems: Vec<Problem<Fault>>,
}

impl<'t> Check<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new() }
    }

    /// The value without what is wrong in it; `None` if nothing is left.
    pub(super) fn value(&mut self, value: &Value<'_>, shape: &Shape, path: &str) -> Option<Json> {
        match (shape, value) {
            (Shape::Object(members), Value::Object(object)) => {
                let shape = |key: &str| members.iter().find(|member| member.key == key).map(|member| member.shape);
                let known: Vec<_> = members.iter().map(|member| member.key.to_owned()).collect();
                Some(self.object(object, path, &shape, &known))
            }
            (Shape::FieldOwners(kind), Value::Object(object)) => {
                let fields = FieldSet::of_kind(*kind);
                let shape = |key: &str| fields.iter().any(|field| field.key() == key).then_some(SIDE);
                let known: Vec<_> = fields.iter().map(|field| field.key().to_owned()).collect();
                Some(self.object(object, path, &shape, &known))
            }
            (Shape::List(item), Value::Array(list)) => Some(self.list(list, item, path)),
            (Shape::Version, Value::NumberLit(number)) => self.version(number, path),
            (Shape::Whole(min, max), Value::NumberLit(number)) => self.whole(number, (*min, *max), path),
            (Shape::Percent, Value::NumberLit(number)) => self.percent(number, path),
            (_, Value::StringLit(text)) if wanted(shape) == Wanted::Text => {
                let fault = text_fault(&text.value, shape);
                self.unless(fault, text.range, path, || Json::from(text.value.as_ref()))
            }
            _ => self.refuse(value.range(), path, Fault::Type { wanted: wanted(shape) }),
        }
    }

    fn object(
        &mut self,
        object: &Object<'_>,
        path: &str,
        shape: &dyn Fn(&str) -> Option<Shape>,
        known: &[String],
    ) -> Json {
        let mut kept = Map::new();
        for member in &object.properties {
            let key = member.name.as_str();
            let inner = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            let Some(shape) = shape(key) else {
                let fault = Fault::UnknownKey { key: shown(key), meant: meant(key, known), known: known.to_vec() };
                self.refuse(member.name.range(), path, fault);
                continue;
            };
            if kept.contains_key(key) {
                self.refuse(member.name.range(), path, Fault::DuplicateKey { key: shown(key) });
                continue;
            }
            // What was wrong is kept as nothing, so that a second one of the same name is still noticed.
            let value = self.value(&member.value, &shape, &inner).unwrap_or(Json::Null);
            kept.insert(key.to_owned(), value);
        }
        kept.retain(|_, value| !value.is_null());
        Json::Object(kept)
    }

    fn list(&mut self, list: &Array<'_>, item: &Shape, path: &str) -> Json {
        let mut kept: Vec<Json> = Vec::new();
        for value in &list.elements {
            match self.value(value, item, path) {
                Some(json) if kept.contains(&json) => _ = self.refuse(value.range(), path, Fault::Repeated),
                Some(json) => kept.push(json),
                None => {}
            }
        }
        Json::Array(kept)
    }

    fn version(&mut self, number: &NumberLit<'_>, path: &str) -> Option<Json> {
        let fault = Fault::UnknownVersion { found: shown(number.value), known: VERSION };
        let known = number.value == VERSION.to_string();
        self.unless((!known).then_some(fault), number.range, path, || Json::from(VERSION))
    }

    fn whole(&mut self, number: &NumberLit<'_>, (min, max): (u64, u64), path: &str) -> Option<Json> {
        match number.value.parse::<u64>().ok().filter(|number| (min..=max).contains(number)) {
            Some(number) => Some(Json::from(number)),
            None => self.refuse(number.range, path, Fault::OutOfRange { min, max }),
        }
    }

    fn percent(&mut self, number: &NumberLit<'_>, path: &str) -> Option<Json> {
        let share = number.value.parse::<f64>().ok().filter(|share| (0.0..=100.0).contains(share));
        let tenths = share.filter(|share| (share * 10.0 - (share * 10.0).round()).abs() < 1e-6);
        match tenths {
            Some(share) => Some(Json::from(share)),
            None => self.refuse(number.range, path, Fault::Percent),
        }
    }

    fn unless(&mut self, fault: Option<Fault>, range: Range, path: &str, good: impl FnOnce() -> Json) -> Option<Json> {
        match fault {
            Some(fault) => self.refuse(range, path, fault),
            None => Some(good()),
        }
    }

    fn refuse(&mut self, range: Range, path: &str, fault: Fault) -> Option<Json> {
        self.problems.push(spots::at(self.text, range, path.to_owned(), fault));
        None
    }
}

fn wanted(shape: &Shape) -> Wanted {
    match shape {
        Shape::Object(_) | Shape::FieldOwners(_) => Wanted::Object,
        Shape::List(_) => Wanted::List,
        Shape::Whole(..) | Shape::Percent | Shape::Version => Wanted::Number,
        Shape::Word(_) | Shape::Field(_) | Shape::Text(_) | Shape::Id | Shape::Hours => Wanted::Text,
    }
}

fn text_fault(text: &str, shape: &Shape) -> Option<Fault> {
    let word = |known: Vec<String>| {
        let is_known = known.iter().any(|known| known == text);
        (!is_known).then(|| Fault::UnknownWord { word: shown(text), meant: meant(text, &known), known })
    };
    match shape {
        Shape::Word(words) => word(words.iter().map(|(word, _)| (*word).to_owned()).collect()),
        Shape::Field(kind) => word(FieldSet::of_kind(*kind).iter().map(|field| field.key().to_owned()).collect()),
        Shape::Text(max) => {
            let length = text.chars().count();
            (length == 0 || length > *max).then_some(Fault::Text { max: *max })
        }
        Shape::Id => NativeId::new(text).err().map(|_| Fault::Id),
        Shape::Hours => match text.parse::<Hours>() {
            Err(err) => Some(Fault::Hours(err)),
            Ok(hours) => (hours.minutes() < 15).then_some(Fault::HoursTooShort),
        },
        Shape::Object(_)
        | Shape::FieldOwners(_)
        | Shape::List(_)
        | Shape::Whole(..)
        | Shape::Percent
        | Shape::Version => None,
    }
}

fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The nearest word, if it is near: a third of its letters may be wrong.
fn meant(written: &str, known: &[String]) -> Option<String> {
    let folded = written.trim().to_lowercase().replace(['-', ' '], "_");
    let distance = |word: &String| strsim::damerau_levenshtein(&folded, word);
    let near = known.iter().map(|word| (distance(word), word)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, word)| *distance <= (word.len() / 3).max(1)).map(|(_, word)| word.clone())
}
