//! Plans that are kept: made by a sweep that writes nothing, shown, approved by a person, and applied item by item.
//!
//! What was previewed is what is applied: each item is looked at afresh, link first, both sides, decided anew, and written
//! only where the decision is still the one that was shown. Everything else is refused with its reason in words.

mod body;
mod collected;
mod difference;
mod forecast;
mod head;
mod plan_run;
mod plan_store;

pub use body::{PlannedItem, PlannedPart};
pub use difference::PlanDifference;
pub use forecast::Forecast;
pub use head::{AGE_MAX_HOURS, Approval, PlanExecution, PlanHead, PlanNotReadyError, PlanState};
pub use plan_run::{NotApplied, PlanCheckpoint, PlanOutcomes, PlanRun, SecondLook};
pub use plan_store::{NewPlan, PlanBody, PlanError, PlanStore};

pub(crate) use collected::CollectedPlan;

use std::collections::BTreeMap;

use directory::plan::{ActionCounts, HeldItem};
use directory::reason::{Reason, ReasonCode};
use directory::{FieldValue, LinkId};

use crate::link_names::LinkNames;
use crate::observe::LookError;
use crate::{Engine, Run, SweepOrder, SweepResult};

/// What a sweep that wrote nothing would have written.
#[derive(Debug, Clone)]
pub struct PlannedSweep {
    /// The sweep's own report: nothing is written, and its notes say what went differently. `complete` says that both
    /// lists arrived in full.
    pub swept: SweepResult,
    /// What would be written, in the order in which it has to be.
    pub items: Vec<PlannedItem>,
    /// What waits for a person, and is not applied with the plan.
    pub held: Vec<HeldItem>,
    /// Names of the records that the changes refer to.
    pub labels: BTreeMap<LinkId, String>,
}

impl PlannedSweep {
    /// Records created, updated and removed; what only base catches up with apart.
    #[must_use]
    pub fn counts(&self) -> ActionCounts {
        let mut counts = ActionCounts::default();
        self.items
            .iter()
            .filter_map(PlannedItem::action)
            .for_each(|action| counts.count_action(action));
        counts
    }
}

impl Engine {
    /// Makes a plan: a sweep that reads both sides and writes nothing, neither to a side nor to a link.
    ///
    /// Where the order has a deadline, the plan ends there and is not complete: it may be applied, and the next one shows
    /// the rest.
    pub async fn plan(&self, order: &SweepOrder) -> PlannedSweep {
        let (swept, collected) = self.sweep_or_preview(order, true).await;
        let Some((collected, names)) = collected else {
            return PlannedSweep {
                swept,
                items: Vec::new(),
                held: Vec::new(),
                labels: BTreeMap::new(),
            };
        };
        let (items, held) = collected.into_items(self);
        let (labels, missing) = self.collect_labels(&items, &names).await;
        let mut swept = swept;
        if let Err(err) = missing {
            let note = Reason::new(ReasonCode::RunNamesIncomplete).cause(Reason::from(&err));
            swept.report.notes.push(note);
        }
        PlannedSweep {
            swept,
            items,
            held,
            labels,
        }
    }

    /// Names of what the changes refer to: from the plan itself, or as the eHR has them.
    async fn collect_labels(
        &self,
        items: &[PlannedItem],
        names: &LinkNames,
    ) -> (BTreeMap<LinkId, String>, Result<(), LookError>) {
        let mut labels: BTreeMap<LinkId, String> =
            items.iter().filter_map(PlannedItem::label).collect();
        let mut wanted = BTreeMap::new();
        for change in items
            .iter()
            .flat_map(|item| &item.parts)
            .flat_map(|part| &part.changes)
        {
            let Some(kind) = change.field.refers_to() else {
                continue;
            };
            for value in [&change.before, &change.after].into_iter().flatten() {
                let FieldValue::Refs(refs) = value else {
                    continue;
                };
                let links = refs.iter().filter_map(|id| id.parse::<LinkId>().ok());
                wanted.extend(
                    links
                        .filter(|link| !labels.contains_key(link))
                        .map(|link| (link, kind)),
                );
            }
        }
        for (link, kind) in wanted {
            let named = async {
                let Some(id) = names.find_native(directory::Side::Ehr, kind, link).await? else {
                    return Ok(None);
                };
                let stored = self.ehr.read_record(kind, &id).await?;
                let name = stored.and_then(|stored| {
                    stored
                        .record
                        .values
                        .text(directory::Field::Name)
                        .map(str::to_owned)
                });
                Ok::<_, LookError>(name)
            };
            match named.await {
                Ok(name) => labels.extend(name.map(|name| (link, name))),
                Err(err) => return (labels, Err(err)),
            }
        }
        (labels, Ok(()))
    }
}

impl Run<'_> {
    /// Notes what would be written, and lets what comes later refer to it.
    pub(crate) fn collect_plan(
        &self,
        collected: &std::sync::Mutex<CollectedPlan>,
        plan: &directory::plan::ApprovedPlan,
    ) {
        let mut collected = collected
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        collected.add_stage(plan);
        plan.items()
            .iter()
            .for_each(|item| self.names.learn(&item.link));
        plan.settled()
            .iter()
            .for_each(|settled| self.names.learn(&settled.link));
    }
}
