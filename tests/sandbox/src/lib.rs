//! A stateful double of DingTalk: one state machine ([`World`]) with two faces, in memory and over HTTP ([`Server`]).
//!
//! Without the feature `http` only the world is built: a state machine without I/O, clock and randomness of its own
//! but a seeded one, which answers calls and, typed, [`World::write`], [`World::look_person`] and the like.
//!
//! Built from DingTalk's documentation (`shared/dingtalk/README.md` has the facts); what is unconfirmed there is a
//! setting here. Nothing but loopback is ever contacted.

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
