//! The journal: append only, a hash chain per run, the runs' heads chained per corp.

mod append;
mod audit;
mod chain;
mod close;
mod head_copies;
mod orders;
mod verify;

use std::sync::Arc;

use directory::reason::{Reason, ReasonCode};
use directory::{CorpId, Field, Kind, LinkId, RunId, Side, Timestamp, WriteAction};
use serde::{Deserialize, Serialize};

use super::Store;
use super::item::{AttributeReader, Item};
use super::tally::Table;
use crate::error::{StoreError, WriteError};
use crate::seal::SealedValue;
use chain::{ChainHash, initial_hash};

pub use audit::JournalAudit;
pub use head_copies::{HeadComparison, HeadCopyError};
pub use orders::{
    JournalEntry, OrderEntry, OrderNote, OrderStage, RecordEntries, RecordedOrder, RecordedOrders,
};
pub use verify::{ChainBreak, ChainVerdict};

/// Schema version of heads, closing marks and entries of changes.
const VERSION: u32 = 1;

/// Schema version of entries of orders, which readers of version 1 refuse by name.
const ORDER_VERSION: u32 = 2;

const JOURNAL_ENTRY: &str = "journal entry";

/// Sorts after every entry of its run.
const CLOSED_SK: &str = "~";

/// One field's change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Which.
    pub field: Field,
    /// The value that a read returned before; `None` is empty.
    #[serde(default)]
    pub before: Option<SealedValue>,
    /// The value that was written; `None` is empty.
    #[serde(default)]
    pub after: Option<SealedValue>,
    /// Who decides the field, where it is not who the entry says; `None` also in entries of older writers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<FieldOwner>,
    /// `before` was somebody's edit on the side that did not decide: it is the value that lost.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lost: bool,
    /// Both sides had changed a shared field.
    #[serde(default, skip_serializing_if = "is_false")]
    pub conflict: bool,
}

/// Who decides a field, as the policy of the run said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldOwner {
    /// DingTalk.
    DingTalk,
    /// The eHR.
    Ehr,
    /// Both.
    Shared,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What is to be written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEntry {
    /// When it was done.
    pub at: Timestamp,
    /// The side that was written to.
    pub side: Side,
    /// The record.
    pub record: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// What was done.
    pub action: WriteAction,
    /// The fields, values sealed.
    pub fields: Vec<FieldChange>,
    /// Why.
    pub reason: Reason,
    /// Whose value it was.
    pub owner: Side,
}

/// What was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEntry {
    /// The run.
    pub run: RunId,
    /// Its place in the run, from 1 without a gap.
    pub seq: u64,
    /// The change.
    #[serde(flatten)]
    pub change: NewEntry,
}

/// The head of a corp's chain: the runs closed so far, and the hash over all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChainHead {
    /// Runs closed.
    pub closed: u64,
    /// Hash over their heads, hexadecimal; empty before the first.
    pub head: String,
}

/// Why the journal could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Somebody else appended to this run since it was opened: open it again.
    #[error("the run's journal was continued by somebody else")]
    Contended,
    /// The run was closed; a journal is never continued after that.
    #[error("the run's journal is closed")]
    Closed,
    /// One entry is larger than an item can be.
    #[error("a journal entry is too large")]
    TooLarge,
    /// The store's own reason.
    #[error("the journal could not be written")]
    Store(#[source] StoreError),
}

impl From<&JournalError> for Reason {
    fn from(err: &JournalError) -> Self {
        match err {
            JournalError::Contended => Self::new(ReasonCode::JournalContinuedElsewhere),
            JournalError::Closed => Self::new(ReasonCode::JournalClosed),
            JournalError::TooLarge => Self::new(ReasonCode::JournalEntryTooLarge),
            JournalError::Store(err) => Self::from(err),
        }
    }
}

impl From<WriteError> for JournalError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Stale | WriteError::Exists { .. } => Self::Contended,
            WriteError::TooLarge { .. } => Self::TooLarge,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

/// The open end of one run's journal.
pub struct Journal {
    store: Store,
    corp: Arc<CorpId>,
    run: RunId,
    seq: u64,
    hash: ChainHash,
}

fn run_pk(corp: &CorpId, run: &RunId) -> String {
    format!("{corp}#{run}")
}

/// No run id holds `#`, so that no run has this partition.
fn heads_pk(corp: &CorpId) -> String {
    format!("{corp}##heads")
}

fn seq_sk(seq: u64) -> String {
    format!("{seq:010}")
}

fn heads_sk(place: u64) -> String {
    format!("{place:012}")
}

impl Store {
    /// Opens a run's journal at its end, be it new or the next slice of one.
    ///
    /// # Errors
    /// [`JournalError::Closed`] when the run is; [`JournalError::Store`].
    pub async fn open_journal(&self, corp: &CorpId, run: &RunId) -> Result<Journal, JournalError> {
        let last = self
            .last_items(Table::Journal, &run_pk(corp, run), 1)
            .await
            .map_err(JournalError::Store)?;
        let (seq, hash) = match last.first() {
            None => (0, initial_hash(corp, run)),
            Some(item) => parse_tail(item)?,
        };
        Ok(Journal {
            store: self.clone(),
            corp: Arc::new(corp.clone()),
            run: run.clone(),
            seq,
            hash,
        })
    }
}

fn parse_tail(item: &Item) -> Result<(u64, ChainHash), JournalError> {
    let attributes = AttributeReader {
        what: JOURNAL_ENTRY,
        item,
    };
    let read = || {
        if !orders::is_order(item)? {
            attributes.check_version(VERSION)?;
        }
        let sk = attributes.text("sk")?;
        if sk == CLOSED_SK {
            return Ok(None);
        }
        let seq = sk
            .parse()
            .map_err(|_| attributes.malformed("its sort key is not a number"))?;
        Ok(Some((seq, attributes.array("h")?)))
    };
    read()
        .map_err(JournalError::Store)?
        .ok_or(JournalError::Closed)
}

/// The body of a change; what is wrong with it is named without repeating it.
fn parse_change(item: &Item) -> Result<ChainEntry, StoreError> {
    let attributes = AttributeReader {
        what: JOURNAL_ENTRY,
        item,
    };
    attributes.check_version(VERSION)?;
    serde_json::from_str(attributes.text("b")?)
        .map_err(|_| attributes.malformed("its body is not an entry"))
}
