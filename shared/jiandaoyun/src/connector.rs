//! The eHR side's trait over a mapping: people are rows of one form, departments are the address book.

mod abilities;
mod cells;
mod create;
mod departments;
mod describe;
mod failure;
mod listing;
mod mapping;
mod person;
mod probe;
mod writes;
mod written_cells;

use std::sync::Arc;

use async_trait::async_trait;
use directory::{Kind, LinkId, NativeId, Reason, ReasonCode, Timestamp, WriteAction, canonical};
use ehr::{
    Abilities, AlternateKey, Capabilities, Connector, EhrError, FieldCatalogue, PageToken,
    ProbeReport, RecordPage, RecordWrite, StoredRecord,
};
use jiff::civil::Date;
use tokio::sync::OnceCell;

use crate::client::Client;
use crate::wire::FormLayout;
use failure::ehr_error;

pub use describe::catalogue_of;
pub use mapping::{
    AbsentField, AddressBook, FormMapping, MappedColumn, MappedField, StatusMapping, StatusMeaning,
};

/// The connector of one binding.
///
/// The form's fields are read once, when a write or a description needs them; lists and reads do without. Make a new
/// connector for each run, so that it sees the form as it is.
#[derive(Debug)]
pub struct Jiandaoyun {
    client: Arc<Client>,
    mapping: FormMapping,
    today: Date,
    layout: OnceCell<FormLayout>,
}

impl Jiandaoyun {
    /// A connector that shows people as they are on the day of `now` in Asia/Shanghai. Nothing is sent yet. A time outside
    /// the years that can be written is before every day.
    #[must_use]
    pub fn new(client: Arc<Client>, mapping: FormMapping, now: Timestamp) -> Self {
        Self {
            client,
            mapping,
            today: canonical::shanghai_day(now).unwrap_or(Date::MIN),
            layout: OnceCell::new(),
        }
    }

    async fn layout(&self) -> Result<&FormLayout, EhrError> {
        let FormMapping {
            app_id, entry_id, ..
        } = &self.mapping;
        self.layout
            .get_or_try_init(|| self.client.read_layout(app_id, entry_id))
            .await
            .map_err(ehr_error)
    }

    /// The stamp of the last change of any row of people: one cheap call. The same stamp as before: nothing changed.
    ///
    /// # Errors
    /// [`EhrError`].
    pub async fn read_change_stamp(&self) -> Result<Option<String>, EhrError> {
        let FormMapping {
            app_id, entry_id, ..
        } = &self.mapping;
        let layout = self.client.read_layout(app_id, entry_id).await;
        layout.map(|layout| layout.data_modified).map_err(ehr_error)
    }
}

#[async_trait]
impl Connector for Jiandaoyun {
    fn capabilities(&self) -> Capabilities {
        abilities::kept_fields(&self.mapping)
    }

    fn id_for(&self, _link: LinkId) -> Option<NativeId> {
        // 简道云 chooses.
        None
    }

    async fn list_records(
        &self,
        kind: Kind,
        each: &mut (dyn FnMut(StoredRecord) + Send),
    ) -> Result<u64, EhrError> {
        let (mut count, mut token) = (0_usize, None);
        loop {
            let page = self.list_record_page(kind, token.as_ref()).await?;
            count += page.records.len() + page.odd.len();
            page.records.into_iter().for_each(&mut *each);
            token = page.next;
            if token.is_none() {
                return Ok(u64::try_from(count).unwrap_or(u64::MAX));
            }
        }
    }

    async fn list_record_page(
        &self,
        kind: Kind,
        token: Option<&PageToken>,
    ) -> Result<RecordPage, EhrError> {
        match kind {
            Kind::Person => self.list_people(token).await,
            Kind::Department => self.list_departments().await,
        }
    }

    async fn read_record(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<Option<StoredRecord>, EhrError> {
        match kind {
            Kind::Person => self.read_person(id).await,
            Kind::Department => self.read_department(id).await,
        }
    }

    async fn find_by_key(
        &self,
        kind: Kind,
        key: &AlternateKey,
    ) -> Result<Option<StoredRecord>, EhrError> {
        let mut found = self.find_all_by_key(kind, key).await?;
        match found.len() {
            0 | 1 => Ok(found.pop()),
            count => Err(ambiguous(count)),
        }
    }

    async fn find_all_by_key(
        &self,
        kind: Kind,
        key: &AlternateKey,
    ) -> Result<Vec<StoredRecord>, EhrError> {
        match kind {
            Kind::Person => self.find_people(key).await,
            Kind::Department => self.find_departments(key).await,
        }
    }

    async fn write_record(&self, write: &RecordWrite) -> Result<StoredRecord, EhrError> {
        match (write.kind, write.action, &write.id) {
            (Kind::Department, _, _) => self.write_department(write).await,
            (Kind::Person, WriteAction::Create, _) => self.create_person(write).await,
            (Kind::Person, _, Some(id)) => self.change_person(id, write).await,
            (Kind::Person, _, None) => Err(EhrError::NotFound),
        }
    }

    fn abilities(&self) -> Option<Abilities> {
        Some(abilities::abilities_of(
            &self.mapping,
            self.mapping.address_book,
        ))
    }

    async fn describe(&self, kind: Kind) -> Result<Option<FieldCatalogue>, EhrError> {
        match kind {
            Kind::Person => Ok(Some(catalogue_of(self.layout().await?))),
            Kind::Department => Ok(None),
        }
    }

    async fn probe(&self) -> Option<ProbeReport> {
        Some(self.try_everything().await)
    }
}

/// A refusal of one record.
fn refused(reason: Reason) -> EhrError {
    EhrError::Refused(reason)
}

fn ambiguous(count: usize) -> EhrError {
    refused(Reason::new(ReasonCode::EhrKeyAmbiguous).number("count", count))
}
