//! DingTalk as it is on the wire: callback cryptography, events, and the client for both API generations.
//!
//! Invariants: nothing here reads a clock, the process environment or a source of randomness; what comes from the wire
//! never panics; no secret and no value about a person is in an error, a log line or a `Debug`.
//!
//! Without the feature `client` only [`crypto`] and [`events`] are built: what the callback links.

pub mod crypto;
pub mod events;

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "client")]
mod error;

#[cfg(feature = "client")]
pub use error::{CallFault, DingTalkError, DingTalkErrorKind, ReplyFault, UniqueField};
