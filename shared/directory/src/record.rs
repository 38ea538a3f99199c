//! A record: what one read of one side said about one person or department.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldSet};
use crate::ids::{Kind, NativeId, UnionId};
use crate::policy::EmploymentType;
use crate::text::PersonalText;

/// One field's value. References are ids of the side that was read (or, once resolved, link ids as text).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// Text in canonical form: NFC, trimmed, never empty.
    Text(PersonalText),
    /// A civil date in Asia/Shanghai.
    Day(Date),
    /// A whole number, for example a sort order.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// References to other records, as a set; never empty.
    Refs(BTreeSet<String>),
}

/// Field values with the difference between *empty* and *hidden*: a field that is `shown` and has no value is empty; a
/// field that is not `shown` said nothing and never merges.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FieldValues {
    shown: FieldSet,
    set: OrderedValues,
}

/// Values by field, in the order of the fields: a map in one piece of memory, as every list row needs one. In JSON it is an
/// object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(
    from = "BTreeMap<Field, FieldValue>",
    into = "BTreeMap<Field, FieldValue>"
)]
struct OrderedValues(Vec<(Field, FieldValue)>);

impl OrderedValues {
    fn field_position(&self, field: Field) -> Result<usize, usize> {
        match self.0.last() {
            // They come in their order mostly.
            Some((last, _)) if *last < field => Err(self.0.len()),
            _ => self.0.binary_search_by_key(&field, |(field, _)| *field),
        }
    }

    fn get(&self, field: Field) -> Option<&FieldValue> {
        let at = self.field_position(field).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    fn insert(&mut self, field: Field, value: FieldValue) {
        match self.field_position(field) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (field, value)),
        }
    }

    fn remove(&mut self, field: Field) {
        if let Ok(at) = self.field_position(field) {
            self.0.remove(at);
        }
    }
}

impl From<BTreeMap<Field, FieldValue>> for OrderedValues {
    fn from(values: BTreeMap<Field, FieldValue>) -> Self {
        Self(values.into_iter().collect())
    }
}

impl From<OrderedValues> for BTreeMap<Field, FieldValue> {
    fn from(values: OrderedValues) -> Self {
        values.0.into_iter().collect()
    }
}

impl FieldValues {
    /// Nothing shown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Marks a field as shown with this value; `None` is *empty*. Empty text and empty sets are stored as empty.
    pub fn show(&mut self, field: Field, value: Option<FieldValue>) {
        self.shown.insert(field);
        let empty = match &value {
            None => true,
            Some(FieldValue::Text(text)) => text.is_empty(),
            Some(FieldValue::Refs(refs)) => refs.is_empty(),
            Some(_) => false,
        };
        match value {
            Some(value) if !empty => self.set.insert(field, value),
            _ => self.set.remove(field),
        }
    }

    /// Shows a text field: `None` or empty is *empty*.
    pub fn show_text(&mut self, field: Field, text: Option<String>) {
        self.show(
            field,
            text.map(|text| FieldValue::Text(PersonalText::new(text))),
        );
    }

    /// Shows a set of references.
    pub fn show_refs(&mut self, field: Field, refs: impl IntoIterator<Item = String>) {
        self.show(field, Some(FieldValue::Refs(refs.into_iter().collect())));
    }

    /// Takes a field out: it is hidden afterwards.
    pub fn hide(&mut self, field: Field) {
        self.shown = self.shown.without(FieldSet::of_fields(&[field]));
        self.set.remove(field);
    }

    /// The fields that the read said something about.
    #[must_use]
    pub fn shown_fields(&self) -> FieldSet {
        self.shown
    }

    /// The value, if the field is shown and not empty.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&FieldValue> {
        self.set.get(field)
    }

    /// The text of a text field, if it has any.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        match self.get(field) {
            Some(FieldValue::Text(text)) => Some(text.expose()),
            _ => None,
        }
    }

    /// The references in a field; none where it is empty, hidden or plain.
    pub fn refs(&self, field: Field) -> impl Iterator<Item = &str> {
        match self.get(field) {
            Some(FieldValue::Refs(refs)) => Some(refs),
            _ => None,
        }
        .into_iter()
        .flatten()
        .map(String::as_str)
    }

    /// Shown fields with their values, in stored order; `None` is *empty*.
    pub fn iter(&self) -> impl Iterator<Item = (Field, Option<&FieldValue>)> {
        self.shown.iter().map(|field| (field, self.set.get(field)))
    }
}

/// What one read of one side said about one person or department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Person or department.
    pub kind: Kind,
    /// The side's own id.
    pub id: NativeId,
    /// DingTalk's cross-corp id of a person; tells a reused `userid` from the person who had it before.
    pub unionid: Option<UnionId>,
    /// Administrator or boss: never removed by the sync.
    pub protected: bool,
    /// Still there. A ledger keeps people who left, with `false`; DingTalk shows only those who are.
    pub active: bool,
    /// The fields.
    pub values: FieldValues,
}

impl Record {
    /// A record that says nothing yet.
    #[must_use]
    pub fn new(kind: Kind, id: NativeId) -> Self {
        Self {
            kind,
            id,
            unionid: None,
            protected: false,
            active: true,
            values: FieldValues::new(),
        }
    }

    /// The kind of employment that it names; `None` where it names none, or one that is no kind.
    #[must_use]
    pub fn employment_type(&self) -> Option<EmploymentType> {
        self.values
            .text(Field::Employment)
            .and_then(EmploymentType::of_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_is_shown_and_hidden_is_not() {
        let mut values = FieldValues::new();
        values.show_text(Field::Title, Some(String::new()));
        assert!(values.shown_fields().contains(Field::Title));
        assert_eq!(values.get(Field::Title), None);
        values.hide(Field::Title);
        assert!(!values.shown_fields().contains(Field::Title));
    }

    #[test]
    fn values_are_stored_in_field_order_whatever_the_insertion_order() {
        let mut values = FieldValues::new();
        for field in [
            Field::HideMobile,
            Field::Name,
            Field::Title,
            Field::Name,
            Field::Mobile,
        ] {
            values.show_text(field, Some(format!("{field:?}")));
        }
        values.show_text(Field::Title, Some("changed".to_owned()));
        values.hide(Field::HideMobile);
        let seen: Vec<_> = values
            .iter()
            .map(|(field, _)| (field, values.text(field)))
            .collect();
        let expected = [
            (Field::Name, "Name"),
            (Field::Mobile, "Mobile"),
            (Field::Title, "changed"),
        ];
        assert_eq!(seen, expected.map(|(field, text)| (field, Some(text))));
        let json = r#"{"shown":67,"set":{"name":{"text":"Name"},"mobile":{"text":"Mobile"},"title":{"text":"changed"}}}"#;
        assert_eq!(
            serde_json::to_string(&values).unwrap(),
            json,
            "it is stored"
        );
        let shuffled = r#"{"shown":67,"set":{"title":{"text":"changed"},"name":{"text":"Name"},"mobile":{"text":"Mobile"}}}"#;
        assert_eq!(
            serde_json::from_str::<FieldValues>(shuffled).unwrap(),
            values
        );
    }

    #[test]
    fn a_record_is_read_back_from_its_json() {
        let mut record = Record::new(Kind::Person, NativeId::new("u1").unwrap());
        record
            .values
            .show_text(Field::Name, Some("李娜".to_owned()));
        record
            .values
            .show_refs(Field::Departments, ["1".to_owned(), "2".to_owned()]);
        record.values.show(
            Field::HiredOn,
            Some(FieldValue::Day(jiff::civil::date(2020, 2, 29))),
        );
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}
