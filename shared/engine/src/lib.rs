//! Observe → plan → approve → apply → record.
//!
//! One path, two triggers: a wake and a sweep run the same code (`design.md` §4.2). Async over ports (DingTalk, the eHR,
//! the links, the journal, clock, randomness); no tokio, so that a simulation can run it on its own executor.
//!
//! Invariants: only this crate writes to a side; a record is written only from a fresh read of both sides; a removal needs
//! proof; a link is stored only under the version that was read.

pub mod apply;
pub mod bind;
pub mod corps;
mod departments;
pub mod journal;
mod listing;
pub mod names;
mod observe;
mod people;
pub mod ports;
mod pump;
mod removal;
pub mod report;
mod sweep;
mod trouble;
mod wake;

use std::sync::Arc;

use dingtalk::client::Clock;
use directory::decide::Context;
use directory::hash::HashKey;
use directory::policy::Policy;
use directory::{CorpId, FieldSet, Kind, RunId, Timestamp, UserId, Version};
use ehr::Connector;
use state::links::Links;

use crate::names::Names;
use crate::ports::{DingTalk, Journal, Randomness};

pub use crate::corps::{Corps, NoEngine};
pub use crate::observe::LookError;
pub use crate::sweep::{SweepOrder, Swept};
pub use crate::wake::Looked;

/// How many records are read or written at once; the paths below pace themselves.
pub(crate) const AT_ONCE: usize = 24;

/// The engine of one corp: its ports, its policy and its key.
pub struct Engine {
    /// The tenant.
    pub corp: CorpId,
    /// DingTalk, read.
    pub dingtalk: Arc<dyn DingTalk>,
    /// The eHR, read and written.
    pub ehr: Arc<dyn Connector>,
    /// The links.
    pub links: Arc<dyn Links>,
    /// Where changes are recorded.
    pub journal: Arc<dyn Journal>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random versions and link ids.
    pub randomness: Arc<dyn Randomness>,
    /// The key of the field hashes, from the binding's secret.
    pub key: HashKey,
    /// Who decides what.
    pub policy: Policy,
}

/// What a run may see of DingTalk.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// Person fields whose visibility is proven.
    pub visible: FieldSet,
    /// The whole company is in scope.
    pub whole_company: bool,
    /// Somebody who is certainly there.
    pub canary: Option<UserId>,
}

/// One run: its id, what it may see, and what it has learned so far.
pub(crate) struct Run<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) id: RunId,
    /// Person fields whose visibility in DingTalk is proven.
    pub(crate) visible: FieldSet,
    /// Whether DingTalk shows the whole company: then a department nobody knows is news, not out of scope.
    pub(crate) whole_company: bool,
    /// Somebody who was there a moment ago, or at the last sweep.
    pub(crate) canary: Option<UserId>,
    /// Person fields whose permission was withdrawn while the run went on.
    pub(crate) withdrawn: std::sync::Mutex<FieldSet>,
    pub(crate) names: Names,
    pub(crate) report: std::sync::Mutex<report::Tally>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(engine: &'a Engine, id: RunId, sight: Sight) -> Self {
        let Sight { visible, whole_company, canary } = sight;
        let names = Names::new(engine.corp.clone(), Arc::clone(&engine.links));
        let (withdrawn, report) = (std::sync::Mutex::default(), std::sync::Mutex::default());
        Self { engine, id, visible, whole_company, canary, withdrawn, names, report }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    pub(crate) fn version(&self) -> Version {
        Version(u128::from_be_bytes(self.engine.randomness.bytes()))
    }

    pub(crate) fn context(&self, kind: Kind) -> Context<'_> {
        let fields = self.engine.ehr.capabilities().fields(kind);
        Context { policy: &self.engine.policy, key: &self.engine.key, fields, now: self.now() }
    }

    /// Notes something in the run's tally.
    pub(crate) fn tally(&self, note: impl FnOnce(&mut report::Tally)) {
        note(&mut self.report.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sendable<T: Send>(_: &T) {}

    /// The functions run on any executor; this compiles or does not.
    #[expect(dead_code, reason = "a check of types")]
    fn a_sweep_and_a_look_can_be_sent(engine: &Engine, order: &SweepOrder, wake: &directory::Wake) {
        sendable(&engine.sweep(order));
        sendable(&engine.look(order.run.clone(), wake, Sight::default()));
    }
}
