//! Applying an approved plan, chunk by chunk: each item looked at afresh, and written only where it is what was shown.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use directory::guard::Passed;
use directory::plan::{Guard, Item, Plan};
use directory::{Action, FieldSet, Kind, LinkId, NativeId, RunId, Side, Timestamp};
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};

use super::body::PlannedItem;
use super::moved::{self, Moved, Now, Verdict};
use crate::names::Unknown;
use crate::observe::{LookError, Observed, Whose};
use crate::pump::Pump;
use crate::report::RunReport;
use crate::sweep::Ended;
use crate::{Engine, Run, Sight, SweepOrder};

/// Items between two checkpoints.
pub(super) const CHUNK: usize = 64;

/// Refused and failed items that are kept one by one; all are counted.
const KEPT: usize = 500;

/// Rounds for records that refer to others who were not there yet.
const ROUNDS: usize = 2;

/// How many items came to which end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    /// Written.
    pub applied: u64,
    /// Both sides showed already what was planned.
    pub already: u64,
    /// Not what was shown any more: left as they are.
    pub refused: u64,
    /// A side refused, or it failed; a later sweep sees to it.
    pub failed: u64,
}

/// An item that was not applied, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotApplied {
    /// Which of the plan's items, from 0.
    pub index: u32,
    /// Whose record.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// What moved since the plan was made; empty where it failed instead.
    #[serde(default)]
    pub moved: Vec<Moved>,
    /// How it failed.
    #[serde(default)]
    pub failed: Option<String>,
}

/// An item to be looked at once more at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// Which.
    pub index: u32,
    /// It was written, and refers to somebody who was not there yet.
    pub counted: bool,
}

/// How far a plan was applied: stored after each chunk, so that an interrupted one goes on from there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The next item.
    pub next: u32,
    /// Items to be looked at once more.
    pub again: Vec<Again>,
    /// What became of those before it.
    pub outcomes: Outcomes,
    /// Those that were not applied, the first of them.
    pub not_applied: Vec<NotApplied>,
}

impl Place {
    fn not_applied(&mut self, index: usize, item: &PlannedItem, moved: Vec<Moved>, failed: Option<String>) {
        let count = if failed.is_some() { &mut self.outcomes.failed } else { &mut self.outcomes.refused };
        *count += 1;
        if self.not_applied.len() < KEPT {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            self.not_applied.push(NotApplied { index, link: item.link, kind: item.kind, moved, failed });
        }
    }
}

/// A plan that is being applied.
pub struct Applying<'a> {
    run: Run<'a>,
    items: &'a [PlannedItem],
    by_id: HashMap<Whose, usize>,
    place: Place,
    began_at: Timestamp,
    nobody: BTreeSet<directory::hash::FieldHash>,
}

impl Engine {
    /// Begins to apply `items`, or goes on at `place`, under the journal of `run`.
    #[must_use]
    pub fn applying<'a>(&'a self, run: RunId, sight: Sight, items: &'a [PlannedItem], place: Place) -> Applying<'a> {
        let mut run = Run::new(self, run, sight);
        run.finished = Some(std::sync::Mutex::default());
        let mut by_id = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            run.presume(item);
            for (side, id) in [(Side::DingTalk, &item.dingtalk), (Side::Ehr, &item.ehr)] {
                by_id.extend(id.iter().map(|id| (Whose::new(item.kind, side, id.clone()), index)));
            }
        }
        let began_at = self.clock.now();
        _ = self.dingtalk.take_tally();
        Applying { run, items, by_id, place, began_at, nobody: BTreeSet::new() }
    }
}

impl Run<'_> {
    /// Lets other items refer to this one as they did when the plan was made, whether or not it is written yet.
    fn presume(&self, item: &PlannedItem) {
        let creates = |to| item.part(to).is_some_and(|part| part.action == Action::Create);
        match (&item.dingtalk, &item.ehr) {
            (Some(dingtalk), Some(ehr)) if creates(Side::Ehr) => {
                self.names.expect(item.kind, dingtalk, item.link, ehr.clone());
            }
            (dingtalk, ehr) => {
                let ids = [(Side::DingTalk, dingtalk), (Side::Ehr, ehr)];
                let ids = ids.into_iter().filter_map(|(side, id)| id.clone().map(|id| (side, id)));
                ids.for_each(|(side, id)| self.names.presume(side, item.kind, id, item.link));
            }
        }
    }
}

/// What a fresh look at one item came to.
enum Relooked {
    Apply(Box<Item>),
    Already,
    Refuse(Vec<Moved>),
}

impl Applying<'_> {
    /// Where it stands: to be stored after each step.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Applies the next chunk. `false`: there was none, and everything is done.
    ///
    /// # Errors
    /// What concerns everybody: the gate was closed, a side or the state does not answer. What was written is written; the
    /// chunk is looked at again when it goes on, and what is done already is not done twice.
    pub async fn step(&mut self) -> Result<bool, LookError> {
        let chunk = self.chunk();
        if chunk.is_empty() {
            return self.second_looks().await;
        }
        let end = chunk.end;
        let mut place = self.place.clone();
        let again = self.work(chunk.map(|index| (index, false)).collect(), &mut place).await?;
        place.again.extend(again);
        place.next = u32::try_from(end).unwrap_or(u32::MAX);
        self.place = place;
        Ok(true)
    }

    /// The next items of one stage.
    fn chunk(&self) -> Range<usize> {
        let from = self.place.next as usize;
        let rest = self.items.get(from..).unwrap_or_default();
        let stage = rest.first().map(|item| item.stage);
        from..from + rest.iter().take(CHUNK).take_while(|item| Some(item.stage) == stage).count()
    }

    /// Records that others wrote meanwhile, or that refer to somebody who was not there yet.
    async fn second_looks(&mut self) -> Result<bool, LookError> {
        if self.place.again.is_empty() {
            return Ok(false);
        }
        let mut place = self.place.clone();
        let mut again = std::mem::take(&mut place.again);
        for _ in 0..ROUNDS {
            let mut next = Vec::new();
            for part in again.chunks(CHUNK) {
                let work = part.iter().map(|one| (one.index as usize, one.counted)).collect();
                next.extend(self.work(work, &mut place).await?);
            }
            again = next;
        }
        for one in again.iter().filter(|one| !one.counted) {
            let index = one.index as usize;
            if let Some(item) = self.items.get(index) {
                place.not_applied(index, item, Vec::new(), Some("others kept writing the same record".to_owned()));
            }
        }
        self.place = place;
        Ok(true)
    }

    /// Looks at these items and writes what is as shown. `true` marks those that are counted already. Returns whom to look
    /// at once more.
    async fn work(&self, work: Vec<(usize, bool)>, place: &mut Place) -> Result<Vec<Again>, LookError> {
        let occupied = self.preconditions(&work).await?;
        let people = work.iter().filter_map(|(index, _)| self.items.get(*index));
        let in_dingtalk = people.filter(|item| item.kind == Kind::Person).filter_map(|item| item.dingtalk.as_ref());
        self.run.expect_kinds(in_dingtalk);
        let mut looks = Pump::new(work.clone());
        let begin = |(index, _)| async move { (index, self.relook(index).await) }.boxed();
        let (mut plan, mut accepted) = (Plan::default(), HashMap::new());
        let counted: HashMap<usize, bool> = work.into_iter().collect();
        while let Some((index, relooked)) = looks.next(&begin).await {
            let Some(item) = self.items.get(index) else { continue };
            let counted = counted.get(&index).copied().unwrap_or_default();
            match relooked {
                Ok(Relooked::Apply(now)) if is_full(&now, &occupied) => {
                    let reason = "somebody is still in the department".to_owned();
                    place.not_applied(index, item, vec![Moved::Waits { reason }], None);
                }
                Ok(Relooked::Apply(now)) => {
                    accepted.insert(now.link.id, (index, counted));
                    plan.items.push(*now);
                }
                _ if counted => {}
                Ok(Relooked::Already) => place.outcomes.already += 1,
                Ok(Relooked::Refuse(moved)) => place.not_applied(index, item, moved, None),
                Err(err) if err.concerns_everybody() => return Err(err),
                Err(err) => place.not_applied(index, item, Vec::new(), Some(err.sentence())),
            }
        }
        self.write(plan, &accepted, place).await
    }

    /// What the whole chunk stands on: whoever is removed was not found while somebody else is, and departments that are
    /// removed are empty. Returns the eHR's departments that are not.
    async fn preconditions(&self, work: &[(usize, bool)]) -> Result<BTreeSet<NativeId>, LookError> {
        let items = || work.iter().filter_map(|(index, _)| self.items.get(*index));
        let kinds: BTreeSet<Kind> = items().filter(|item| item.needs_canary).map(|item| item.kind).collect();
        for kind in kinds {
            self.run.canaries(kind, None).await?;
        }
        let removes = |item: &PlannedItem| item.kind == Kind::Department && item.action() == Some(Action::Remove);
        if items().any(removes) { self.run.occupied().await } else { Ok(BTreeSet::new()) }
    }

    async fn relook(&self, index: usize) -> Result<Relooked, LookError> {
        let Some(planned) = self.items.get(index) else { return Ok(Relooked::Already) };
        let whose = Whose::new(planned.kind, planned.side, planned.id.clone());
        let mut plan = Plan::default();
        let observed = self.run.observe(&whose).await?;
        let stored = observed.link.clone();
        let looked = self.run.decide(observed, Unknown::LeaveOut, &mut plan).await?;
        if looked.out_of_reach {
            let reason = "the policy leaves it out by now, or cannot tell whether it does".to_owned();
            return Ok(Relooked::Refuse(vec![Moved::Waits { reason }]));
        }
        if looked.missing.is_some() && planned.action() == Some(Action::Remove) {
            let observed = self.run.observe(&whose).await?;
            self.remove(observed, planned, &mut plan).await?;
        }
        let settled = plan.settled.pop();
        let link = settled.as_ref().map(|settled| &settled.link).or(stored.as_ref());
        let waits = plan.held.first().map(|held| held.reason.as_str());
        let gone =
            looked.missing.as_ref().map(|(side, _)| *side).filter(|_| plan.items.is_empty() && settled.is_none());
        let now = Now { item: plan.items.first(), link, waits, gone };
        Ok(match moved::judge(planned, &now, &self.run.engine.key) {
            Verdict::Refuse(moved) => Relooked::Refuse(moved),
            Verdict::Already => {
                if let Some(settled) = &settled {
                    self.run.settle(settled).await?;
                }
                Relooked::Already
            }
            Verdict::Apply(held) => match plan.items.pop().and_then(|item| without(item, held)) {
                Some(item) => Relooked::Apply(Box::new(item)),
                None => Relooked::Already,
            },
        })
    }

    /// The proof of an absence, once more: the side that decides, read afresh, has it no more, and it is nobody who is
    /// never removed.
    async fn remove(&self, observed: Observed, planned: &PlannedItem, plan: &mut Plan) -> Result<(), LookError> {
        let admins: BTreeSet<NativeId> = self.run.engine.dingtalk.admins().await?.iter().map(Into::into).collect();
        let protected = observed
            .link
            .as_ref()
            .is_some_and(|link| link.protected || link.dingtalk.as_ref().is_some_and(|id| admins.contains(id)));
        if !protected {
            self.run.remove(observed, &planned.reason, plan).await?;
        }
        Ok(())
    }

    async fn write(
        &self,
        plan: Plan,
        accepted: &HashMap<LinkId, (usize, bool)>,
        place: &mut Place,
    ) -> Result<Vec<Again>, LookError> {
        let engine = self.run.engine;
        // A person approved this very plan; what the guard held is not in it.
        let (policy, key, passed) = (&engine.policy, &engine.key, &Passed::default());
        let guard = Guard { policy, key, people: u64::MAX, released: &self.nobody, passed };
        let troubles = self.troubles();
        self.run.apply(plan.approve(&guard), &|_| {}).await?;
        let finished = self.run.take_finished();
        let mut failed = self.troubles_since(troubles);
        let mut again = self.again();
        for (link, (index, counted)) in accepted {
            let Some(item) = self.items.get(*index) else { continue };
            let number = u32::try_from(*index).unwrap_or(u32::MAX);
            if finished.contains(link) {
                place.outcomes.applied += u64::from(!counted);
            } else if let Some(reason) = failed.remove(link) {
                again.remove(&number);
                if !counted {
                    place.not_applied(*index, item, Vec::new(), Some(reason));
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
        Ok(again.into_iter().map(|index| Again { index, counted: written(index) }).collect())
    }

    fn troubles(&self) -> usize {
        let mut troubles = 0;
        self.run.tally(|tally| troubles = tally.troubles.len());
        troubles
    }

    fn troubles_since(&self, from: usize) -> HashMap<LinkId, String> {
        let mut since = HashMap::new();
        self.run.tally(|tally| {
            let troubles = tally.troubles.iter().skip(from);
            since.extend(troubles.filter_map(|trouble| trouble.link.map(|link| (link, trouble.reason.clone()))));
        });
        since
    }

    /// The plan's items among whom the run wants to look at once more.
    fn again(&self) -> BTreeSet<u32> {
        let mut whose = BTreeSet::new();
        self.run.tally(|tally| whose = std::mem::take(&mut tally.again));
        let index = |whose: &Whose| self.by_id.get(whose).and_then(|index| u32::try_from(*index).ok());
        whose.iter().filter_map(index).collect()
    }

    /// Ends it: the journal is closed where everything is done, and the report says what was written.
    pub async fn close(self, complete: bool) -> RunReport {
        let Self { run, began_at, .. } = self;
        let order = SweepOrder::new(run.id.clone());
        let mut ended = Ended { complete, ..Ended::default() };
        run.count_active(&mut ended).await;
        if complete && let Err(err) = run.engine.journal.close(&run.id).await {
            run.tally(|tally| tally.note(format!("the journal of this run was not closed: {err}")));
        }
        run.report(&order, began_at, &ended)
    }
}

fn without(mut item: Item, held: FieldSet) -> Option<Item> {
    item.take_out(held);
    (!item.parts.is_empty()).then_some(item)
}

fn is_full(item: &Item, occupied: &BTreeSet<NativeId>) -> bool {
    let removes =
        item.link.kind == Kind::Department && item.part(Side::Ehr).is_some_and(|part| part.action == Action::Remove);
    removes && item.link.ehr.as_ref().is_some_and(|id| occupied.contains(id))
}
