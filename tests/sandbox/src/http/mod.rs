//! The HTTP face: both hosts' APIs, the administration and the page on one loopback port, and the pusher of events.

mod admin;
mod api;
mod clock;
mod gate;
mod holds;
mod keep;
mod line;
mod page;
mod pusher;
mod server;

pub use clock::machine_time;
pub use keep::FILE_NAME;
pub use server::{RunningServer, Server, ServerConfig, StartError};
