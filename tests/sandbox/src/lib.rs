//! A stateful double of DingTalk: one state machine ([`World`]) with two faces, in memory and over HTTP.
//!
//! Built from `dingtalk-api.md`; what is unconfirmed there is a setting here. Nothing but loopback is ever contacted.

pub mod company;
pub mod world;

pub use company::Company;
pub use world::{Act, Settings, World};
