//! Closing a run's journal: its head is chained to the corp's.

use super::chain::{ChainHash, head_hash, run_hash};
use super::{CLOSED_SK, ChainHead, Journal, JournalError, VERSION, heads_pk, heads_sk, run_pk};
use crate::store::control::{ControlKind, control_partition};
use crate::store::item::{AttributeReader, Item, binary_value, item_key, number_value, text_value};
use crate::store::tally::Table;
use crate::store::transaction::{TransactionError, TransactionStep, WriteCondition};
use crate::store::versioned::{ItemAddress, read_stored, to_json, versioned_item};

/// How often the close of a run is tried when other runs close too.
const CLOSE_ATTEMPTS: u32 = 8;

const JOURNAL_HEAD: &str = "journal head";

impl Journal {
    /// Closes the run and chains its head to the corp's. Closing twice is closing once.
    ///
    /// # Errors
    /// [`JournalError::Contended`] when somebody else closed it with other content, or too many runs close at once.
    pub async fn close(&self) -> Result<ChainHead, JournalError> {
        let pk = control_partition(&self.corp, ControlKind::JournalHead);
        let address = ItemAddress {
            table: Table::Control,
            pk: &pk,
            sk: "-",
            what: JOURNAL_HEAD,
        };
        for attempt in 1..=CLOSE_ATTEMPTS {
            let stored = self
                .store
                .stored_versioned(address)
                .await
                .map_err(JournalError::Store)?;
            let (version, before) = if stored.is_empty() {
                (0, ChainHead::default())
            } else {
                let stored =
                    read_stored::<ChainHead>(address.what, &stored).map_err(JournalError::Store)?;
                (stored.version, stored.body)
            };
            let run_head = run_hash(&self.run, self.seq, &self.hash);
            let heads = ChainHead {
                closed: before.closed + 1,
                head: head_hash(&before.head, &run_head),
            };
            let mark = self.store.next_mark();
            let jitter = self.store.jitter(&mark);
            let steps = self.closing_steps(address, version, &heads, mark)?;
            let refused = match self.store.write_transaction(steps, jitter).await {
                Ok(()) => return Ok(heads),
                Err(TransactionError::Failed(error)) if !error.is_transient() => {
                    return Err(JournalError::Store(error));
                }
                Err(TransactionError::Failed(_)) => None,
                Err(TransactionError::Conditions(conditions)) => {
                    conditions.into_iter().next().flatten()
                }
            };
            if self.is_closed(refused).await? {
                return Ok(heads);
            }
            self.store.back_off(attempt, jitter).await;
        }
        Err(JournalError::Contended)
    }

    /// The run's own mark first: [`Self::close`] reads the answer so.
    fn closing_steps(
        &self,
        head: ItemAddress<'_>,
        version: u64,
        heads: &ChainHead,
        mark: Vec<u8>,
    ) -> Result<Vec<TransactionStep>, JournalError> {
        let mut closed = item_key(&run_pk(&self.corp, &self.run), CLOSED_SK);
        let mut place = item_key(&heads_pk(&self.corp), &heads_sk(heads.closed));
        for item in [&mut closed, &mut place] {
            item.insert("v".to_owned(), number_value(u64::from(VERSION)));
            item.insert("run".to_owned(), text_value(self.run.as_str()));
            item.insert("c".to_owned(), number_value(self.seq));
            item.insert("h".to_owned(), binary_value(self.hash));
            item.insert("k".to_owned(), number_value(heads.closed));
        }
        place.insert("head".to_owned(), text_value(&heads.head));
        let when = if version == 0 {
            WriteCondition::new_item()
        } else {
            WriteCondition {
                expression: "n = :n",
                values: Item::from([(":n".to_owned(), number_value(version))]),
            }
        };
        let head = versioned_item(head, to_json(head.what, heads)?, version + 1, mark);
        let steps = [
            TransactionStep::put(
                &self.store,
                Table::Journal,
                closed,
                Some(WriteCondition::new_item()),
            ),
            TransactionStep::put(
                &self.store,
                Table::Journal,
                place,
                Some(WriteCondition::new_item()),
            ),
            TransactionStep::put(&self.store, Table::Control, head, Some(when)),
        ];
        steps
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(JournalError::Store)
    }

    /// Whether the run is closed with what we hold; closed with something else is an error.
    async fn is_closed(&self, refused: Option<Item>) -> Result<bool, JournalError> {
        let closed = match refused {
            Some(item) => Some(item),
            None => self
                .store
                .get_item(Table::Journal, &run_pk(&self.corp, &self.run), CLOSED_SK)
                .await
                .map_err(JournalError::Store)?,
        };
        let Some(closed) = closed else {
            return Ok(false);
        };
        let attributes = AttributeReader {
            what: JOURNAL_HEAD,
            item: &closed,
        };
        let hash: ChainHash = attributes.array("h").map_err(JournalError::Store)?;
        if hash == self.hash {
            Ok(true)
        } else {
            Err(JournalError::Contended)
        }
    }
}
