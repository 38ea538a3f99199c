//! The ledger: the eHR that ships with Bangding, in DynamoDB. The embedded default, and the only place that keeps
//! personal data in the clear.
//!
//! An entry's id is the link's id, so that a create that is repeated finds its first self. Somebody who left stays, marked
//! so, and can be taken back.
//!
//! The sync reads and writes it as a [`Connector`]; people edit it with [`Ledger::edit_entry`], which the change feed tells.
//! What is dated ahead waits in the entry: every read shows it as it is on the ledger's day, every write begins there.

mod company;
mod decide;
mod edit;
mod edit_reading;
mod editing;
mod entry_body;
mod leadership;
mod reading;
mod values;

use async_trait::async_trait;
use directory::hash::{self, HashKey};
use directory::reason::{Reason, ReasonCode};
use directory::{
    CorpId, Field, FieldSet, Kind, LinkId, NativeId, Record, Timestamp, WriteAction, canonical,
};
use jiff::civil::Date;
use state::store::{LedgerEntry, LookupKey, PutCondition};
use state::{Store, StoreError, WriteError};

use crate::connector::{
    AlternateKey, Capabilities, ChangePage, Connector, EhrError, RecordWrite, StoredRecord,
};
use entry_body::EntryBody;

pub use company::CompanyOnDay;
pub use edit::{EditAction, EditOutcome, EditRefusal, LedgerEdit};
pub use editing::EditError;
pub use reading::LedgerPage;

/// The built-in eHR of one corp.
#[derive(Clone)]
pub struct Ledger {
    store: Store,
    corp: CorpId,
    key: HashKey,
    today: Date,
}

impl Ledger {
    /// The ledger of `corp` as it is on the day of `now` in Asia/Shanghai; `key` hashes what entries are found by, so that
    /// no key holds a job number. A time outside the years that can be written is before every day.
    #[must_use]
    pub fn new(store: Store, corp: CorpId, key: HashKey, now: Timestamp) -> Self {
        Self {
            store,
            corp,
            key,
            today: canonical::shanghai_day(now).unwrap_or(Date::MIN),
        }
    }

    /// The day whose company this is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.today
    }

    /// What an entry is found by. Job numbers and mobiles that are dated ahead count too: on their day an entry is found
    /// before it is settled, and every reader compares what it finds.
    fn lookup_keys(&self, body: &EntryBody) -> Vec<LookupKey> {
        let dingtalk = body.dingtalk.clone().map(AlternateKey::DingTalk);
        let union = body.record.unionid.clone().map(AlternateKey::Union);
        let ahead = body.schedule.changes.iter().map(|change| &change.values);
        let values = || ahead.clone().chain([&body.record.values]);
        let texts =
            |field| values().filter_map(move |values| values.text(field).map(str::to_owned));
        let (jobs, mobiles) = (texts(Field::JobNumber), texts(Field::Mobile));
        let keys = dingtalk
            .into_iter()
            .chain(union)
            .chain(jobs.map(AlternateKey::JobNumber))
            .chain(mobiles.map(AlternateKey::Mobile));
        let mut keys: Vec<LookupKey> = keys.map(|key| self.lookup_key(&key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn lookup_key(&self, key: &AlternateKey) -> LookupKey {
        let (what, value) = match key {
            AlternateKey::DingTalk(id) => ("dingtalk", id.as_str()),
            AlternateKey::Union(id) => ("unionid", id.as_str()),
            AlternateKey::JobNumber(number) => ("job-number", number.as_str()),
            AlternateKey::Mobile(number) => ("mobile", number.as_str()),
        };
        LookupKey {
            what,
            hash: hash::hash_bytes(&self.key, what, value.as_bytes()),
        }
    }

    fn stored_record(&self, entry: &LedgerEntry) -> Result<StoredRecord, EhrError> {
        EntryBody::from_entry(entry).map(|body| body.record_on(self.today, entry.version))
    }

    async fn read_entry(&self, kind: Kind, id: &str) -> Result<Option<StoredRecord>, EhrError> {
        let entry = self
            .store
            .get_entry(&self.corp, kind, id)
            .await
            .map_err(store_unavailable)?;
        entry.map(|entry| self.stored_record(&entry)).transpose()
    }

    async fn write_body(
        &self,
        kind: Kind,
        body: &EntryBody,
        condition: PutCondition,
    ) -> Result<StoredRecord, WriteError> {
        let text = body.to_json().map_err(|_| json_error())?;
        let id = body.record.id.as_str();
        let version = self
            .store
            .put_entry(
                &self.corp,
                kind,
                id,
                &text,
                condition,
                &self.lookup_keys(body),
            )
            .await?;
        Ok(body.record_on(self.today, version))
    }

    async fn create_entry(&self, write: &RecordWrite) -> Result<StoredRecord, EhrError> {
        let id = self.id_for(write.link).ok_or_else(entry_too_large)?;
        let mut body = EntryBody::new(Record::new(write.kind, id.clone()));
        change_body(&mut body, write);
        match self.write_body(write.kind, &body, PutCondition::New).await {
            // The first try of this very create got through, and who knows who wrote since: it is as it is.
            Err(WriteError::Exists { .. }) => self
                .read_entry(write.kind, id.as_str())
                .await?
                .ok_or(EhrError::NotFound),
            done => done.map_err(write_error),
        }
    }

    async fn change_entry(
        &self,
        id: &NativeId,
        write: &RecordWrite,
    ) -> Result<StoredRecord, EhrError> {
        let entry = self
            .store
            .get_entry(&self.corp, write.kind, id.as_str())
            .await
            .map_err(store_unavailable)?;
        let entry = entry.ok_or(EhrError::NotFound)?;
        if write
            .expected
            .is_some_and(|expected| expected != entry.version)
        {
            return Err(EhrError::Stale);
        }
        let mut body = EntryBody::from_entry(&entry)?.settled_on(self.today);
        change_body(&mut body, write);
        self.write_body(write.kind, &body, PutCondition::Version(entry.version))
            .await
            .map_err(write_error)
    }
}

fn change_body(body: &mut EntryBody, write: &RecordWrite) {
    for (field, value) in write.values.iter() {
        body.record.values.show(field, value.cloned());
    }
    // An eHR of our own hides nothing: what nobody wrote is empty.
    for field in FieldSet::of_kind(write.kind)
        .without(body.record.values.shown_fields())
        .iter()
    {
        body.record.values.show(field, None);
    }
    body.record.active = write.action != WriteAction::Remove;
    // What the sync does now is not undone by what was dated ahead before it: a return may still come.
    match write.action {
        WriteAction::Create | WriteAction::Restore => body.schedule.enters_on = None,
        WriteAction::Remove => body.schedule.leaves_on = None,
        WriteAction::Update => {}
    }
    body.dingtalk = write.dingtalk.clone().or(body.dingtalk.take());
    body.record.unionid = write.unionid.clone().or(body.record.unionid.take());
}

/// A record that cannot be written as JSON; it came from JSON, so that nobody has seen one.
fn json_error() -> WriteError {
    WriteError::Store(StoreError::Malformed {
        what: "ledger entry",
        why: "it has no JSON form",
    })
}

fn entry_too_large() -> EhrError {
    EhrError::Refused(Reason::new(ReasonCode::LedgerEntryTooLarge))
}

fn store_unavailable(err: StoreError) -> EhrError {
    EhrError::Unavailable(Box::new(err))
}

fn write_error(err: WriteError) -> EhrError {
    match err {
        WriteError::Stale | WriteError::Exists { .. } => EhrError::Stale,
        WriteError::TooLarge { .. } => entry_too_large(),
        WriteError::Store(err) => store_unavailable(err),
    }
}

#[async_trait]
impl Connector for Ledger {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            person: FieldSet::PERSON,
            department: FieldSet::DEPARTMENT,
            person_listed: FieldSet::PERSON,
            department_listed: FieldSet::DEPARTMENT,
        }
    }

    fn id_for(&self, link: LinkId) -> Option<NativeId> {
        NativeId::new(&link.to_string()).ok()
    }

    async fn list_records(
        &self,
        kind: Kind,
        each: &mut (dyn FnMut(StoredRecord) + Send),
    ) -> Result<u64, EhrError> {
        // One that cannot be read is that record's trouble: it is missing here, and the `get` that follows names it.
        let mut read = |entry: LedgerEntry| {
            if let Ok(stored) = self.stored_record(&entry) {
                each(stored);
            }
        };
        self.store
            .each_entry(&self.corp, kind, &mut read)
            .await
            .map_err(store_unavailable)
    }

    async fn read_record(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<Option<StoredRecord>, EhrError> {
        self.read_entry(kind, id.as_str()).await
    }

    async fn find_by_key(
        &self,
        kind: Kind,
        key: &AlternateKey,
    ) -> Result<Option<StoredRecord>, EhrError> {
        // Two can share a number for a while: the one who is still here comes first.
        let found = self.find_all_by_key(kind, key).await?;
        let here = found.iter().position(|stored| stored.record.active);
        Ok(found.into_iter().nth(here.unwrap_or_default()))
    }

    async fn write_record(&self, write: &RecordWrite) -> Result<StoredRecord, EhrError> {
        match (&write.id, write.action) {
            (_, WriteAction::Create) => self.create_entry(write).await,
            (Some(id), WriteAction::Update | WriteAction::Restore | WriteAction::Remove) => {
                self.change_entry(id, write).await
            }
            (None, WriteAction::Update | WriteAction::Restore | WriteAction::Remove) => {
                Err(EhrError::NotFound)
            }
        }
    }

    async fn list_changes(&self, cursor: Option<&str>) -> Result<ChangePage, EhrError> {
        self.changes_after(cursor).await
    }

    async fn apply_due_changes(&self, now: Timestamp) -> Result<u64, EhrError> {
        Self::apply_due_edits(self, now).await
    }
}

fn matches_key(stored: &StoredRecord, key: &AlternateKey) -> bool {
    match key {
        AlternateKey::DingTalk(id) => stored.dingtalk.as_ref() == Some(id),
        AlternateKey::Union(id) => stored.record.unionid.as_ref() == Some(id),
        AlternateKey::JobNumber(number) => {
            stored.record.values.text(Field::JobNumber) == Some(number)
        }
        AlternateKey::Mobile(number) => stored.record.values.text(Field::Mobile) == Some(number),
    }
}
