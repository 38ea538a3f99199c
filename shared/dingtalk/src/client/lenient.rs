//! Scalars and lists as DingTalk writes them, and as it should not: a number as text and the reverse, a float for a whole
//! number, "yes" for true, text for a list. The one reader of every field of every row.
//!
//! A value is taken as the JSON text that it is, so that one which cannot be read spoils no other: neither a number beyond
//! every range nor half a surrogate pair stops the rest of an answer.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// Beyond this a float does not hold every whole number.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// What stands where bytes were no text.
const REPLACEMENT: char = '\u{fffd}';

/// What an answer says of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading<T> {
    /// Not there, or `null`.
    Absent,
    /// There, and understood.
    Read(T),
    /// There, and not to be understood: hidden, never empty.
    Unreadable,
}

impl<T> Reading<T> {
    pub(super) fn into_option(self) -> Option<T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Unreadable => None,
        }
    }

    pub(super) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable)
    }

    fn of(value: Option<T>) -> Self {
        value.map_or(Self::Unreadable, Self::Read)
    }
}

/// One scalar.
enum Scalar<'a> {
    Null,
    Flag(bool),
    /// As it is written.
    Number(&'a str),
    Text(Cow<'a, str>),
}

/// `None` for lists, objects, and text that is none.
fn parse_scalar(raw: &RawValue) -> Option<Scalar<'_>> {
    let json = raw.get();
    Some(match json.as_bytes().first()? {
        b'n' => Scalar::Null,
        b't' => Scalar::Flag(true),
        b'f' => Scalar::Flag(false),
        b'"' => Scalar::Text(parse_text(json)?),
        b'[' | b'{' => return None,
        _ => Scalar::Number(json),
    })
}

fn parse_text(json: &str) -> Option<Cow<'_, str>> {
    let inside = json.get(1..json.len().checked_sub(1)?)?;
    let text = if inside.contains('\\') {
        Cow::Owned(serde_json::from_str(json).ok()?)
    } else {
        Cow::Borrowed(inside)
    };
    (!text.contains(REPLACEMENT)).then_some(text)
}

/// A whole number of any length, written as one or as a float without a fraction, in digits.
fn whole_digits(written: &str) -> Option<Cow<'_, str>> {
    let digits = written.strip_prefix('-').unwrap_or(written);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Cow::Borrowed(written));
    }
    let plain = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let float: f64 = written
        .parse()
        .ok()
        .filter(|_| written.chars().all(plain))?;
    let whole = float.fract() == 0.0 && float.abs() < EXACT_MAX;
    whole.then(|| Cow::Owned(format!("{float:.0}")))
}

/// Text, also a whole number.
pub(super) fn read_text(raw: &RawValue) -> Reading<String> {
    match parse_scalar(raw) {
        Some(Scalar::Null) => Reading::Absent,
        Some(Scalar::Text(text)) => Reading::Read(text.into_owned()),
        Some(Scalar::Number(number)) => Reading::of(whole_digits(number).map(Cow::into_owned)),
        Some(Scalar::Flag(_)) | None => Reading::Unreadable,
    }
}

/// A whole number of 64 bits, also as text or as a float without a fraction.
pub(super) fn read_number(raw: &RawValue) -> Reading<i64> {
    let parse = |written: &str| whole_digits(written.trim())?.parse().ok();
    match parse_scalar(raw) {
        Some(Scalar::Null) => Reading::Absent,
        Some(Scalar::Text(text)) => Reading::of(parse(&text)),
        Some(Scalar::Number(number)) => Reading::of(parse(number)),
        Some(Scalar::Flag(_)) | None => Reading::Unreadable,
    }
}

/// Yes or no: `true`, `1`, `"true"`, `"1"`, `"yes"`, `"y"`, and their opposites, in any case.
pub(super) fn read_flag(raw: &RawValue) -> Reading<bool> {
    let parse = |written: &str| match written.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" => Some(true),
        "false" | "no" | "n" => Some(false),
        number => match whole_digits(number)?.as_ref() {
            "1" => Some(true),
            "0" | "-0" => Some(false),
            _ => None,
        },
    };
    match parse_scalar(raw) {
        Some(Scalar::Null) => Reading::Absent,
        Some(Scalar::Flag(flag)) => Reading::Read(flag),
        Some(Scalar::Text(text)) => Reading::of(parse(&text)),
        Some(Scalar::Number(number)) => Reading::of(parse(number)),
        None => Reading::Unreadable,
    }
}

/// A list, each item read by `item`: an array, an array written as text (`"[2,3]"`), or one item alone. A list with an item
/// that cannot be read is unreadable as a whole: what is hidden is not taken for gone.
pub(super) fn read_list<T>(raw: &RawValue, item: fn(&RawValue) -> Reading<T>) -> Reading<Vec<T>> {
    let all = |items: Vec<&RawValue>| {
        Reading::of(
            items
                .into_iter()
                .map(|raw| item(raw).into_option())
                .collect(),
        )
    };
    let parse = |json| serde_json::from_str::<Vec<&RawValue>>(json);
    match parse_scalar(raw) {
        Some(Scalar::Null) => Reading::Absent,
        None if raw.get().starts_with('[') => parse(raw.get()).map_or(Reading::Unreadable, all),
        Some(Scalar::Text(text)) if text.trim_start().starts_with('[') => {
            parse(text.trim()).map_or(Reading::Unreadable, all)
        }
        // Several in one text, or none: which ones is not said.
        Some(Scalar::Text(text)) if text.trim().is_empty() || text.contains(',') => {
            Reading::Unreadable
        }
        _ => all(vec![raw]),
    }
}

/// An object's fields, which of them could not be read, and which said something that cannot be.
#[derive(Debug)]
pub(super) struct Row<'a> {
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
    unreadable: Vec<&'static str>,
}

impl<'a> Row<'a> {
    /// `None` where it is no object.
    pub(super) fn parse(raw: &'a RawValue) -> Option<Self> {
        let FieldPairs(fields) = serde_json::from_str(raw.get()).ok()?;
        Some(Self {
            fields,
            unreadable: Vec::new(),
        })
    }

    /// The names, as DingTalk spells them, of the fields that were looked at and could not be read.
    pub(super) fn into_unreadable(self) -> Vec<&'static str> {
        self.unreadable
    }

    pub(super) fn mark_unreadable(&mut self, name: &'static str) {
        if !self.unreadable.contains(&name) {
            self.unreadable.push(name);
        }
    }

    pub(super) fn text(&mut self, name: &'static str) -> Reading<String> {
        self.read(&[name], read_text)
    }

    pub(super) fn number(&mut self, name: &'static str) -> Reading<i64> {
        self.read(&[name], read_number)
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Reading<bool> {
        self.read(&[name], read_flag)
    }

    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        item: fn(&RawValue) -> Reading<T>,
    ) -> Reading<Vec<T>> {
        match self.find(&[name]) {
            None => Reading::Absent,
            Some(Ok(raw)) => self.note(name, read_list(raw, item)),
            Some(Err(())) => self.note(name, Reading::Unreadable),
        }
    }

    /// The field under the first of these names, which mean the same.
    pub(super) fn read<T>(
        &mut self,
        names: &[&'static str],
        reader: fn(&RawValue) -> Reading<T>,
    ) -> Reading<T> {
        let name = names.first().copied().unwrap_or_default();
        match self.find(names) {
            None => Reading::Absent,
            Some(Ok(raw)) => self.note(name, reader(raw)),
            Some(Err(())) => self.note(name, Reading::Unreadable),
        }
    }

    /// A field that comes twice with two values says neither.
    fn find(&self, names: &[&str]) -> Option<Result<&'a RawValue, ()>> {
        let mut found = self
            .fields
            .iter()
            .filter(|(name, _)| names.contains(&name.as_ref()))
            .map(|(_, raw)| *raw);
        let first = found.next()?;
        let same = found.all(|other| other.get() == first.get());
        Some(if same { Ok(first) } else { Err(()) })
    }

    fn note<T>(&mut self, name: &'static str, reading: Reading<T>) -> Reading<T> {
        if reading.is_unreadable() {
            self.mark_unreadable(name);
        }
        reading
    }
}

/// The fields of an object in their order; one that comes twice is there twice.
struct FieldPairs<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for FieldPairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldPairsVisitor)
    }
}

struct FieldPairsVisitor;

impl<'de> serde::de::Visitor<'de> for FieldPairsVisitor {
    type Value = FieldPairs<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(
        self,
        mut map: A,
    ) -> Result<FieldPairs<'de>, A::Error> {
        let mut fields = Vec::with_capacity(32);
        while let Some(FieldName(name)) = map.next_key()? {
            fields.push((name, map.next_value()?));
        }
        Ok(FieldPairs(fields))
    }
}

#[derive(serde::Deserialize)]
struct FieldName<'a>(#[serde(borrow)] Cow<'a, str>);

/// The rows of a list, each as it came: an array, or one row alone, as the documentation's examples print it.
#[derive(Debug)]
pub(super) struct RawRows(pub(super) Vec<Box<RawValue>>);

impl<'de> Deserialize<'de> for RawRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'[') => serde_json::from_str(raw.get())
                .map(Self)
                .map_err(D::Error::custom),
            Some(b'{') => Ok(Self(vec![raw])),
            _ => Err(D::Error::custom("no list")),
        }
    }
}

/// An object, as it came.
#[derive(Debug)]
pub(super) struct RawObject(Box<RawValue>);

impl RawObject {
    pub(super) fn as_raw(&self) -> &RawValue {
        &self.0
    }
}

impl<'de> Deserialize<'de> for RawObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('{') {
            Ok(Self(raw))
        } else {
            Err(D::Error::custom("no object"))
        }
    }
}

/// A whole number, see [`read_number`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LenientNumber(pub(super) i64);

/// Yes or no, see [`read_flag`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LenientFlag(pub(super) bool);

/// Text, see [`read_text`].
#[derive(Clone, PartialEq, Eq)]
pub(super) struct LenientText(pub(super) String);

impl<'de> Deserialize<'de> for LenientNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let number = read_number(&raw).into_option().map(Self);
        number.ok_or_else(|| D::Error::custom("not a whole number"))
    }
}

impl<'de> Deserialize<'de> for LenientFlag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let flag = read_flag(&raw).into_option().map(Self);
        flag.ok_or_else(|| D::Error::custom("neither yes nor no"))
    }
}

impl<'de> Deserialize<'de> for LenientText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = read_text(&raw).into_option().map(Self);
        text.ok_or_else(|| D::Error::custom("not a text"))
    }
}

#[cfg(test)]
mod tests;
