//! The guard: holds what is too much and lets the rest through.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldSet};
use crate::planted::{self, Bug};
use crate::reason::{Reason, ReasonCode};

/// What is too much. Shares are in per mille of the people in step before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardLimits {
    /// Removals that are never too many by share alone, unless they reach `removals_share_max`.
    pub removals_floor: u64,
    /// Removals above this share (and above the floor) are held: 20 ‰.
    pub removals_share: u64,
    /// Removals at or above this share are held, whatever the count: 200 ‰.
    pub removals_share_max: u64,
    /// A field that is emptied for more than this share is held: 50 ‰.
    pub blanked_share: u64,
    /// A field that changes for more than this share is held: 100 ‰.
    pub changed_share: u64,
    /// Field changes that are never too many: in a company of ten, two promotions are not a disaster.
    pub fields_floor: u64,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            removals_floor: 5,
            removals_share: 20,
            removals_share_max: 200,
            blanked_share: 50,
            changed_share: 100,
            fields_floor: 5,
        }
    }
}

/// Why something is held, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ExceededLimit {
    /// Too many people would be marked left.
    #[error("{removals} of {people} people would be marked left; the limit is {limit}")]
    Removals {
        /// How many.
        removals: u64,
        /// Of how many.
        people: u64,
        /// How many would have passed.
        limit: u64,
    },
    /// A field would be emptied for too many.
    #[error("{} would be emptied for {records} of {people} people; the limit is {limit}", field.key())]
    Blanked {
        /// Which.
        field: Field,
        /// For how many.
        records: u64,
        /// Of how many.
        people: u64,
        /// How many would have passed.
        limit: u64,
    },
    /// A field would change for too many.
    #[error("{} would change for {records} of {people} people; the limit is {limit}", field.key())]
    Changed {
        /// Which.
        field: Field,
        /// For how many.
        records: u64,
        /// Of how many.
        people: u64,
        /// How many would have passed.
        limit: u64,
    },
}

impl From<&ExceededLimit> for Reason {
    fn from(exceeded: &ExceededLimit) -> Self {
        let numbers = |code: ReasonCode, people: u64, limit: u64| {
            Self::new(code)
                .number("people", people)
                .number("limit", limit)
        };
        match *exceeded {
            ExceededLimit::Removals {
                removals,
                people,
                limit,
            } => numbers(ReasonCode::GuardTooManyRemovals, people, limit)
                .number("removals", removals),
            ExceededLimit::Blanked {
                field,
                records,
                people,
                limit,
            } => numbers(ReasonCode::GuardFieldEmptied, people, limit)
                .field("field", field)
                .number("records", records),
            ExceededLimit::Changed {
                field,
                records,
                people,
                limit,
            } => numbers(ReasonCode::GuardFieldChanged, people, limit)
                .field("field", field)
                .number("records", records),
        }
    }
}

/// Decides on removals: `None` lets all of them through.
///
/// Held above max(floor, share), and from `removals_share_max` on whatever the count; so one of four people is held
/// in a company of four, and five of two hundred pass.
#[must_use]
pub fn check_removals(limits: &GuardLimits, removals: u64, people: u64) -> Option<ExceededLimit> {
    if removals == 0
        || removals == 1 && planted::is(Bug::OneIsNeverTooMuch)
        || planted::is(Bug::NoGuard)
    {
        return None;
    }
    let by_share = limits
        .removals_floor
        .max(share_of_people(people, limits.removals_share));
    let by_share_max = (people.saturating_mul(limits.removals_share_max))
        .div_ceil(1000)
        .saturating_sub(1);
    let limit = by_share.min(by_share_max);
    (removals > limit).then_some(ExceededLimit::Removals {
        removals,
        people,
        limit,
    })
}

/// How often each field would be emptied or changed by a plan's updates.
#[derive(Debug, Clone, Default)]
pub struct FieldChangeCounts {
    blanked: BTreeMap<Field, u64>,
    changed: BTreeMap<Field, u64>,
}

impl FieldChangeCounts {
    /// Counts one change of one record.
    pub fn count_change(&mut self, field: Field, emptied: bool) {
        *self.changed.entry(field).or_default() += 1;
        if emptied {
            *self.blanked.entry(field).or_default() += 1;
        }
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.blanked, &other.blanked),
            (&mut self.changed, &other.changed),
        ] {
            for (field, n) in theirs {
                *mine.entry(*field).or_default() += n;
            }
        }
    }

    /// The fields that are held, each with its reason.
    #[must_use]
    pub fn exceeded_limits(&self, limits: &GuardLimits, people: u64) -> Vec<ExceededLimit> {
        if planted::is(Bug::NoGuard) {
            return Vec::new();
        }
        let over = |counts: &BTreeMap<Field, u64>, per_mille| {
            let limit = limits.fields_floor.max(share_of_people(people, per_mille));
            counts
                .iter()
                .filter(|(_, n)| **n > limit)
                .map(|(f, n)| (*f, *n, limit))
                .collect::<Vec<_>>()
        };
        let blanked = over(&self.blanked, limits.blanked_share);
        let blanked_fields: FieldSet = blanked.iter().map(|(field, ..)| *field).collect();
        let changed = over(&self.changed, limits.changed_share);
        let blanked = blanked
            .into_iter()
            .map(|(field, records, limit)| ExceededLimit::Blanked {
                field,
                records,
                people,
                limit,
            });
        let changed = changed
            .into_iter()
            .filter(|(field, ..)| !blanked_fields.contains(*field));
        blanked
            .chain(
                changed.map(|(field, records, limit)| ExceededLimit::Changed {
                    field,
                    records,
                    people,
                    limit,
                }),
            )
            .collect()
    }
}

/// What the guard let through: a run of many plans is measured as one.
#[derive(Debug, Clone, Default)]
pub struct PassedCounts {
    /// People marked left.
    pub removals: u64,
    /// Changes of fields.
    pub fields: FieldChangeCounts,
}

impl PassedCounts {
    /// Adds what passed later.
    pub fn add(&mut self, other: &Self) {
        self.removals += other.removals;
        self.fields.add(&other.fields);
    }
}

/// The fields that a list of reasons is about.
#[must_use]
pub fn held_fields(reasons: &[ExceededLimit]) -> FieldSet {
    reasons
        .iter()
        .filter_map(|reason| match reason {
            ExceededLimit::Removals { .. } => None,
            ExceededLimit::Blanked { field, .. } | ExceededLimit::Changed { field, .. } => {
                Some(*field)
            }
        })
        .collect()
}

fn share_of_people(people: u64, per_mille: u64) -> u64 {
    people.saturating_mul(per_mille) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(people: u64) -> u64 {
        (0..=people)
            .rev()
            .find(|n| check_removals(&GuardLimits::default(), *n, people).is_none())
            .unwrap_or(0)
    }

    /// The decision table, company size against the most removals that pass.
    #[test]
    fn removal_limit_by_company_size() {
        let table = [
            (1, 0),
            (4, 0),
            (5, 0),
            (6, 1),
            (10, 1),
            (11, 2),
            (25, 4),
            (30, 5),
            (200, 5),
            (300, 6),
            (10_000, 200),
        ];
        for (people, passes) in table {
            assert_eq!(limit(people), passes, "of {people} people");
        }
    }

    #[test]
    fn emptying_a_field_for_everyone_is_held_and_a_few_promotions_pass() {
        let mut changes = FieldChangeCounts::default();
        (0..100).for_each(|_| changes.count_change(Field::Mobile, true));
        (0..4).for_each(|_| changes.count_change(Field::Title, false));
        let held = changes.exceeded_limits(&GuardLimits::default(), 1000);
        assert_eq!(
            held_fields(&held).iter().collect::<Vec<_>>(),
            [Field::Mobile]
        );
        assert_eq!(
            held[0].to_string(),
            "mobile would be emptied for 100 of 1000 people; the limit is 50"
        );
    }
}
