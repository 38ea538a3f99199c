//! How far a plan was applied, and what became of its items.

use directory::reason::Reason;
use directory::{Kind, LinkId};
use serde::{Deserialize, Serialize};

use super::super::body::PlannedItem;
use super::super::difference::PlanDifference;

/// Refused and failed items that are kept one by one; all are counted.
const NOT_APPLIED_MAX: usize = 500;

/// How many items came to which end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanOutcomes {
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
    pub moved: Vec<PlanDifference>,
    /// How it failed.
    #[serde(default)]
    pub failed: Option<Reason>,
}

/// An item to be looked at once more at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondLook {
    /// Which.
    pub index: u32,
    /// It was written, and refers to somebody who was not there yet.
    pub counted: bool,
}

/// How far a plan was applied: stored after each chunk, so that an interrupted one goes on from there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCheckpoint {
    /// The next item.
    pub next: u32,
    /// Items to be looked at once more.
    pub again: Vec<SecondLook>,
    /// What became of those before it.
    pub outcomes: PlanOutcomes,
    /// Those that were not applied, the first of them.
    pub not_applied: Vec<NotApplied>,
}

impl PlanCheckpoint {
    pub(super) fn add_not_applied(
        &mut self,
        index: usize,
        item: &PlannedItem,
        moved: Vec<PlanDifference>,
        failed: Option<Reason>,
    ) {
        let count = if failed.is_some() {
            &mut self.outcomes.failed
        } else {
            &mut self.outcomes.refused
        };
        *count += 1;
        if self.not_applied.len() < NOT_APPLIED_MAX {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            self.not_applied.push(NotApplied {
                index,
                link: item.link,
                kind: item.kind,
                moved,
                failed,
            });
        }
    }
}
