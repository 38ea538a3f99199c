//! Plans: one invocation makes a plan without writing, a person approves it, and other invocations
//! apply it. These may write what the plan shows and nothing else.

use std::sync::Arc;

use directory::plan::ActionCounts;
use directory::reason::Reason;
use directory::{Field, FieldValue, FieldValues, LinkId, RunId, Side};
use engine::RunVisibility;
use engine::plans::{PlanCheckpoint, PlannedItem};

use crate::invocation::{Invocation, InvocationEnd, build_engine, new_run_id, sweep_order};
use crate::world::{SharedWorld, WorldState};

/// One history in this many uses plans.
pub const PLAN_HISTORY_RATE: u64 = 8;

/// An approved plan, and how far it was applied.
#[derive(Debug, Clone)]
pub struct PlanToApply {
    /// The run that its journal entries belong to.
    pub run: RunId,
    /// The items that the plan shows.
    pub items: Arc<Vec<PlannedItem>>,
    /// Where applying continues.
    pub place: PlanCheckpoint,
}

/// What an invocation may write.
#[derive(Debug, Clone)]
pub enum WriteAllowance {
    /// Nothing, because it only shows what it would do.
    Nothing,
    /// Only these items of an approved plan.
    Only(Arc<Vec<PlannedItem>>),
}

impl Invocation {
    /// Starts an invocation that makes a plan.
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

    /// Starts an invocation that applies an approved plan from its checkpoint. After each chunk it
    /// stores how far it came.
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
    /// The day in Shanghai on whose budget an invocation writes. `None` if people approved what it
    /// writes, or release what is held.
    pub(crate) fn unasked_on(&self, invocation: u32) -> Option<i64> {
        const DAY_MS: i64 = 86_400_000;
        const SHANGHAI_MS: i64 = 8 * 3_600_000;
        let approved = matches!(self.may.get(&invocation), Some(WriteAllowance::Only(_)));
        (!approved && !self.faults.healed).then(|| (self.now + SHANGHAI_MS).div_euclid(DAY_MS))
    }

    /// Checks a write to a side: the plan must show it.
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

    /// Checks that an invocation that makes a plan stores no link.
    pub(crate) fn check_preview(&mut self, invocation: u32, link: LinkId) {
        if matches!(self.may.get(&invocation), Some(WriteAllowance::Nothing)) {
            self.oracle.report_violation(
                "unapproved",
                format!("{link} is stored, and a plan is being made"),
            );
        }
    }
}

/// Returns what the plan does not show of a write. Custom fields are written together with those
/// that do not change.
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

/// Whether both values mean the same. A value shown as empty is written as "no" if the side has no
/// empty value for it.
fn is_same(shown: Option<&FieldValue>, written: Option<&FieldValue>) -> bool {
    shown == written || shown.is_none() && written == Some(&FieldValue::Flag(false))
}
