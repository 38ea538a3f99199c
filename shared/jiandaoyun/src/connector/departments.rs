//! Departments: the address book.

use directory::effective_dates::Presence;
use directory::reason::{Reason, ReasonCode};
use directory::{Field, FieldValue, Kind, NativeId, Record, WriteAction, canonical};
use ehr::{AlternateKey, EhrError, OddRow, RecordPage, RecordWrite, StoredRecord};

use super::failure::ehr_error;
use super::mapping::AddressBook;
use super::{Jiandaoyun, refused};
use crate::client::{ROOT, WrittenDepartment};
use crate::wire::AddressBookDepartment;

impl Jiandaoyun {
    /// Every department in one page, the root among them, which the address book does not list: its name is not known.
    /// Departments of other companies are left out.
    pub(super) async fn list_departments(&self) -> Result<RecordPage, EhrError> {
        let list = self.client.list_departments().await.map_err(ehr_error)?;
        let unreadable = OddRow {
            id: None,
            reason: Reason::new(ReasonCode::EhrRowUnreadable),
        };
        let mut page = RecordPage {
            odd: vec![unreadable; list.unreadable],
            ..RecordPage::default()
        };
        page.records.extend(root_record());
        let own = list
            .departments
            .iter()
            .filter(|department| !department.is_external);
        page.records
            .extend(own.filter_map(|department| self.department_record(department)));
        Ok(page)
    }

    /// One department as it is now. The interface reads no single one: it is looked up in the list.
    pub(super) async fn read_department(
        &self,
        id: &NativeId,
    ) -> Result<Option<StoredRecord>, EhrError> {
        let page = self.list_departments().await?;
        Ok(page
            .records
            .into_iter()
            .find(|stored| stored.record.id == *id))
    }

    /// In a copy of DingTalk's address book the number is DingTalk's own; anywhere else nothing keeps it.
    pub(super) async fn find_departments(
        &self,
        key: &AlternateKey,
    ) -> Result<Vec<StoredRecord>, EhrError> {
        let AlternateKey::DingTalk(id) = key else {
            return Ok(Vec::new());
        };
        let page = self.list_departments().await?;
        let found = page.records.into_iter();
        Ok(found
            .filter(|stored| stored.dingtalk.as_ref() == Some(id))
            .collect())
    }

    fn department_record(&self, department: &AddressBookDepartment) -> Option<StoredRecord> {
        let id = NativeId::new(&department.dept_no.to_string()).ok()?;
        let mut record = Record::new(Kind::Department, id.clone());
        if let Some(name) = &department.name {
            record
                .values
                .show_text(Field::Name, canonical::normalize_text(name.as_str()));
        }
        if let Some(parent) = department.parent_no {
            record.values.show_refs(Field::Parent, [parent.to_string()]);
        }
        if let Some(seq) = department.seq {
            record
                .values
                .show(Field::Order, Some(FieldValue::Number(seq)));
        }
        record.active = !department.is_removed;
        let is_copy = self.mapping.address_book == AddressBook::CopyOfDingTalk;
        Some(stored(record, is_copy.then_some(id)))
    }

    /// Refused in a copy of DingTalk's address book, for the root, and for a name that a department beside it has: nothing
    /// else could tell a repeated create from another one's department.
    pub(super) async fn write_department(
        &self,
        write: &RecordWrite,
    ) -> Result<StoredRecord, EhrError> {
        if self.mapping.address_book == AddressBook::CopyOfDingTalk {
            return Err(refused(Reason::new(ReasonCode::EhrOrganisationLocked)));
        }
        let written = written_department(write)?;
        if write.action == WriteAction::Create {
            return self.create_department(&written).await;
        }
        let id = write.id.as_ref().ok_or(EhrError::NotFound)?;
        let number: i64 = id.as_str().parse().map_err(|_| EhrError::NotFound)?;
        if number == ROOT {
            return Err(EhrError::Refused(Reason::new(ReasonCode::EhrRootKept)));
        }
        match write.action {
            WriteAction::Remove => self.delete_department(id, number).await,
            _ => {
                let changed = self.client.update_department(number, &written).await;
                let changed = changed.map_err(ehr_error)?;
                self.department_record(&changed)
                    .ok_or(EhrError::UnknownOutcome)
            }
        }
    }

    async fn create_department(
        &self,
        written: &WrittenDepartment,
    ) -> Result<StoredRecord, EhrError> {
        let parent = written.parent_no.unwrap_or(ROOT);
        let siblings = self.client.list_departments().await.map_err(ehr_error)?;
        let taken = siblings.departments.iter().any(|other| {
            other.parent_no == Some(parent) && other.name == written.name && !other.is_removed
        });
        if taken || written.name.is_none() {
            let code = if taken {
                ReasonCode::EhrValueTaken
            } else {
                ReasonCode::EhrValueInvalid
            };
            return Err(refused(Reason::new(code).text("key", "name")));
        }
        let written = WrittenDepartment {
            parent_no: Some(parent),
            ..written.clone()
        };
        let created = self
            .client
            .create_department(&written)
            .await
            .map_err(ehr_error)?;
        self.department_record(&created)
            .ok_or(EhrError::UnknownOutcome)
    }

    async fn delete_department(
        &self,
        id: &NativeId,
        number: i64,
    ) -> Result<StoredRecord, EhrError> {
        let mut last = self.read_department(id).await?.ok_or(EhrError::NotFound)?;
        self.client
            .delete_department(number)
            .await
            .map_err(ehr_error)?;
        last.record.active = false;
        last.presence = Presence::Left;
        Ok(last)
    }
}

fn written_department(write: &RecordWrite) -> Result<WrittenDepartment, EhrError> {
    let mut written = WrittenDepartment::default();
    for (field, value) in write.values.iter() {
        match (field, value) {
            (Field::Name, Some(FieldValue::Text(name))) => {
                written.name = Some(name.expose().to_owned());
            }
            (Field::Parent, Some(FieldValue::Refs(refs))) => {
                let parent = refs.first().and_then(|id| id.parse().ok());
                written.parent_no =
                    Some(parent.ok_or_else(|| {
                        EhrError::Refused(Reason::new(ReasonCode::EhrParentInvalid))
                    })?);
            }
            (Field::Order, Some(FieldValue::Number(seq))) => written.seq = Some(*seq),
            (Field::Parent | Field::Order, None) => {}
            (field, _) => {
                let unmapped = Reason::new(ReasonCode::EhrFieldUnmapped).field("field", field);
                return Err(refused(unmapped));
            }
        }
    }
    Ok(written)
}

fn root_record() -> Option<StoredRecord> {
    let mut record = Record::new(Kind::Department, NativeId::new(&ROOT.to_string()).ok()?);
    record.values.show(Field::Parent, None);
    Some(stored(record, None))
}

fn stored(record: Record, dingtalk: Option<NativeId>) -> StoredRecord {
    StoredRecord {
        dingtalk,
        version: 0,
        presence: if record.active {
            Presence::Here
        } else {
            Presence::Left
        },
        upcoming: Vec::new(),
        record,
    }
}
