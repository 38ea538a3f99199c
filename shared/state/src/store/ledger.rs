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
use super::item::{Item, key, number};
use super::link_item::SHARDS;
use super::query::Reading;
use super::tally::Table;
use super::transaction::{Cancelled, Step, When};
use super::versioned::{Address, Condition, SCHEMA, Stored, fits, own_win, read_raw, whole};
use crate::error::{StoreError, Taken, WriteError};
use crate::vault::hex;

pub(super) const WHAT: &str = "ledger entry";

/// How often a put of any version is tried when somebody else writes the same entry.
const ATTEMPTS: u32 = 8;

/// Entries per page and shard. A connection keeps the buffer of the largest answer that it brought.
const PAGE: Reading = Reading::Eventual(64);

/// A secondary way to an entry: a job number, a `unionid`, a `userid`. Several entries may share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Find {
    /// What is looked for, such as `job-number`; without `#`.
    pub what: &'static str,
    /// Keyed hash of the value ([`directory::hash::bytes`]), so that no key holds it.
    pub hash: FieldHash,
}

impl Find {
    pub(super) fn spelled(&self) -> String {
        format!("{}#{}", self.what, hex(&self.hash))
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
        f.debug_struct("LedgerEntry").field("id", &self.id).field("version", &self.version).finish_non_exhaustive()
    }
}

fn partition(corp: &CorpId, kind: Kind, shard: u8) -> String {
    format!("{corp}#{}#{shard}", kind.key())
}

fn partition_of(corp: &CorpId, kind: Kind, id: &str) -> String {
    let shard = Sha256::digest(id.as_bytes()).first().map_or(0, |byte| byte % SHARDS);
    partition(corp, kind, shard)
}

fn find_pk(corp: &CorpId, kind: Kind, spelled: &str) -> String {
    format!("{corp}#find#{}#{spelled}", kind.key())
}

fn entry(item: &Item) -> Result<LedgerEntry, StoreError> {
    let Stored { id, version, body, .. } = read_raw(WHAT, item)?;
    Ok(LedgerEntry { id, version, body })
}

fn finds_of(item: &Item) -> BTreeSet<String> {
    match item.get("f") {
        Some(AttributeValue::Ss(finds)) => finds.iter().cloned().collect(),
        _ => BTreeSet::new(),
    }
}

/// What a put of an entry needs to know.
pub(super) struct Put<'a> {
    pub(super) corp: &'a CorpId,
    pub(super) kind: Kind,
    pub(super) id: &'a str,
    pub(super) body: &'a str,
    pub(super) finds: &'a BTreeSet<String>,
}

impl Put<'_> {
    pub(super) fn pk(&self) -> String {
        partition_of(self.corp, self.kind, self.id)
    }
}

/// The version of a versioned item; 0 where there is none.
pub(super) fn version(item: &Item) -> Result<u64, StoreError> {
    if item.is_empty() { Ok(0) } else { entry(item).map(|entry| entry.version) }
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
        condition: Condition,
        finds: &[Find],
    ) -> Result<u64, WriteError> {
        let finds = finds.iter().map(Find::spelled).collect();
        let put = Put { corp, kind, id, body, finds: &finds };
        match condition {
            Condition::New => self.put_over(&put, &Item::new()).await,
            Condition::Version(expected) => {
                let before = self.entry_item(corp, kind, id).await.map_err(WriteError::Store)?;
                let found = before.as_ref().map(entry).transpose().map_err(WriteError::Store)?;
                match (before, found) {
                    (Some(before), Some(found)) if found.version == expected => self.put_over(&put, &before).await,
                    _ => Err(WriteError::Stale),
                }
            }
            Condition::Any => self.put_any(&put).await,
        }
    }

    /// One entry, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get_entry(&self, corp: &CorpId, kind: Kind, id: &str) -> Result<Option<LedgerEntry>, StoreError> {
        self.entry_item(corp, kind, id).await?.as_ref().map(entry).transpose()
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
        let shards = (0..SHARDS).map(|shard| self.pages(Table::Ledger, partition(corp, kind, shard), PAGE).boxed());
        let mut pages = futures::stream::select_all(shards);
        let mut count = 0;
        while let Some(page) = pages.next().await {
            for item in page? {
                count += 1;
                each(entry(&item)?);
            }
        }
        Ok(count)
    }

    /// The ids of the entries that have this find, strongly consistent, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(&self, corp: &CorpId, kind: Kind, find: &Find, limit: usize) -> Result<Vec<String>, StoreError> {
        let pk = find_pk(corp, kind, &find.spelled());
        let items = self.last_items(Table::Ledger, &pk, limit).await?;
        let mut ids = items
            .iter()
            .map(|item| super::item::Attributes { what: "find", item }.text("sk").map(str::to_owned))
            .collect::<Result<Vec<_>, _>>()?;
        ids.sort_unstable();
        Ok(ids)
    }

    pub(super) async fn entry_item(&self, corp: &CorpId, kind: Kind, id: &str) -> Result<Option<Item>, StoreError> {
        self.get_item(Table::Ledger, &partition_of(corp, kind, id), id).await
    }

    async fn put_any(&self, put: &Put<'_>) -> Result<u64, WriteError> {
        for _ in 1..ATTEMPTS {
            let before = self.entry_item(put.corp, put.kind, put.id).await.map_err(WriteError::Store)?;
            match self.put_over(put, &before.unwrap_or_default()).await {
                Err(WriteError::Stale | WriteError::Exists { .. }) => {}
                done => return done,
            }
        }
        Err(WriteError::Stale)
    }

    /// Writes over exactly what was read; an empty item means that there must be none.
    async fn put_over(&self, put: &Put<'_>, before: &Item) -> Result<u64, WriteError> {
        let pk = put.pk();
        let address = Address { table: Table::Ledger, pk: &pk, sk: put.id, what: WHAT };
        let mark = self.mark();
        let expected = version(before).map_err(WriteError::Store)?;
        let steps = self.entry_steps(put, address, before, expected, &mark)?;
        let jitter = self.jitter(&mark);
        match self.transact(steps, jitter).await {
            Ok(()) => Ok(expected + 1),
            Err(Cancelled::Failed(error)) => self.own_win_after_silence(address, &mark, error).await,
            Err(Cancelled::Conditions(conditions)) => {
                let stored = conditions.into_iter().next().flatten().unwrap_or_default();
                let own = own_win(WHAT, &stored, &mark).map_err(WriteError::Store)?;
                own.ok_or(if expected == 0 { WriteError::Exists { which: Taken::Item } } else { WriteError::Stale })
            }
        }
    }

    pub(super) fn entry_steps(
        &self,
        put: &Put<'_>,
        address: Address<'_>,
        before: &Item,
        expected: u64,
        mark: &[u8],
    ) -> Result<Vec<Step>, WriteError> {
        let mut item = whole(address, fits(put.body.to_owned())?, expected + 1, mark.to_vec());
        if !put.finds.is_empty() {
            item.insert("f".to_owned(), AttributeValue::Ss(put.finds.iter().cloned().collect()));
        }
        let when = if before.is_empty() {
            When::new_item()
        } else {
            When { expression: "n = :n", values: Item::from([(":n".to_owned(), number(expected))]) }
        };
        let had = finds_of(before);
        let mut steps = vec![Step::put(self, Table::Ledger, item, Some(when))];
        for find in put.finds.difference(&had) {
            let mut find = key(&find_pk(put.corp, put.kind, find), put.id);
            find.insert("v".to_owned(), number(u64::from(SCHEMA)));
            steps.push(Step::put(self, Table::Ledger, find, None));
        }
        for find in had.difference(put.finds) {
            let pk = find_pk(put.corp, put.kind, find);
            steps.push(Step::delete(self, Table::Ledger, (&pk, put.id), None));
        }
        steps.into_iter().collect::<Result<_, _>>().map_err(WriteError::Store)
    }

    /// A number that differs from write to write and from process to process.
    pub(super) fn jitter(&self, mark: &[u8]) -> u64 {
        let tail = mark.last_chunk::<8>().copied().map_or(0, u64::from_be_bytes);
        let head = mark.first_chunk::<8>().copied().map_or(0, u64::from_be_bytes);
        head.wrapping_add(tail.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}
