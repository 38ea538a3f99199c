//! The store on DynamoDB: one concrete struct for AWS and for the embedded database.

mod console;
mod control;
mod feed;
mod item;
mod journal;
mod ledger;
mod link_item;
mod links;
mod pack;
mod pages;
mod query;
mod schema;
mod tally;
mod transaction;
mod versioned;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;

pub use console::ConsoleKind;
pub use control::ControlKind;
pub use feed::{EDITS_MAX, EditNews, EntryEdit, FeedEntry, FeedPage, KEPT_S as NEWS_KEPT_S};
pub use journal::{
    ChainBreak, ChainEntry, ChainHead, ChainVerdict, FieldChange, FieldOwner, HeadComparison,
    HeadCopyError, Journal, JournalAudit, JournalEntry, JournalError, NewEntry, OrderEntry,
    OrderNote, OrderStage, RecordEntries, RecordedOrder, RecordedOrders,
};
pub use ledger::{LedgerEntry, LookupKey};
pub use pages::{EntryPage, InvalidPosition, LinkPage, ShardPosition};
pub use schema::{create_table, create_tables};
pub use tally::{TableWrites, WriteTally};
pub use versioned::{PutCondition, StoredItem};

use tally::Counters;

/// The names of the four tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// Links and pointers.
    pub directory: String,
    /// Bindings, runs, checkpoints, holds.
    pub control: String,
    /// Every change.
    pub journal: String,
    /// The built-in eHR.
    pub ledger: String,
}

impl TableNames {
    /// `{prefix}directory` and so on. DynamoDB wants names of 3 to 255 letters, digits, `_`, `-` and `.`.
    #[must_use]
    pub fn with_prefix(prefix: &str) -> Self {
        let name = |table: &str| format!("{prefix}{table}");
        Self {
            directory: name("directory"),
            control: name("control"),
            journal: name("journal"),
            ledger: name("ledger"),
        }
    }
}

/// The store. Cheap to clone; clones share the count of writes.
///
/// Retries: the client's own retry configuration for throttling, 500s and lost connections, and a bounded number of
/// repeats here for transaction conflicts. What is left after that is a named error.
#[derive(Clone)]
pub struct Store {
    client: Client,
    tables: Arc<TableNames>,
    counters: Arc<Counters>,
    marks: Arc<WriteMarks>,
}

/// Marks of this process's writes to versioned items, so that a write whose answer was lost is recognised as ours.
struct WriteMarks {
    writer: u128,
    count: AtomicU64,
}

impl Store {
    /// A store on these tables. `writer` is a random number of this process: it marks its writes of control items and
    /// ledger entries, as a link's random version marks a link.
    #[must_use]
    pub fn new(client: Client, tables: TableNames, writer: u128) -> Self {
        let marks = WriteMarks {
            writer,
            count: AtomicU64::new(0),
        };
        Self {
            client,
            tables: Arc::new(tables),
            counters: Arc::default(),
            marks: Arc::new(marks),
        }
    }

    /// What was written through this store and its clones so far.
    #[must_use]
    pub fn write_tally(&self) -> WriteTally {
        self.counters.tally()
    }

    /// A mark that no other write has.
    fn next_mark(&self) -> Vec<u8> {
        let count = self.marks.count.fetch_add(1, Ordering::Relaxed);
        [
            self.marks.writer.to_be_bytes().as_slice(),
            &count.to_be_bytes(),
        ]
        .concat()
    }
}
