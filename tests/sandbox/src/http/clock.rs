//! The sandbox plays a server of another company, so it has its own clock.

use directory::Timestamp;

/// Returns this machine's time. The HTTP layer passes it to the world; nothing else in this crate
/// reads a clock.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "the sandbox plays another company's server, whose clock this is"
)]
pub fn machine_time() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
