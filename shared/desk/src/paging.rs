//! Pages of listings.

use serde::{Deserialize, Serialize};

/// Rows of one page.
pub const PAGE_SIZE: usize = 50;

/// Where the next page begins. Only the listing that gave it understands it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

impl Cursor {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page of a listing. A page may have fewer rows than [`PAGE_SIZE`], or none, and still have a next one: rows that are
/// not wanted are left out after they were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The next page of a listing in the order of ids: behind the last id, if the page that was read is full.
    pub(crate) fn behind<'a>(
        rows: Vec<T>,
        mut read: impl ExactSizeIterator<Item = &'a str> + DoubleEndedIterator,
    ) -> Self {
        let is_full = read.len() >= PAGE_SIZE;
        let next = read.next_back().filter(|_| is_full);
        Self {
            rows,
            next: next.map(|id| Cursor(id.to_owned())),
        }
    }
}
