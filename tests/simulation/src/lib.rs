#![doc = include_str!("../README.md")]

pub mod checker;
pub mod company;
pub mod contacts;
pub mod dice;
pub mod fault;
pub mod history;
pub mod invocation;
pub mod oracle;
pub mod plans;
#[cfg(feature = "planted")]
pub mod planted;
pub mod policies;
mod ports;
pub mod program;
pub mod runs;
pub mod scripted;
pub mod trace;
mod users;
pub mod world;

pub use history::{History, HistoryOutcome, HistoryShape, run_history, run_with_trace};
