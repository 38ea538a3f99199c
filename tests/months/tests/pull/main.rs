//! A month of 200 people, from DingTalk to payroll inputs.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod closing;
mod quota;
mod texts;
mod troubles;
mod truth;
