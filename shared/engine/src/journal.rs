//! The journal behind the port: values sealed, entries chained per run, heads chained per corp.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use directory::decide::ValueChange;
use directory::policy::Ownership;
use directory::{CorpId, RunId, Side};
use futures::lock::Mutex;
use state::seal::SealKey;
use state::store::{FieldChange, FieldOwner, Journal as Chain, JournalError, NewEntry};
use state::{Store, WriteError};

use crate::ports::{Journal, JournalEntry, Randomness};
use crate::reviews::ReviewStore;

/// Seals the values of one corp's changes and appends them to the journal table; a change that decides a conflict is written
/// down as one as well.
pub struct SealedJournal {
    records: ReviewStore,
    open: Mutex<HashMap<RunId, Chain>>,
}

impl SealedJournal {
    /// The journal of `corp`, sealed with the key of its binding.
    #[must_use]
    pub fn new(store: Store, corp: CorpId, key: SealKey, randomness: Arc<dyn Randomness>) -> Self {
        let records = ReviewStore {
            store,
            corp,
            seal_key: key,
            randomness,
        };
        Self {
            records,
            open: Mutex::default(),
        }
    }

    fn seal_change(
        &self,
        entry: &JournalEntry,
        change: &ValueChange,
        owner: Option<Ownership>,
    ) -> FieldChange {
        let (record, field) = (entry.link.to_string(), change.field.key());
        FieldChange {
            field: change.field,
            before: self
                .records
                .seal_value(&record, field, change.before.as_ref()),
            after: self
                .records
                .seal_value(&record, field, change.after.as_ref()),
            owner: owner
                .filter(|owner| *owner != Ownership::Owned(entry_owner(entry)))
                .map(stored_owner),
            lost: change.overwrites_edit || change.conflict,
            conflict: change.conflict,
        }
    }

    fn seal_entry(&self, entry: &JournalEntry) -> NewEntry {
        let owners = entry
            .owners
            .iter()
            .copied()
            .map(Some)
            .chain(std::iter::repeat(None));
        let fields = entry
            .changes
            .iter()
            .zip(owners)
            .map(|(change, owner)| self.seal_change(entry, change, owner));
        NewEntry {
            at: entry.at,
            side: entry.side,
            record: entry.link,
            kind: entry.kind,
            action: entry.action,
            fields: fields.collect(),
            reason: entry.reason.clone(),
            owner: entry_owner(entry),
        }
    }
}

/// Whose values an entry holds, in one word: of a shared field, the other side's than was written to.
fn entry_owner(entry: &JournalEntry) -> Side {
    entry.owner.side_or(entry.side.other())
}

fn stored_owner(owner: Ownership) -> FieldOwner {
    match owner {
        Ownership::Owned(Side::DingTalk) => FieldOwner::DingTalk,
        Ownership::Owned(Side::Ehr) => FieldOwner::Ehr,
        Ownership::Shared => FieldOwner::Shared,
    }
}

fn to_journal_error(err: WriteError) -> JournalError {
    match err {
        WriteError::Store(err) => JournalError::Store(err),
        WriteError::TooLarge { .. } => JournalError::TooLarge,
        WriteError::Stale | WriteError::Exists { .. } => JournalError::Contended,
    }
}

#[async_trait]
impl Journal for SealedJournal {
    async fn append(&self, run: &RunId, entries: Vec<JournalEntry>) -> Result<(), JournalError> {
        if entries.is_empty() {
            return Ok(());
        }
        for entry in &entries {
            self.records
                .note_conflicts(run, entry)
                .await
                .map_err(to_journal_error)?;
        }
        let entries: Vec<NewEntry> = entries.iter().map(|entry| self.seal_entry(entry)).collect();
        let mut open = self.open.lock().await;
        if !open.contains_key(run) {
            open.insert(
                run.clone(),
                self.records
                    .store
                    .open_journal(&self.records.corp, run)
                    .await?,
            );
        }
        match open.get_mut(run) {
            Some(chain) => chain.append(&entries).await,
            None => Ok(()),
        }
    }

    async fn close(&self, run: &RunId) -> Result<(), JournalError> {
        match self.open.lock().await.remove(run) {
            Some(chain) => chain.close().await.map(|_| ()),
            None => Ok(()),
        }
    }
}
