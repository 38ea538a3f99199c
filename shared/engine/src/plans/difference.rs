//! Whether what would be done now is still what was shown, and what is not. Pure.

use directory::hash::{self, HashKey};
use directory::plan::PlanItem;
use directory::reason::{Reason, ReasonCode};
use directory::{Field, FieldSet, Link, LinkLifecycle, Side, WriteAction};
use serde::{Deserialize, Serialize};

use super::body::{PlannedItem, PlannedPart};

/// What is no longer as the plan showed it. Names fields and sides, never values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum PlanDifference {
    /// A field of the plan has another value on that side.
    Changed {
        /// Which.
        field: Field,
        /// Where.
        side: Side,
    },
    /// A field that was not in the plan changed on that side.
    AlsoChanged {
        /// Which.
        field: Field,
        /// Where.
        side: Side,
    },
    /// The record is gone on that side.
    Gone {
        /// Where.
        side: Side,
    },
    /// The record was to be removed and is there again.
    ThereAgain,
    /// Something else would be done now.
    Another {
        /// As planned.
        planned: WriteAction,
        /// Now.
        now: WriteAction,
    },
    /// The ids that belong together are others than in the plan.
    Identity,
    /// A person or a day has to come first.
    Waits {
        /// What it waits for.
        reason: Reason,
    },
}

impl From<&PlanDifference> for Reason {
    fn from(difference: &PlanDifference) -> Self {
        let about = |code, field: Field, side: Side| {
            Self::new(code).field("field", field).side("side", side)
        };
        match difference {
            PlanDifference::Changed { field, side } => {
                about(ReasonCode::PlanFieldMoved, *field, *side)
            }
            PlanDifference::AlsoChanged { field, side } => {
                about(ReasonCode::PlanFieldAlsoMoved, *field, *side)
            }
            PlanDifference::Gone { side } => {
                Self::new(ReasonCode::PlanRecordGone).side("side", *side)
            }
            PlanDifference::ThereAgain => Self::new(ReasonCode::PlanRecordBack),
            PlanDifference::Another { planned, now } => Self::new(ReasonCode::PlanActionChanged)
                .text("planned", planned.key())
                .text("now", now.key()),
            PlanDifference::Identity => Self::new(ReasonCode::PlanIdentityChanged),
            PlanDifference::Waits { reason } => reason.clone(),
        }
    }
}

/// What a fresh look found, for the comparison.
pub(super) struct FreshLook<'a> {
    /// What would be done now.
    pub(super) item: Option<&'a PlanItem>,
    /// The link as it is, or would be, once nothing is left to be written.
    pub(super) link: Option<&'a Link>,
    /// Why it waits.
    pub(super) waits: Option<&'a Reason>,
    /// The side that decides has it no more.
    pub(super) gone: Option<Side>,
}

/// What to do with a planned item now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Write it, but for these fields, which the guard held when it was planned.
    Apply(FieldSet),
    /// Both sides show already what was planned.
    Already,
    /// Not what was shown.
    Refuse(Vec<PlanDifference>),
}

/// Compares a planned item with what would be done now.
pub(super) fn judge(planned: &PlannedItem, now: &FreshLook<'_>, key: &HashKey) -> Verdict {
    let Some(item) = now.item else {
        return judge_without_change(planned, now, key);
    };
    if item.link.id != planned.link {
        return Verdict::Refuse(vec![PlanDifference::Identity]);
    }
    let print = item.fingerprint(key);
    if print == planned.fingerprint {
        return Verdict::Apply(FieldSet::NONE);
    }
    if planned.whole == Some(print) && planned.action() == Some(item.main_action()) {
        let fields = |changes: &mut dyn Iterator<Item = Field>| changes.collect::<FieldSet>();
        let shown = fields(
            &mut planned
                .parts
                .iter()
                .flat_map(|part| &part.changes)
                .map(|change| change.field),
        );
        return Verdict::Apply(
            fields(&mut item.changes().map(|change| change.field)).without(shown),
        );
    }
    if is_remainder(planned, item, key) {
        return Verdict::Apply(FieldSet::NONE);
    }
    Verdict::Refuse(differences(planned, item, key))
}

fn judge_without_change(planned: &PlannedItem, now: &FreshLook<'_>, key: &HashKey) -> Verdict {
    let removes = planned.action() == Some(WriteAction::Remove);
    if let Some(side) = now.gone {
        return Verdict::Refuse(vec![PlanDifference::Gone { side }]);
    }
    if let Some(reason) = now.waits {
        return Verdict::Refuse(vec![PlanDifference::Waits {
            reason: reason.clone(),
        }]);
    }
    let left = now
        .link
        .is_some_and(|link| matches!(link.lifecycle, LinkLifecycle::Left { .. }));
    match (removes, left, now.link) {
        (true, true, _) => Verdict::Already,
        (true, false, _) => Verdict::Refuse(vec![PlanDifference::ThereAgain]),
        (false, false, Some(link)) => {
            let others: Vec<_> = agreed_otherwise(planned, link, key).collect();
            if others.is_empty() {
                Verdict::Already
            } else {
                Verdict::Refuse(others)
            }
        }
        (false, ..) => Verdict::Refuse(vec![PlanDifference::Gone { side: planned.side }]),
    }
}

/// Fields on which both sides agree by now, and not on what was planned: the side that decides changed its mind.
fn agreed_otherwise(
    planned: &PlannedItem,
    link: &Link,
    key: &HashKey,
) -> impl Iterator<Item = PlanDifference> {
    let changes = planned
        .parts
        .iter()
        .flat_map(|part| part.changes.iter().map(|change| (part.to, change)));
    changes.filter_map(move |(to, change)| {
        let agreed = link.base.hashes.get(&change.field)
            == Some(&hash::hash_field(key, change.field, change.after.as_ref()));
        (!agreed).then(|| PlanDifference::Changed {
            field: change.field,
            side: to.other(),
        })
    })
}

/// An interrupted write did a part of it, or somebody did: what is left is a part of what was shown, from the same values
/// to the same values, and what is missing is done.
fn is_remainder(planned: &PlannedItem, item: &PlanItem, key: &HashKey) -> bool {
    let within = |part: &directory::plan::ItemPart| {
        planned
            .part(part.to)
            .is_some_and(|shown| part.changes.iter().all(|change| is_shown(shown, change)))
    };
    item.main_action() == WriteAction::Update
        && planned.action() != Some(WriteAction::Remove)
        && item.parts.iter().all(within)
        && missing_changes(planned, item).all(|(field, after)| {
            item.link.base.hashes.get(&field) == Some(&hash::hash_field(key, field, after))
        })
}

fn is_shown(shown: &PlannedPart, change: &directory::decide::ValueChange) -> bool {
    shown.changes.iter().any(|one| {
        (one.field, &one.before, &one.after) == (change.field, &change.before, &change.after)
    })
}

/// Planned changes that would not be made now.
fn missing_changes<'a>(
    planned: &'a PlannedItem,
    item: &'a PlanItem,
) -> impl Iterator<Item = (Field, Option<&'a directory::FieldValue>)> + 'a {
    planned.parts.iter().flat_map(move |shown| {
        let now = item.part_for(shown.to);
        let is_now = move |field| {
            now.is_some_and(|part| part.changes.iter().any(|change| change.field == field))
        };
        let missing = shown
            .changes
            .iter()
            .filter(move |change| !is_now(change.field));
        missing.map(|change| (change.field, change.after.as_ref()))
    })
}

fn differences(planned: &PlannedItem, item: &PlanItem, key: &HashKey) -> Vec<PlanDifference> {
    let mut moved = Vec::new();
    if let Some(action) = planned.action()
        && action != item.main_action()
    {
        moved.push(PlanDifference::Another {
            planned: action,
            now: item.main_action(),
        });
    }
    for part in &item.parts {
        for change in &part.changes {
            let shown = planned
                .part(part.to)
                .and_then(|shown| shown.changes.iter().find(|one| one.field == change.field));
            match shown {
                None => {
                    let side = if change.overwrites_edit {
                        part.to
                    } else {
                        part.to.other()
                    };
                    moved.push(PlanDifference::AlsoChanged {
                        field: change.field,
                        side,
                    });
                }
                Some(shown) => {
                    let before = (shown.before != change.before).then_some(part.to);
                    let after = (shown.after != change.after).then_some(part.to.other());
                    let sides = [before, after].into_iter().flatten();
                    moved.extend(sides.map(|side| PlanDifference::Changed {
                        field: change.field,
                        side,
                    }));
                }
            }
        }
    }
    let undone = missing_changes(planned, item).filter(|(field, after)| {
        item.link.base.hashes.get(field) != Some(&hash::hash_field(key, *field, *after))
    });
    moved.extend(undone.map(|(field, _)| PlanDifference::Changed {
        field,
        side: planned.side,
    }));
    if moved.is_empty() {
        moved.push(PlanDifference::Identity);
    }
    moved
}

#[cfg(test)]
mod tests;
