//! What the engine asks of an eHR.

use async_trait::async_trait;
use directory::effective_dates::{Presence, UpcomingEvent};
use directory::reason::{Reason, ReasonCode};
use directory::{
    FieldSet, FieldValues, Kind, LinkId, NativeId, Record, Timestamp, UnionId, WriteAction,
};

use crate::abilities::Abilities;
use crate::failure::EhrFailure;
use crate::field_catalogue::FieldCatalogue;
use crate::probe::ProbeReport;
use crate::record_page::{PageToken, RecordPage};

/// What a connector can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Person fields that it keeps.
    pub person: FieldSet,
    /// Department fields that it keeps.
    pub department: FieldSet,
    /// Person fields that its list shows; the others need a `get`.
    pub person_listed: FieldSet,
    /// Department fields that its list shows.
    pub department_listed: FieldSet,
}

impl Capabilities {
    /// The fields that it keeps for a kind of record.
    #[must_use]
    pub fn kept_fields(&self, kind: Kind) -> FieldSet {
        match kind {
            Kind::Person => self.person,
            Kind::Department => self.department,
        }
    }

    /// The fields that its list shows for a kind of record.
    #[must_use]
    pub fn listed_fields(&self, kind: Kind) -> FieldSet {
        match kind {
            Kind::Person => self.person_listed,
            Kind::Department => self.department_listed,
        }
    }
}

/// Something that a record can be found by, besides its own id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlternateKey {
    /// The DingTalk id that the eHR keeps.
    DingTalk(NativeId),
    /// The person's `unionid`, which survives a re-hire.
    Union(UnionId),
    /// The job number.
    JobNumber(String),
    /// The mobile number, canonical (E.164). A proposal at most: two people may share one.
    Mobile(String),
}

/// A record with the version that a conditional write needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// What the eHR says.
    pub record: Record,
    /// The DingTalk id that it keeps, if any.
    pub dingtalk: Option<NativeId>,
    /// Its version there; 0 where the eHR has none.
    pub version: u64,
    /// Whether it is here today. [`Presence::NotYet`] is not *left*: nothing is created for it yet, nothing removed.
    pub presence: Presence,
    /// What is dated ahead, by day.
    pub upcoming: Vec<UpcomingEvent>,
}

/// A record that the eHR says was changed by somebody. A hint: what it is now, a read says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRecord {
    /// Person or department.
    pub kind: Kind,
    /// The eHR's id.
    pub id: NativeId,
    /// What was done, in a word.
    pub because: String,
    /// When.
    pub at: Timestamp,
}

/// A page of the eHR's change feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePage {
    /// Oldest first; one record may be there more than once.
    pub changed: Vec<ChangedRecord>,
    /// Where the next page begins. Store it once these are dealt with, or queued: whoever comes back with an older cursor
    /// gets the same again.
    pub cursor: String,
    /// Whether there is more at once.
    pub more: bool,
    /// Whether changes after the cursor that was given are no longer told: only a sweep finds those.
    pub missed: bool,
}

/// One write. References in `values` are the eHR's own ids.
#[derive(Debug, Clone)]
pub struct RecordWrite {
    /// Person or department.
    pub kind: Kind,
    /// What is done.
    pub action: WriteAction,
    /// The eHR's id; `None` for a create.
    pub id: Option<NativeId>,
    /// The link: the idempotency key of a create. A create that is repeated with it returns the first one's record.
    pub link: LinkId,
    /// The DingTalk id that the eHR shall keep.
    pub dingtalk: Option<NativeId>,
    /// The `unionid` that the eHR shall keep.
    pub unionid: Option<UnionId>,
    /// The fields that change; a shown field without a value is emptied.
    pub values: FieldValues,
    /// The version that the write is conditional on; `None` writes whatever is there.
    pub expected: Option<u64>,
}

/// What can go wrong, by what the engine does about it.
#[derive(Debug, thiserror::Error)]
pub enum EhrError {
    /// Somebody else wrote the record since it was read: read again.
    #[error("the eHR's record was changed since it was read")]
    Stale,
    /// The record that was to change is not there.
    #[error("the eHR has no such record")]
    NotFound,
    /// The eHR refuses this record; the others go on.
    #[error("the eHR refuses the record: {0}")]
    Refused(Reason),
    /// It may or may not have happened: the intent stays until a later read explains it.
    #[error("it is not known whether the eHR wrote the record")]
    UnknownOutcome,
    /// The eHR cannot be used now; retrying later helps.
    #[error("the eHR did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The eHR answered something that cannot be read; of what kind, in a word.
    #[error("the eHR's answer cannot be read: {0}")]
    Malformed(&'static str),
}

impl From<&EhrError> for Reason {
    fn from(err: &EhrError) -> Self {
        match err {
            EhrError::Stale => Self::new(ReasonCode::EhrRecordChanged),
            EhrError::NotFound => Self::new(ReasonCode::EhrRecordUnknown),
            EhrError::Refused(why) => Self::new(ReasonCode::EhrRefused).cause(why.clone()),
            EhrError::UnknownOutcome => Self::new(ReasonCode::EhrOutcomeUnknown),
            EhrError::Unavailable(_) => err.failure().map_or_else(
                || Self::new(ReasonCode::EhrUnavailable),
                |failure| failure.reason.clone(),
            ),
            EhrError::Malformed(what) => {
                Self::new(ReasonCode::EhrReplyMalformed).text("detail", *what)
            }
        }
    }
}

/// What is malformed where a caller gave a position that is not of the list or feed.
pub(crate) const CURSOR: &str = "cursor";

impl EhrError {
    /// Whether the caller's position is not of the list or feed.
    #[must_use]
    pub fn is_cursor_invalid(&self) -> bool {
        matches!(self, Self::Malformed(CURSOR))
    }

    /// Whether the same call can succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Stale | Self::UnknownOutcome => true,
            Self::Unavailable(_) => self
                .failure()
                .is_none_or(|failure| failure.class.is_transient()),
            Self::NotFound | Self::Refused(_) | Self::Malformed(_) => false,
        }
    }

    /// The trouble with the eHR as a whole, where the connector names one.
    #[must_use]
    pub fn failure(&self) -> Option<&EhrFailure> {
        match self {
            Self::Unavailable(source) => source.downcast_ref(),
            _ => None,
        }
    }
}

impl From<EhrFailure> for EhrError {
    fn from(failure: EhrFailure) -> Self {
        Self::Unavailable(Box::new(failure))
    }
}

/// An eHR. References in records are the eHR's own ids.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// The id that a create for this link will get, where the connector derives it; `None` where the eHR chooses.
    fn id_for(&self, link: LinkId) -> Option<NativeId>;

    /// Lists every record of a kind, also those that left, and returns how many. An error means that the list is
    /// incomplete: what was handed out before it may be used, what was not says nothing.
    async fn list_records(
        &self,
        kind: Kind,
        each: &mut (dyn FnMut(StoredRecord) + Send),
    ) -> Result<u64, EhrError>;

    /// One page of the list of a kind, from `token` on; from the beginning without one. An eHR whose list is one answer
    /// gives it as one page.
    ///
    /// # Errors
    /// [`EhrError`]; the page may be asked for again with the same token.
    async fn list_record_page(
        &self,
        kind: Kind,
        _token: Option<&PageToken>,
    ) -> Result<RecordPage, EhrError> {
        let mut page = RecordPage::default();
        self.list_records(kind, &mut |record| page.records.push(record))
            .await?;
        Ok(page)
    }

    /// Reads one record as it is now; `None` if there is none.
    async fn read_record(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<Option<StoredRecord>, EhrError>;

    /// Finds records by a key; each one is checked against the key that was asked for.
    async fn find_by_key(
        &self,
        kind: Kind,
        key: &AlternateKey,
    ) -> Result<Option<StoredRecord>, EhrError>;

    /// Every record with a key, each one checked against it. Two people with one key are two records, not the first of
    /// them.
    ///
    /// # Errors
    /// [`EhrError`].
    async fn find_all_by_key(
        &self,
        kind: Kind,
        key: &AlternateKey,
    ) -> Result<Vec<StoredRecord>, EhrError> {
        Ok(self.find_by_key(kind, key).await?.into_iter().collect())
    }

    /// Writes one record and reads it back.
    async fn write_record(&self, write: &RecordWrite) -> Result<StoredRecord, EhrError>;

    /// What people changed in the eHR after a cursor; from the beginning without one. The sync's own writes are not among
    /// them. An eHR without a feed has nothing to tell: its changes are found by sweeps.
    async fn list_changes(&self, cursor: Option<&str>) -> Result<ChangePage, EhrError> {
        Ok(ChangePage {
            changed: Vec::new(),
            cursor: cursor.unwrap_or_default().to_owned(),
            more: false,
            missed: false,
        })
    }

    /// Applies what is dated ahead and due by now, so that it is told in the feed; how many. An eHR that does so by itself
    /// has nothing to do.
    async fn apply_due_changes(&self, _now: Timestamp) -> Result<u64, EhrError> {
        Ok(0)
    }

    /// What it can do beyond the fields that it keeps, and what it cannot; `None` where it does not say, which promises
    /// nothing.
    fn abilities(&self) -> Option<Abilities> {
        None
    }

    /// The fields of a kind of record as the eHR itself describes them, for mapping; `None` where its fields are fixed.
    ///
    /// # Errors
    /// [`EhrError`].
    async fn describe(&self, _kind: Kind) -> Result<Option<FieldCatalogue>, EhrError> {
        Ok(None)
    }

    /// Tries what the sync will need, without writing anything; `None` where there is nothing to try.
    async fn probe(&self) -> Option<ProbeReport> {
        None
    }
}
