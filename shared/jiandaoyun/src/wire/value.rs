//! Values of fields as rows have them: bare, by the field's kind.

use jiff::civil::Date;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::row::RowId;
use super::widget_kind::WidgetKind;

/// What a row says of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<T> {
    /// The row does not have the field.
    Absent,
    /// There, and empty: `null`, no text, an empty list or object.
    Empty,
    /// There, and understood.
    Read(T),
    /// There, and not to be understood: hidden, never empty.
    Unreadable,
}

/// A value. `Debug` is not for logs: values are about people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellValue {
    /// Text, an option, a number in its own digits, a telephone number.
    Text(String),
    /// Several options.
    Texts(Vec<String>),
    /// A day in Asia/Shanghai.
    Day(Date),
    /// Members of the address book, by 成员编号 (`username`).
    Members(Vec<String>),
    /// Departments of the address book, by `dept_no`.
    Departments(Vec<i64>),
    /// Another row.
    Row(RowId),
    /// The rows of a sub-form, each with its fields as they came.
    Rows(Vec<Map<String, Value>>),
}

/// Reads a field of this kind. A kind whose values mean nothing to the sync (files, places, signatures) is unreadable
/// where it is not empty.
#[must_use]
pub fn read_value(kind: &WidgetKind, raw: Option<&RawValue>) -> Reading<CellValue> {
    let Some(raw) = raw else {
        return Reading::Absent;
    };
    // Half a surrogate pair or a number beyond every range: not to be understood.
    let Ok(value) = serde_json::from_str::<Value>(raw.get()) else {
        return Reading::Unreadable;
    };
    if is_empty(&value) {
        return Reading::Empty;
    }
    read_filled(kind, &value).map_or(Reading::Unreadable, Reading::Read)
}

/// Whether a value says "nothing here". `false` and `0` are values.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn read_filled(kind: &WidgetKind, value: &Value) -> Option<CellValue> {
    match kind {
        WidgetKind::Text
        | WidgetKind::TextArea
        | WidgetKind::SerialNumber
        | WidgetKind::Number
        | WidgetKind::RadioGroup
        | WidgetKind::Combo
        | WidgetKind::Aggregation
        | WidgetKind::AggregationText => read_text(value).map(CellValue::Text),
        WidgetKind::CheckboxGroup | WidgetKind::ComboCheck => {
            read_each(value, read_text).map(CellValue::Texts)
        }
        WidgetKind::DateTime => {
            let text = read_text(value)?;
            let day = directory::effective_dates::parse_day(&text).ok()?;
            Some(CellValue::Day(day))
        }
        WidgetKind::Phone => {
            let number = value
                .as_object()
                .map_or(Some(value), |fields| fields.get("phone"))?;
            read_text(number).map(CellValue::Text)
        }
        WidgetKind::User | WidgetKind::UserGroup => {
            read_each(value, read_username).map(CellValue::Members)
        }
        WidgetKind::Dept | WidgetKind::DeptGroup => {
            read_each(value, read_department_number).map(CellValue::Departments)
        }
        // One page of the documentation shows an object, another a bare id.
        WidgetKind::Lookup | WidgetKind::LinkData => {
            let id = value
                .as_object()
                .map_or(Some(value), |fields| fields.get("id"))?;
            RowId::new(id.as_str()?).map(CellValue::Row)
        }
        WidgetKind::Subform => {
            let rows = value.as_array()?.iter().map(|row| row.as_object().cloned());
            rows.collect::<Option<Vec<_>>>().map(CellValue::Rows)
        }
        WidgetKind::Address
        | WidgetKind::Location
        | WidgetKind::Image
        | WidgetKind::Upload
        | WidgetKind::Signature
        | WidgetKind::RichText
        | WidgetKind::Other(_) => None,
    }
}

/// Text, also a number in its digits. A number that has lost digits is none.
fn read_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.contains('\u{fffd}') => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        Value::Number(number) => {
            let float = number.as_f64()?;
            (float.fract() != 0.0 && float.abs() < 1e12).then(|| float.to_string())
        }
        _ => None,
    }
}

/// A list, or one alone; one that cannot be read hides the list.
fn read_each<T>(value: &Value, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Array(items) => items.iter().map(read).collect(),
        one => Some(vec![read(one)?]),
    }
}

fn read_username(value: &Value) -> Option<String> {
    let name = value
        .as_object()
        .map_or(Some(value), |fields| fields.get("username"))?;
    name.as_str()
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

/// A department number is a whole number, or one as text.
pub(crate) fn read_department_number(value: &Value) -> Option<i64> {
    let number = value
        .as_object()
        .map_or(Some(value), |fields| fields.get("dept_no"))?;
    number
        .as_i64()
        .or_else(|| number.as_str().and_then(|text| text.parse().ok()))
}

#[cfg(test)]
mod tests;
