#![doc = include_str!("../README.md")]

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
