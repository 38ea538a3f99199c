//! The sandbox is a machine of its own, so it has a clock of its own.

use directory::Timestamp;

/// The machine's time. The HTTP face hands it to the world; nothing else here reads a clock.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "the sandbox plays another company's server, whose clock this is"
)]
pub fn machine_time() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
