//! Departments of the address book (通讯录).

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::value::read_department_number;

/// One department. The root has number 1 and is not in its own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressBookDepartment {
    /// Its number.
    pub dept_no: i64,
    /// Its name.
    pub name: Option<String>,
    /// The number of the department above it; `None` where that cannot be read.
    pub parent_no: Option<i64>,
    /// Sort order; only version 6 of the interface tells it.
    pub seq: Option<i64>,
    /// Whether an outside directory made it: then this address book is a copy (集成模式).
    pub is_copy: bool,
    /// Whether the copy says that it was removed there (`status` −1).
    pub is_removed: bool,
    /// Whether it is one of another company (`type` 2).
    pub is_external: bool,
}

impl AddressBookDepartment {
    /// Reads one; `None` without a number.
    pub(crate) fn parse(raw: &RawValue) -> Option<Self> {
        let fields: Value = serde_json::from_str(raw.get()).ok()?;
        let text = |name: &str| fields.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str| fields.get(name)?.as_i64();
        let copied = fields.get("integrate_id").is_some_and(|id| match id {
            Value::String(id) => !id.is_empty(),
            Value::Null => false,
            _ => true,
        });
        Some(Self {
            dept_no: read_department_number(fields.get("dept_no")?)?,
            name: text("name"),
            parent_no: fields.get("parent_no").and_then(read_department_number),
            seq: number("seq"),
            is_copy: copied,
            is_removed: number("status") == Some(-1),
            is_external: number("type") == Some(2),
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct DepartmentsBody {
    pub(crate) departments: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(crate) struct DepartmentBody {
    pub(crate) department: Box<RawValue>,
}
