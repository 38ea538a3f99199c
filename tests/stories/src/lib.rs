#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a story that cannot go on has failed"
)]

pub mod canonical;
pub mod company;
pub mod company_sizes;
pub mod compare;
pub mod kept;
pub mod ledger;
pub mod polling;
pub mod program;
pub mod relay;

pub use company::SandboxCompany;
pub use compare::{assert_same, find_differences};
pub use ledger::LedgerSnapshot;
pub use program::{FinishedProgram, ProgramCommand, RunningProgram};
pub use relay::Relay;
