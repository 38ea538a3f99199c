//! Stories: what a user does and sees, end to end, over loopback.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod another_server;
mod callback;
mod first_sync;
mod follow;
mod killed;
mod messages;
mod permissions;
mod refusals;
mod sizes;
mod trouble;
