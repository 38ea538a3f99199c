//! Values of the form as our values.

use std::collections::BTreeSet;

use directory::policy::EmploymentType;
use directory::{Field, FieldValue, canonical};

use super::mapping::MappedField;
use crate::wire::value::{read_department_number, read_value};
use crate::wire::{CellValue, Reading, Row};

/// What a row says of one of our fields, in canonical form.
pub(super) fn read_field(field: Field, mapped: &MappedField, row: &Row) -> Reading<FieldValue> {
    match read_value(&mapped.kind, row.raw(&mapped.name)) {
        Reading::Absent => Reading::Absent,
        Reading::Empty => Reading::Empty,
        Reading::Unreadable => Reading::Unreadable,
        Reading::Read(cell) => match to_field_value(field, mapped, cell) {
            None => Reading::Unreadable,
            Some(None) => Reading::Empty,
            Some(Some(value)) => Reading::Read(value),
        },
    }
}

/// `None` for what the field cannot be; `Some(None)` for what is empty in canonical form.
fn to_field_value(
    field: Field,
    mapped: &MappedField,
    cell: CellValue,
) -> Option<Option<FieldValue>> {
    let text = |text: Option<String>| text.map(|text| FieldValue::Text(text.as_str().into()));
    Some(match (field, cell) {
        (Field::HiredOn, CellValue::Day(day)) => Some(FieldValue::Day(day)),
        (Field::Mobile, CellValue::Text(number)) => {
            text(canonical::normalize_mobile(&number, None))
        }
        (Field::Email | Field::OrgEmail, CellValue::Text(address)) => {
            text(canonical::normalize_email(address))
        }
        // A word that is no kind of employment is unknown, not empty.
        (Field::Employment, CellValue::Text(label)) => text(Some(
            EmploymentType::of_label(label.trim())?.key().to_owned(),
        )),
        (Field::Departments | Field::MainDepartment, CellValue::Departments(numbers)) => {
            references(&numbers)
        }
        (Field::Departments, CellValue::Rows(rows)) => {
            let column = &mapped.column.as_ref()?.name;
            let mut numbers = Vec::new();
            for row in rows {
                match row.get(column) {
                    None => {}
                    Some(cell) if crate::wire::value::is_empty(cell) => {}
                    Some(serde_json::Value::Array(cells)) => {
                        numbers.extend(
                            cells
                                .iter()
                                .map(read_department_number)
                                .collect::<Option<Vec<_>>>()?,
                        );
                    }
                    Some(cell) => numbers.push(read_department_number(cell)?),
                }
            }
            references(&numbers)
        }
        (Field::Manager, CellValue::Row(id)) => {
            Some(FieldValue::Refs(BTreeSet::from([id.as_str().to_owned()])))
        }
        (_, CellValue::Text(plain)) => text(canonical::normalize_text(plain)),
        _ => return None,
    })
}

fn references(numbers: &[i64]) -> Option<FieldValue> {
    let refs: BTreeSet<String> = numbers.iter().map(i64::to_string).collect();
    (!refs.is_empty()).then_some(FieldValue::Refs(refs))
}
