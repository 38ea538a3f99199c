#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test that cannot go on has failed; its parts are named for what they are"
)]

mod client;
mod company;
mod login_double;
mod world;

pub use client::{Answer, BrowserClient, HOST};
pub use company::{CompanyDesk, HOSTILE_NAMES};
pub use login_double::LoginDouble;
pub use world::{CORP, ConsoleWorld, SignedInAs, WorldOptions, key_of, totp_code};
