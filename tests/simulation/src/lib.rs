//! Deterministic simulation of the sync engine. The real engine runs as futures on a seeded
//! executor, between a DingTalk ([`sandbox::World`]), an eHR, a store and a queue. Each of them
//! fails in every way that belongs to its layer.
//!
//! A *history* is one seed. People edit a small company on both sides, while invocations of the
//! engine run, are killed, race and meet [faults](fault::Fault). Then it heals: faults stop, people
//! do the work that waits for them, and sweeps run until a round writes nothing. The [checker]
//! reports what was broken. Time is virtual and randomness comes from the seed alone, so the same
//! seed gives the same history, bit for bit, in any process and any build.

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
