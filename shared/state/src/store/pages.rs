//! One page of a listing per call: for people who look at lists, never for a sweep.

use std::fmt;
use std::str::FromStr;

use directory::{CorpId, Kind, Link, LinkId};
use serde::de::DeserializeOwned;

use super::Store;
use super::control::{ControlKind, control_partition};
use super::item::Item;
use super::ledger::{LedgerEntry, ledger_partition, parse_entry};
use super::link_item::{SHARDS, decode_link, has_overflow, id_of, link_partition};
use super::query::SortKeys;
use super::tally::Table;
use super::versioned::{StoredItem, read_stored};
use crate::error::StoreError;
use crate::links::LinkStore as _;

/// Sorts before every id.
const FIRST_KEY: &str = "\u{1}";

/// Sorts behind every id: the last code point.
const LAST_KEY: &str = "\u{10ffff}";

/// The place behind the last item of a page that was read, among partitions that hold one kind in eight shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardPosition {
    shard: u8,
    after: String,
}

/// `{shard}-{key}`.
impl fmt::Display for ShardPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.shard, self.after)
    }
}

/// The text is not a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a position in a listing")]
pub struct InvalidPosition;

impl FromStr for ShardPosition {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let (shard, after) = text.split_once('-').ok_or(InvalidPosition)?;
        let shard = shard.parse().map_err(|_| InvalidPosition)?;
        if shard >= SHARDS || after.is_empty() {
            return Err(InvalidPosition);
        }
        Ok(Self {
            shard,
            after: after.to_owned(),
        })
    }
}

/// One page of the ledger's entries of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPage {
    /// In no order that means anything.
    pub entries: Vec<LedgerEntry>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<ShardPosition>,
}

/// One page of the links of a kind.
#[derive(Debug)]
pub struct LinkPage {
    /// In no order that means anything.
    pub links: Vec<Link>,
    /// Links that cannot be read, each with its error.
    pub unreadable: Vec<(LinkId, StoreError)>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<ShardPosition>,
}

impl Store {
    /// At most `limit` entries behind a position, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`]; an entry whose item cannot be read is named.
    pub async fn entries_page(
        &self,
        corp: &CorpId,
        kind: Kind,
        after: Option<&ShardPosition>,
        limit: usize,
    ) -> Result<EntryPage, StoreError> {
        let partition = |shard| ledger_partition(corp, kind, shard);
        let (items, next) = self
            .shard_page(Table::Ledger, partition, after, limit)
            .await?;
        let entries = items.iter().map(parse_entry).collect::<Result<_, _>>()?;
        Ok(EntryPage { entries, next })
    }

    /// At most `limit` links behind a position, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not answer; a link that cannot be read is in the page.
    pub async fn links_page(
        &self,
        corp: &CorpId,
        kind: Kind,
        after: Option<&ShardPosition>,
        limit: usize,
    ) -> Result<LinkPage, StoreError> {
        let partition = |shard| link_partition(corp, kind, shard);
        let (items, next) = self
            .shard_page(Table::Directory, partition, after, limit)
            .await?;
        let mut page = LinkPage {
            links: Vec::new(),
            unreadable: Vec::new(),
            next,
        };
        for item in &items {
            let Some(id) = id_of(item)? else { continue };
            let link = if has_overflow(item) {
                self.get_link(corp, kind, id).await
            } else {
                decode_link(kind, item, None).map(Some)
            };
            match link {
                Ok(link) => page.links.extend(link),
                Err(error) if error.is_transient() => return Err(error),
                Err(error) => page.unreadable.push((id, error)),
            }
        }
        Ok(page)
    }

    async fn shard_page(
        &self,
        table: Table,
        partition: impl Fn(u8) -> String,
        after: Option<&ShardPosition>,
        limit: usize,
    ) -> Result<(Vec<Item>, Option<ShardPosition>), StoreError> {
        let mut position = after.cloned().unwrap_or(ShardPosition {
            shard: 0,
            after: FIRST_KEY.to_owned(),
        });
        let mut items = Vec::new();
        loop {
            let room = limit.saturating_sub(items.len());
            let read = self
                .items_after(table, &partition(position.shard), &position.after, room)
                .await?;
            let is_full = read.len() >= room;
            let last = read.last().and_then(sort_key);
            items.extend(read);
            if is_full {
                let next = last.map(|after| ShardPosition { after, ..position });
                return Ok((items, next));
            }
            if position.shard + 1 >= SHARDS {
                return Ok((items, None));
            }
            position = ShardPosition {
                shard: position.shard + 1,
                after: FIRST_KEY.to_owned(),
            };
        }
    }

    /// At most `limit` control items of a kind with greater ids than `after`, in ascending order.
    ///
    /// # Errors
    /// [`StoreError`]; one that cannot be read is named.
    pub async fn control_page<T: DeserializeOwned>(
        &self,
        corp: &CorpId,
        kind: ControlKind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredItem<T>>, StoreError> {
        let keys = SortKeys::After(after.unwrap_or(FIRST_KEY));
        self.control_items(corp, kind, keys, limit).await
    }

    /// At most `limit` control items of a kind with smaller ids than `before`, in descending order: the newest runs first.
    ///
    /// # Errors
    /// [`StoreError`]; one that cannot be read is named.
    pub async fn control_page_before<T: DeserializeOwned>(
        &self,
        corp: &CorpId,
        kind: ControlKind,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredItem<T>>, StoreError> {
        let keys = SortKeys::Before(before.unwrap_or(LAST_KEY));
        self.control_items(corp, kind, keys, limit).await
    }

    /// At most `limit` control items of a kind whose ids begin so.
    ///
    /// # Errors
    /// [`StoreError`]; one that cannot be read is named.
    pub async fn control_items_named<T: DeserializeOwned>(
        &self,
        corp: &CorpId,
        kind: ControlKind,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<StoredItem<T>>, StoreError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        self.control_items(corp, kind, SortKeys::Prefix(prefix), limit)
            .await
    }

    async fn control_items<T: DeserializeOwned>(
        &self,
        corp: &CorpId,
        kind: ControlKind,
        keys: SortKeys<'_>,
        limit: usize,
    ) -> Result<Vec<StoredItem<T>>, StoreError> {
        let items = self
            .items_in(Table::Control, &control_partition(corp, kind), keys, limit)
            .await?;
        items
            .iter()
            .map(|item| read_stored("control item", item))
            .collect()
    }
}

fn sort_key(item: &Item) -> Option<String> {
    item.get("sk")?.as_s().ok().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written() {
        let position = ShardPosition {
            shard: 7,
            after: "a-b".to_owned(),
        };
        assert_eq!(position.to_string().parse(), Ok(position));
        for wrong in ["", "8-a", "7-", "x-a", "7"] {
            assert_eq!(
                wrong.parse::<ShardPosition>(),
                Err(InvalidPosition),
                "{wrong}"
            );
        }
    }
}
