//! Stories: what a user does and sees, end to end, over loopback.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a story that cannot go on has failed"
)]
#![allow(
    clippy::print_stdout,
    reason = "what was measured is shown with --nocapture"
)]

mod another_server;
mod asks;
mod callback;
mod comparison;
mod console;
mod employment;
mod failed_callbacks;
mod first_sync;
mod follow;
mod heads;
mod hidden_values;
mod journal;
mod killed;
mod messages;
mod not_everything;
mod odd_answers;
mod orders;
mod permissions;
mod plans;
mod records;
mod refusals;
mod reviewed;
mod rotation;
mod sizes;
mod slices;
mod status;
mod trouble;
mod upgrade;
