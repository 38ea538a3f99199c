//! The promise: what a sceptical reader found in the engine, each as a history that is written
//! down. Guard, identity, reach and old reads, whatever path a write takes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "a test may"
)]

mod company;
mod guard;
mod identity;
mod old_reads;
#[cfg(feature = "planted")]
mod planted;
mod reach;
