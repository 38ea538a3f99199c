//! Plans: made by an invocation that may write nothing, approved by a person, and applied by others, which may write what was
//! shown and nothing else.

use std::sync::Arc;

use directory::plan::ActionCounts;
use directory::reason::Reason;
use directory::{Field, FieldValue, FieldValues, LinkId, RunId, Side};
use engine::RunVisibility;
use engine::plans::{PlanCheckpoint, PlannedItem};

use crate::invocation::{Invocation, InvocationEnd, build_engine, new_run_id, sweep_order};
use crate::world::{SharedWorld, WorldState};

/// One in this many histories makes plans.
pub const PLAN_HISTORY_RATE: u64 = 8;

/// A plan that somebody approved, and how far it was applied.
#[derive(Debug, Clone)]
pub struct PlanToApply {
    /// Under whose journal.
    pub run: RunId,
    /// What was shown.
    pub items: Arc<Vec<PlannedItem>>,
    /// Where it stands.
    pub place: PlanCheckpoint,
}

/// What an invocation may write.
#[derive(Debug, Clone)]
pub enum WriteAllowance {
    /// Nothing: it shows what it would do.
    Nothing,
    /// What was shown.
    Only(Arc<Vec<PlannedItem>>),
}

impl Invocation {
    /// Makes a plan.
    #[must_use]
    pub fn plan(shared: &SharedWorld, id: u32) -> Self {
        let engine = build_engine(shared, id);
        let (kept, rotation) = {
            let state = &mut *shared.lock_world();
            state.may.insert(id, WriteAllowance::Nothing);
            (state.kept.clone(), state.habits.rotation)
        };
        let run = new_run_id(shared);
        Self::new(shared, id, true, async move {
            let Some(run) = run else {
                return InvocationEnd::Nothing;
            };
            InvocationEnd::Planned(Box::new(
                engine.plan(&sweep_order(run, kept, rotation)).await,
            ))
        })
    }

    /// Applies an approved plan from where it stands, and keeps after each chunk how far it came.
    #[must_use]
    pub fn apply(shared: &SharedWorld, id: u32, plan: PlanToApply) -> Self {
        let engine = build_engine(shared, id);
        let canary = {
            let state = &mut *shared.lock_world();
            state
                .may
                .insert(id, WriteAllowance::Only(Arc::clone(&plan.items)));
            state.kept.canary.clone()
        };
        let world = shared.clone();
        Self::new(shared, id, true, async move {
            let sight = match engine.read_visibility().await {
                Ok(sight) => RunVisibility { canary, ..sight },
                Err(err) => {
                    return InvocationEnd::Applied {
                        counts: ActionCounts::default(),
                        stopped: Some(Reason::from(&err)),
                    };
                }
            };
            let mut applying = engine.begin_plan_run(plan.run, sight, &plan.items, plan.place);
            let stopped = loop {
                match applying.apply_chunk().await {
                    Ok(true) => {
                        let place = applying.checkpoint().clone();
                        world
                            .lock_world()
                            .plan
                            .iter_mut()
                            .for_each(|plan| plan.place = place.clone());
                    }
                    Ok(false) => break None,
                    Err(err) => break Some(Reason::from(&err)),
                }
            };
            let report = applying.close(stopped.is_none()).await;
            InvocationEnd::Applied {
                counts: report.counts,
                stopped,
            }
        })
    }
}

impl WorldState {
    /// The day in Shanghai on whose budget an invocation writes; `None` where people approved what it writes, or release what is
    /// held.
    pub(crate) fn unasked_on(&self, invocation: u32) -> Option<i64> {
        const DAY_MS: i64 = 86_400_000;
        const SHANGHAI_MS: i64 = 8 * 3_600_000;
        let approved = matches!(self.may.get(&invocation), Some(WriteAllowance::Only(_)));
        (!approved && !self.faults.healed).then(|| (self.now + SHANGHAI_MS).div_euclid(DAY_MS))
    }

    /// An invocation writes to a side: not what nobody was shown.
    pub(crate) fn check_shown(
        &mut self,
        invocation: u32,
        side: Side,
        link: LinkId,
        values: &FieldValues,
    ) {
        let what = match self.may.get(&invocation) {
            None => return,
            Some(WriteAllowance::Nothing) => Some("a plan is being made".to_owned()),
            Some(WriteAllowance::Only(items)) => find_not_shown(items, side, link, values),
        };
        if let Some(what) = what {
            self.oracle.report_violation(
                "unapproved",
                format!("{link} is written in {side:?}: {what}"),
            );
        }
    }

    /// An invocation stores a link: not one that makes a plan.
    pub(crate) fn check_preview(&mut self, invocation: u32, link: LinkId) {
        if matches!(self.may.get(&invocation), Some(WriteAllowance::Nothing)) {
            self.oracle.report_violation(
                "unapproved",
                format!("{link} is stored, and a plan is being made"),
            );
        }
    }
}

/// What of a write the plan does not show. Custom fields are written together with those that nobody changes.
fn find_not_shown(
    items: &[PlannedItem],
    side: Side,
    link: LinkId,
    values: &FieldValues,
) -> Option<String> {
    let Some(part) = items
        .iter()
        .find(|item| item.link == link)
        .and_then(|item| item.part(side))
    else {
        return Some("the plan does not".to_owned());
    };
    let shown = |field: Field| {
        let mut changes = part.changes.iter().filter(|change| change.field == field);
        changes.any(|change| {
            field.refers_to().is_some() || is_same(change.after.as_ref(), values.get(field))
        })
    };
    let fields = values
        .shown_fields()
        .iter()
        .filter(|field| *field != Field::Extension);
    fields
        .into_iter()
        .find(|field| !shown(*field))
        .map(|field| format!("its {} was not shown so", field.key()))
}

/// What is shown as nothing is written as "no" where a side has no empty for it.
fn is_same(shown: Option<&FieldValue>, written: Option<&FieldValue>) -> bool {
    shown == written || shown.is_none() && written == Some(&FieldValue::Flag(false))
}
