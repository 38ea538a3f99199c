//! The guard's budget, as writers use it: reserve before a write, give back what was not written.

use std::collections::BTreeMap;

use async_trait::async_trait;
use directory::budget::{
    BudgetCounts, BudgetItem, BudgetRequest, BudgetState, BudgetVerdict, CompanySize, HeldChanges,
};
use directory::plan::{ApprovedPlan, Guard, Plan};
use directory::planted::{self, Bug};
use directory::{CorpId, Field, Kind, LinkId, NativeId, Timestamp, WriteAction};
use state::store::{ControlKind, PutCondition};
use state::{Store, StoreError, WriteError};

use crate::Run;
use crate::observe::LookError;

/// How often a change is tried while other writers change the same budget.
const ATTEMPTS_MAX: usize = 32;

/// The id of the one item of a corp.
const BUDGET_ID: &str = "day";

/// The budget of a corp: read, and stored only under the version that was read.
///
/// The provided methods retry on conflict, so that two writers cannot both spend the last unit.
#[async_trait]
pub trait GuardBudget: Send + Sync {
    /// The budget and its version; a new one with no version where none is stored.
    async fn read_budget(&self) -> Result<(BudgetState, Option<u64>), StoreError>;

    /// Stores the budget over the version that was read. `false`: another writer was faster.
    async fn put_budget(&self, state: &BudgetState, over: Option<u64>) -> Result<bool, StoreError>;

    /// Reserves what a plan wants; the verdict says what is refused.
    ///
    /// # Errors
    /// [`StoreError`]: nothing may be written.
    async fn reserve(&self, request: &BudgetRequest<'_>) -> Result<BudgetVerdict, StoreError> {
        for _ in 0..ATTEMPTS_MAX {
            let (mut state, version) = self.read_budget().await?;
            let verdict = state.reserve(request);
            if self.put_budget(&state, version).await? {
                return Ok(verdict);
            }
        }
        Err(busy_error())
    }

    /// Gives back what was reserved and not written.
    ///
    /// # Errors
    /// [`StoreError`]: it stays spent.
    async fn give_back(&self, now: Timestamp, unused: &BudgetCounts) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS_MAX {
            let (mut state, version) = self.read_budget().await?;
            state.give_back(now, unused);
            if self.put_budget(&state, version).await? {
                return Ok(());
            }
        }
        Err(busy_error())
    }

    /// A sweep has counted the company.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn note_size(&self, now: Timestamp, size: CompanySize) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS_MAX {
            let (mut state, version) = self.read_budget().await?;
            state.note_size(now, size);
            if self.put_budget(&state, version).await? {
                return Ok(());
            }
        }
        Err(busy_error())
    }

    /// A sweep has ended, and what it held is in holds.
    ///
    /// # Errors
    /// [`StoreError`]: what was refused stays refused until the next one.
    async fn end_sweep(
        &self,
        began: Timestamp,
        complete: bool,
        in_holds: &[LinkId],
    ) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS_MAX {
            let (mut state, version) = self.read_budget().await?;
            let before = state.clone();
            state.end_sweep(began, complete, in_holds);
            if state == before || self.put_budget(&state, version).await? {
                return Ok(());
            }
        }
        Err(busy_error())
    }
}

fn busy_error() -> StoreError {
    StoreError::Throttled {
        call: "reserve of the guard's budget",
    }
}

/// The budget of a corp in `control`.
pub struct StoredBudget {
    store: Store,
    corp: CorpId,
}

impl StoredBudget {
    /// The budget of a corp.
    #[must_use]
    pub fn new(store: Store, corp: CorpId) -> Self {
        Self { store, corp }
    }
}

#[async_trait]
impl GuardBudget for StoredBudget {
    async fn read_budget(&self) -> Result<(BudgetState, Option<u64>), StoreError> {
        let stored = self
            .store
            .get_control::<BudgetState>(&self.corp, ControlKind::Budget, BUDGET_ID)
            .await?;
        Ok(stored.map_or_else(
            || (BudgetState::default(), None),
            |stored| (stored.body, Some(stored.version)),
        ))
    }

    async fn put_budget(&self, state: &BudgetState, over: Option<u64>) -> Result<bool, StoreError> {
        let condition = over.map_or(PutCondition::New, PutCondition::Version);
        let put = self
            .store
            .put_control(
                &self.corp,
                ControlKind::Budget,
                BUDGET_ID,
                state,
                condition,
                None,
            )
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(WriteError::Stale | WriteError::Exists { .. }) => Ok(false),
            Err(WriteError::Store(err)) => Err(err),
            Err(WriteError::TooLarge { .. }) => Err(StoreError::Malformed {
                what: "budget",
                why: "it is too large",
            }),
        }
    }
}

impl Run<'_> {
    /// Asks the budget of the day for what a plan wants, and holds what is refused. A run that writes nothing spends nothing.
    pub(crate) async fn approve_plan(&self, plan: Plan) -> Result<ApprovedPlan, LookError> {
        let below = self.people_below(&plan).await?;
        let engine = self.engine;
        let wanted = plan.budget_items(&engine.key, &engine.released, &below);
        let verdict = if wanted.is_empty() {
            BudgetVerdict::default()
        } else {
            self.ask_budget(&wanted).await?
        };
        let guard = Guard {
            key: &engine.key,
            released: &engine.released,
            verdict: &verdict,
        };
        Ok(plan.approve(&guard, &wanted))
    }

    async fn ask_budget(&self, wanted: &[BudgetItem]) -> Result<BudgetVerdict, LookError> {
        let engine = self.engine;
        let nothing = HeldChanges::new();
        let ignored = self.looks && planted::is(Bug::HoldIgnored);
        let request = BudgetRequest {
            now: self.now(),
            limits: &engine.policy.limits,
            items: wanted,
            open: if ignored {
                &nothing
            } else {
                &engine.open_holds
            },
        };
        if self.looks && planted::is(Bug::WakesUnguarded) {
            return Ok(BudgetVerdict::default());
        }
        if self.preview.is_none() {
            let verdict = engine.budget.reserve(&request).await?;
            self.tally(|tally| tally.sweep_due |= verdict.first);
            return Ok(verdict);
        }
        let mut preview = self.preview_budget.lock().await;
        if preview.is_none() {
            *preview = Some(engine.budget.read_budget().await?.0);
        }
        Ok(preview.get_or_insert_default().reserve(&request))
    }

    /// Gives back what was reserved for items that were certainly not written. Where that cannot be stored it stays spent, which
    /// is the safe side.
    pub(crate) async fn give_back(&self, unused: BTreeMap<LinkId, BudgetCounts>) {
        let mut all = BudgetCounts::default();
        unused.values().for_each(|counts| all.add(counts));
        if all.is_empty() {
            return;
        }
        if self.preview.is_some() {
            let mut preview = self.preview_budget.lock().await;
            preview.get_or_insert_default().give_back(self.now(), &all);
        } else if let Err(err) = self.engine.budget.give_back(self.now(), &all).await {
            tracing::warn!(reason = %err, "a part of the guard's budget was not given back");
        }
    }

    /// How many people the eHR shows in and below the departments that a plan removes.
    async fn people_below(&self, plan: &Plan) -> Result<BTreeMap<LinkId, u64>, LookError> {
        let removed: BTreeMap<NativeId, LinkId> = plan
            .items
            .iter()
            .filter(|item| {
                item.link.kind == Kind::Department && item.main_action() == WriteAction::Remove
            })
            .filter_map(|item| Some((item.link.ehr.clone()?, item.link.id)))
            .collect();
        let mut below = BTreeMap::new();
        if removed.is_empty() {
            return Ok(below);
        }
        let mut parents = BTreeMap::new();
        let each = &mut |stored: ehr::StoredRecord| {
            let parent = first_reference(&stored.record, Field::Parent);
            parents.extend(parent.map(|parent| (stored.record.id, parent)));
        };
        self.engine.ehr.list_records(Kind::Department, each).await?;
        let each = &mut |stored: ehr::StoredRecord| {
            let at = stored.record.values.refs(Field::Departments);
            let at = at.filter_map(|id| NativeId::new(id).ok());
            let counted = stored
                .record
                .active
                .then(|| removed_above(at, &parents, &removed));
            for link in counted.into_iter().flatten() {
                *below.entry(link).or_insert(0) += 1;
            }
        };
        self.engine.ehr.list_records(Kind::Person, each).await?;
        Ok(below)
    }

    /// What the shares of the guard are measured by from now on. A run that writes nothing measures for itself alone.
    pub(crate) async fn note_size(&self, size: CompanySize) -> Result<(), LookError> {
        if self.preview.is_none() {
            return Ok(self.engine.budget.note_size(self.now(), size).await?);
        }
        let mut preview = self.preview_budget.lock().await;
        if preview.is_none() {
            *preview = Some(self.engine.budget.read_budget().await?.0);
        }
        preview.get_or_insert_default().note_size(self.now(), size);
        Ok(())
    }
}

fn first_reference(record: &directory::Record, field: Field) -> Option<NativeId> {
    NativeId::new(record.values.refs(field).next()?).ok()
}

/// The removed departments that one of these is, or is below.
fn removed_above(
    at: impl Iterator<Item = NativeId>,
    parents: &BTreeMap<NativeId, NativeId>,
    removed: &BTreeMap<NativeId, LinkId>,
) -> Vec<LinkId> {
    let mut found = Vec::new();
    for department in at {
        let mut next = Some(&department);
        // A cycle ends after as many steps as there are departments.
        for _ in 0..=parents.len() {
            let Some(id) = next else { break };
            if let Some(link) = removed.get(id).filter(|link| !found.contains(*link)) {
                found.push(*link);
            }
            next = parents.get(id);
        }
    }
    found
}
