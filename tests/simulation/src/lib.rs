//! Deterministic simulation of the sync engine: the engine itself, as futures on a seeded executor, between a DingTalk
//! ([`sandbox::World`]), an eHR, a store and a queue that all fail in every way that belongs to their layer.
//!
//! A *history* is one seed: a small company is edited on both sides while invocations of the engine run, are killed, race
//! and meet [faults](fault::Fault); then it heals (faults stop, people do what was left to them, sweeps run until a round
//! writes nothing), and the [checker] says what was broken. Time is virtual, chance comes from the seed alone:
//! the same seed is the same history, bit for bit, in any process and any build.

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
