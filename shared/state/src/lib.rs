//! What Bangding remembers: links, control items, the journal, the ledger's entries, queues, secrets and
//! the archive.
//!
//! Ports (`links`, `queue`, `vault`, `archive`) are always here; what implements one of them on AWS sits behind a feature, so that a
//! function links only what it uses. Keys, items and version rules are written down in this crate's `README.md`.
//!
//! Invariants: AWS types stop here; every key begins with the corp (but for the list of bindings, which is how a corp is
//! found); no error and no `Debug` carries a secret or a value of a person.

pub mod archive;
pub mod binding;
#[cfg(feature = "direct")]
pub mod direct;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod error;
pub mod links;
#[cfg(feature = "dynamodb")]
pub mod outbox;
pub mod queue;
pub mod run;
#[cfg(feature = "seal")]
pub mod seal;
#[cfg(feature = "dynamodb")]
pub mod store;
pub mod vault;

pub use archive::{Archive, ArchiveError, ArchiveKey, ArchiveKind, ArchivePrefix, PutIf};
pub use binding::{Binding, DingTalkEndpoints, WriteBlock, WritePause, is_loopback_url};
pub use error::{Cause, ExistingItem, StoreError, WriteError};
pub use links::{LinkStore, ListingReport, PointerChanges};
pub use queue::dead_letters::{DeadLetter, DeadLetters};
pub use queue::{Queue, QueueError, QueueMessage};
pub use run::run_id;
#[cfg(feature = "dynamodb")]
pub use store::{Store, TableNames, WriteTally};
pub use vault::{SecretStage, StagedVault, Vault, VaultError};
