//! Written values and what is stored of them, by the field's kind. Nothing is checked but the shape: neither options, nor
//! unique values, nor required fields.

use serde_json::{Map, Value, json};

use super::form::{Widget, instant};
use super::refusal::Refusal;
use super::{Settings, World};

/// What a write may refer to.
pub(crate) struct Surroundings<'a> {
    pub(crate) world: &'a World,
    pub(crate) settings: &'a Settings,
}

/// What the write of a field stores. `None`: the field cannot be written, and the write is ignored.
pub(crate) fn store_value(
    widget: &Widget,
    wrapped: &Value,
    present: Option<&Value>,
    around: &Surroundings<'_>,
) -> Result<Option<Value>, Refusal> {
    // A bare value is no write.
    let value = wrapped
        .as_object()
        .and_then(|fields| fields.get("value"))
        .ok_or(Refusal::REQUEST)?;
    Ok(Some(match widget.kind.as_str() {
        "text" | "textarea" | "radiogroup" | "combo" => match value {
            Value::String(_) => value.clone(),
            Value::Null => json!(""),
            _ => return Err(Refusal::VALUE),
        },
        "number" => match value {
            Value::Number(_) => value.clone(),
            _ => return Err(Refusal::VALUE),
        },
        "checkboxgroup" | "combocheck" => match value {
            Value::Array(_) => value.clone(),
            _ => return Err(Refusal::VALUE),
        },
        "datetime" => json!(stored_instant(value)?),
        "phone" => {
            let number = value
                .get("phone")
                .and_then(Value::as_str)
                .ok_or(Refusal::VALUE)?;
            json!({ "phone": number, "verified": false })
        }
        "user" => member(value, around)?,
        "usergroup" => each(value, |one| member(one, around))?,
        "dept" => department(value, around)?,
        "deptgroup" => each(value, |one| department(one, around))?,
        "lookup" => {
            let id = value.as_str().ok_or(Refusal::VALUE)?;
            if id.is_empty() {
                Value::Null
            } else if around.settings.lookup_as_object {
                json!({ "id": id })
            } else {
                json!(id)
            }
        }
        "subform" => stored_table(widget, value, present, around)?,
        "address" | "location" | "richtext" => value.clone(),
        // The keys of files that were uploaded; this sandbox takes none.
        "image" | "upload" => match value {
            Value::Array(items) if items.is_empty() => json!([]),
            _ => return Err(Refusal::VALUE),
        },
        _ => return Ok(None),
    }))
}

fn each(value: &Value, one: impl Fn(&Value) -> Result<Value, Refusal>) -> Result<Value, Refusal> {
    value
        .as_array()
        .ok_or(Refusal::VALUE)?
        .iter()
        .map(one)
        .collect()
}

fn member(value: &Value, around: &Surroundings<'_>) -> Result<Value, Refusal> {
    let username = value.as_str().ok_or(Refusal::VALUE)?;
    let name = around.world.members.get(username).ok_or(Refusal(1010))?;
    Ok(json!({ "username": username, "name": name, "status": 1, "type": 0 }))
}

fn department(value: &Value, around: &Surroundings<'_>) -> Result<Value, Refusal> {
    let number = value.as_i64().ok_or(Refusal::VALUE)?;
    if number == 1 {
        return Ok(json!({ "dept_no": 1, "name": "", "type": 0, "status": 1 }));
    }
    let found = around.world.departments.get(&number).ok_or(Refusal(6002))?;
    Ok(json!({ "dept_no": number, "name": found.name, "type": 0, "status": 1 }))
}

/// Taken: an instant with a zone, milliseconds, a civil date. Refused: null, no text, 0, seconds, slashes, lists.
fn stored_instant(value: &Value) -> Result<String, Refusal> {
    match value {
        Value::String(text) => {
            if let Ok(at) = text.parse::<jiff::Timestamp>() {
                return Ok(instant(at.as_millisecond()));
            }
            // Of a text without a zone the zone is not documented: UTC here.
            let day: jiff::civil::Date = text.parse().map_err(|_| Refusal::VALUE)?;
            if text.contains('/') {
                return Err(Refusal::VALUE);
            }
            Ok(format!("{day}T00:00:00.000Z"))
        }
        Value::Number(number) => {
            let millis = number.as_i64().filter(|millis| *millis > 99_999_999_999);
            Ok(instant(millis.ok_or(Refusal::VALUE)?))
        }
        _ => Err(Refusal::VALUE),
    }
}

/// The whole is replaced: a row or a column that is not written is gone. A row with the id of a present one keeps the id.
fn stored_table(
    widget: &Widget,
    value: &Value,
    present: Option<&Value>,
    around: &Surroundings<'_>,
) -> Result<Value, Refusal> {
    let present: Vec<&str> = present
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|row| row.get("_id")?.as_str())
        .collect();
    let mut next = present.len();
    let mut rows = Vec::new();
    for written in value.as_array().ok_or(Refusal::VALUE)? {
        let written = written.as_object().ok_or(Refusal::VALUE)?;
        let own = written.get("_id").and_then(|id| id.get("value")?.as_str());
        let id = own.filter(|id| present.contains(id)).map_or_else(
            || {
                next += 1;
                format!("{}{next:04}", widget.widget_name.trim_start_matches('_'))
            },
            str::to_owned,
        );
        let mut row = Map::from_iter([("_id".to_owned(), json!(id))]);
        for item in &widget.items {
            if let Some(wrapped) = written.get(&item.name)
                && let Some(stored) = store_value(item, wrapped, None, around)?
            {
                row.insert(item.name.clone(), stored);
            }
        }
        rows.push(Value::Object(row));
    }
    Ok(Value::Array(rows))
}
