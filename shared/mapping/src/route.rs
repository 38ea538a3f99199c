//! One side of a mapped field: its native key and the transforms on the way to the canonical value.

use std::collections::BTreeMap;

use directory::canonical;
use directory::reason::{Reason, ReasonCode};
use directory::text::PersonalText;

use crate::transform::Transform;

/// What a side shows under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NativeValue {
    /// The key is shown and has no value.
    Empty,
    /// Text, or a number or flag as text.
    Text(PersonalText),
    /// Several values. No transform reads them yet: refused with `value-list-unsupported`.
    Many(Vec<PersonalText>),
}

/// What a side shows of one record, by native key. A key that is not in it is *hidden*.
pub type NativeRow = BTreeMap<String, NativeValue>;

/// The canonical value of one field, read from one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldReading {
    /// The side does not show it. It never merges.
    Hidden,
    /// The side shows that there is no value.
    Empty,
    /// The value, in canonical form.
    Value(PersonalText),
}

impl FieldReading {
    fn of(value: Option<String>) -> Self {
        match value.and_then(canonical::normalize_text) {
            Some(text) => Self::Value(PersonalText::new(text)),
            None => Self::Empty,
        }
    }
}

/// Where a side keeps a field, and how it spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideRoute {
    /// The native key: `mobile`, `ext:工牌号`, `sys00-name`, a form's widget.
    pub key: String,
    /// From the native value to the canonical one, in this order; writing goes backwards.
    pub transforms: Vec<Transform>,
}

impl SideRoute {
    /// A key without transforms.
    #[must_use]
    pub fn plain(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            transforms: Vec::new(),
        }
    }

    /// The first transform that cannot be reversed; `None` if the side can be written.
    #[must_use]
    pub fn one_way_step(&self) -> Option<&Transform> {
        self.transforms.iter().find(|step| !step.is_reversible())
    }

    /// Every native key that is read for it.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let joined = self.transforms.iter().flat_map(|step| match step {
            Transform::Join(template) => template.keys(&self.key).collect(),
            _ => Vec::new(),
        });
        std::iter::once(self.key.as_str()).chain(joined)
    }

    /// Reads the field from a row.
    ///
    /// # Errors
    /// A `value-…` code if the row has a value that the transforms do not understand. The field is then held for this
    /// record; it is not empty.
    pub fn read(&self, row: &NativeRow) -> Result<FieldReading, Reason> {
        let mut steps = self.transforms.as_slice();
        let mut value = match steps.first() {
            Some(Transform::Constant(_)) => None,
            Some(Transform::Join(template)) => {
                steps = &steps[1..];
                if template.keys(&self.key).any(|key| !row.contains_key(key)) {
                    return Ok(FieldReading::Hidden);
                }
                for key in template.keys(&self.key) {
                    read_text(row.get(key))?;
                }
                let text = |key: &str| read_text(row.get(key)).ok().flatten();
                template.join(&self.key, &text)
            }
            _ if !row.contains_key(&self.key) => return Ok(FieldReading::Hidden),
            _ => read_text(row.get(&self.key))?,
        };
        for step in steps {
            value = step.read(value)?;
        }
        Ok(FieldReading::of(value))
    }

    /// The native value for a canonical one; `None` is *empty* on both ends. The result is read again before it is given
    /// out: what the side would show as another value is not written.
    ///
    /// # Errors
    /// `value-one-way` if the route cannot be written, `value-not-returned` if the side would show another value
    /// afterwards, or the code of the transform that refused it.
    pub fn write(&self, canonical: Option<&str>) -> Result<Option<String>, Reason> {
        if self.one_way_step().is_some() {
            return Err(Reason::new(ReasonCode::ValueOneWay));
        }
        let mut value = canonical.map(str::to_owned);
        for step in self.transforms.iter().rev() {
            value = step.write(value)?;
        }
        let native = match &value {
            Some(text) => NativeValue::Text(PersonalText::from(text.as_str())),
            None => NativeValue::Empty,
        };
        let read_back = self.read(&NativeRow::from([(self.key.clone(), native)]));
        match (read_back, canonical) {
            (Ok(FieldReading::Value(read)), Some(wanted)) if read.expose() == wanted => Ok(value),
            (Ok(FieldReading::Empty), None) => Ok(value),
            _ => Err(Reason::new(ReasonCode::ValueNotReturned)),
        }
    }
}

fn read_text(value: Option<&NativeValue>) -> Result<Option<String>, Reason> {
    match value {
        None | Some(NativeValue::Empty) => Ok(None),
        Some(NativeValue::Text(text)) if text.is_empty() => Ok(None),
        Some(NativeValue::Text(text)) => Ok(Some(text.expose().to_owned())),
        Some(NativeValue::Many(_)) => Err(Reason::new(ReasonCode::ValueListUnsupported)),
    }
}
