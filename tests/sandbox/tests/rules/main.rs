//! The rules of the world, one by one, without a transport.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod acts;
mod department_acts;
mod faults;
mod gates;
mod generator;
mod lists;
mod messages;
mod pushes;
mod work;
mod world_harness;
mod writes;
