//! Stream mode: the gateway, and our client against it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod gateway;
mod stream_harness;
mod survival;
