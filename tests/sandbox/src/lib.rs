#![doc = include_str!("../README.md")]

#[cfg(feature = "http")]
mod args;
pub mod company;
#[cfg(feature = "http")]
pub mod http;
pub mod month;
pub mod world;

#[cfg(feature = "http")]
pub use args::{SandboxArgs, run};
pub use company::Company;
#[cfg(feature = "http")]
pub use http::{RunningServer, Server, ServerConfig};
pub use world::{Act, Settings, World};
