//! Filters of a list, as far as they are documented: one level.

use serde_json::Value;

use super::form::Form;
use super::refusal::Refusal;

/// A condition that was checked against the form.
struct Condition<'a> {
    name: &'a str,
    method: &'a str,
    values: &'a [Value],
}

/// Whether a row passes. A filter of a wrong shape, a field that is not there, or a method that its kind does not have is
/// refused.
pub(crate) fn passes(form: &Form, shown: &Value, filter: &Value) -> Result<bool, Refusal> {
    const WRONG: Refusal = Refusal(4815);
    let conditions = filter.get("cond").and_then(Value::as_array).ok_or(WRONG)?;
    let mut results = Vec::new();
    for condition in conditions {
        let text = |name: &str| condition.get(name).and_then(Value::as_str).ok_or(WRONG);
        let checked = Condition {
            name: text("field")?,
            method: text("method")?,
            values: condition
                .get("value")
                .and_then(Value::as_array)
                .ok_or(WRONG)?,
        };
        let widget = form.widget(checked.name).ok_or(WRONG)?;
        if !methods_of(&widget.kind).contains(&checked.method) {
            return Err(WRONG);
        }
        results.push(checked.holds(&shown[checked.name]));
    }
    Ok(match filter.get("rel").and_then(Value::as_str) {
        Some("and") => results.iter().all(|holds| *holds),
        Some("or") => results.iter().any(|holds| *holds),
        _ => return Err(WRONG),
    })
}

fn methods_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "text" | "combo" | "radiogroup" => &["eq", "ne", "in", "nin", "empty", "not_empty"],
        "sn" => &["eq", "ne", "in", "nin", "like", "empty", "not_empty"],
        "number" => &["eq", "ne", "empty", "not_empty"],
        "phone" => &["like", "empty", "not_empty"],
        _ => &["empty", "not_empty"],
    }
}

impl Condition<'_> {
    fn holds(&self, shown: &Value) -> bool {
        let shown = shown.get("phone").unwrap_or(shown);
        let is_empty =
            matches!(shown, Value::Null) || shown == "" || *shown == Value::Array(vec![]);
        match self.method {
            "eq" | "in" => self.values.contains(shown),
            "ne" | "nin" => !self.values.contains(shown),
            "like" => {
                let text = shown.as_str().unwrap_or_default();
                self.values
                    .iter()
                    .filter_map(Value::as_str)
                    .any(|part| text.contains(part))
            }
            "empty" => is_empty,
            _ => !is_empty,
        }
    }
}
