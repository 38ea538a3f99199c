//! Appending to a run's journal.

use super::chain::{Hash, of_entry};
use super::{Entry, Journal, JournalError, NewEntry, VERSION, WHAT, run_pk, seq_sk};
use crate::store::item::{Attributes, Item, binary, key, number, text};
use crate::store::tally::Table;
use crate::store::transaction::{Cancelled, Step, When};
use crate::store::versioned::to_json;

/// Entries per transaction.
const BATCH: usize = 25;

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
        for batch in changes.chunks(BATCH) {
            self.append_batch(batch).await?;
        }
        Ok(())
    }

    async fn append_batch(&mut self, batch: &[NewEntry]) -> Result<(), JournalError> {
        let (mut seq, mut hash) = (self.seq, self.hash);
        let mut hashes = Vec::new();
        let mut steps = Vec::new();
        for change in batch {
            seq += 1;
            let body = to_json(WHAT, &Entry { run: self.run.clone(), seq, change: change.clone() })?;
            hash = of_entry(&hash, body.as_bytes());
            hashes.push(hash);
            let item = self.item(change, seq, body, &hash);
            let step = Step::put(&self.store, Table::Journal, item, Some(When::new_item()));
            steps.push(step.map_err(JournalError::Store)?);
        }
        self.write(steps, &hashes).await?;
        (self.seq, self.hash) = (seq, hash);
        Ok(())
    }

    async fn write(&self, steps: Vec<Step>, hashes: &[Hash]) -> Result<(), JournalError> {
        let jitter = self.store.jitter(&self.store.mark());
        let (stored, error) = match self.store.transact(steps, jitter).await {
            Ok(()) => return Ok(()),
            Err(Cancelled::Conditions(conditions)) => {
                (conditions.into_iter().next().flatten(), JournalError::Contended)
            }
            Err(Cancelled::Failed(error)) if error.is_transient() => {
                let pk = run_pk(&self.corp, &self.run);
                let stored = self.store.get_item(Table::Journal, &pk, &seq_sk(self.seq + 1)).await.unwrap_or_default();
                (stored, JournalError::Store(error))
            }
            Err(Cancelled::Failed(error)) => return Err(JournalError::Store(error)),
        };
        // All or nothing: the first entry's hash says whether the whole batch is ours.
        let own = stored
            .is_some_and(|item| Attributes { what: WHAT, item: &item }.array("h").ok() == hashes.first().copied());
        if own { Ok(()) } else { Err(error) }
    }

    fn item(&self, change: &NewEntry, seq: u64, body: String, hash: &Hash) -> Item {
        let mut item = key(&run_pk(&self.corp, &self.run), &seq_sk(seq));
        item.insert("v".to_owned(), number(u64::from(VERSION)));
        item.insert("b".to_owned(), text(body));
        item.insert("h".to_owned(), binary(*hash));
        item.insert("record".to_owned(), text(format!("{}#{}", self.corp, change.record)));
        let at = format!("{:015}#{}#{}", change.at.millis().max(0), self.run, seq_sk(seq));
        item.insert("at".to_owned(), text(at));
        item
    }
}
