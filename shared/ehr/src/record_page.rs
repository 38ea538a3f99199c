//! One page of an eHR's list.

use directory::{NativeId, Reason};

use crate::connector::StoredRecord;

/// Where a list goes on. Opaque to everybody but the connector that made it; it may be stored and used in another process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// A token with this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A row that could not be made into a record. The others of its page are not touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddRow {
    /// Its id; `None` where not even that could be read.
    pub id: Option<NativeId>,
    /// What is wrong with it.
    pub reason: Reason,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordPage {
    /// The records that were read.
    pub records: Vec<StoredRecord>,
    /// The rows that were not. They are there all the same: none of them counts as absent.
    pub odd: Vec<OddRow>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<PageToken>,
}
