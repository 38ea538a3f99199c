//! Custom fields: one JSON object of names and texts, of which a policy may take some.

use serde_json::{Map, Value as Json};

use crate::field::Field;
use crate::policy::{ALL_CUSTOM_FIELDS, PolicyScope};
use crate::record::FieldValues;

/// Leaves of the custom fields what the policy takes. What is no JSON object is left as it is: its keys cannot be told
/// apart, and the side that gets it says so.
pub fn restrict_to_scope(values: &mut FieldValues, scope: &PolicyScope) {
    let Some(mut fields) = values.text(Field::Extension).and_then(parse_object) else {
        return;
    };
    fields.retain(|name, _| scope.syncs_custom_field(name));
    write_fields(values, fields);
}

/// The same of a row of DingTalk's lists, whose custom fields its client has put in order: where all are taken, it is as it
/// should be.
pub fn restrict_list_row(values: &mut FieldValues, scope: &PolicyScope) {
    if !scope.syncs_custom_field(ALL_CUSTOM_FIELDS) {
        restrict_to_scope(values, scope);
    }
}

/// Puts back beside `values` what the policy does not take, from what the side has `now`: a write replaces the whole.
pub fn keep_unsynced_fields(values: &mut FieldValues, now: &FieldValues, scope: &PolicyScope) {
    if !values.shown_fields().contains(Field::Extension) {
        return;
    }
    let Some(mut fields) = now.text(Field::Extension).and_then(parse_object) else {
        return;
    };
    fields.retain(|name, _| !scope.syncs_custom_field(name));
    fields.extend(
        values
            .text(Field::Extension)
            .and_then(parse_object)
            .unwrap_or_default(),
    );
    write_fields(values, fields);
}

fn parse_object(text: &str) -> Option<Map<String, Json>> {
    match serde_json::from_str(text) {
        Ok(Json::Object(fields)) => Some(fields),
        _ => None,
    }
}

fn write_fields(values: &mut FieldValues, fields: Map<String, Json>) {
    let text = (!fields.is_empty()).then(|| Json::Object(fields).to_string());
    values.show_text(Field::Extension, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> FieldValues {
        let mut values = FieldValues::new();
        values.show_text(Field::Extension, Some(text.to_owned()));
        values
    }

    #[test]
    fn custom_fields_outside_the_scope_are_ignored_and_kept() {
        let scope = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
        let mut seen = values(r#"{"工牌号":"7","车牌":"沪A"}"#);
        restrict_to_scope(&mut seen, &scope);
        assert_eq!(seen.text(Field::Extension), Some(r#"{"工牌号":"7"}"#));
        let mut written = values(r#"{"工牌号":"8"}"#);
        keep_unsynced_fields(
            &mut written,
            &values(r#"{"工牌号":"7","车牌":"沪A"}"#),
            &scope,
        );
        assert_eq!(
            written.text(Field::Extension),
            Some(r#"{"工牌号":"8","车牌":"沪A"}"#)
        );
    }

    #[test]
    fn a_sorted_row_is_the_same_restricted_or_not() {
        let all = PolicyScope::EmployeesAndCustom([ALL_CUSTOM_FIELDS.to_owned()].into());
        let some = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
        for scope in [all, some, PolicyScope::Employees] {
            for text in [
                r#"{"工牌号":"7","车牌":"沪A"}"#,
                r#"{"a":{"b":[1,2.5]},"工牌号":"7"}"#,
                "free text",
            ] {
                let (mut row, mut record) = (values(text), values(text));
                restrict_list_row(&mut row, &scope);
                restrict_to_scope(&mut record, &scope);
                assert_eq!(row, record, "{scope:?} {text}");
            }
        }
    }

    #[test]
    fn a_restricted_field_with_nothing_left_is_empty_and_a_hidden_one_stays_hidden() {
        let scope = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
        let mut seen = values(r#"{"车牌":"沪A"}"#);
        restrict_to_scope(&mut seen, &scope);
        assert!(
            seen.shown_fields().contains(Field::Extension) && seen.get(Field::Extension).is_none()
        );
        let mut hidden = FieldValues::new();
        keep_unsynced_fields(&mut hidden, &values(r#"{"车牌":"沪A"}"#), &scope);
        assert!(!hidden.shown_fields().contains(Field::Extension));
    }
}
