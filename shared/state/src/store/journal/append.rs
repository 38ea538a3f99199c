//! Appending to a run's journal.

use directory::{RunId, Timestamp};

use super::chain::{ChainHash, entry_hash};
use super::orders::OrderNote;
use super::{
    ChainEntry, JOURNAL_ENTRY, Journal, JournalError, NewEntry, ORDER_VERSION, OrderEntry, VERSION,
    run_pk, seq_sk,
};
use crate::error::WriteError;
use crate::store::item::{AttributeReader, Item, binary_value, item_key, number_value, text_value};
use crate::store::tally::Table;
use crate::store::transaction::{TransactionError, TransactionStep, WriteCondition};
use crate::store::versioned::to_json;

/// Entries per transaction.
const ENTRIES_PER_TRANSACTION: usize = 25;

impl Journal {
    /// Entries so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.seq
    }

    /// Whether nothing was written down yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seq == 0
    }

    /// Appends, in order, in transactions of 25: after an error, what was appended before it is there without a gap.
    ///
    /// # Errors
    /// [`JournalError`]. A repeat that finds its own entries is a success.
    pub async fn append(&mut self, changes: &[NewEntry]) -> Result<(), JournalError> {
        let entries: Vec<NewItem<'_>> = changes.iter().map(NewItem::Change).collect();
        self.append_entries(&entries).await
    }

    /// Appends what is to be written down of an order, in one transaction.
    ///
    /// # Errors
    /// [`JournalError`]. A repeat that finds its own entries is a success.
    pub async fn append_order(&mut self, notes: &[OrderNote]) -> Result<(), JournalError> {
        let entries: Vec<NewItem<'_>> = notes.iter().map(NewItem::Order).collect();
        self.append_entries(&entries).await
    }

    async fn append_entries(&mut self, entries: &[NewItem<'_>]) -> Result<(), JournalError> {
        for batch in entries.chunks(ENTRIES_PER_TRANSACTION) {
            self.append_batch(batch).await?;
        }
        Ok(())
    }

    async fn append_batch(&mut self, batch: &[NewItem<'_>]) -> Result<(), JournalError> {
        let (mut seq, mut hash) = (self.seq, self.hash);
        let mut hashes = Vec::new();
        let mut steps = Vec::new();
        for entry in batch {
            seq += 1;
            let body = entry.body(&self.run, seq)?;
            hash = entry_hash(&hash, body.as_bytes());
            hashes.push(hash);
            let item = self.item(entry, seq, body, &hash);
            let step = TransactionStep::put(
                &self.store,
                Table::Journal,
                item,
                Some(WriteCondition::new_item()),
            );
            steps.push(step.map_err(JournalError::Store)?);
        }
        self.write_steps(steps, &hashes).await?;
        (self.seq, self.hash) = (seq, hash);
        Ok(())
    }

    async fn write_steps(
        &self,
        steps: Vec<TransactionStep>,
        hashes: &[ChainHash],
    ) -> Result<(), JournalError> {
        let jitter = self.store.jitter(&self.store.next_mark());
        let (stored, error) = match self.store.write_transaction(steps, jitter).await {
            Ok(()) => return Ok(()),
            Err(TransactionError::Conditions(conditions)) => (
                conditions.into_iter().next().flatten(),
                JournalError::Contended,
            ),
            Err(TransactionError::Failed(error)) if error.is_transient() => {
                let pk = run_pk(&self.corp, &self.run);
                let stored = self
                    .store
                    .get_item(Table::Journal, &pk, &seq_sk(self.seq + 1))
                    .await
                    .unwrap_or_default();
                (stored, JournalError::Store(error))
            }
            Err(TransactionError::Failed(error)) => return Err(JournalError::Store(error)),
        };
        // All or nothing: the first entry's hash says whether the whole batch is ours.
        let own = stored.is_some_and(|item| {
            AttributeReader {
                what: JOURNAL_ENTRY,
                item: &item,
            }
            .array("h")
            .ok()
                == hashes.first().copied()
        });
        if own { Ok(()) } else { Err(error) }
    }

    fn item(&self, entry: &NewItem<'_>, seq: u64, body: String, hash: &ChainHash) -> Item {
        let mut item = item_key(&run_pk(&self.corp, &self.run), &seq_sk(seq));
        item.insert("v".to_owned(), number_value(u64::from(entry.version())));
        item.insert("b".to_owned(), text_value(body));
        item.insert("h".to_owned(), binary_value(*hash));
        // What has no record is not in the index.
        if let Some(record) = entry.indexed_by() {
            let record = format!("{}#{record}", self.corp);
            item.insert("record".to_owned(), text_value(record));
        }
        let millis = entry.at().millis().max(0);
        let at = format!("{millis:015}#{}#{}", self.run, seq_sk(seq));
        item.insert("at".to_owned(), text_value(at));
        item
    }
}

/// An entry that is to be appended.
enum NewItem<'a> {
    Change(&'a NewEntry),
    Order(&'a OrderNote),
}

impl NewItem<'_> {
    fn body(&self, run: &RunId, seq: u64) -> Result<String, WriteError> {
        let run = run.clone();
        match self {
            Self::Change(change) => {
                let change = (*change).clone();
                to_json(JOURNAL_ENTRY, &ChainEntry { run, seq, change })
            }
            Self::Order(note) => {
                let note = (*note).clone();
                to_json(JOURNAL_ENTRY, &OrderEntry { run, seq, note })
            }
        }
    }

    fn version(&self) -> u32 {
        match self {
            Self::Change(_) => VERSION,
            Self::Order(_) => ORDER_VERSION,
        }
    }

    fn indexed_by(&self) -> Option<String> {
        match self {
            Self::Change(change) => Some(change.record.to_string()),
            Self::Order(note) => note.indexed_by(),
        }
    }

    fn at(&self) -> Timestamp {
        match self {
            Self::Change(change) => change.at,
            Self::Order(note) => note.at,
        }
    }
}
