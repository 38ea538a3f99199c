//! The embedded default: DynamoDB, queues and vault of one machine, behind the same ports as on AWS.
//!
//! The database is `dynoxide` (one SQLite file) in this process, below the official SDK, so that the store runs the very
//! code that runs on AWS and nothing listens. Queues are tables of it; vault and archive are directories.

pub mod archive;
pub mod database;
pub mod queue;
pub mod vault;

#[cfg(test)]
mod journal_tests;
#[cfg(test)]
mod ledger_edit_tests;
#[cfg(test)]
mod lost_answer_tests;
#[cfg(test)]
mod store_tests;

use std::sync::Arc;

use directory::Timestamp;

pub use archive::DirectoryArchive;
pub use database::{Database, DatabaseError};
pub use queue::{EmbeddedQueue, QueueRules, Receipt, ReceivedMessage};
pub use vault::DirectoryVault;

/// Whoever asks the machine for the time; a test hands in its own.
pub type TimeSource = Arc<dyn Fn() -> Timestamp + Send + Sync>;
