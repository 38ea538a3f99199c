//! The ledger's change feed: what people changed in the built-in eHR, in order, ids only.
//!
//! An entry of the feed is written in the transaction of the edit that it tells, conditional on the feed's head, so that
//! places have no gap and are seen in their order: whoever has read up to a place has missed nothing before it. What the
//! sync itself writes is not told here, as no eHR tells a program of its own writes.
//!
//! News are kept for [`KEPT_S`] and dropped by the table's expiry then, in no order. The head stays, so that whoever reads
//! on from a place sees by the places themselves whether any are missing.

mod editing;
mod page;

use directory::CorpId;

pub use editing::{EDITS_MAX, EntryEdit};
pub use page::{EditNews, FeedEntry, FeedPage};

use super::Store;
use super::item::Item;
use super::ledger::item_version;
use super::tally::Table;
use super::versioned::read_stored;
use crate::error::StoreError;

const FEED_ENTRY: &str = "feed entry";

/// News are kept this long, in seconds: ninety days. A feed is read every quarter of an hour; whoever was away for longer
/// than this has swept since, or has to.
pub const KEPT_S: i64 = 90 * 24 * 3600;

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
        item_version(&head)
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
