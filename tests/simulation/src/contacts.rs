//! Converts DingTalk's company to the records that the client reads, with fields left out on
//! request, and converts the client's writes.

use directory::{DeptId, Field, FieldSet, Kind, NativeId, Record, WriteAction};
use engine::ports::DingTalkWrite;
use sandbox::company::{Department, Person};
use sandbox::world::{AppWrite, DepartmentFields, PersonFields};

/// Fields that need the field permission for e-mail.
pub const WITH_EMAIL: FieldSet = FieldSet::of_fields(&[
    Field::Email,
    Field::OrgEmail,
    Field::WorkPlace,
    Field::Remark,
    Field::Extension,
]);

/// Fields that every person has. If an answer leaves one out, it is hidden, not empty.
const NEVER_EMPTY: FieldSet = FieldSet::of_fields(&[
    Field::Name,
    Field::Mobile,
    Field::Departments,
    Field::HideMobile,
]);

/// Which interface a read uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadDepth {
    /// `user/list`.
    Listed,
    /// `user/get`.
    Read,
}

/// Returns a person as DingTalk shows them now. `silent` fields are left out of the answer. An
/// absent field is empty if it is in `visible`, otherwise hidden.
#[must_use]
pub fn person_record(
    person: &Person,
    depth: ReadDepth,
    visible: FieldSet,
    silent: FieldSet,
) -> Record {
    let record = match depth {
        ReadDepth::Listed => person.to_listed_record(),
        ReadDepth::Read => person.to_record(),
    };
    let mut record = record.unwrap_or_else(|| Record::new(Kind::Person, native_id(&person.userid)));
    for field in record.values.shown_fields().iter() {
        if silent.contains(field) {
            record.values.show(field, None);
        }
        let absent = record.values.get(field).is_none();
        if absent && (NEVER_EMPTY.contains(field) || !visible.contains(field)) {
            record.values.hide(field);
        }
    }
    record
}

/// Returns a department as `department/get` shows it.
#[must_use]
pub fn department_record(department: &Department, heads: &[String]) -> Record {
    department.to_record(heads)
}

/// Converts an id of a side.
#[must_use]
pub fn native_id(id: &str) -> NativeId {
    NativeId::new(id).unwrap_or_else(|_| NativeId::from(DeptId::ROOT))
}

/// Converts to what the client would send; `None` if nothing is left to send.
///
/// # Errors
/// The reason why the client refuses to send.
pub fn to_app_write(order: &DingTalkWrite) -> Result<Option<AppWrite>, &'static str> {
    let id = order.id.as_ref();
    let userid = || id.map(ToString::to_string).ok_or("a person without an id");
    let dept_id = || {
        id.and_then(NativeId::to_dept_id)
            .map(|id| id.0)
            .ok_or("a department without an id")
    };
    Ok(Some(match (order.kind, order.action) {
        (Kind::Person, WriteAction::Create) => {
            let fields = Box::new(PersonFields::of(&order.values));
            AppWrite::CreatePerson {
                userid: Some(userid()?),
                fields,
            }
        }
        (Kind::Person, WriteAction::Update | WriteAction::Restore) => {
            let mut fields = PersonFields {
                mobile: None,
                ..PersonFields::of(&order.values)
            };
            if fields == PersonFields::default() {
                return Ok(None);
            }
            fields.merge_extension = true;
            AppWrite::UpdatePerson {
                userid: userid()?,
                fields: Box::new(fields),
            }
        }
        (Kind::Person, WriteAction::Remove) => AppWrite::DeletePerson { userid: userid()? },
        (Kind::Department, WriteAction::Create) => {
            let mut fields = DepartmentFields::of(&order.values);
            fields.source_identifier = Some(order.link.to_string());
            AppWrite::CreateDepartment {
                fields: Box::new(fields),
            }
        }
        (Kind::Department, WriteAction::Update | WriteAction::Restore) => {
            let fields = DepartmentFields::of(&order.values);
            if fields == DepartmentFields::default() {
                return Ok(None);
            }
            AppWrite::UpdateDepartment {
                dept_id: dept_id()?,
                fields: Box::new(fields),
            }
        }
        (Kind::Department, WriteAction::Remove) => AppWrite::DeleteDepartment {
            dept_id: dept_id()?,
        },
    }))
}
