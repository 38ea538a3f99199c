//! The loopback server and the pusher.

mod gate;
mod pusher;
mod server;

pub use server::{RunningServer, Server};

/// This machine's time in milliseconds since the epoch. The server passes it to the world; nothing else here reads a clock.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "the sandbox plays another company's server, whose clock this is"
)]
pub fn machine_time() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
