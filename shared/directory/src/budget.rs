//! The guard's memory: what all writers of one corp together spent of a day's limits, and what they were refused.
//!
//! Every writer reserves before it writes and gives back what it did not write. A request is granted or refused class by class:
//! removals of people, deletions in DingTalk, departments, and each field. Whoever stores the state does so under the version
//! that was read, so that two writers cannot both spend the last unit.

mod counts;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::field::{Field, FieldSet};
use crate::guard::{self, ExceededLimit, FieldChangeCounts, GuardLimits};
use crate::ids::{Kind, LinkId, Timestamp};
use crate::planted::{self, Bug};

pub use counts::{BudgetCounts, CompanySize};

/// Refused changes that are kept one by one. Beyond that their classes are closed until a complete sweep has listed all of them.
pub const REFUSED_MAX: usize = 500;

/// What one record's change wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetItem {
    /// Whose.
    pub link: LinkId,
    /// Person or department.
    pub kind: Kind,
    /// What it counts.
    pub counts: BudgetCounts,
    /// All fields that it changes, those too that count nothing because they were empty.
    pub touched: FieldSet,
}

/// What is held of one record until a person releases it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldChange {
    /// Its removal.
    #[serde(default)]
    pub removal: bool,
    /// Changes of these fields.
    #[serde(default)]
    pub fields: FieldSet,
    /// What was too much when it was held.
    #[serde(default)]
    pub too_much: Vec<ExceededLimit>,
    /// Since when.
    #[serde(default)]
    pub since: Timestamp,
}

impl HeldChange {
    /// Adds what is held of the same record elsewhere. The earlier reasons stay.
    pub fn merge(&mut self, other: &Self) {
        self.removal |= other.removal;
        self.fields = self.fields.union(other.fields);
        self.since = self.since.max(other.since);
        for reason in &other.too_much {
            if !self.too_much.contains(reason) {
                self.too_much.push(reason.clone());
            }
        }
    }

    fn covers(&self, item: &BudgetItem) -> bool {
        self.removal && item.counts.removes()
            || !item.touched.intersection(self.fields).is_empty() && !item.counts.removes()
    }
}

/// What is held, by link.
pub type HeldChanges = BTreeMap<LinkId, HeldChange>;

/// Classes in which more was refused than is kept one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedClasses {
    /// Nothing is removed.
    pub removals: bool,
    /// These fields are not changed.
    pub fields: FieldSet,
    /// Since when.
    pub since: Timestamp,
}

/// The budget of a corp, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetState {
    /// The day in Asia/Shanghai that `spent` is about.
    pub day: Option<Date>,
    /// What was written, or is about to be.
    pub spent: BudgetCounts,
    /// What shares are measured by.
    pub size: CompanySize,
    /// When that was measured; `None`: never.
    pub measured_at: Option<Timestamp>,
    /// What was refused and no sweep has put into a hold yet.
    pub refused: HeldChanges,
    /// What is closed as a whole.
    pub closed: Option<ClosedClasses>,
}

/// What a writer asks for.
#[derive(Debug, Clone, Copy)]
pub struct BudgetRequest<'a> {
    /// The time.
    pub now: Timestamp,
    /// The policy's limits.
    pub limits: &'a GuardLimits,
    /// What it wants to write; what a person approved or released is not among it.
    pub items: &'a [BudgetItem],
    /// What open holds are about.
    pub open: &'a HeldChanges,
}

/// What a writer may not write. Everything else is granted and counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BudgetVerdict {
    /// Why nobody is marked left.
    pub removals: Option<ExceededLimit>,
    /// Why nobody is deleted in DingTalk.
    pub deletions: Option<ExceededLimit>,
    /// Why no department is removed.
    pub departments: Option<ExceededLimit>,
    /// Fields that are not written, each with its reason.
    pub fields: Vec<ExceededLimit>,
    /// Records whose change was held before.
    pub held: HeldChanges,
    /// This is the first refusal since the last complete sweep: a sweep is due, which makes one hold of all that is too much.
    pub first: bool,
}

impl BudgetVerdict {
    /// Why this removal does not pass by its class.
    #[must_use]
    pub fn refused_removal(&self, counts: &BudgetCounts) -> Option<&ExceededLimit> {
        let when = |wanted: u64, reason: &'_ Option<ExceededLimit>| wanted > 0 && reason.is_some();
        if when(counts.removals, &self.removals) {
            self.removals.as_ref()
        } else if when(counts.deletions, &self.deletions) {
            self.deletions.as_ref()
        } else if counts.departments > 0 {
            self.departments.as_ref()
        } else {
            None
        }
    }
}

impl BudgetState {
    /// Grants or refuses, class by class: if more is wanted than is left, nothing of that class passes. What was refused or held
    /// before stays so.
    pub fn reserve(&mut self, request: &BudgetRequest<'_>) -> BudgetVerdict {
        self.begin_day(request.now);
        let mut verdict = BudgetVerdict {
            held: self.held_before(request),
            ..BudgetVerdict::default()
        };
        let mut wanted = BudgetCounts::default();
        for item in request.items {
            wanted.add(&without_held(item, &verdict.held));
        }
        self.judge_removals(&wanted, request.limits, &mut verdict);
        verdict.fields = self.judge_fields(&wanted.fields, request.limits);
        let stopped = guard::held_fields(&verdict.fields);
        for item in request.items {
            let rest = without_held(item, &verdict.held);
            if verdict.refused_removal(&rest).is_none() {
                self.spend(&rest, stopped);
            }
        }
        let known = !self.refused.is_empty() || self.closed.is_some();
        self.keep_refused(request, &verdict);
        verdict.first = !known && !self.refused.is_empty();
        verdict
    }

    /// Takes back what was reserved and not written. What another day reserved is gone with it.
    pub fn give_back(&mut self, now: Timestamp, unused: &BudgetCounts) {
        if self.day == canonical::shanghai_day(now) {
            self.spent.subtract(unused);
        }
    }

    /// A sweep has counted the company.
    pub fn note_size(&mut self, now: Timestamp, size: CompanySize) {
        self.size = size;
        self.measured_at = Some(now);
    }

    /// A sweep that began at `began` has ended: what it held is in holds now. A complete one also ends what was refused before it
    /// began, since it looked at everything.
    pub fn end_sweep(&mut self, began: Timestamp, complete: bool, in_holds: &[LinkId]) {
        self.refused.retain(|link, refused| {
            let looked_at = complete && refused.since < began;
            !(in_holds.contains(link) || looked_at)
        });
        self.closed = self
            .closed
            .filter(|closed| !complete || closed.since >= began);
    }

    /// A later day begins with nothing spent. A clock that is behind does not take one back.
    fn begin_day(&mut self, now: Timestamp) {
        let today = canonical::shanghai_day(now);
        if today > self.day {
            self.day = today;
            self.spent = BudgetCounts::default();
        }
    }

    fn held_before(&self, request: &BudgetRequest<'_>) -> HeldChanges {
        let mut held = HeldChanges::new();
        for item in request.items {
            let known = [self.refused.get(&item.link), request.open.get(&item.link)];
            for known in known.into_iter().flatten() {
                if known.covers(item) {
                    held.entry(item.link)
                        .and_modify(|held| held.merge(known))
                        .or_insert_with(|| known.clone());
                }
            }
        }
        held
    }

    fn judge_removals(
        &self,
        wanted: &BudgetCounts,
        limits: &GuardLimits,
        verdict: &mut BudgetVerdict,
    ) {
        let closed = self.closed.is_some_and(|closed| closed.removals);
        let over = |wanted: u64, spent: u64, size: u64| {
            let removals = spent.saturating_add(wanted);
            let limit = guard::removal_limit(limits, size);
            let one = wanted == 1 && planted::is(Bug::OneIsNeverTooMuch);
            let refused = wanted > 0 && (removals > limit || closed);
            (refused && !one && !planted::is(Bug::NoGuard)).then_some((removals, limit))
        };
        let people = self.size.people;
        verdict.removals =
            over(wanted.removals, self.spent.removals, people).map(|(removals, limit)| {
                ExceededLimit::Removals {
                    removals,
                    people,
                    limit,
                }
            });
        verdict.deletions =
            over(wanted.deletions, self.spent.deletions, people).map(|(removals, limit)| {
                ExceededLimit::Deletions {
                    removals,
                    people,
                    limit,
                }
            });
        let size = self.size.everything();
        verdict.departments = over(wanted.departments, self.spent.departments, size)
            .filter(|_| !planted::is(Bug::DepartmentsUnguarded))
            .map(|(removals, limit)| ExceededLimit::Departments {
                removals,
                size,
                limit,
            });
    }

    fn judge_fields(&self, wanted: &FieldChangeCounts, limits: &GuardLimits) -> Vec<ExceededLimit> {
        let people = self.size.people;
        let closed = self.closed.map(|closed| closed.fields).unwrap_or_default();
        let [blanked_max, changed_max] = guard::field_limits(limits, people);
        let judge = |field: Field| {
            let (wanted, spent) = (wanted.of_field(field), self.spent.fields.of_field(field));
            let [blanked, changed] = [0, 1].map(|at| wanted[at].saturating_add(spent[at]));
            if wanted[0] > 0 && blanked > blanked_max {
                Some(ExceededLimit::Blanked {
                    field,
                    records: blanked,
                    people,
                    limit: blanked_max,
                })
            } else if changed > changed_max || closed.contains(field) {
                Some(ExceededLimit::Changed {
                    field,
                    records: changed,
                    people,
                    limit: changed_max,
                })
            } else {
                None
            }
        };
        if planted::is(Bug::NoGuard) {
            return Vec::new();
        }
        wanted.fields().filter_map(judge).collect()
    }

    fn spend(&mut self, counts: &BudgetCounts, stopped: FieldSet) {
        if planted::is(Bug::BudgetForgets) {
            return;
        }
        let mut counts = counts.clone();
        counts.fields.remove_fields(stopped);
        self.spent.add(&counts);
    }

    fn keep_refused(&mut self, request: &BudgetRequest<'_>, verdict: &BudgetVerdict) {
        let stopped = guard::held_fields(&verdict.fields);
        for item in request.items {
            let rest = without_held(item, &verdict.held);
            let removal = verdict.refused_removal(&rest);
            let fields = match rest.removes() {
                true => FieldSet::NONE,
                false => item.touched.intersection(stopped),
            };
            if removal.is_none() && fields.is_empty() {
                continue;
            }
            let about = |limit: &&ExceededLimit| {
                let of = guard::held_fields(std::slice::from_ref(limit));
                !of.intersection(fields).is_empty()
            };
            let refused = HeldChange {
                removal: removal.is_some(),
                fields,
                too_much: removal
                    .into_iter()
                    .chain(verdict.fields.iter().filter(about))
                    .cloned()
                    .collect(),
                since: request.now,
            };
            self.keep_one_refused(item.link, refused);
        }
    }

    fn keep_one_refused(&mut self, link: LinkId, refused: HeldChange) {
        if let Some(known) = self.refused.get_mut(&link) {
            known.merge(&refused);
        } else if self.refused.len() < REFUSED_MAX {
            self.refused.insert(link, refused);
        } else {
            let closed = self.closed.get_or_insert(ClosedClasses {
                removals: false,
                fields: FieldSet::NONE,
                since: refused.since,
            });
            closed.removals |= refused.removal;
            closed.fields = closed.fields.union(refused.fields);
            closed.since = closed.since.max(refused.since);
        }
    }
}

/// What of an item is not held already.
fn without_held(item: &BudgetItem, held: &HeldChanges) -> BudgetCounts {
    let mut counts = item.counts.clone();
    match held.get(&item.link) {
        None => {}
        Some(held) if held.removal && counts.removes() => counts = BudgetCounts::default(),
        // A removal is not held by what is held of fields.
        Some(_) if counts.removes() => {}
        Some(held) => counts.fields.remove_fields(held.fields),
    }
    counts
}

#[cfg(test)]
mod tests;
