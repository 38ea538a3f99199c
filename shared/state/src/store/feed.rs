//! The ledger's change feed: what people changed in the built-in eHR, in order, ids only.
//!
//! An entry of the feed is written in the transaction of the edit that it tells, conditional on the feed's head, so that
//! places have no gap and are seen in their order: whoever has read up to a place has missed nothing before it. What the
//! sync itself writes is not told here, as no eHR tells a program of its own writes.
//!
//! News are kept for [`KEPT_S`] and dropped by the table's expiry then, in no order. The head stays, so that whoever reads
//! on from a place sees by the places themselves whether any are missing.

use std::collections::BTreeSet;

use directory::{CorpId, Kind, Timestamp};
use serde::{Deserialize, Serialize};

use super::Store;
use super::item::{Item, number_value};
use super::ledger::{EntryPut, LEDGER_ENTRY, LookupKey};
use super::tally::Table;
use super::transaction::{TransactionError, TransactionStep, WriteCondition};
use super::versioned::{
    ItemAddress, PutCondition, own_write_version, read_stored, to_json, versioned_item,
};
use crate::error::{ExistingItem, StoreError, WriteError};

const FEED_ENTRY: &str = "feed entry";

/// News are kept this long, in seconds: ninety days. A feed is read every quarter of an hour; whoever was away for longer
/// than this has swept since, or has to.
pub const KEPT_S: i64 = 90 * 24 * 3600;

/// How often an edit is tried when others write to the same feed.
const EDIT_ATTEMPTS: u32 = 16;

/// Entries that are edited together: a transaction has a hundred steps, and an entry takes two besides its finds.
pub const EDITS_MAX: usize = 41;

/// What an edit did to whom: never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditNews {
    /// Person or department.
    pub kind: Kind,
    /// The entry's id.
    pub id: String,
    /// What was done, in one word: `hire`, `move`.
    pub because: String,
    /// When.
    pub at: Timestamp,
}

/// News at its place in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// From 1, without a gap.
    pub place: u64,
    /// What happened.
    pub news: EditNews,
}

/// A page of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// Oldest first.
    pub told: Vec<FeedEntry>,
    /// Where the next page begins.
    pub place: u64,
    /// Whether there may be more at once.
    pub more: bool,
    /// Whether news after the place that was asked for were dropped, or the feed does not reach there as its table was
    /// restored: who reads this has to look at everything.
    pub missed: bool,
}

impl FeedPage {
    /// `last` is the newest place that there was before the page was read.
    fn from_entries(told: Vec<FeedEntry>, after: u64, last: u64, limit: usize) -> Self {
        if after > last {
            return Self {
                told: Vec::new(),
                place: last,
                more: false,
                missed: true,
            };
        }
        let more = told.len() >= limit;
        let end = told.last().map_or(after, |told| told.place);
        // A full page ends where it ends; any other one reaches to the head.
        let place = if more { end } else { end.max(last) };
        let missed = place.saturating_sub(after) > told.len() as u64;
        Self {
            told,
            place,
            more,
            missed,
        }
    }
}

/// An edit of an entry that the feed tells.
#[derive(Clone, Copy)]
pub struct EntryEdit<'a> {
    /// The entry's body, JSON.
    pub body: &'a str,
    /// What must be true: `New`, or the version that was read. `Any` is taken as `New`.
    pub condition: PutCondition,
    /// All of the entry's finds.
    pub finds: &'a [LookupKey],
    /// What is told.
    pub news: &'a EditNews,
}

fn head_pk(corp: &CorpId) -> String {
    format!("{corp}#feed-head")
}

fn feed_pk(corp: &CorpId) -> String {
    format!("{corp}#feed")
}

/// Twelve digits, so that places sort as text.
fn place_sk(place: u64) -> String {
    format!("{place:012}")
}

impl Store {
    /// Stores edited entries, their finds and their news, all or nothing; answers with the new version of the first. At
    /// most [`EDITS_MAX`], each of another entry.
    ///
    /// # Errors
    /// Of the first, [`WriteError::Exists`] for `New`, [`WriteError::Stale`] for `Version`, when it is not so; of the others
    /// `Stale`; `TooLarge` above 396 KiB. `Stale` also when others kept writing to the feed for all of the attempts.
    pub async fn edit_entries(
        &self,
        corp: &CorpId,
        edits: &[EntryEdit<'_>],
    ) -> Result<u64, WriteError> {
        let mut before = Vec::new();
        for edit in edits.iter().take(EDITS_MAX) {
            before.push(self.item_before_edit(corp, edit).await?);
        }
        if before.is_empty() || before.len() < edits.len() {
            return Err(WriteError::Store(StoreError::Malformed {
                what: FEED_ENTRY,
                why: "too many entries, or none",
            }));
        }
        let mark = self.next_mark();
        let jitter = self.jitter(&mark);
        for attempt in 1..=EDIT_ATTEMPTS {
            match self.try_edits(corp, edits, &before, &mark).await? {
                Some(version) => return Ok(version),
                None => self.back_off(attempt.min(4), jitter).await,
            }
        }
        Err(WriteError::Stale)
    }

    async fn item_before_edit(
        &self,
        corp: &CorpId,
        edit: &EntryEdit<'_>,
    ) -> Result<Item, WriteError> {
        let item = self
            .entry_item(corp, edit.news.kind, &edit.news.id)
            .await
            .map_err(WriteError::Store)?;
        let item = item.unwrap_or_default();
        let found = super::ledger::item_version(&item).map_err(WriteError::Store)?;
        match (edit.condition, found) {
            (PutCondition::Version(expected), found) if found != expected => Err(WriteError::Stale),
            (PutCondition::New | PutCondition::Any, 1..) => Err(WriteError::Exists {
                which: ExistingItem::Item,
            }),
            _ => Ok(item),
        }
    }

    /// `None` when somebody else wrote to the feed meanwhile.
    async fn try_edits(
        &self,
        corp: &CorpId,
        edits: &[EntryEdit<'_>],
        before: &[Item],
        mark: &[u8],
    ) -> Result<Option<u64>, WriteError> {
        let (mut steps, mut entries) = (Vec::new(), Vec::new());
        for (edit, before) in edits.iter().zip(before) {
            entries.push(steps.len());
            steps.extend(self.edit_steps(corp, edit, before, mark)?);
        }
        steps.extend(self.feed_steps(corp, edits, mark).await?);
        let (Some(edit), Some(before)) = (edits.first(), before.first()) else {
            return Ok(None);
        };
        let pk = EntryPut {
            corp,
            kind: edit.news.kind,
            id: &edit.news.id,
            body: edit.body,
            finds: &BTreeSet::new(),
        }
        .pk();
        let address = ItemAddress {
            table: Table::Ledger,
            pk: &pk,
            sk: &edit.news.id,
            what: LEDGER_ENTRY,
        };
        let expected = super::ledger::item_version(before).map_err(WriteError::Store)?;
        let conditions = match self.write_transaction(steps, self.jitter(mark)).await {
            Ok(()) => return Ok(Some(expected + 1)),
            Err(TransactionError::Failed(error)) => {
                return self
                    .check_own_versioned_write(address, mark, error)
                    .await
                    .map(Some);
            }
            Err(TransactionError::Conditions(conditions)) => conditions,
        };
        if let Some(Some(stored)) = conditions.first() {
            let own = own_write_version(LEDGER_ENTRY, stored, mark).map_err(WriteError::Store)?;
            let lost = if expected == 0 {
                WriteError::Exists {
                    which: ExistingItem::Item,
                }
            } else {
                WriteError::Stale
            };
            return own.map(Some).ok_or(lost);
        }
        let lost = entries
            .into_iter()
            .any(|at| matches!(conditions.get(at), Some(Some(_))));
        if lost {
            Err(WriteError::Stale)
        } else {
            Ok(None)
        }
    }

    fn edit_steps(
        &self,
        corp: &CorpId,
        edit: &EntryEdit<'_>,
        before: &Item,
        mark: &[u8],
    ) -> Result<Vec<TransactionStep>, WriteError> {
        let (kind, id) = (edit.news.kind, edit.news.id.as_str());
        let finds = edit.finds.iter().map(LookupKey::stored_text).collect();
        let put = EntryPut {
            corp,
            kind,
            id,
            body: edit.body,
            finds: &finds,
        };
        let pk = put.pk();
        let address = ItemAddress {
            table: Table::Ledger,
            pk: &pk,
            sk: id,
            what: LEDGER_ENTRY,
        };
        let expected = super::ledger::item_version(before).map_err(WriteError::Store)?;
        self.entry_steps(&put, address, before, expected, mark)
    }

    async fn feed_steps(
        &self,
        corp: &CorpId,
        edits: &[EntryEdit<'_>],
        mark: &[u8],
    ) -> Result<Vec<TransactionStep>, WriteError> {
        let (head, feed) = (head_pk(corp), feed_pk(corp));
        let last = self.feed_head(corp).await.map_err(WriteError::Store)?;
        let when = if last == 0 {
            WriteCondition::new_item()
        } else {
            WriteCondition {
                expression: "n = :n",
                values: Item::from([(":n".to_owned(), number_value(last))]),
            }
        };
        let put = |item, when| {
            TransactionStep::put(self, Table::Ledger, item, Some(when)).map_err(WriteError::Store)
        };
        let end = last + edits.len() as u64;
        let address = ItemAddress {
            table: Table::Ledger,
            pk: &head,
            sk: "-",
            what: FEED_ENTRY,
        };
        let mut steps = vec![put(
            versioned_item(address, "{}".to_owned(), end, mark.to_vec()),
            when,
        )?];
        for (place, edit) in (last + 1..).zip(edits) {
            let place = place_sk(place);
            let address = ItemAddress {
                table: Table::Ledger,
                pk: &feed,
                sk: &place,
                what: FEED_ENTRY,
            };
            let mut item =
                versioned_item(address, to_json(FEED_ENTRY, edit.news)?, 1, mark.to_vec());
            let expires = (edit.news.at.millis() / 1000).saturating_add(KEPT_S);
            item.insert("x".to_owned(), number_value(expires.max(0).unsigned_abs()));
            steps.push(put(item, WriteCondition::new_item())?);
        }
        Ok(steps)
    }

    /// What was told after a place, oldest first, at most `limit`; strongly consistent. 0 begins at the beginning.
    ///
    /// # Errors
    /// [`StoreError`]; an entry that cannot be read is named.
    pub async fn news_after(
        &self,
        corp: &CorpId,
        place: u64,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        // Before the page: what is told while the page is read is no gap.
        let last = self.feed_head(corp).await?;
        let told = self.feed_entries_after(corp, place, limit).await?;
        Ok(FeedPage::from_entries(told, place, last, limit))
    }

    /// The place of the newest news, also where they were dropped since; 0 before the first.
    async fn feed_head(&self, corp: &CorpId) -> Result<u64, StoreError> {
        let head = self
            .get_item(Table::Ledger, &head_pk(corp), "-")
            .await?
            .unwrap_or_default();
        super::ledger::item_version(&head)
    }

    async fn feed_entries_after(
        &self,
        corp: &CorpId,
        place: u64,
        limit: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        let items = self
            .items_after(Table::Ledger, &feed_pk(corp), &place_sk(place), limit)
            .await?;
        let told = |item: &Item| {
            let stored = read_stored::<EditNews>(FEED_ENTRY, item)?;
            let place = stored.id.parse();
            let place = place.map_err(|_| StoreError::Malformed {
                what: FEED_ENTRY,
                why: "its place is no number",
            })?;
            Ok(FeedEntry {
                place,
                news: stored.body,
            })
        };
        items.iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_flags(places: &[u64], after: u64, last: u64) -> (u64, bool, bool) {
        let news = EditNews {
            kind: Kind::Person,
            id: "e1".to_owned(),
            because: "hire".to_owned(),
            at: Timestamp(1),
        };
        let told = places
            .iter()
            .map(|place| FeedEntry {
                place: *place,
                news: news.clone(),
            })
            .collect();
        let page = FeedPage::from_entries(told, after, last, 3);
        (page.place, page.more, page.missed)
    }

    #[test]
    fn a_page_reports_dropped_news_at_any_place() {
        assert_eq!(
            page_flags(&[], 0, 0),
            (0, false, false),
            "nothing was ever told"
        );
        assert_eq!(page_flags(&[], 7, 7), (7, false, false), "nothing new");
        assert_eq!(page_flags(&[8, 9], 7, 9), (9, false, false));
        assert_eq!(
            page_flags(&[8, 9], 7, 8),
            (9, false, false),
            "told while the page was read"
        );
        assert_eq!(
            page_flags(&[8, 9, 10], 7, 20),
            (10, true, false),
            "a full page says nothing of what comes"
        );
        assert_eq!(
            page_flags(&[9, 10], 7, 10),
            (10, false, true),
            "the beginning is gone"
        );
        assert_eq!(
            page_flags(&[8, 10, 11], 7, 20),
            (11, true, true),
            "expiry keeps no order"
        );
        assert_eq!(
            page_flags(&[8], 7, 10),
            (10, false, true),
            "the end is gone"
        );
        assert_eq!(
            page_flags(&[], 7, 10),
            (10, false, true),
            "all of it is gone"
        );
        assert_eq!(
            page_flags(&[], 7, 4),
            (4, false, true),
            "the table was restored"
        );
    }
}
