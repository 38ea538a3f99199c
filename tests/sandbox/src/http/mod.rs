//! The HTTP layer: the APIs of both hosts, the administration and the page on one loopback port,
//! and the pusher of events.

mod admin;
mod api;
mod clock;
mod connection;
mod gate;
mod held_calls;
mod page;
mod persistence;
mod pusher;
mod server;
mod stream;

pub use clock::machine_time;
pub use page::PageLanguage;
pub use persistence::FILE_NAME;
pub use server::{RunningServer, Server, ServerConfig, StartError};
