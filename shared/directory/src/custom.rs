//! Custom fields: one JSON object of names and texts, of which a policy may take some.

use serde_json::{Map, Value as Json};

use crate::field::Field;
use crate::policy::{ALL_CUSTOM, PolicyScope};
use crate::record::Values;

/// Leaves of the custom fields what the policy takes. What is no JSON object is left as it is: its keys cannot be told
/// apart, and the side that gets it says so.
pub fn restrict(values: &mut Values, scope: &PolicyScope) {
    let Some(mut fields) = values.text(Field::Extension).and_then(object) else { return };
    fields.retain(|name, _| scope.takes_custom(name));
    show(values, fields);
}

/// The same of a row of DingTalk's lists, whose custom fields its client has put in order: where all are taken, it is as it
/// should be.
pub fn restrict_row(values: &mut Values, scope: &PolicyScope) {
    if !scope.takes_custom(ALL_CUSTOM) {
        restrict(values, scope);
    }
}

/// Puts back beside `values` what the policy does not take, from what the side has `now`: a write replaces the whole.
pub fn complete(values: &mut Values, now: &Values, scope: &PolicyScope) {
    if !values.shown().contains(Field::Extension) {
        return;
    }
    let Some(mut fields) = now.text(Field::Extension).and_then(object) else { return };
    fields.retain(|name, _| !scope.takes_custom(name));
    fields.extend(values.text(Field::Extension).and_then(object).unwrap_or_default());
    show(values, fields);
}

fn object(text: &str) -> Option<Map<String, Json>> {
    match serde_json::from_str(text) {
        Ok(Json::Object(fields)) => Some(fields),
        _ => None,
    }
}

fn show(values: &mut Values, fields: Map<String, Json>) {
    let text = (!fields.is_empty()).then(|| Json::Object(fields).to_string());
    values.show_text(Field::Extension, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Values {
        let mut values = Values::new();
        values.show_text(Field::Extension, Some(text.to_owned()));
        values
    }

    #[test]
    fn what_is_not_taken_neither_counts_nor_is_lost() {
        let scope = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
        let mut seen = values(r#"{"工牌号":"7","车牌":"沪A"}"#);
        restrict(&mut seen, &scope);
        assert_eq!(seen.text(Field::Extension), Some(r#"{"工牌号":"7"}"#));
        let mut written = values(r#"{"工牌号":"8"}"#);
        complete(&mut written, &values(r#"{"工牌号":"7","车牌":"沪A"}"#), &scope);
        assert_eq!(written.text(Field::Extension), Some(r#"{"工牌号":"8","车牌":"沪A"}"#));
    }

    #[test]
    fn a_row_in_order_is_the_same_either_way() {
        let all = PolicyScope::EmployeesAndCustom([ALL_CUSTOM.to_owned()].into());
        let some = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
        for scope in [all, some, PolicyScope::Employees] {
            for text in [r#"{"工牌号":"7","车牌":"沪A"}"#, r#"{"a":{"b":[1,2.5]},"工牌号":"7"}"#, "free text"]
            {
                let (mut row, mut record) = (values(text), values(text));
                restrict_row(&mut row, &scope);
                restrict(&mut record, &scope);
                assert_eq!(row, record, "{scope:?} {text}");
            }
        }
    }

    #[test]
    fn nothing_left_is_empty_and_hidden_stays_hidden() {
        let scope = PolicyScope::EmployeesAndCustom(["工牌号".to_owned()].into());
        let mut seen = values(r#"{"车牌":"沪A"}"#);
        restrict(&mut seen, &scope);
        assert!(seen.shown().contains(Field::Extension) && seen.get(Field::Extension).is_none());
        let mut hidden = Values::new();
        complete(&mut hidden, &values(r#"{"车牌":"沪A"}"#), &scope);
        assert!(!hidden.shown().contains(Field::Extension));
    }
}
