#![doc = include_str!("../README.md")]

pub mod crypto;
pub mod events;

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "client")]
mod error;

#[cfg(feature = "client")]
pub use error::{CallFault, DingTalkError, DingTalkErrorKind, ReplyFault, UniqueField};
