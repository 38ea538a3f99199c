//! Lengths and counts, refused before anything is sent.

use directory::{DeptId, Field, FieldValues, UserId};

const DEPARTMENTS_AT_CREATION: usize = 100;
const DEPARTMENTS_AT_UPDATE: usize = 300;

/// The text fields of a person: DingTalk's name, how many characters it holds, what to say where it holds too many.
pub(super) const TEXT_FIELDS: [(Field, &str, usize, &str); 8] = [
    (Field::Name, "name", 80, "a name has at most 80 characters"),
    (
        Field::Telephone,
        "telephone",
        50,
        "an extension has at most 50 characters",
    ),
    (
        Field::JobNumber,
        "job_number",
        50,
        "a job number has at most 50 characters",
    ),
    (
        Field::Title,
        "title",
        200,
        "a title has at most 200 characters",
    ),
    (
        Field::Email,
        "email",
        50,
        "an e-mail address has at most 50 characters",
    ),
    (
        Field::OrgEmail,
        "org_email",
        100,
        "a company mailbox has at most 100 characters",
    ),
    (
        Field::WorkPlace,
        "work_place",
        100,
        "a work place has at most 100 characters",
    ),
    (
        Field::Remark,
        "remark",
        2000,
        "a remark has at most 2,000 characters",
    ),
];

pub(super) fn department_name(name: &str) -> Result<&str, &'static str> {
    let fits = (1..=64).contains(&name.chars().count()) && !name.contains(['-', ',', '，']);
    fits.then_some(name)
        .ok_or("a department's name has 1 to 64 characters, none of them - , or ，")
}

/// The one department of a field; `None` where the field is not shown or empty.
pub(super) fn single_department(
    values: &FieldValues,
    field: Field,
) -> Result<Option<DeptId>, &'static str> {
    let ids = listed_departments(values, field)?;
    match ids.as_slice() {
        [] => Ok(None),
        [id] => Ok(Some(*id)),
        _ => Err("one department is wanted, not several"),
    }
}

pub(super) fn listed_departments(
    values: &FieldValues,
    field: Field,
) -> Result<Vec<DeptId>, &'static str> {
    let id = |text: &str| text.parse().ok().map(DeptId).filter(|id| id.is_ordinary());
    values
        .refs(field)
        .map(|text| id(text).ok_or("a department id that DingTalk cannot have"))
        .collect()
}

/// `"2,3,4"`: DingTalk wants a text where it gives an array.
pub(super) fn joined_departments(ids: &[DeptId], creates: bool) -> Result<String, &'static str> {
    if ids.is_empty() {
        return Err("a person is in at least one department");
    }
    match creates {
        true if ids.len() > DEPARTMENTS_AT_CREATION => {
            Err("a new person is in at most 100 departments")
        }
        false if ids.len() > DEPARTMENTS_AT_UPDATE => Err("a person is in at most 300 departments"),
        _ => Ok(ids
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")),
    }
}

/// `"u1,u2"`.
pub(super) fn joined_people(values: &FieldValues, field: Field) -> Result<String, &'static str> {
    let ids: Vec<&str> = values.refs(field).collect();
    if ids.iter().any(|id| id.contains(',')) {
        return Err("a userid with a comma would name two people");
    }
    match ids.iter().all(|id| UserId::new(id).is_ok()) {
        true => Ok(ids.join(",")),
        false => Err("a userid that cannot be one"),
    }
}
