//! The journal: append only, a hash chain per run, the runs' heads chained per corp.

mod chain;
mod verify;

use std::sync::Arc;

use directory::{Action, CorpId, Field, Kind, LinkId, RunId, Side, Timestamp};
use serde::{Deserialize, Serialize};

use super::Store;
use super::control::{ControlKind, partition};
use super::item::{Attributes, Item, binary, failed, key, number, text};
use super::schema::BY_RECORD;
use super::tally::Table;
use super::transaction::{Cancelled, Step, When};
use super::versioned::{Address, fits, read, to_json, whole};
use crate::error::{StoreError, WriteError};
use crate::seal::Sealed;
use chain::{Hash, of_entry, of_head, of_run, open_hash};

pub use verify::{Broken, Verdict};

/// Schema version of journal items.
const VERSION: u32 = 1;

const WHAT: &str = "journal entry";

/// Entries per transaction.
const BATCH: usize = 25;

/// How often the close of a run is tried when other runs close too.
const ATTEMPTS: u32 = 8;

/// Sorts after every entry of its run.
const CLOSED_SK: &str = "~";

/// One field's change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Which.
    pub field: Field,
    /// The value that a read returned before; `None` is empty.
    #[serde(default)]
    pub before: Option<Sealed>,
    /// The value that was written; `None` is empty.
    #[serde(default)]
    pub after: Option<Sealed>,
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
    pub action: Action,
    /// The fields, values sealed.
    pub fields: Vec<FieldChange>,
    /// Why, in a sentence without personal data.
    pub reason: String,
    /// Whose value it was.
    pub owner: Side,
}

/// What was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
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
pub struct Heads {
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
    hash: Hash,
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
    pub async fn journal(&self, corp: &CorpId, run: &RunId) -> Result<Journal, JournalError> {
        let last = self.last_items(Table::Journal, &run_pk(corp, run), 1).await.map_err(JournalError::Store)?;
        let (seq, hash) = match last.first() {
            None => (0, open_hash(corp, run)),
            Some(item) => tail(item)?,
        };
        Ok(Journal { store: self.clone(), corp: Arc::new(corp.clone()), run: run.clone(), seq, hash })
    }

    /// A record's last changes over all runs, newest first. Through an index: eventually consistent, for reading by
    /// people, never for a decision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn changes_of(&self, corp: &CorpId, record: LinkId, limit: i32) -> Result<Vec<Entry>, StoreError> {
        let query = self.client.query().table_name(self.table(Table::Journal)).index_name(BY_RECORD);
        let query = query.key_condition_expression("#record = :record").expression_attribute_names("#record", "record");
        let query = query.expression_attribute_values(":record", text(format!("{corp}#{record}")));
        let query = query.scan_index_forward(false).limit(limit);
        let answer = query.send().await.map_err(|error| failed("list a record's changes", &error))?;
        answer.items().iter().map(parse).collect()
    }
}

fn tail(item: &Item) -> Result<(u64, Hash), JournalError> {
    let attributes = Attributes { what: WHAT, item };
    let read = || {
        attributes.version(VERSION)?;
        let sk = attributes.text("sk")?;
        if sk == CLOSED_SK {
            return Ok(None);
        }
        let seq = sk.parse().map_err(|_| attributes.malformed("its sort key is not a number"))?;
        Ok(Some((seq, attributes.array("h")?)))
    };
    read().map_err(JournalError::Store)?.ok_or(JournalError::Closed)
}

/// An entry's body; what is wrong with it is named without repeating it.
fn parse(item: &Item) -> Result<Entry, StoreError> {
    let attributes = Attributes { what: WHAT, item };
    attributes.version(VERSION)?;
    serde_json::from_str(attributes.text("b")?).map_err(|_| attributes.malformed("its body is not an entry"))
}

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
            let item = self.item(change, seq, fits(body)?, &hash);
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

    /// Closes the run and chains its head to the corp's. Closing twice is closing once.
    ///
    /// # Errors
    /// [`JournalError::Contended`] when somebody else closed it with other content, or too many runs close at once.
    pub async fn close(&self) -> Result<Heads, JournalError> {
        let pk = partition(&self.corp, ControlKind::JournalHead);
        let address = Address { table: Table::Control, pk: &pk, sk: "-", what: "journal head" };
        for attempt in 1..=ATTEMPTS {
            let stored = self.store.stored_versioned(address).await.map_err(JournalError::Store)?;
            let (version, before) = if stored.is_empty() {
                (0, Heads::default())
            } else {
                let stored = read::<Heads>(address.what, &stored).map_err(JournalError::Store)?;
                (stored.version, stored.body)
            };
            let run_head = of_run(&self.run, self.seq, &self.hash);
            let heads = Heads { closed: before.closed + 1, head: of_head(&before.head, &run_head) };
            let mark = self.store.mark();
            let jitter = self.store.jitter(&mark);
            let steps = self.closing(address, version, &heads, mark)?;
            let refused = match self.store.transact(steps, jitter).await {
                Ok(()) => return Ok(heads),
                Err(Cancelled::Failed(error)) if !error.is_transient() => return Err(JournalError::Store(error)),
                Err(Cancelled::Failed(_)) => None,
                Err(Cancelled::Conditions(conditions)) => conditions.into_iter().next().flatten(),
            };
            if self.is_closed(refused).await? {
                return Ok(heads);
            }
            self.store.back_off(attempt, jitter).await;
        }
        Err(JournalError::Contended)
    }

    /// The run's own mark first: [`Self::close`] reads the answer so.
    fn closing(
        &self,
        head: Address<'_>,
        version: u64,
        heads: &Heads,
        mark: Vec<u8>,
    ) -> Result<Vec<Step>, JournalError> {
        let mut closed = key(&run_pk(&self.corp, &self.run), CLOSED_SK);
        let mut place = key(&heads_pk(&self.corp), &heads_sk(heads.closed));
        for item in [&mut closed, &mut place] {
            item.insert("v".to_owned(), number(u64::from(VERSION)));
            item.insert("run".to_owned(), text(self.run.as_str()));
            item.insert("c".to_owned(), number(self.seq));
            item.insert("h".to_owned(), binary(self.hash));
            item.insert("k".to_owned(), number(heads.closed));
        }
        place.insert("head".to_owned(), text(&heads.head));
        let when = if version == 0 {
            When::new_item()
        } else {
            When { expression: "n = :n", values: Item::from([(":n".to_owned(), number(version))]) }
        };
        let head = whole(head, to_json(head.what, heads)?, version + 1, mark);
        let steps = [
            Step::put(&self.store, Table::Journal, closed, Some(When::new_item())),
            Step::put(&self.store, Table::Journal, place, Some(When::new_item())),
            Step::put(&self.store, Table::Control, head, Some(when)),
        ];
        steps.into_iter().collect::<Result<_, _>>().map_err(JournalError::Store)
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
        let Some(closed) = closed else { return Ok(false) };
        let attributes = Attributes { what: "journal head", item: &closed };
        let hash: Hash = attributes.array("h").map_err(JournalError::Store)?;
        if hash == self.hash { Ok(true) } else { Err(JournalError::Contended) }
    }
}
