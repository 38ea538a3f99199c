//! The canonical form, written a second time from its description. So the comparison fails if the
//! product's own code is wrong.

use jiff::civil::Date;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

/// Returns the text in NFC, trimmed; `None` if nothing is left.
#[must_use]
pub fn text(raw: &str) -> Option<String> {
    let composed = raw.nfc().to_string();
    Some(composed.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Returns `+`, country code and digits. The sandbox writes mainland numbers with eleven digits and
/// others as `+852-61234567`.
#[must_use]
pub fn mobile(raw: &str, state_code: &str) -> Option<String> {
    let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
    let code = if raw.starts_with('+') { "" } else { state_code };
    (!digits.is_empty()).then(|| format!("+{code}{digits}"))
}

/// Returns the address trimmed, with the domain in lower case.
#[must_use]
pub fn email(raw: &str) -> Option<String> {
    let address = text(raw)?;
    let at = address.rfind('@')?;
    Some(format!(
        "{}{}",
        &address[..at],
        address[at..].to_lowercase()
    ))
}

/// Returns the day in Shanghai.
#[must_use]
pub fn day(millis: i64) -> Date {
    let instant = jiff::Timestamp::from_millisecond(millis).expect("a time that can be written");
    instant
        .in_tz("Asia/Shanghai")
        .expect("the zone is known")
        .date()
}

/// Returns custom fields as one object with keys sorted on every level and no spaces; `None` if it
/// is empty.
#[must_use]
pub fn extension(raw: &str) -> Option<String> {
    let value: Value = serde_json::from_str(raw).expect("the sandbox keeps objects only");
    (value.as_object().is_some_and(|fields| !fields.is_empty())).then(|| sorted_json(&value))
}

fn sorted_json(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            let members = names.iter().map(|name| {
                format!(
                    "{}:{}",
                    Value::from(name.as_str()),
                    sorted_json(&fields[*name])
                )
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(sorted_json).collect::<Vec<_>>().join(",")
        ),
        plain => plain.to_string(),
    }
}
