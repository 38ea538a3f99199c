//! The traps of the write interfaces, one test each: the real client against the sandbox over HTTP.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod client_harness;
mod departments;
mod equivalence;
mod expectations;
mod lost;
mod pages;
mod people;
mod person_fields;
mod roster;
