#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what it is made for are tests: one that cannot go on has failed"
)]

mod office;
mod rules;

pub use office::Office;
pub use rules::{october_calendar, office_rules, true_figures};
