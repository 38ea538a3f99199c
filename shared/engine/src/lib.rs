#![doc = include_str!("../README.md")]

pub mod apply;
pub mod bind;
pub mod budget;
pub mod checkpoint;
mod concurrency;
pub mod corp_engines;
mod deferred_wakes;
mod departments;
mod dingtalk_writes;
pub mod employee_asks;
mod employment;
mod error_reach;
pub mod gate;
pub mod journal;
pub mod link_names;
mod listing;
mod observe;
mod people;
pub mod plans;
mod policy_reach;
pub mod policy_versions;
pub mod ports;
mod removal;
pub mod report;
pub mod reviews;
pub mod status;
mod sweep;
mod wake;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dingtalk::client::Clock;
use directory::budget::{BudgetState, HeldChanges};
use directory::decide::DecisionContext;
use directory::hash::{FieldHash, HashKey};
use directory::policy::Policy;
use directory::{
    CorpId, FieldSet, Kind, LinkId, NativeId, RowVersion, RunId, Side, Timestamp, UserId,
};
use ehr::Connector;
use state::links::LinkStore;

use crate::budget::GuardBudget;
use crate::employment::Roster;
use crate::link_names::LinkNames;
use crate::observe::Candidates;
use crate::policy_reach::ParentCache;
use crate::ports::{DingTalk, Gate, Journal, Randomness};

pub use crate::corp_engines::{CorpEngines, EngineError};
pub use crate::observe::LookError;
pub use crate::sweep::{SweepOrder, SweepResult};
pub use crate::wake::LookReport;

/// How many records are read or written at once; the paths below pace themselves. Fills 20 calls per second up to 800 ms of latency.
pub(crate) const CONCURRENCY_MAX: usize = 16;

/// The engine of one corp: its ports, its policy and its key.
pub struct Engine {
    /// The tenant.
    pub corp: CorpId,
    /// DingTalk, read.
    pub dingtalk: Arc<dyn DingTalk>,
    /// The eHR, read and written.
    pub ehr: Arc<dyn Connector>,
    /// The links.
    pub links: Arc<dyn LinkStore>,
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
    /// Whether the corp may be written to now.
    pub gate: Arc<dyn Gate>,
    /// What the guard lets through today.
    pub budget: Arc<dyn GuardBudget>,
    /// What open holds are about: held for every path until a person releases it.
    pub open_holds: HeldChanges,
    /// Fingerprints of items that the guard held and a person released.
    pub released: BTreeSet<FieldHash>,
}

/// What a run may see of DingTalk.
#[derive(Debug, Clone, Default)]
pub struct RunVisibility {
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
    /// Somebody whom the eHR listed as active.
    pub(crate) ehr_canary: Option<NativeId>,
    /// Person fields whose permission was withdrawn while the run went on.
    pub(crate) withdrawn: std::sync::Mutex<FieldSet>,
    pub(crate) names: LinkNames,
    /// Whom the lists showed and no link knows.
    pub(crate) candidates: Candidates,
    /// Which department is below which.
    pub(crate) parents: ParentCache,
    /// Kinds of employment, as far as DingTalk was asked for them.
    pub(crate) roster: Roster,
    /// Nothing is written: what would be is collected.
    pub(crate) preview: Option<std::sync::Mutex<plans::CollectedPlan>>,
    /// Links whose items were written to the end, where somebody wants to know.
    pub(crate) finished: Option<std::sync::Mutex<BTreeSet<LinkId>>>,
    /// When each record that is to be written was decided about.
    pub(crate) decided_at: std::sync::Mutex<BTreeMap<LinkId, Timestamp>>,
    /// It looks at single records: a wake, a retry, a change that was laid aside.
    pub(crate) looks: bool,
    /// The budget of a run that writes nothing.
    pub(crate) preview_budget: futures::lock::Mutex<Option<BudgetState>>,
    pub(crate) report: std::sync::Mutex<report::RunTally>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(engine: &'a Engine, id: RunId, sight: RunVisibility) -> Self {
        let RunVisibility {
            visible,
            whole_company,
            canary,
        } = sight;
        let names = LinkNames::new(engine.corp.clone(), Arc::clone(&engine.links));
        let (withdrawn, report) = (std::sync::Mutex::default(), std::sync::Mutex::default());
        let (looks, preview_budget) = (false, futures::lock::Mutex::default());
        let (candidates, parents, preview) = (Candidates::default(), ParentCache::default(), None);
        let (ehr_canary, finished, roster) = (None, None, Roster::default());
        let decided_at = std::sync::Mutex::default();
        Self {
            engine,
            id,
            visible,
            whole_company,
            canary,
            ehr_canary,
            withdrawn,
            names,
            candidates,
            parents,
            roster,
            preview,
            finished,
            decided_at,
            looks,
            preview_budget,
            report,
        }
    }

    /// A run that writes nothing and collects what it would write.
    pub(crate) fn preview(engine: &'a Engine, id: RunId, sight: RunVisibility) -> Self {
        Self {
            preview: Some(std::sync::Mutex::default()),
            ..Self::new(engine, id, sight)
        }
    }

    /// The side that decides who joins and leaves.
    pub(crate) fn deciding_side(&self) -> Side {
        self.engine.policy.lifecycle
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    pub(crate) fn new_version(&self) -> RowVersion {
        RowVersion(u128::from_be_bytes(self.engine.randomness.bytes()))
    }

    pub(crate) fn context(&self, kind: Kind) -> DecisionContext<'_> {
        let fields = self.engine.ehr.capabilities().kept_fields(kind);
        let writable = self.engine.dingtalk.writable(kind);
        DecisionContext {
            policy: &self.engine.policy,
            key: &self.engine.key,
            fields,
            writable,
            now: self.now(),
        }
    }

    /// Fields that the eHR decides, or shares, and that DingTalk can be told.
    pub(crate) fn fields_from_ehr(&self, kind: Kind) -> FieldSet {
        let writable = self.engine.dingtalk.writable(kind);
        let owned = self.engine.policy.owners.owned_fields(kind, Side::DingTalk);
        writable.create.union(writable.update).without(owned)
    }

    /// An item was written to the end.
    pub(crate) fn mark_finished(&self, link: LinkId) {
        if let Some(finished) = &self.finished {
            finished
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .insert(link);
        }
    }

    /// Whose items were written to the end since the last time this was asked.
    pub(crate) fn take_finished(&self) -> BTreeSet<LinkId> {
        let take = |finished: &std::sync::Mutex<BTreeSet<LinkId>>| {
            std::mem::take(
                &mut *finished
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner),
            )
        };
        self.finished.as_ref().map(take).unwrap_or_default()
    }

    /// Notes something in the run's tally.
    pub(crate) fn tally(&self, note: impl FnOnce(&mut report::RunTally)) {
        note(
            &mut self
                .report
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_send<T: Send>(_: &T) {}

    /// The functions run on any executor; this compiles or does not.
    #[expect(dead_code, reason = "a check of types")]
    fn sweep_and_look_futures_are_send(
        engine: &Engine,
        order: &SweepOrder,
        wake: &directory::Wake,
    ) {
        assert_send(&engine.sweep(order));
        assert_send(&engine.look_at_wake(order.run.clone(), wake, RunVisibility::default()));
    }
}
