//! The ledger: the eHR that ships with Bangding, in DynamoDB. The embedded default, and the only place that keeps
//! personal data in the clear.
//!
//! An entry's id is the link's id, so that a create that is repeated finds its first self. Somebody who left stays, marked
//! so, and can be taken back.
//!
//! The sync reads and writes it as a [`Connector`]; people edit it with [`Ledger::edit`], which the change feed tells.
//! What is dated ahead waits in the entry: every read shows it as it is on the ledger's day, every write begins there.

mod body;
mod company;
mod decide;
mod desk;
mod edit;
mod leads;
mod values;

use async_trait::async_trait;
use directory::hash::{self, HashKey};
use directory::{Action, CorpId, Field, FieldSet, Kind, LinkId, NativeId, Record, Timestamp, canonical};
use jiff::civil::Date;
use state::store::{Condition, Find, LedgerEntry};
use state::{Store, StoreError, WriteError};

use crate::connector::{Capabilities, Changes, Connector, Error, Key, Stored, Write};
use body::Body;

pub use company::Company;
pub use desk::EditError;
pub use edit::{Edit, Edited, Refusal, What};

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
        Self { store, corp, key, today: canonical::day(now).unwrap_or(Date::MIN) }
    }

    /// The day whose company this is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.today
    }

    fn finds(&self, body: &Body) -> Vec<Find> {
        let dingtalk = body.dingtalk.as_ref().map(|id| Key::DingTalk(id.clone()));
        let union = body.record.unionid.clone().map(Key::Union);
        let text = |field| body.record.values.text(field).map(str::to_owned);
        let (job, mobile) = (text(Field::JobNumber).map(Key::JobNumber), text(Field::Mobile).map(Key::Mobile));
        dingtalk.iter().chain(&union).chain(&job).chain(&mobile).map(|key| self.find(key)).collect()
    }

    fn find(&self, key: &Key) -> Find {
        let (what, value) = match key {
            Key::DingTalk(id) => ("dingtalk", id.as_str()),
            Key::Union(id) => ("unionid", id.as_str()),
            Key::JobNumber(number) => ("job-number", number.as_str()),
            Key::Mobile(number) => ("mobile", number.as_str()),
        };
        Find { what, hash: hash::bytes(&self.key, what, value.as_bytes()) }
    }

    fn stored(&self, entry: &LedgerEntry) -> Result<Stored, Error> {
        Body::read(entry).map(|body| body.on(self.today, entry.version))
    }

    async fn read(&self, kind: Kind, id: &str) -> Result<Option<Stored>, Error> {
        let entry = self.store.get_entry(&self.corp, kind, id).await.map_err(unavailable)?;
        entry.map(|entry| self.stored(&entry)).transpose()
    }

    async fn put(&self, kind: Kind, body: &Body, condition: Condition) -> Result<Stored, WriteError> {
        let text = body.text().map_err(|_| no_json())?;
        let id = body.record.id.as_str();
        let version = self.store.put_entry(&self.corp, kind, id, &text, condition, &self.finds(body)).await?;
        Ok(body.on(self.today, version))
    }

    async fn create(&self, write: &Write) -> Result<Stored, Error> {
        let id = self.id_for(write.link).ok_or(Error::Refused("its id cannot be stored"))?;
        let mut body = Body::new(Record::new(write.kind, id.clone()));
        change(&mut body, write);
        match self.put(write.kind, &body, Condition::New).await {
            // The first try of this very create got through, and who knows who wrote since: it is as it is.
            Err(WriteError::Exists { .. }) => self.read(write.kind, id.as_str()).await?.ok_or(Error::NotFound),
            done => done.map_err(write_error),
        }
    }

    async fn change(&self, id: &NativeId, write: &Write) -> Result<Stored, Error> {
        let entry = self.store.get_entry(&self.corp, write.kind, id.as_str()).await.map_err(unavailable)?;
        let entry = entry.ok_or(Error::NotFound)?;
        if write.expected.is_some_and(|expected| expected != entry.version) {
            return Err(Error::Stale);
        }
        let mut body = Body::read(&entry)?.settled(self.today);
        change(&mut body, write);
        self.put(write.kind, &body, Condition::Version(entry.version)).await.map_err(write_error)
    }
}

fn change(body: &mut Body, write: &Write) {
    for (field, value) in write.values.iter() {
        body.record.values.show(field, value.cloned());
    }
    // An eHR of our own hides nothing: what nobody wrote is empty.
    for field in FieldSet::of_kind(write.kind).without(body.record.values.shown()).iter() {
        body.record.values.show(field, None);
    }
    body.record.active = write.action != Action::Remove;
    // What the sync does now is not undone by what was dated ahead before it: a return may still come.
    match write.action {
        Action::Create | Action::Restore => body.schedule.enters_on = None,
        Action::Remove => body.schedule.leaves_on = None,
        Action::Update => {}
    }
    body.dingtalk = write.dingtalk.clone().or(body.dingtalk.take());
    body.record.unionid = write.unionid.clone().or(body.record.unionid.take());
}

/// A record that cannot be written as JSON; it came from JSON, so that nobody has seen one.
fn no_json() -> WriteError {
    WriteError::Store(StoreError::Malformed { what: "ledger entry", why: "it has no JSON form" })
}

fn unavailable(err: StoreError) -> Error {
    Error::Unavailable(Box::new(err))
}

fn write_error(err: WriteError) -> Error {
    match err {
        WriteError::Stale | WriteError::Exists { .. } => Error::Stale,
        WriteError::TooLarge { .. } => Error::Refused("it is larger than the ledger can store"),
        WriteError::Store(err) => unavailable(err),
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

    async fn list(&self, kind: Kind, each: &mut (dyn FnMut(Stored) + Send)) -> Result<u64, Error> {
        // One that cannot be read is that record's trouble: it is missing here, and the `get` that follows names it.
        let mut read = |entry: LedgerEntry| {
            if let Ok(stored) = self.stored(&entry) {
                each(stored);
            }
        };
        self.store.each_entry(&self.corp, kind, &mut read).await.map_err(unavailable)
    }

    async fn get(&self, kind: Kind, id: &NativeId) -> Result<Option<Stored>, Error> {
        self.read(kind, id.as_str()).await
    }

    async fn find_by_key(&self, kind: Kind, key: &Key) -> Result<Option<Stored>, Error> {
        // Two can share a number for a while: whoever is still here comes first.
        let ids = self.store.find(&self.corp, kind, &self.find(key), 10).await.map_err(unavailable)?;
        let mut found: Option<Stored> = None;
        for id in ids {
            let stored = self.read(kind, &id).await?.filter(|stored| has(stored, key));
            if let Some(stored) = stored
                && found.as_ref().is_none_or(|found| !found.record.active && stored.record.active)
            {
                found = Some(stored);
            }
        }
        Ok(found)
    }

    async fn apply(&self, write: &Write) -> Result<Stored, Error> {
        match (&write.id, write.action) {
            (_, Action::Create) => self.create(write).await,
            (Some(id), Action::Update | Action::Restore | Action::Remove) => self.change(id, write).await,
            (None, Action::Update | Action::Restore | Action::Remove) => Err(Error::NotFound),
        }
    }

    async fn changes(&self, cursor: Option<&str>) -> Result<Changes, Error> {
        self.told_after(cursor).await
    }

    async fn settle(&self, now: Timestamp) -> Result<u64, Error> {
        Self::settle(self, now).await
    }
}

fn has(stored: &Stored, key: &Key) -> bool {
    match key {
        Key::DingTalk(id) => stored.dingtalk.as_ref() == Some(id),
        Key::Union(id) => stored.record.unionid.as_ref() == Some(id),
        Key::JobNumber(number) => stored.record.values.text(Field::JobNumber) == Some(number),
        Key::Mobile(number) => stored.record.values.text(Field::Mobile) == Some(number),
    }
}
