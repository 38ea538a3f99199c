//! Is the binding healthy? Evidence goes in, findings come out; nothing here asks anybody.
//!
//! A probe says what is wrong, what to do, and what its green mark proves. Evidence that is missing makes a probe unknown,
//! never fine.

mod evidence;
mod finding;
mod probes;

pub use evidence::{
    AnswerEvidence, DoctorEvidence, JournalEvidence, MessageEvidence, PermissionEvidence,
    ScopeEvidence,
};
pub use finding::{FindingArgument, FindingCause, FindingState, ProbeFinding};
pub use probes::{Probe, examine_binding};
