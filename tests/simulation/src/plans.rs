//! Plans: made by an invocation that may write nothing, approved by a person, and applied by others, which may write what was
//! shown and nothing else.

use std::sync::Arc;

use directory::plan::Counts;
use directory::{Field, LinkId, RunId, Side, Value, Values};
use engine::Sight;
use engine::plans::{Place, PlannedItem};

use crate::invocation::{Ended, Invocation, engine, order, run_id};
use crate::world::{Shared, State};

/// One in this many histories makes plans.
pub const ONE_IN: u64 = 8;

/// A plan that somebody approved, and how far it was applied.
#[derive(Debug, Clone)]
pub struct Approved {
    /// Under whose journal.
    pub run: RunId,
    /// What was shown.
    pub items: Arc<Vec<PlannedItem>>,
    /// Where it stands.
    pub place: Place,
}

/// What an invocation may write.
#[derive(Debug, Clone)]
pub enum May {
    /// Nothing: it shows what it would do.
    Nothing,
    /// What was shown.
    Only(Arc<Vec<PlannedItem>>),
}

impl Invocation {
    /// Makes a plan.
    #[must_use]
    pub fn plan(shared: &Shared, id: u32) -> Self {
        let engine = engine(shared, id);
        let (kept, rotation) = {
            let state = &mut *shared.lock();
            state.may.insert(id, May::Nothing);
            (state.kept.clone(), state.habits.rotation)
        };
        let run = run_id(shared);
        Self::new(shared, id, true, async move {
            let Some(run) = run else { return Ended::Nothing };
            Ended::Planned(Box::new(engine.plan(&order(run, kept, rotation)).await))
        })
    }

    /// Applies an approved plan from where it stands, and keeps after each chunk how far it came.
    #[must_use]
    pub fn apply(shared: &Shared, id: u32, plan: Approved) -> Self {
        let engine = engine(shared, id);
        let canary = {
            let state = &mut *shared.lock();
            state.may.insert(id, May::Only(Arc::clone(&plan.items)));
            state.kept.canary.clone()
        };
        let world = shared.clone();
        Self::new(shared, id, true, async move {
            let sight = match engine.sight().await {
                Ok(sight) => Sight { canary, ..sight },
                Err(err) => return Ended::Applied { counts: Counts::default(), stopped: Some(err.sentence()) },
            };
            let mut applying = engine.applying(plan.run, sight, &plan.items, plan.place);
            let stopped = loop {
                match applying.step().await {
                    Ok(true) => {
                        let place = applying.place().clone();
                        world.lock().plan.iter_mut().for_each(|plan| plan.place = place.clone());
                    }
                    Ok(false) => break None,
                    Err(err) => break Some(err.sentence()),
                }
            };
            let report = applying.close(stopped.is_none()).await;
            Ended::Applied { counts: report.counts, stopped }
        })
    }
}

impl State {
    /// An invocation writes to a side: not what nobody was shown.
    pub(crate) fn check_shown(&mut self, invocation: u32, side: Side, link: LinkId, values: &Values) {
        let what = match self.may.get(&invocation) {
            None => return,
            Some(May::Nothing) => Some("a plan is being made".to_owned()),
            Some(May::Only(items)) => not_shown(items, side, link, values),
        };
        if let Some(what) = what {
            self.oracle.broken("unapproved", format!("{link} is written in {side:?}: {what}"));
        }
    }

    /// An invocation stores a link: not one that makes a plan.
    pub(crate) fn check_preview(&mut self, invocation: u32, link: LinkId) {
        if matches!(self.may.get(&invocation), Some(May::Nothing)) {
            self.oracle.broken("unapproved", format!("{link} is stored, and a plan is being made"));
        }
    }
}

/// What of a write the plan does not show. Custom fields are written together with those that nobody changes.
fn not_shown(items: &[PlannedItem], side: Side, link: LinkId, values: &Values) -> Option<String> {
    let Some(part) = items.iter().find(|item| item.link == link).and_then(|item| item.part(side)) else {
        return Some("the plan does not".to_owned());
    };
    let shown = |field: Field| {
        let mut changes = part.changes.iter().filter(|change| change.field == field);
        changes.any(|change| field.refers_to().is_some() || is_same(change.after.as_ref(), values.get(field)))
    };
    let fields = values.shown().iter().filter(|field| *field != Field::Extension);
    fields.into_iter().find(|field| !shown(*field)).map(|field| format!("its {} was not shown so", field.key()))
}

/// What is shown as nothing is written as "no" where a side has no empty for it.
fn is_same(shown: Option<&Value>, written: Option<&Value>) -> bool {
    shown == written || shown.is_none() && written == Some(&Value::Flag(false))
}
