//! What a side says about its own fields (`describe`), and how two looks at it differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::sensitive::{SensitiveClass, sensitive_class};

/// What kind of value a native field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NativeType {
    /// Text.
    Text,
    /// A day.
    Date,
    /// A number.
    Number,
    /// One of its options.
    Choice,
    /// Several of its options. Not mapped yet.
    Choices,
    /// Yes or no.
    Flag,
    /// A phone number.
    Phone,
    /// Another record. Only the built-in fields for it are mapped.
    Reference,
    /// A file or a picture. Never mapped.
    File,
    /// A type that this version does not know. Never mapped.
    #[serde(other)]
    Unknown,
}

/// One field of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDescription {
    /// What people call it there.
    pub label: String,
    /// Its kind of value.
    #[serde(rename = "type")]
    pub native_type: NativeType,
    /// What a choice may be; empty for other types.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub options: BTreeSet<String>,
    /// Whether lists show it. What they do not show is read record by record.
    pub listed: bool,
    /// Whether the side lets us write it.
    pub writable: bool,
    /// Whether the app may read it now; what it may not read is hidden.
    pub readable: bool,
    /// The side itself marks it as sensitive, or its label or key says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

/// The fields of one side by native key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldCatalogue {
    /// By native key.
    pub fields: BTreeMap<String, FieldDescription>,
}

impl FieldCatalogue {
    /// The class of a field that is sensitive by its key or label.
    #[must_use]
    pub fn sensitive_class(&self, key: &str) -> Option<SensitiveClass> {
        let label = self.fields.get(key).map(|field| field.label.as_str());
        sensitive_class(key).or_else(|| label.and_then(sensitive_class))
    }
}
