//! Where a binding stands, in one reply: whether it writes, how the last sweep ended, what of today's budget is spent, and what
//! waits for a person. It reads one page of each kind of record. What is not known is `None`, or said to be possibly more.

use directory::{Reason, RunId, Timestamp};
use engine::plans::{AGE_MAX_HOURS, PlanHead, PlanState};
use engine::report::RunReport;
use engine::reviews::{ConflictState, HoldState, QuarantineState, ReviewStore};
use engine::status::BindingStatus;
use serde::{Deserialize, Serialize};
use state::StoreError;
use state::store::{ControlKind, StoredItem};

use crate::desk::OrderContext;
use crate::error::OrderError;
use crate::paging::PAGE_SIZE;
use crate::plans::of_plan;
use crate::reply::Reply;

/// Ids that are named of each kind of record.
const NAMED_MAX: usize = 5;

/// Where a binding stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusView {
    /// The pause, shadow mode, both versions of the policy, today's budget, and how many holds there are.
    pub binding: BindingStatus,
    /// How the last sweep ended; `None`: not known, because there was none, it has not ended, or it was not recorded.
    pub sweep: Option<SweepView>,
    /// Holds that nobody let pass. `binding` has the whole count.
    pub holds: WaitingRecords,
    /// Conflicts that nobody decided.
    pub conflicts: WaitingRecords,
    /// Quarantined records.
    pub quarantine: WaitingRecords,
    /// Plans that somebody has to approve or to apply, newest first, among the newest 50.
    pub plans: Vec<WaitingPlan>,
}

/// How a sweep ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepView {
    /// Its run.
    pub run: RunId,
    /// When it began.
    pub began: Timestamp,
    /// When it ended, or when its last part did, if it continues.
    pub ended: Timestamp,
    /// How it ended.
    pub outcome: SweepOutcome,
    /// What the app may read has to be accepted, or opened, by a person. The notes say what to do.
    pub access_waits: bool,
    /// Records that did not get there; a run keeps some of them only.
    pub troubles: u64,
    /// A reason for everything that went differently. No personal data.
    pub notes: Vec<Reason>,
}

/// How a sweep ended, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepOutcome {
    /// Both sides were read in full, and nothing was left over.
    Complete,
    /// Something in it waited for a person.
    Waits,
    /// Nothing was written: somebody has to open the way first.
    Closed,
    /// Something was not read, or some records did not get there.
    Partial,
    /// There is more to do than fitted; the continuation is queued.
    Continues,
}

/// What waits of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRecords {
    /// How many are on the page that was read.
    pub count: u64,
    /// There are more records than the page: how many of those wait is not known.
    pub more: bool,
    /// The ids of the first few.
    pub ids: Vec<String>,
}

/// A plan that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingPlan {
    /// Its id.
    pub id: RunId,
    /// What has to be done with it.
    pub needs: PlanNeed,
    /// Records that it changes.
    pub items: u64,
}

/// What has to be done with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanNeed {
    /// Approve it.
    Approval,
    /// Apply it, or continue it.
    Applying,
}

impl WaitingRecords {
    /// Nothing waits, and that is known.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.count == 0 && !self.more
    }

    fn of_page<T>(page: &[StoredItem<T>], waits: impl Fn(&T) -> bool) -> Self {
        let waiting: Vec<&String> = page
            .iter()
            .filter(|stored| waits(&stored.body))
            .map(|stored| &stored.id)
            .collect();
        Self {
            count: waiting.len() as u64,
            more: page.len() >= PAGE_SIZE,
            ids: waiting.into_iter().take(NAMED_MAX).cloned().collect(),
        }
    }
}

impl StatusView {
    /// A policy is set and writes nothing before a plan under it was approved and applied.
    #[must_use]
    pub fn is_policy_pending(&self) -> bool {
        self.binding.policy != self.binding.policy_applied
    }

    /// A person has to do something, or it is not known that nobody has to.
    #[must_use]
    pub fn waits_for_person(&self) -> bool {
        self.binding.paused.is_some()
            || self.is_policy_pending()
            || self.binding.holds > 0
            || !self.conflicts.is_none()
            || !self.quarantine.is_none()
            || !self.plans.is_empty()
            || self.sweep.as_ref().is_some_and(|sweep| sweep.access_waits)
    }
}

impl OrderContext<'_> {
    /// Reads where the binding stands.
    pub(crate) async fn status(&self) -> Result<Reply, OrderError> {
        let binding = self.desk.corps.read_status(&self.binding.id).await;
        let binding = binding.map_err(|err| OrderError::unusable(&err))?;
        let records = self.desk.corps.review_store(&self.binding).await;
        let records = records.map_err(|err| OrderError::unusable(&err))?;
        let [holds, conflicts, quarantine] = read_waiting(&records)
            .await
            .map_err(|err| OrderError::unusable(&err))?;
        Ok(Reply::Status(Box::new(StatusView {
            sweep: self.read_last_sweep(binding.swept_at).await?,
            plans: self.read_waiting_plans(&binding).await?,
            binding,
            holds,
            conflicts,
            quarantine,
        })))
    }

    /// The last sweep among the newest runs; those that made or applied a plan are no sweeps. A run that began after all that
    /// are recorded has no known end.
    async fn read_last_sweep(
        &self,
        swept_at: Option<Timestamp>,
    ) -> Result<Option<SweepView>, OrderError> {
        let (store, corp) = (&self.desk.corps.store, &self.binding.corp_id);
        let newest = store.control_page_before(corp, ControlKind::Run, None, PAGE_SIZE);
        let newest: Vec<StoredItem<RunReport>> =
            newest.await.map_err(|err| OrderError::unusable(&err))?;
        let is_recorded = swept_at.is_none_or(|began| {
            let mut ends = newest.iter().map(|run| run.body.ended_at);
            ends.any(|ended| ended >= began)
        });
        let sweep = newest.into_iter().find(|run| run.body.plan.is_none());
        let sweep = sweep.filter(|_| is_recorded);
        Ok(sweep.map(|stored| view_sweep(stored.body)))
    }

    async fn read_waiting_plans(
        &self,
        binding: &BindingStatus,
    ) -> Result<Vec<WaitingPlan>, OrderError> {
        let plans = self.plan_store().await?;
        let newest = plans.list_newest(PAGE_SIZE).await;
        let newest = newest.map_err(|err| of_plan(&err))?;
        let now = self.now();
        let waiting = newest.into_iter().filter_map(|stored| {
            let head = stored.body;
            let needs = plan_need(&head, binding, now)?;
            Some(WaitingPlan {
                id: head.id,
                needs,
                items: head.items,
            })
        });
        Ok(waiting.collect())
    }
}

/// Holds, conflicts and quarantined records, a page of each.
async fn read_waiting(records: &ReviewStore) -> Result<[WaitingRecords; 3], StoreError> {
    let holds = records.holds_page(None, PAGE_SIZE).await?;
    let conflicts = records.conflicts_page(None, PAGE_SIZE).await?;
    let quarantined = records.quarantined_page(None, PAGE_SIZE).await?;
    Ok([
        WaitingRecords::of_page(&holds, |hold| hold.state == HoldState::Held),
        WaitingRecords::of_page(&conflicts, |one| one.state == ConflictState::Open),
        WaitingRecords::of_page(&quarantined, |one| one.state == QuarantineState::Waits),
    ])
}

/// What a plan waits for; `None` if for nobody: it is done, outdated, being applied, or would write nothing.
fn plan_need(head: &PlanHead, binding: &BindingStatus, now: Timestamp) -> Option<PlanNeed> {
    let opens_policy = binding.policy != binding.policy_applied;
    if head.items <= head.links && !opens_policy {
        return None;
    }
    match head.state {
        PlanState::Open => head
            .may_be_approved(binding.policy, now, AGE_MAX_HOURS)
            .ok()
            .map(|()| PlanNeed::Approval),
        PlanState::Applying if !has_stopped(head) => None,
        PlanState::Approved | PlanState::Applying => head
            .may_be_applied(binding.policy, now, AGE_MAX_HOURS)
            .ok()
            .map(|()| PlanNeed::Applying),
        PlanState::Applied | PlanState::Superseded | PlanState::Failed => None,
    }
}

fn has_stopped(head: &PlanHead) -> bool {
    let stopped = head.applied.as_ref().map(|one| one.stopped.is_some());
    head.failure.is_some() || stopped.unwrap_or_default()
}

fn view_sweep(report: RunReport) -> SweepView {
    SweepView {
        outcome: outcome_of(&report),
        access_waits: report.scope_waits || report.roster_waits,
        troubles: report.troubles.len() as u64,
        run: report.id,
        began: report.began_at,
        ended: report.ended_at,
        notes: report.notes,
    }
}

fn outcome_of(report: &RunReport) -> SweepOutcome {
    let waits = report.scope_waits || report.roster_waits || !report.held.is_empty();
    if report.continues {
        SweepOutcome::Continues
    } else if report.closed {
        SweepOutcome::Closed
    } else if waits {
        SweepOutcome::Waits
    } else if report.complete && report.troubles.is_empty() {
        SweepOutcome::Complete
    } else {
        SweepOutcome::Partial
    }
}
