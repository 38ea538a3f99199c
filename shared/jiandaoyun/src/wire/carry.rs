//! Rows of a sub-form, made ready to be written back.
//!
//! A write replaces a sub-form as a whole: a row or a column that is left out is lost, without a word. So a row is written
//! back with everything that was read of it and its own id, or not at all.

use serde_json::{Map, Value, json};

use super::layout::Widget;
use super::value::{is_empty, read_department_number};
use super::widget_kind::WidgetKind;
use super::written_value::wrap;

/// A row that cannot be written back without losing something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the column {column} cannot be written back")]
pub struct CannotCarry {
    /// The column's name.
    pub column: String,
}

/// One row of a sub-form in the form of a write: `_id` and every column that is not empty.
///
/// Refused: a row without a readable id; a column that the form does not have any more; and a filled column that the
/// interface does not write or only from other data (files, signatures, chosen rows, rich text). Computed columns and serial
/// numbers are left out: 简道云 makes them again.
///
/// # Errors
/// [`CannotCarry`], with the column.
pub fn carry_row(
    columns: &[Widget],
    row: &Map<String, Value>,
) -> Result<Map<String, Value>, CannotCarry> {
    let lost = |column: &str| CannotCarry {
        column: column.to_owned(),
    };
    let mut written = Map::new();
    for (name, value) in row {
        if name == "_id" {
            let id = value.as_str().filter(|id| !id.is_empty());
            written.insert(name.clone(), wrap(json!(id.ok_or_else(|| lost(name))?)));
        } else if !is_empty(value) {
            let column = columns.iter().find(|column| column.name == *name);
            let kind = &column.ok_or_else(|| lost(name))?.kind;
            if let Some(value) = carry_value(kind, value).map_err(|()| lost(name))? {
                written.insert(name.clone(), wrap(value));
            }
        }
    }
    if written.contains_key("_id") {
        Ok(written)
    } else {
        Err(lost("_id"))
    }
}

/// `None` for what 简道云 computes itself.
fn carry_value(kind: &WidgetKind, value: &Value) -> Result<Option<Value>, ()> {
    let field = |value: &Value, name: &str| {
        value
            .as_object()
            .map_or_else(|| Some(value.clone()), |fields| fields.get(name).cloned())
    };
    let each = |name: &str| {
        let items = value.as_array().ok_or(())?.iter();
        items
            .map(|item| field(item, name))
            .collect::<Option<Value>>()
            .ok_or(())
    };
    Ok(Some(match kind {
        WidgetKind::Text
        | WidgetKind::TextArea
        | WidgetKind::Number
        | WidgetKind::DateTime
        | WidgetKind::RadioGroup
        | WidgetKind::Combo
        | WidgetKind::CheckboxGroup
        | WidgetKind::ComboCheck
        | WidgetKind::Address
        | WidgetKind::Location => value.clone(),
        WidgetKind::Phone => json!({ "phone": field(value, "phone").ok_or(())? }),
        WidgetKind::User => field(value, "username").ok_or(())?,
        WidgetKind::UserGroup => each("username")?,
        WidgetKind::Dept => json!(read_department_number(value).ok_or(())?),
        WidgetKind::DeptGroup => each("dept_no")?,
        WidgetKind::Lookup => field(value, "id").ok_or(())?,
        WidgetKind::SerialNumber | WidgetKind::Aggregation | WidgetKind::AggregationText => {
            return Ok(None);
        }
        WidgetKind::LinkData
        | WidgetKind::Subform
        | WidgetKind::Image
        | WidgetKind::Upload
        | WidgetKind::Signature
        | WidgetKind::RichText
        | WidgetKind::Other(_) => return Err(()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: &str) -> Widget {
        Widget {
            name: name.to_owned(),
            label: name.to_owned(),
            kind: WidgetKind::from(kind.to_owned()),
            options: Vec::new(),
            columns: Vec::new(),
        }
    }

    fn carry(kind: &str, value: &Value) -> Result<Option<Value>, CannotCarry> {
        let row = json!({ "_id": "r1", "c": value });
        let row = carry_row(&[column("c", kind)], row.as_object().unwrap())?;
        Ok(row.get("c").map(|wrapped| wrapped["value"].clone()))
    }

    #[test]
    fn a_row_keeps_its_id_and_every_column() {
        for (kind, read, written) in [
            ("text", json!("x"), json!("x")),
            ("number", json!(1.5), json!(1.5)),
            (
                "phone",
                json!({"phone": "1", "verified": true}),
                json!({"phone": "1"}),
            ),
            ("user", json!({"username": "u", "name": "n"}), json!("u")),
            ("usergroup", json!([{"username": "u"}]), json!(["u"])),
            ("dept", json!({"dept_no": 3}), json!(3)),
            (
                "deptgroup",
                json!([{"dept_no": 3}, {"dept_no": 4}]),
                json!([3, 4]),
            ),
            ("lookup", json!({"id": "r"}), json!("r")),
            ("lookup", json!("r"), json!("r")),
        ] {
            assert_eq!(carry(kind, &read), Ok(Some(written)), "{kind}");
        }
        // Computed: made again. Empty: nothing to lose.
        assert_eq!(carry("aggregation", &json!(3)), Ok(None));
        assert_eq!(carry("upload", &json!([])), Ok(None));
    }

    #[test]
    fn what_would_be_lost_refuses_the_row() {
        for (kind, value) in [
            ("upload", json!([{"name": "a", "url": "u"}])),
            ("signature", json!({"name": "s"})),
            ("linkdata", json!({"id": "x"})),
            ("hologram", json!(1)),
            ("deptgroup", json!([{"name": "no number"}])),
            ("user", json!({"name": "no username"})),
        ] {
            assert_eq!(
                carry(kind, &value),
                Err(CannotCarry { column: "c".into() }),
                "{kind}"
            );
        }
        let unknown = json!({"_id": "r", "gone": "x"});
        assert!(carry_row(&[], unknown.as_object().unwrap()).is_err());
        let nameless = json!({"c": "x"});
        assert!(carry_row(&[column("c", "text")], nameless.as_object().unwrap()).is_err());
    }
}
