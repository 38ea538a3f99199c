//! What the engine needs from outside, as traits: the real ones and, in tests, a simulated world.

use async_trait::async_trait;
use dingtalk::DingTalkError;
use dingtalk::client::{CallTally, Client, CrawlEnd, CrawlItem, CrawlState, RosterKinds};
use directory::decide::{ValueChange, WritableFields};
use directory::policy::Ownership;
use directory::reason::Reason;
use directory::snapshot::AppScope;
use directory::{
    DeptId, FieldSet, FieldValues, Kind, LinkId, NativeId, Record, RunId, Side, Timestamp, UnionId,
    UserId, WriteAction,
};
use state::store::JournalError;

/// One write to DingTalk. References in `values` are DingTalk's own ids.
#[derive(Debug, Clone)]
pub struct DingTalkWrite {
    /// Person or department.
    pub kind: Kind,
    /// What is done: create, update or remove.
    pub action: WriteAction,
    /// DingTalk's id; for a person who is created, the derived `userid`; `None` for a department that is created.
    pub id: Option<NativeId>,
    /// The link: a department that is created carries it as its `source_identifier`, so that a create whose outcome is
    /// unknown is found again.
    pub link: LinkId,
    /// The fields that change; a shown field without a value is emptied. In an update, `Extension` holds the custom fields
    /// that change (`null` empties one), and the others stay.
    pub values: FieldValues,
}

/// What became of a write to DingTalk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteOutcome {
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
    Refused(Reason),
    /// It may or may not have happened: the intent stays until a later read explains it.
    Unknown,
}

/// DingTalk's contacts, as the engine reads and writes them. References in records are DingTalk's own ids.
#[async_trait]
pub trait DingTalk: Send + Sync {
    /// What the app may see now.
    async fn read_scope(&self) -> Result<AppScope, DingTalkError>;
    /// How many people the company has, activated or not.
    async fn head_count(&self) -> Result<u64, DingTalkError>;
    /// Administrators, the primary one first.
    async fn list_admins(&self) -> Result<Vec<UserId>, DingTalkError>;
    /// One person, as of now.
    async fn read_person(&self, id: &UserId, visible: FieldSet) -> Result<Record, DingTalkError>;
    /// One department, as of now.
    async fn read_department(&self, id: DeptId) -> Result<Record, DingTalkError>;
    /// The kinds of employment that DingTalk's roster names, of at most a hundred people; whoever is missing in the answer
    /// has none that it knows. Without a roster, nobody's is known.
    async fn read_employment_types(
        &self,
        _people: &[UserId],
    ) -> Result<RosterKinds, DingTalkError> {
        Ok(RosterKinds::default())
    }
    /// Every department that is unread and the members of each, until `go_on` says no.
    async fn crawl(
        &self,
        unread: CrawlState,
        visible: FieldSet,
        go_on: &(dyn Fn() -> bool + Send + Sync),
        each: &mut (dyn for<'a> FnMut(CrawlItem<'a>) + Send),
    ) -> CrawlEnd;
    /// Departments directly below one, with their names.
    async fn list_children(&self, id: DeptId) -> Result<Vec<Record>, DingTalkError>;
    /// Writes one record. It is read back by whoever asks.
    ///
    /// # Errors
    /// What concerns everybody, or can be repeated as it is: nothing was written.
    async fn write(&self, write: &DingTalkWrite) -> Result<WriteOutcome, DingTalkError>;
    /// What can be written, for a kind of record.
    fn writable(&self, kind: Kind) -> WritableFields;
    /// The calls made since the last time this was asked.
    fn take_tally(&self) -> CallTally;
}

/// Whether a corp may be written to now. Asked before every write to a side, so that a pause takes effect at once.
#[async_trait]
pub trait Gate: Send + Sync {
    /// `None`: go on. Otherwise why not.
    async fn closed_reason(&self) -> Result<Option<Reason>, state::StoreError>;
}

/// A gate that nobody closes.
#[derive(Debug, Clone, Copy)]
pub struct OpenGate;

#[async_trait]
impl Gate for OpenGate {
    async fn closed_reason(&self) -> Result<Option<Reason>, state::StoreError> {
        Ok(None)
    }
}

#[async_trait]
impl DingTalk for Client {
    async fn read_scope(&self) -> Result<AppScope, DingTalkError> {
        let scopes = self.read_scopes().await?;
        Ok(AppScope {
            departments: scopes.departments.iter().map(|id| (*id).into()).collect(),
            people: scopes.users.iter().map(Into::into).collect(),
            fields: scopes.fields,
            whole_company: scopes.whole_company,
        })
    }

    async fn head_count(&self) -> Result<u64, DingTalkError> {
        Self::head_count(self).await
    }

    async fn list_admins(&self) -> Result<Vec<UserId>, DingTalkError> {
        let mut admins = Self::list_admins(self).await?;
        admins.sort_by_key(|admin| admin.level);
        Ok(admins.into_iter().map(|admin| admin.userid).collect())
    }

    async fn read_person(&self, id: &UserId, visible: FieldSet) -> Result<Record, DingTalkError> {
        Self::read_person(self, id, visible).await
    }

    async fn read_department(&self, id: DeptId) -> Result<Record, DingTalkError> {
        Self::read_department(self, id).await
    }

    async fn read_employment_types(&self, people: &[UserId]) -> Result<RosterKinds, DingTalkError> {
        Self::read_employment_types(self, people).await
    }

    async fn crawl(
        &self,
        unread: CrawlState,
        visible: FieldSet,
        go_on: &(dyn Fn() -> bool + Send + Sync),
        each: &mut (dyn for<'a> FnMut(CrawlItem<'a>) + Send),
    ) -> CrawlEnd {
        dingtalk::client::crawl_directory(self, unread, visible, go_on, each).await
    }

    async fn list_children(&self, id: DeptId) -> Result<Vec<Record>, DingTalkError> {
        self.list_sub_departments(id).await?.into_all_rows()
    }

    async fn write(&self, write: &DingTalkWrite) -> Result<WriteOutcome, DingTalkError> {
        crate::dingtalk_writes::write(self, write).await
    }

    fn writable(&self, kind: Kind) -> WritableFields {
        crate::dingtalk_writes::writable(kind)
    }

    fn take_tally(&self) -> CallTally {
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
    pub action: WriteAction,
    /// Field by field.
    pub changes: Vec<ValueChange>,
    /// Why.
    pub reason: Reason,
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
