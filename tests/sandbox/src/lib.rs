//! A stateful double of DingTalk: one state machine ([`World`]) with two faces, in memory and over HTTP ([`Server`]).
//!
//! Built from `dingtalk-api.md`; what is unconfirmed there is a setting here. Nothing but loopback is ever contacted.

mod args;
pub mod company;
pub mod http;
pub mod world;

pub use args::{SandboxArgs, run};
pub use company::Company;
pub use http::{RunningServer, Server, ServerConfig};
pub use world::{Act, Settings, World};
