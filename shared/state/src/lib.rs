//! What Bangding remembers: links, control items, the journal, the ledger's entries, queues and secrets.
//!
//! Ports (`links`, `queue`, `vault`) are always here; what implements one of them on AWS sits behind a feature, so that a
//! function links only what it uses. Keys, items and version rules are written down in this crate's `README.md`.
//!
//! Invariants: AWS types stop here; every key begins with the corp (but for the list of bindings, which is how a corp is
//! found); no error and no `Debug` carries a secret or a value of a person.

pub mod binding;
pub mod error;
pub mod links;
pub mod queue;
pub mod run;
#[cfg(feature = "seal")]
pub mod seal;
#[cfg(feature = "dynamodb")]
pub mod store;
pub mod vault;

pub use binding::{Binding, Endpoints};
pub use error::{Cause, StoreError, Taken, WriteError};
pub use links::{Links, Listed, Pointers};
pub use queue::{Message, Queue, QueueError};
pub use run::run_id;
#[cfg(feature = "dynamodb")]
pub use store::{Store, Tables, WriteTally};
pub use vault::{Vault, VaultError};
