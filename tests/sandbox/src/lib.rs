//! A stateful double of DingTalk: one state machine ([`World`]) with two interfaces, in memory and
//! over HTTP ([`Server`]).
//!
//! Without the feature `http` only the world is built. It has no I/O and no clock, and its
//! randomness is seeded. It answers calls, and it offers typed methods such as
//! [`World::apply_write`] and [`World::read_person`].
//!
//! It follows DingTalk's documentation; what the documentation leaves open is a setting. It
//! contacts nothing but loopback.

#[cfg(feature = "http")]
mod args;
pub mod company;
#[cfg(feature = "http")]
pub mod http;
pub mod world;

#[cfg(feature = "http")]
pub use args::{SandboxArgs, run};
pub use company::Company;
#[cfg(feature = "http")]
pub use http::{RunningServer, Server, ServerConfig};
pub use world::{Act, Settings, World};
