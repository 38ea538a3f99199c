//! What the engine needs from outside, as traits: the real ones and, in tests, a simulated world.

use std::collections::BTreeMap;

use async_trait::async_trait;
use dingtalk::Error;
use dingtalk::client::{Client, CrawlEnd, Crawled, Tally, Unread};
use directory::decide::{Change, Writable};
use directory::policy::{EmploymentType, Ownership};
use directory::snapshot::Scope;
use directory::{
    Action, DeptId, FieldSet, Kind, LinkId, NativeId, Record, RunId, Side, Timestamp, UnionId, UserId, Values,
};
use state::store::JournalError;

/// One write to DingTalk. References in `values` are DingTalk's own ids.
#[derive(Debug, Clone)]
pub struct ToDingTalk {
    /// Person or department.
    pub kind: Kind,
    /// What is done: create, update or remove.
    pub action: Action,
    /// DingTalk's id; for a person who is created, the derived `userid`; `None` for a department that is created.
    pub id: Option<NativeId>,
    /// The link: a department that is created carries it as its `source_identifier`, so that a create whose outcome is
    /// unknown is found again.
    pub link: LinkId,
    /// The fields that change; a shown field without a value is emptied. In an update, `Extension` holds the custom fields
    /// that change (`null` empties one), and the others stay.
    pub values: Values,
}

/// What became of a write to DingTalk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// Done; the id of the record.
    Done(NativeId),
    /// A person was created.
    Joined {
        /// Their `userid`.
        id: NativeId,
        /// Their `unionid`, where DingTalk's answer says it.
        unionid: Option<UnionId>,
    },
    /// The person was invited and has to accept (40103).
    Pending,
    /// DingTalk refuses this record, for the reason.
    Refused(String),
    /// It may or may not have happened: the intent stays until a later read explains it.
    Unknown,
}

/// DingTalk's contacts, as the engine reads and writes them. References in records are DingTalk's own ids.
#[async_trait]
pub trait DingTalk: Send + Sync {
    /// What the app may see now.
    async fn scope(&self) -> Result<Scope, Error>;
    /// How many people the company has, activated or not.
    async fn head_count(&self) -> Result<u64, Error>;
    /// Administrators, the primary one first.
    async fn admins(&self) -> Result<Vec<UserId>, Error>;
    /// One person, as of now.
    async fn person(&self, id: &UserId, visible: FieldSet) -> Result<Record, Error>;
    /// One department, as of now.
    async fn department(&self, id: DeptId) -> Result<Record, Error>;
    /// The kinds of employment that DingTalk's roster names, of at most a hundred people; whoever is missing in the answer
    /// has none that it knows. Without a roster, nobody's is known.
    async fn employment(&self, _people: &[UserId]) -> Result<BTreeMap<UserId, EmploymentType>, Error> {
        Ok(BTreeMap::new())
    }
    /// Every department that is unread and the members of each, until `go_on` says no.
    async fn crawl(
        &self,
        unread: Unread,
        visible: FieldSet,
        go_on: &(dyn Fn() -> bool + Send + Sync),
        each: &mut (dyn for<'a> FnMut(Crawled<'a>) + Send),
    ) -> CrawlEnd;
    /// Departments directly below one, with their names.
    async fn children(&self, id: DeptId) -> Result<Vec<Record>, Error>;
    /// Writes one record. It is read back by whoever asks.
    ///
    /// # Errors
    /// What concerns everybody, or can be repeated as it is: nothing was written.
    async fn write(&self, write: &ToDingTalk) -> Result<Written, Error>;
    /// What can be written, for a kind of record.
    fn writable(&self, kind: Kind) -> Writable;
    /// The calls made since the last time this was asked.
    fn take_tally(&self) -> Tally;
}

/// Whether a corp may be written to now. Asked before every write to a side, so that a pause takes effect at once.
#[async_trait]
pub trait Gate: Send + Sync {
    /// `None`: go on. Otherwise why not, in a sentence.
    async fn closed(&self) -> Result<Option<String>, state::StoreError>;
}

/// A gate that nobody closes.
#[derive(Debug, Clone, Copy)]
pub struct Open;

#[async_trait]
impl Gate for Open {
    async fn closed(&self) -> Result<Option<String>, state::StoreError> {
        Ok(None)
    }
}

#[async_trait]
impl DingTalk for Client {
    async fn scope(&self) -> Result<Scope, Error> {
        let scopes = self.scopes().await?;
        Ok(Scope {
            departments: scopes.departments.iter().map(|id| (*id).into()).collect(),
            people: scopes.users.iter().map(Into::into).collect(),
            fields: scopes.fields,
            whole_company: scopes.whole_company,
        })
    }

    async fn head_count(&self) -> Result<u64, Error> {
        Self::head_count(self).await
    }

    async fn admins(&self) -> Result<Vec<UserId>, Error> {
        let mut admins = Self::admins(self).await?;
        admins.sort_by_key(|admin| admin.level);
        Ok(admins.into_iter().map(|admin| admin.userid).collect())
    }

    async fn person(&self, id: &UserId, visible: FieldSet) -> Result<Record, Error> {
        Self::person(self, id, visible).await
    }

    async fn department(&self, id: DeptId) -> Result<Record, Error> {
        Self::department(self, id).await
    }

    async fn employment(&self, people: &[UserId]) -> Result<BTreeMap<UserId, EmploymentType>, Error> {
        Self::employment(self, people).await
    }

    async fn crawl(
        &self,
        unread: Unread,
        visible: FieldSet,
        go_on: &(dyn Fn() -> bool + Send + Sync),
        each: &mut (dyn for<'a> FnMut(Crawled<'a>) + Send),
    ) -> CrawlEnd {
        dingtalk::client::crawl(self, unread, visible, go_on, each).await
    }

    async fn children(&self, id: DeptId) -> Result<Vec<Record>, Error> {
        self.sub_departments(id).await
    }

    async fn write(&self, write: &ToDingTalk) -> Result<Written, Error> {
        crate::to_dingtalk::write(self, write).await
    }

    fn writable(&self, kind: Kind) -> Writable {
        crate::to_dingtalk::writable(kind)
    }

    fn take_tally(&self) -> Tally {
        Self::take_tally(self)
    }
}

/// Random bytes: versions and link ids.
pub trait Randomness: Send + Sync {
    /// Sixteen unpredictable bytes.
    fn bytes(&self) -> [u8; 16];
}

impl<F: Fn() -> [u8; 16] + Send + Sync> Randomness for F {
    fn bytes(&self) -> [u8; 16] {
        self()
    }
}

/// One change, as it is recorded. Values are in the clear here and sealed by whoever stores them.
#[derive(Debug, Clone)]
pub struct JournalEntry {
    /// When.
    pub at: Timestamp,
    /// The side that was written to.
    pub side: Side,
    /// Whose record.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// What was done.
    pub action: Action,
    /// Field by field.
    pub changes: Vec<Change>,
    /// Why.
    pub reason: String,
    /// Whose values these are.
    pub owner: Ownership,
    /// Who decides each of the changed fields, in their order.
    pub owners: Vec<Ownership>,
}

/// The append-only record of every change.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Appends entries of a run, in this order.
    async fn append(&self, run: &RunId, entries: Vec<JournalEntry>) -> Result<(), JournalError>;
    /// Ends a run's chain and hangs its head into the corp's.
    async fn close(&self, run: &RunId) -> Result<(), JournalError>;
}
