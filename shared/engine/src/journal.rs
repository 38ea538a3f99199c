//! The journal behind the port: values sealed, entries chained per run, heads chained per corp.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use directory::{CorpId, RunId, Value};
use futures::lock::Mutex;
use state::Store;
use state::seal::{Place, SealKey, Sealed, seal};
use state::store::{FieldChange, Journal as Chain, JournalError, NewEntry};

use crate::ports::{Journal, JournalEntry, Randomness};

/// Seals the values of one corp's changes and appends them to the journal table.
pub struct SealedJournal {
    store: Store,
    corp: CorpId,
    key: SealKey,
    randomness: Arc<dyn Randomness>,
    open: Mutex<HashMap<RunId, Chain>>,
}

impl SealedJournal {
    /// The journal of `corp`, sealed with the key of its binding.
    #[must_use]
    pub fn new(store: Store, corp: CorpId, key: SealKey, randomness: Arc<dyn Randomness>) -> Self {
        Self { store, corp, key, randomness, open: Mutex::default() }
    }

    fn sealed(&self, entry: &JournalEntry, field: &str, value: Option<&Value>) -> Option<Sealed> {
        let text = serde_json::to_vec(value?).ok()?;
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = self.randomness.bytes();
        let record = entry.link.to_string();
        let place = Place { corp: &self.corp, record: &record, field };
        seal(&self.key, place, [a, b, c, d, e, f, g, h, i, j, k, l], &text).ok()
    }

    fn entry(&self, entry: &JournalEntry) -> NewEntry {
        let fields = entry.changes.iter().map(|change| FieldChange {
            field: change.field,
            before: self.sealed(entry, change.field.key(), change.before.as_ref()),
            after: self.sealed(entry, change.field.key(), change.after.as_ref()),
        });
        NewEntry {
            at: entry.at,
            side: entry.side,
            record: entry.link,
            kind: entry.kind,
            action: entry.action,
            fields: fields.collect(),
            reason: entry.reason.clone(),
            owner: entry.owner.side_or(entry.side.other()),
        }
    }
}

#[async_trait]
impl Journal for SealedJournal {
    async fn append(&self, run: &RunId, entries: Vec<JournalEntry>) -> Result<(), JournalError> {
        if entries.is_empty() {
            return Ok(());
        }
        let entries: Vec<NewEntry> = entries.iter().map(|entry| self.entry(entry)).collect();
        let mut open = self.open.lock().await;
        if !open.contains_key(run) {
            open.insert(run.clone(), self.store.journal(&self.corp, run).await?);
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
