//! Primitives of the `ledger` table: entries of the built-in eHR, and finds that lead to them. The only clear personal
//! data; nothing here is printed.

use std::collections::BTreeSet;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use directory::hash::FieldHash;
use directory::{CorpId, Kind};
use futures::StreamExt;
use sha2::{Digest, Sha256};

use super::Store;
use super::item::{Item, item_key, number_value};
use super::link_item::SHARDS;
use super::query::PageReading;
use super::tally::Table;
use super::transaction::{TransactionError, TransactionStep, WriteCondition};
use super::versioned::{
    ItemAddress, PutCondition, SCHEMA_VERSION, StoredItem, check_size, own_write_version,
    read_stored_text, versioned_item,
};
use crate::error::{ExistingItem, StoreError, WriteError};
use crate::vault::lower_hex;

pub(super) const LEDGER_ENTRY: &str = "ledger entry";

/// How often a put of any version is tried when somebody else writes the same entry.
const PUT_ATTEMPTS: u32 = 8;

/// Entries per page and shard. A connection keeps the buffer of the largest answer that it brought.
const PAGE_READING: PageReading = PageReading::Eventual(64);

/// A secondary way to an entry: a job number, a `unionid`, a `userid`. Several entries may share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookupKey {
    /// What is looked for, such as `job-number`; without `#`.
    pub what: &'static str,
    /// Keyed hash of the value ([`directory::hash::hash_bytes`]), so that no key holds it.
    pub hash: FieldHash,
}

impl LookupKey {
    pub(super) fn stored_text(&self) -> String {
        format!("{}#{}", self.what, lower_hex(&self.hash))
    }
}

/// An entry of the ledger. `Debug` hides the body, which is about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The entry's id.
    pub id: String,
    /// Counts the writes, from 1.
    pub version: u64,
    /// JSON, as it was put.
    pub body: String,
}

impl fmt::Debug for LedgerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerEntry")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

pub(super) fn ledger_partition(corp: &CorpId, kind: Kind, shard: u8) -> String {
    format!("{corp}#{}#{shard}", kind.key())
}

fn entry_partition(corp: &CorpId, kind: Kind, id: &str) -> String {
    let shard = Sha256::digest(id.as_bytes())
        .first()
        .map_or(0, |byte| byte % SHARDS);
    ledger_partition(corp, kind, shard)
}

fn lookup_partition(corp: &CorpId, kind: Kind, spelled: &str) -> String {
    format!("{corp}#find#{}#{spelled}", kind.key())
}

pub(super) fn parse_entry(item: &Item) -> Result<LedgerEntry, StoreError> {
    let StoredItem {
        id, version, body, ..
    } = read_stored_text(LEDGER_ENTRY, item)?;
    Ok(LedgerEntry { id, version, body })
}

fn stored_lookup_keys(item: &Item) -> BTreeSet<String> {
    match item.get("f") {
        Some(AttributeValue::Ss(finds)) => finds.iter().cloned().collect(),
        _ => BTreeSet::new(),
    }
}

/// What a put of an entry needs to know.
pub(super) struct EntryPut<'a> {
    pub(super) corp: &'a CorpId,
    pub(super) kind: Kind,
    pub(super) id: &'a str,
    pub(super) body: &'a str,
    pub(super) finds: &'a BTreeSet<String>,
}

impl EntryPut<'_> {
    pub(super) fn pk(&self) -> String {
        entry_partition(self.corp, self.kind, self.id)
    }
}

/// The version of a versioned item; 0 where there is none.
pub(super) fn item_version(item: &Item) -> Result<u64, StoreError> {
    if item.is_empty() {
        Ok(0)
    } else {
        parse_entry(item).map(|entry| entry.version)
    }
}

impl Store {
    /// Stores an entry and keeps its finds in step, all or nothing; answers with its new version. `finds` are all of the
    /// entry's finds: those that it had and are not named disappear. Costs a read besides the write unless it is new.
    ///
    /// # Errors
    /// [`WriteError::Exists`] for `New`, [`WriteError::Stale`] for `Version`, when it is not so; `TooLarge` above 396 KiB.
    pub async fn put_entry(
        &self,
        corp: &CorpId,
        kind: Kind,
        id: &str,
        body: &str,
        condition: PutCondition,
        finds: &[LookupKey],
    ) -> Result<u64, WriteError> {
        let finds = finds.iter().map(LookupKey::stored_text).collect();
        let put = EntryPut {
            corp,
            kind,
            id,
            body,
            finds: &finds,
        };
        match condition {
            PutCondition::New => self.replace_entry(&put, &Item::new()).await,
            PutCondition::Version(expected) => {
                let before = self
                    .entry_item(corp, kind, id)
                    .await
                    .map_err(WriteError::Store)?;
                let found = before
                    .as_ref()
                    .map(parse_entry)
                    .transpose()
                    .map_err(WriteError::Store)?;
                match (before, found) {
                    (Some(before), Some(found)) if found.version == expected => {
                        self.replace_entry(&put, &before).await
                    }
                    _ => Err(WriteError::Stale),
                }
            }
            PutCondition::Any => self.put_any(&put).await,
        }
    }

    /// One entry, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get_entry(
        &self,
        corp: &CorpId,
        kind: Kind,
        id: &str,
    ) -> Result<Option<LedgerEntry>, StoreError> {
        self.entry_item(corp, kind, id)
            .await?
            .as_ref()
            .map(parse_entry)
            .transpose()
    }

    /// Hands out every entry of a kind, in no order, all shards at once, page by page, eventually consistent. How many.
    ///
    /// # Errors
    /// [`StoreError`]; what was handed out before it is not all there is.
    pub async fn each_entry(
        &self,
        corp: &CorpId,
        kind: Kind,
        each: &mut (dyn FnMut(LedgerEntry) + Send),
    ) -> Result<u64, StoreError> {
        let shards = (0..SHARDS).map(|shard| {
            self.pages(
                Table::Ledger,
                ledger_partition(corp, kind, shard),
                PAGE_READING,
            )
            .boxed()
        });
        let mut pages = futures::stream::select_all(shards);
        let mut count = 0;
        while let Some(page) = pages.next().await {
            for item in page? {
                count += 1;
                each(parse_entry(&item)?);
            }
        }
        Ok(count)
    }

    /// The ids of the entries that have this find, strongly consistent, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find_entries(
        &self,
        corp: &CorpId,
        kind: Kind,
        find: &LookupKey,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let pk = lookup_partition(corp, kind, &find.stored_text());
        let items = self.last_items(Table::Ledger, &pk, limit).await?;
        let mut ids = items
            .iter()
            .map(|item| {
                super::item::AttributeReader { what: "find", item }
                    .text("sk")
                    .map(str::to_owned)
            })
            .collect::<Result<Vec<_>, _>>()?;
        ids.sort_unstable();
        Ok(ids)
    }

    pub(super) async fn entry_item(
        &self,
        corp: &CorpId,
        kind: Kind,
        id: &str,
    ) -> Result<Option<Item>, StoreError> {
        self.get_item(Table::Ledger, &entry_partition(corp, kind, id), id)
            .await
    }

    async fn put_any(&self, put: &EntryPut<'_>) -> Result<u64, WriteError> {
        for _ in 1..PUT_ATTEMPTS {
            let before = self
                .entry_item(put.corp, put.kind, put.id)
                .await
                .map_err(WriteError::Store)?;
            match self.replace_entry(put, &before.unwrap_or_default()).await {
                Err(WriteError::Stale | WriteError::Exists { .. }) => {}
                done => return done,
            }
        }
        Err(WriteError::Stale)
    }

    /// Writes over exactly what was read; an empty item means that there must be none.
    async fn replace_entry(&self, put: &EntryPut<'_>, before: &Item) -> Result<u64, WriteError> {
        let pk = put.pk();
        let address = ItemAddress {
            table: Table::Ledger,
            pk: &pk,
            sk: put.id,
            what: LEDGER_ENTRY,
        };
        let mark = self.next_mark();
        let expected = item_version(before).map_err(WriteError::Store)?;
        let steps = self.entry_steps(put, address, before, expected, &mark)?;
        let jitter = self.jitter(&mark);
        match self.write_transaction(steps, jitter).await {
            Ok(()) => Ok(expected + 1),
            Err(TransactionError::Failed(error)) => {
                self.check_own_versioned_write(address, &mark, error).await
            }
            Err(TransactionError::Conditions(conditions)) => {
                let stored = conditions.into_iter().next().flatten().unwrap_or_default();
                let own =
                    own_write_version(LEDGER_ENTRY, &stored, &mark).map_err(WriteError::Store)?;
                own.ok_or(if expected == 0 {
                    WriteError::Exists {
                        which: ExistingItem::Item,
                    }
                } else {
                    WriteError::Stale
                })
            }
        }
    }

    pub(super) fn entry_steps(
        &self,
        put: &EntryPut<'_>,
        address: ItemAddress<'_>,
        before: &Item,
        expected: u64,
        mark: &[u8],
    ) -> Result<Vec<TransactionStep>, WriteError> {
        let mut item = versioned_item(
            address,
            check_size(put.body.to_owned())?,
            expected + 1,
            mark.to_vec(),
        );
        if !put.finds.is_empty() {
            item.insert(
                "f".to_owned(),
                AttributeValue::Ss(put.finds.iter().cloned().collect()),
            );
        }
        let when = if before.is_empty() {
            WriteCondition::new_item()
        } else {
            WriteCondition {
                expression: "n = :n",
                values: Item::from([(":n".to_owned(), number_value(expected))]),
            }
        };
        let had = stored_lookup_keys(before);
        let mut steps = vec![TransactionStep::put(self, Table::Ledger, item, Some(when))];
        for find in put.finds.difference(&had) {
            let mut find = item_key(&lookup_partition(put.corp, put.kind, find), put.id);
            find.insert("v".to_owned(), number_value(u64::from(SCHEMA_VERSION)));
            steps.push(TransactionStep::put(self, Table::Ledger, find, None));
        }
        for find in had.difference(put.finds) {
            let pk = lookup_partition(put.corp, put.kind, find);
            steps.push(TransactionStep::delete(
                self,
                Table::Ledger,
                (&pk, put.id),
                None,
            ));
        }
        steps
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(WriteError::Store)
    }

    /// A number that differs from write to write and from process to process.
    pub(super) fn jitter(&self, mark: &[u8]) -> u64 {
        let tail = mark
            .last_chunk::<8>()
            .copied()
            .map_or(0, u64::from_be_bytes);
        let head = mark
            .first_chunk::<8>()
            .copied()
            .map_or(0, u64::from_be_bytes);
        head.wrapping_add(tail.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}
