//! What the engine needs from outside, as traits: the real ones and, in tests, a simulated world.

use std::collections::BTreeSet;

use async_trait::async_trait;
use dingtalk::Error;
use dingtalk::client::{Client, CrawlEnd, Crawled, Tally};
use directory::decide::Change;
use directory::merge::Owner;
use directory::snapshot::Scope;
use directory::{Action, DeptId, FieldSet, Kind, LinkId, Record, RunId, Side, Timestamp, UserId};
use state::store::JournalError;

/// DingTalk's contacts, as the engine reads them. References in records are DingTalk's own ids.
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
    /// Every department below `roots` and the members of each.
    async fn crawl(
        &self,
        roots: &BTreeSet<DeptId>,
        visible: FieldSet,
        each: &mut (dyn for<'a> FnMut(Crawled<'a>) + Send),
    ) -> CrawlEnd;
    /// The calls made since the last time this was asked.
    fn take_tally(&self) -> Tally;
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

    async fn crawl(
        &self,
        roots: &BTreeSet<DeptId>,
        visible: FieldSet,
        each: &mut (dyn for<'a> FnMut(Crawled<'a>) + Send),
    ) -> CrawlEnd {
        dingtalk::client::crawl(self, roots, visible, each).await
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
    pub owner: Owner,
}

/// The append-only record of every change.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Appends entries of a run, in this order.
    async fn append(&self, run: &RunId, entries: Vec<JournalEntry>) -> Result<(), JournalError>;
    /// Ends a run's chain and hangs its head into the corp's.
    async fn close(&self, run: &RunId) -> Result<(), JournalError>;
}
