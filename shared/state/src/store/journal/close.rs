//! Closing a run's journal: its head is chained to the corp's.

use super::chain::{Hash, of_head, of_run};
use super::{CLOSED_SK, Heads, Journal, JournalError, VERSION, heads_pk, heads_sk, run_pk};
use crate::store::control::{ControlKind, partition};
use crate::store::item::{Attributes, Item, binary, key, number, text};
use crate::store::tally::Table;
use crate::store::transaction::{Cancelled, Step, When};
use crate::store::versioned::{Address, read, to_json, whole};

/// How often the close of a run is tried when other runs close too.
const ATTEMPTS: u32 = 8;

const HEAD: &str = "journal head";

impl Journal {
    /// Closes the run and chains its head to the corp's. Closing twice is closing once.
    ///
    /// # Errors
    /// [`JournalError::Contended`] when somebody else closed it with other content, or too many runs close at once.
    pub async fn close(&self) -> Result<Heads, JournalError> {
        let pk = partition(&self.corp, ControlKind::JournalHead);
        let address = Address { table: Table::Control, pk: &pk, sk: "-", what: HEAD };
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
        let attributes = Attributes { what: HEAD, item: &closed };
        let hash: Hash = attributes.array("h").map_err(JournalError::Store)?;
        if hash == self.hash { Ok(true) } else { Err(JournalError::Contended) }
    }
}
