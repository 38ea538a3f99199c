//! What the feed tells: news, their places, and pages of them.

use directory::{Kind, Timestamp};
use serde::{Deserialize, Serialize};

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
    pub(super) fn from_entries(told: Vec<FeedEntry>, after: u64, last: u64, limit: usize) -> Self {
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
