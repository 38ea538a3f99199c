//! Lengths and counts, refused before anything is sent.

use directory::{DeptId, Field, FieldValues, Kind, UserId};

use crate::error::CallFault;

const DEPARTMENTS_AT_CREATION: usize = 100;
const DEPARTMENTS_AT_UPDATE: usize = 300;

/// The text fields of a person: DingTalk's name, how many characters it holds.
pub(super) const TEXT_FIELDS: [(Field, &str, usize); 8] = [
    (Field::Name, "name", 80),
    (Field::Telephone, "telephone", 50),
    (Field::JobNumber, "job_number", 50),
    (Field::Title, "title", 200),
    (Field::Email, "email", 50),
    (Field::OrgEmail, "org_email", 100),
    (Field::WorkPlace, "work_place", 100),
    (Field::Remark, "remark", 2000),
];

pub(super) fn department_name(name: &str) -> Result<&str, CallFault> {
    let fits = (1..=64).contains(&name.chars().count()) && !name.contains(['-', ',', '，']);
    fits.then_some(name).ok_or(CallFault::Invalid {
        kind: Kind::Department,
        field: Field::Name,
    })
}

/// A value of a field that lists departments.
fn invalid(field: Field) -> CallFault {
    let kind = match field {
        Field::Parent => Kind::Department,
        _ => Kind::Person,
    };
    CallFault::Invalid { kind, field }
}

/// The one department of a field; `None` where the field is not shown or empty.
pub(super) fn single_department(
    values: &FieldValues,
    field: Field,
) -> Result<Option<DeptId>, CallFault> {
    let ids = listed_departments(values, field)?;
    match ids.as_slice() {
        [] => Ok(None),
        [id] => Ok(Some(*id)),
        _ => Err(invalid(field)),
    }
}

pub(super) fn listed_departments(
    values: &FieldValues,
    field: Field,
) -> Result<Vec<DeptId>, CallFault> {
    let id = |text: &str| text.parse().ok().map(DeptId).filter(|id| id.is_ordinary());
    values
        .refs(field)
        .map(|text| id(text).ok_or(invalid(field)))
        .collect()
}

/// `"2,3,4"`: DingTalk wants a text where it gives an array.
pub(super) fn joined_departments(ids: &[DeptId], creates: bool) -> Result<String, CallFault> {
    if ids.is_empty() {
        return Err(CallFault::Required {
            kind: Kind::Person,
            field: Field::Departments,
        });
    }
    match creates {
        true if ids.len() > DEPARTMENTS_AT_CREATION => Err(CallFault::TooManyDepartments {
            limit: DEPARTMENTS_AT_CREATION,
        }),
        false if ids.len() > DEPARTMENTS_AT_UPDATE => Err(CallFault::TooManyDepartments {
            limit: DEPARTMENTS_AT_UPDATE,
        }),
        _ => Ok(ids
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")),
    }
}

/// `"u1,u2"`.
pub(super) fn joined_people(values: &FieldValues, field: Field) -> Result<String, CallFault> {
    let ids: Vec<&str> = values.refs(field).collect();
    if ids.iter().any(|id| id.contains(',')) {
        return Err(CallFault::UserId);
    }
    match ids.iter().all(|id| UserId::new(id).is_ok()) {
        true => Ok(ids.join(",")),
        false => Err(CallFault::UserId),
    }
}
