//! Custom fields (`extension`), which an update replaces as a whole unless it merges.
//!
//! Changes are the text of a JSON object: a key with a value is set, a key with `null` or an empty text is taken out, a
//! key that is not mentioned stays. What is sent is always the whole set, made from what was just read, so that no
//! reading of `ext_attrs_update_mode` can wipe a field; a custom field that somebody else edits between that read and
//! this write is written back.

use directory::{Field, Kind};
use serde_json::{Map, Value};

use crate::error::CallFault;

const LENGTH_MAX: usize = 2000;

/// What to send.
pub(super) struct MergedFields {
    /// The whole set, as the text of a JSON object.
    pub(super) text: String,
    /// `ext_attrs_update_mode`: 1 keeps what is not mentioned, 0 takes it out.
    pub(super) mode: u8,
}

/// The text is not that of a JSON object, so that its keys cannot be told apart. It is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the custom fields are not a JSON object")]
pub struct CustomFieldsError;

/// The changes that turn one whole set into another: for a caller that has decided about every key. Absent is no key.
///
/// # Errors
/// [`CustomFieldsError`].
pub fn custom_changes(from: Option<&str>, to: Option<&str>) -> Result<String, CustomFieldsError> {
    let (from, to) = (parse_object(from)?, parse_object(to)?);
    let mut changes: Map<String, Value> = from
        .keys()
        .filter(|key| !to.contains_key(*key))
        .map(|key| (key.clone(), Value::Null))
        .collect();
    changes.extend(
        to.into_iter()
            .filter(|(key, value)| from.get(key) != Some(value)),
    );
    Ok(Value::Object(changes).to_string())
}

/// The whole set after these changes to what was read.
pub(super) fn merge_changes(
    read: Option<&str>,
    changes: Option<&str>,
) -> Result<MergedFields, CallFault> {
    let why = CallFault::Invalid {
        kind: Kind::Person,
        field: Field::Extension,
    };
    let (mut whole, changes) = (
        parse_object(read).map_err(|_| why)?,
        parse_object(changes).map_err(|_| why)?,
    );
    let mut mode = 1;
    for (key, value) in changes {
        let gone = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        match gone {
            true => {
                mode = if whole.remove(&key).is_some() {
                    0
                } else {
                    mode
                }
            }
            false => _ = whole.insert(key, value),
        }
    }
    let text = Value::Object(whole).to_string();
    if text.chars().count() > LENGTH_MAX {
        return Err(CallFault::TooLong {
            field: Field::Extension,
            limit: LENGTH_MAX,
        });
    }
    Ok(MergedFields { text, mode })
}

fn parse_object(text: Option<&str>) -> Result<Map<String, Value>, CustomFieldsError> {
    match text.map(serde_json::from_str) {
        None => Ok(Map::new()),
        Some(Ok(Value::Object(fields))) => Ok(fields),
        Some(_) => Err(CustomFieldsError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Option<&str> = Some(r#"{"年龄":"24","爱好":"旅游"}"#);

    #[track_caller]
    fn sent_fields(changes: &str) -> (Value, u8) {
        let merged = merge_changes(READ, Some(changes)).unwrap();
        (serde_json::from_str(&merged.text).unwrap(), merged.mode)
    }

    #[test]
    fn unmentioned_fields_stay_and_removed_ones_are_sent_by_name() {
        assert_eq!(
            sent_fields(r#"{"工位":"A1"}"#),
            (
                serde_json::json!({"年龄":"24","爱好":"旅游","工位":"A1"}),
                1
            )
        );
        assert_eq!(
            sent_fields(r#"{"爱好":null}"#),
            (serde_json::json!({"年龄":"24"}), 0)
        );
        assert_eq!(
            sent_fields(r#"{"爱好":" ","无":null}"#),
            (serde_json::json!({"年龄":"24"}), 0)
        );
        assert_eq!(
            sent_fields("{}"),
            (serde_json::json!({"年龄":"24","爱好":"旅游"}), 1)
        );
    }

    #[test]
    fn changes_that_are_not_a_json_object_are_refused() {
        assert!(merge_changes(Some("free text"), Some("{}")).is_err());
        assert!(merge_changes(READ, Some("[]")).is_err());
        assert!(merge_changes(None, Some(&format!(r#"{{"k":"{}"}}"#, "字".repeat(2000)))).is_err());
    }

    #[test]
    fn changes_between_two_whole_sets_lead_from_one_to_the_other() {
        let to = r#"{"工位":"A1","年龄":"24"}"#;
        let changes = custom_changes(READ, Some(to)).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&changes).unwrap(),
            serde_json::json!({"工位":"A1","爱好":null})
        );
        assert_eq!(
            sent_fields(&changes),
            (serde_json::from_str(to).unwrap(), 0)
        );
        assert_eq!(custom_changes(READ, READ).as_deref(), Ok("{}"));
        assert_eq!(custom_changes(Some("x"), None), Err(CustomFieldsError));
    }
}
