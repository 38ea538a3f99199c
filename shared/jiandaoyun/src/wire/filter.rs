//! Filters of a list: one condition, which is all that a lookup needs. Nested ones are not documented.

use serde_json::{Value, json};

use super::widget_kind::WidgetKind;

/// "The field equals this text", or for telephone numbers, which have no equality, "contains it".
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Value);

impl Filter {
    /// A filter for a field of this kind; `None` for a kind that has neither equality nor likeness. What it finds has to be
    /// compared once more by whoever asked.
    ///
    /// Source: 简道云's developer guide, filters: text, choice and number have `eq`, a phone field `like` only.
    #[must_use]
    pub fn equals(name: &str, kind: &WidgetKind, text: &str) -> Option<Self> {
        let (method, value) = match kind {
            WidgetKind::Text
            | WidgetKind::SerialNumber
            | WidgetKind::RadioGroup
            | WidgetKind::Combo => ("eq", json!(text)),
            WidgetKind::Number => ("eq", json!(text.parse::<i64>().ok()?)),
            WidgetKind::Phone => ("like", json!(text)),
            _ => return None,
        };
        Some(Self(json!({
            "rel": "and",
            "cond": [{ "field": name, "type": kind.word(), "method": method, "value": [value] }],
        })))
    }

    pub(crate) fn to_json(&self) -> Value {
        self.0.clone()
    }
}
