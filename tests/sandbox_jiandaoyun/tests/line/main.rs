//! The client, the connector and the webhook against the simulated 简道云, over loopback.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are tests, their harness too"
)]

mod departments;
mod harness;
mod kills;
mod limits;
mod listing;
mod lookups;
mod pushes;
mod setup;
mod tables;
mod writes;
