//! The limits of the guard: what is too much for one day ([`crate::budget`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldSet};
use crate::reason::{Reason, ReasonCode};

/// What is too much in one day. Shares are in per mille of the people in step when they were last measured.
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
    /// Too many people would be deleted in DingTalk.
    #[error("{removals} of {people} people would be deleted in DingTalk; the limit is {limit}")]
    Deletions {
        /// How many.
        removals: u64,
        /// Of how many.
        people: u64,
        /// How many would have passed.
        limit: u64,
    },
    /// Too many departments would be removed.
    #[error(
        "{removals} departments and people below them, of {size} departments and people, would be removed; the limit is {limit}"
    )]
    Departments {
        /// Departments, and people below them.
        removals: u64,
        /// Departments and people of the company.
        size: u64,
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
            ExceededLimit::Deletions {
                removals,
                people,
                limit,
            } => numbers(ReasonCode::GuardTooManyDeletions, people, limit)
                .number("removals", removals),
            ExceededLimit::Departments {
                removals,
                size,
                limit,
            } => Self::new(ReasonCode::GuardTooManyDepartments)
                .number("removals", removals)
                .number("size", size)
                .number("limit", limit),
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

/// How many removals pass in a company of `people`.
///
/// Held above max(floor, share), and from `removals_share_max` on whatever the count; so one of four people is held
/// in a company of four, and five of two hundred pass. In a company of unknown size (0) none passes.
#[must_use]
pub fn removal_limit(limits: &GuardLimits, people: u64) -> u64 {
    let by_share = limits
        .removals_floor
        .max(share_of_people(people, limits.removals_share));
    let by_share_max = (people.saturating_mul(limits.removals_share_max))
        .div_ceil(1000)
        .saturating_sub(1);
    by_share.min(by_share_max)
}

/// For how many of `people` a field may be emptied, and for how many it may change.
#[must_use]
pub fn field_limits(limits: &GuardLimits, people: u64) -> [u64; 2] {
    [limits.blanked_share, limits.changed_share]
        .map(|share| limits.fields_floor.max(share_of_people(people, share)))
}

/// How often each field would be emptied or changed by a plan's updates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldChangeCounts {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    blanked: BTreeMap<Field, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    changed: BTreeMap<Field, u64>,
}

impl FieldChangeCounts {
    /// Counts one change of one record.
    pub fn count_change(&mut self, field: Field, emptied: bool) {
        let changed = self.changed.entry(field).or_default();
        *changed = changed.saturating_add(1);
        if emptied {
            let blanked = self.blanked.entry(field).or_default();
            *blanked = blanked.saturating_add(1);
        }
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.blanked, &other.blanked),
            (&mut self.changed, &other.changed),
        ] {
            for (field, n) in theirs {
                let mine = mine.entry(*field).or_default();
                *mine = mine.saturating_add(*n);
            }
        }
    }

    /// Takes away what was counted and did not happen after all.
    pub fn subtract(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.blanked, &other.blanked),
            (&mut self.changed, &other.changed),
        ] {
            for (field, n) in theirs {
                if let Some(mine) = mine.get_mut(field) {
                    *mine = mine.saturating_sub(*n);
                }
            }
            mine.retain(|_, n| *n > 0);
        }
    }

    /// Takes fields out.
    pub fn remove_fields(&mut self, fields: FieldSet) {
        for counts in [&mut self.blanked, &mut self.changed] {
            counts.retain(|field, _| !fields.contains(*field));
        }
    }

    /// How often a field is emptied, and how often it changes.
    #[must_use]
    pub fn of_field(&self, field: Field) -> [u64; 2] {
        [&self.blanked, &self.changed].map(|counts| counts.get(&field).copied().unwrap_or_default())
    }

    /// Fields that change.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.changed.keys().copied()
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.blanked.is_empty()
    }
}

/// The fields that a list of reasons is about.
#[must_use]
pub fn held_fields(reasons: &[ExceededLimit]) -> FieldSet {
    reasons
        .iter()
        .filter_map(|reason| match reason {
            ExceededLimit::Removals { .. }
            | ExceededLimit::Deletions { .. }
            | ExceededLimit::Departments { .. } => None,
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

    /// The decision table, company size against the most removals that pass.
    #[test]
    fn removal_limit_by_company_size() {
        let table = [
            (0, 0),
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
            let limit = removal_limit(&GuardLimits::default(), people);
            assert_eq!(limit, passes, "of {people} people");
        }
    }
}
