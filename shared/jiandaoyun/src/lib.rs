#![doc = include_str!("../README.md")]

pub mod webhook;

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "connector")]
pub mod connector;
#[cfg(feature = "client")]
pub mod error;
#[cfg(feature = "client")]
pub mod wire;

#[cfg(feature = "client")]
pub use client::{CallPace, Client, ClientConfig, Clock};
#[cfg(feature = "connector")]
pub use connector::{FormMapping, Jiandaoyun};
#[cfg(feature = "client")]
pub use error::{ErrorKind, JiandaoyunError};
