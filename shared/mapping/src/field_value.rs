//! Canonical text as the value of a canonical field, and back.

use directory::effective_dates::parse_day;
use directory::reason::{Reason, ReasonCode};
use directory::text::PersonalText;
use directory::{Field, FieldValue};

/// The words of a flag.
const YES_NO: [&str; 2] = ["yes", "no"];

/// The value of a field from canonical text: a day for the day of entry, a flag (`yes`, `no`, `true`, `false`) for whether
/// the mobile is hidden, text for any other field that refers to nothing.
///
/// # Errors
/// `value-day-invalid` or `value-choice-unknown` for other text, `value-list-unsupported` for a field that refers to
/// other records.
pub fn field_value(field: Field, text: &str) -> Result<FieldValue, Reason> {
    match field {
        Field::HiredOn => parse_day(text)
            .map(FieldValue::Day)
            .map_err(|_| Reason::new(ReasonCode::ValueDayInvalid)),
        Field::HideMobile => match text {
            "yes" | "true" => Ok(FieldValue::Flag(true)),
            "no" | "false" => Ok(FieldValue::Flag(false)),
            _ => Err(Reason::new(ReasonCode::ValueChoiceUnknown)),
        },
        _ if field.refers_to().is_some() => Err(Reason::new(ReasonCode::ValueListUnsupported)),
        _ => Ok(FieldValue::Text(PersonalText::from(text))),
    }
}

/// The canonical text of a value; `None` for a value that refers to other records.
#[must_use]
pub fn canonical_text(value: &FieldValue) -> Option<String> {
    match value {
        FieldValue::Text(text) => Some(text.expose().to_owned()),
        FieldValue::Day(day) => Some(day.to_string()),
        FieldValue::Number(number) => Some(number.to_string()),
        FieldValue::Flag(flag) => Some(YES_NO[usize::from(!flag)].to_owned()),
        FieldValue::Refs(_) => None,
    }
}
