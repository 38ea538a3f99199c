//! Applying an approved plan, chunk by chunk: each item looked at afresh, and written only where it is what was shown.

mod checkpoint;
mod item_rest;
mod troubles;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use directory::plan::{Plan, PlanItem};
use directory::reason::{Reason, ReasonCode};
use directory::{Kind, LinkId, NativeId, RunId, Side, Timestamp, WriteAction};
use futures::FutureExt as _;

use super::body::PlannedItem;
use super::difference::{self, FreshLook, PlanDifference, Verdict};
use crate::concurrency::ConcurrentWork;
use crate::link_names::UnknownReferenceRule;
use crate::observe::{LookError, ObservedRecord, RecordKey};
use crate::report::RunReport;
use crate::sweep::SweepEnd;
use crate::{Engine, Run, RunVisibility, SweepOrder};

use item_rest::{is_full, without_fields};

pub use checkpoint::{NotApplied, PlanCheckpoint, PlanOutcomes, SecondLook};

/// Items between two checkpoints.
pub(super) const CHUNK_ITEMS: usize = 64;

/// Rounds for records that refer to others who were not there yet.
const SECOND_LOOK_ROUNDS: usize = 2;

/// A plan that is being applied.
pub struct PlanRun<'a> {
    run: Run<'a>,
    items: &'a [PlannedItem],
    by_id: HashMap<RecordKey, usize>,
    place: PlanCheckpoint,
    began_at: Timestamp,
}

impl Engine {
    /// Begins to apply `items`, or goes on at `place`, under the journal of `run`.
    #[must_use]
    pub fn begin_plan_run<'a>(
        &'a self,
        run: RunId,
        sight: RunVisibility,
        items: &'a [PlannedItem],
        place: PlanCheckpoint,
    ) -> PlanRun<'a> {
        let mut run = Run::new(self, run, sight);
        run.finished = Some(std::sync::Mutex::default());
        let mut by_id = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            run.assume_item_ids(item);
            for (side, id) in [(Side::DingTalk, &item.dingtalk), (Side::Ehr, &item.ehr)] {
                by_id.extend(
                    id.iter()
                        .map(|id| (RecordKey::new(item.kind, side, id.clone()), index)),
                );
            }
        }
        let began_at = self.clock.now();
        _ = self.dingtalk.take_tally();
        PlanRun {
            run,
            items,
            by_id,
            place,
            began_at,
        }
    }
}

impl Run<'_> {
    /// Lets other items refer to this one as they did when the plan was made, whether or not it is written yet.
    fn assume_item_ids(&self, item: &PlannedItem) {
        let creates = |to| {
            item.part(to)
                .is_some_and(|part| part.action == WriteAction::Create)
        };
        match (&item.dingtalk, &item.ehr) {
            (Some(dingtalk), Some(ehr)) if creates(Side::Ehr) => {
                self.names
                    .reserve_id(item.kind, dingtalk, item.link, ehr.clone());
            }
            (dingtalk, ehr) => {
                let ids = [(Side::DingTalk, dingtalk), (Side::Ehr, ehr)];
                let ids = ids
                    .into_iter()
                    .filter_map(|(side, id)| id.clone().map(|id| (side, id)));
                ids.for_each(|(side, id)| self.names.assume_id(side, item.kind, id, item.link));
            }
        }
    }
}

/// What a fresh look at one item came to.
enum RelookOutcome {
    Apply(Box<PlanItem>),
    Already,
    Refuse(Vec<PlanDifference>),
}

impl PlanRun<'_> {
    /// Where it stands: to be stored after each step.
    #[must_use]
    pub fn checkpoint(&self) -> &PlanCheckpoint {
        &self.place
    }

    /// Applies the next chunk. `false`: there was none, and everything is done.
    ///
    /// # Errors
    /// What concerns everybody: the gate was closed, a side or the state does not answer. What was written is written; the
    /// chunk is looked at again when it goes on, and what is done already is not done twice.
    pub async fn apply_chunk(&mut self) -> Result<bool, LookError> {
        let chunk = self.next_chunk();
        if chunk.is_empty() {
            return self.take_second_looks().await;
        }
        let end = chunk.end;
        let mut place = self.place.clone();
        let again = self
            .work_items(chunk.map(|index| (index, false)).collect(), &mut place)
            .await?;
        place.again.extend(again);
        place.next = u32::try_from(end).unwrap_or(u32::MAX);
        self.place = place;
        Ok(true)
    }

    /// The next items of one stage.
    fn next_chunk(&self) -> Range<usize> {
        let from = self.place.next as usize;
        let rest = self.items.get(from..).unwrap_or_default();
        let stage = rest.first().map(|item| item.stage);
        from..from
            + rest
                .iter()
                .take(CHUNK_ITEMS)
                .take_while(|item| Some(item.stage) == stage)
                .count()
    }

    /// Records that others wrote meanwhile, or that refer to somebody who was not there yet.
    async fn take_second_looks(&mut self) -> Result<bool, LookError> {
        if self.place.again.is_empty() {
            return Ok(false);
        }
        let mut place = self.place.clone();
        let mut again = std::mem::take(&mut place.again);
        for _ in 0..SECOND_LOOK_ROUNDS {
            let mut next = Vec::new();
            for part in again.chunks(CHUNK_ITEMS) {
                let work = part
                    .iter()
                    .map(|one| (one.index as usize, one.counted))
                    .collect();
                next.extend(self.work_items(work, &mut place).await?);
            }
            again = next;
        }
        for one in again.iter().filter(|one| !one.counted) {
            let index = one.index as usize;
            if let Some(item) = self.items.get(index) {
                place.add_not_applied(
                    index,
                    item,
                    Vec::new(),
                    Some(Reason::new(ReasonCode::LookOthersWrite)),
                );
            }
        }
        self.place = place;
        Ok(true)
    }

    /// Looks at these items and writes what is as shown. `true` marks those that are counted already. Returns whom to look
    /// at once more.
    async fn work_items(
        &self,
        work: Vec<(usize, bool)>,
        place: &mut PlanCheckpoint,
    ) -> Result<Vec<SecondLook>, LookError> {
        let occupied = self.check_preconditions(&work).await?;
        let people = work.iter().filter_map(|(index, _)| self.items.get(*index));
        let in_dingtalk = people
            .filter(|item| item.kind == Kind::Person)
            .filter_map(|item| item.dingtalk.as_ref());
        self.run.expect_employment(in_dingtalk);
        let mut looks = ConcurrentWork::new(work.clone());
        let begin = |(index, _)| async move { (index, self.relook_at_item(index).await) }.boxed();
        let (mut plan, mut accepted) = (Plan::default(), HashMap::new());
        let counted: HashMap<usize, bool> = work.into_iter().collect();
        while let Some((index, relooked)) = looks.next_result(&begin).await {
            let Some(item) = self.items.get(index) else {
                continue;
            };
            let counted = counted.get(&index).copied().unwrap_or_default();
            match relooked {
                Ok(RelookOutcome::Apply(now)) if is_full(&now, &occupied) => {
                    let reason = Reason::new(ReasonCode::WaitDepartmentOccupied);
                    place.add_not_applied(
                        index,
                        item,
                        vec![PlanDifference::Waits { reason }],
                        None,
                    );
                }
                Ok(RelookOutcome::Apply(now)) => {
                    accepted.insert(now.link.id, (index, counted));
                    plan.items.push(*now);
                }
                _ if counted => {}
                Ok(RelookOutcome::Already) => place.outcomes.already += 1,
                Ok(RelookOutcome::Refuse(moved)) => place.add_not_applied(index, item, moved, None),
                Err(err) if err.concerns_everybody() => return Err(err),
                Err(err) => {
                    place.add_not_applied(index, item, Vec::new(), Some(Reason::from(&err)));
                }
            }
        }
        self.write_accepted(plan, &accepted, place).await
    }

    /// What the whole chunk stands on: whoever is removed was not found while somebody else is, and departments that are
    /// removed are empty. Returns the eHR's departments that are not.
    async fn check_preconditions(
        &self,
        work: &[(usize, bool)],
    ) -> Result<BTreeSet<NativeId>, LookError> {
        let items = || work.iter().filter_map(|(index, _)| self.items.get(*index));
        let kinds: BTreeSet<Kind> = items()
            .filter(|item| item.needs_canary)
            .map(|item| item.kind)
            .collect();
        for kind in kinds {
            self.run.find_canaries(kind, None).await?;
        }
        let removes = |item: &PlannedItem| {
            item.kind == Kind::Department && item.action() == Some(WriteAction::Remove)
        };
        if items().any(removes) {
            self.run.occupied_departments().await
        } else {
            Ok(BTreeSet::new())
        }
    }

    async fn relook_at_item(&self, index: usize) -> Result<RelookOutcome, LookError> {
        let Some(planned) = self.items.get(index) else {
            return Ok(RelookOutcome::Already);
        };
        let whose = RecordKey::new(planned.kind, planned.side, planned.id.clone());
        let mut plan = Plan::default();
        let observed = self.run.observe(&whose).await?;
        let stored = observed.link.clone();
        let looked = self
            .run
            .decide(observed, UnknownReferenceRule::LeaveOut, &mut plan)
            .await?;
        if looked.out_of_reach {
            let reason = Reason::new(ReasonCode::WaitPolicyLeavesOut);
            return Ok(RelookOutcome::Refuse(vec![PlanDifference::Waits {
                reason,
            }]));
        }
        if looked.missing.is_some() && planned.action() == Some(WriteAction::Remove) {
            let observed = self.run.observe(&whose).await?;
            self.plan_item_removal(observed, planned, &mut plan).await?;
        }
        let settled = plan.settled.pop();
        let link = settled
            .as_ref()
            .map(|settled| &settled.link)
            .or(stored.as_ref());
        let waits = plan.held.first().map(|held| &held.reason);
        let gone = looked
            .missing
            .as_ref()
            .map(|(side, _)| *side)
            .filter(|_| plan.items.is_empty() && settled.is_none());
        let now = FreshLook {
            item: plan.items.first(),
            link,
            waits,
            gone,
        };
        Ok(
            match difference::judge(planned, &now, &self.run.engine.key) {
                Verdict::Refuse(moved) => RelookOutcome::Refuse(moved),
                Verdict::Already => {
                    if let Some(settled) = &settled {
                        self.run.settle_link(settled).await?;
                    }
                    RelookOutcome::Already
                }
                Verdict::Apply(held) => {
                    match plan.items.pop().and_then(|item| without_fields(item, held)) {
                        Some(item) => RelookOutcome::Apply(Box::new(item)),
                        None => RelookOutcome::Already,
                    }
                }
            },
        )
    }

    /// The proof of an absence, once more: the side that decides, read afresh, has it no more, and it is nobody who is
    /// never removed.
    async fn plan_item_removal(
        &self,
        observed: ObservedRecord,
        planned: &PlannedItem,
        plan: &mut Plan,
    ) -> Result<(), LookError> {
        let admins: BTreeSet<NativeId> = self
            .run
            .engine
            .dingtalk
            .list_admins()
            .await?
            .iter()
            .map(Into::into)
            .collect();
        let protected = observed.link.as_ref().is_some_and(|link| {
            link.protected || link.dingtalk.as_ref().is_some_and(|id| admins.contains(id))
        });
        if !protected {
            self.run
                .plan_removal((observed, planned.link), planned.reason.clone(), plan)
                .await?;
        }
        Ok(())
    }

    async fn write_accepted(
        &self,
        plan: Plan,
        accepted: &HashMap<LinkId, (usize, bool)>,
        place: &mut PlanCheckpoint,
    ) -> Result<Vec<SecondLook>, LookError> {
        let troubles = self.count_troubles();
        // A person approved this very plan; what the guard held is not in it.
        self.run
            .apply_plan(plan.approve_as_shown(), &|_| {})
            .await?;
        let finished = self.run.take_finished();
        let mut failed = self.troubles_since(troubles);
        let mut again = self.drain_second_looks();
        for (link, (index, counted)) in accepted {
            let Some(item) = self.items.get(*index) else {
                continue;
            };
            let number = u32::try_from(*index).unwrap_or(u32::MAX);
            if finished.contains(link) {
                place.outcomes.applied += u64::from(!counted);
            } else if let Some(reason) = failed.remove(link) {
                again.remove(&number);
                if !counted {
                    place.add_not_applied(*index, item, Vec::new(), Some(reason));
                }
            } else {
                again.insert(number);
            }
        }
        let written = |index: u32| {
            let link = self.items.get(index as usize).map(|item| item.link);
            link.is_some_and(|link| {
                finished.contains(&link) || accepted.get(&link).is_some_and(|(_, counted)| *counted)
            })
        };
        Ok(again
            .into_iter()
            .map(|index| SecondLook {
                index,
                counted: written(index),
            })
            .collect())
    }

    /// Ends it: the journal is closed where everything is done, and the report says what was written.
    pub async fn close(self, complete: bool) -> RunReport {
        let Self { run, began_at, .. } = self;
        let order = SweepOrder::new(run.id.clone());
        let mut ended = SweepEnd {
            complete,
            ..SweepEnd::default()
        };
        run.count_active(&mut ended).await;
        if complete && let Err(err) = run.engine.journal.close(&run.id).await {
            run.tally(|tally| tally.note(crate::sweep::journal_open_note(&err)));
        }
        run.build_report(&order, began_at, &ended)
    }
}
