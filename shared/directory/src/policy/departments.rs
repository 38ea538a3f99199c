//! Marks on departments and people, by the id of either side: what is in, and what nothing may touch.
//!
//! Ids of both sides are taken because a department that is to stay out is never linked, and because a mark must hold on
//! the side where the person who sets it sees the department.

use std::collections::BTreeSet;

use crate::ids::{Kind, NativeId, Side};

/// The ids of one record on both sides, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordIds<'a> {
    /// DingTalk's.
    pub dingtalk: Option<&'a NativeId>,
    /// The eHR's.
    pub ehr: Option<&'a NativeId>,
}

/// A set of ids per side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdsBySide {
    /// DingTalk's.
    pub dingtalk: BTreeSet<NativeId>,
    /// The eHR's.
    pub ehr: BTreeSet<NativeId>,
}

impl IdsBySide {
    /// Whether either id is in.
    #[must_use]
    pub fn contains(&self, ids: RecordIds<'_>) -> bool {
        ids.dingtalk.is_some_and(|id| self.dingtalk.contains(id))
            || ids.ehr.is_some_and(|id| self.ehr.contains(id))
    }

    /// The ids of a side.
    #[must_use]
    pub fn ids_on(&self, side: Side) -> &BTreeSet<NativeId> {
        match side {
            Side::DingTalk => &self.dingtalk,
            Side::Ehr => &self.ehr,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dingtalk.is_empty() && self.ehr.is_empty()
    }
}

/// Which departments are in, each with everything below it. The nearest mark upwards decides; on one department,
/// *excluded* wins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DepartmentFilter {
    /// In. Where this is empty, everything is in that is not excluded.
    pub include: IdsBySide,
    /// Out.
    pub exclude: IdsBySide,
}

impl DepartmentFilter {
    /// Whether a department is in; `chain` is itself, its parent and so on up to the root.
    #[must_use]
    pub fn covers<'a>(&self, chain: impl IntoIterator<Item = RecordIds<'a>>) -> bool {
        for ids in chain {
            if self.exclude.contains(ids) {
                return false;
            }
            if self.include.contains(ids) {
                return true;
            }
        }
        self.include.is_empty()
    }

    /// Whether a person is in: whoever is in one department that is in. Somebody without any department is in only where
    /// no department has to be named.
    #[must_use]
    pub fn covers_member<'a, C>(&self, chains: impl IntoIterator<Item = C>) -> bool
    where
        C: IntoIterator<Item = RecordIds<'a>>,
    {
        let mut none = true;
        chains
            .into_iter()
            .inspect(|_| none = false)
            .any(|chain| self.covers(chain))
            || none && self.include.is_empty()
    }
}

/// What nothing may touch: neither side is written for these, not even by an approved plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UntouchableRecords {
    /// People.
    pub people: IdsBySide,
    /// Departments, each with everything below it and everybody in it.
    pub departments: IdsBySide,
}

impl UntouchableRecords {
    /// Whether a record is marked, or is in a marked department: `chains` are the departments that it is in (of a
    /// department: its own), each from itself up to the root.
    #[must_use]
    pub fn covers<'a, C>(
        &self,
        kind: Kind,
        ids: RecordIds<'_>,
        chains: impl IntoIterator<Item = C>,
    ) -> bool
    where
        C: IntoIterator<Item = RecordIds<'a>>,
    {
        let own = match kind {
            Kind::Person => self.people.contains(ids),
            Kind::Department => self.departments.contains(ids),
        };
        own || chains
            .into_iter()
            .flatten()
            .any(|ids| self.departments.contains(ids))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(dingtalk: &[&str], ehr: &[&str]) -> IdsBySide {
        let set = |ids: &[&str]| ids.iter().map(|id| NativeId::new(id).unwrap()).collect();
        IdsBySide {
            dingtalk: set(dingtalk),
            ehr: set(ehr),
        }
    }

    fn chain(ids: &[NativeId]) -> Vec<RecordIds<'_>> {
        ids.iter()
            .map(|id| RecordIds {
                dingtalk: Some(id),
                ehr: None,
            })
            .collect()
    }

    fn native(ids: &[&str]) -> Vec<NativeId> {
        ids.iter().map(|id| NativeId::new(id).unwrap()).collect()
    }

    /// Chains read from the department up to the root.
    #[test]
    fn the_nearest_mark_in_the_chain_decides() {
        let rules = DepartmentFilter {
            include: sides(&["1", "30"], &["e-9"]),
            exclude: sides(&["20"], &[]),
        };
        let covers = |ids: &[&str]| rules.covers(chain(&native(ids)));
        assert!(covers(&["10", "1"]));
        assert!(!covers(&["21", "20", "1"]), "below an excluded one");
        assert!(
            covers(&["31", "30", "20", "1"]),
            "taken back in below an excluded one"
        );
        assert!(
            !covers(&["5", "4"]),
            "under no mark, and some have to be named"
        );
        assert!(DepartmentFilter::default().covers(chain(&native(&["5"]))));
        let id = NativeId::new("e-9").unwrap();
        assert!(
            rules.covers([RecordIds {
                dingtalk: None,
                ehr: Some(&id)
            }]),
            "the other side's id counts as well"
        );
    }

    #[test]
    fn exclude_wins_over_include_on_one_department() {
        let rules = DepartmentFilter {
            include: sides(&["2"], &[]),
            exclude: sides(&[], &["e-2"]),
        };
        let (dingtalk, ehr) = (NativeId::new("2").unwrap(), NativeId::new("e-2").unwrap());
        assert!(!rules.covers([RecordIds {
            dingtalk: Some(&dingtalk),
            ehr: Some(&ehr)
        }]));
    }

    #[test]
    fn one_included_department_includes_the_person() {
        let rules = DepartmentFilter {
            include: IdsBySide::default(),
            exclude: sides(&["20"], &[]),
        };
        let (sales, secret) = (native(&["10", "1"]), native(&["20", "1"]));
        assert!(rules.covers_member([chain(&secret), chain(&sales)]));
        assert!(!rules.covers_member([chain(&secret)]));
        assert!(rules.covers_member(Vec::<Vec<RecordIds<'_>>>::new()));
        let named = DepartmentFilter {
            include: sides(&["1"], &[]),
            exclude: IdsBySide::default(),
        };
        assert!(!named.covers_member(Vec::<Vec<RecordIds<'_>>>::new()));
    }

    #[test]
    fn records_below_an_untouchable_department_are_untouchable() {
        let marks = UntouchableRecords {
            people: sides(&["boss"], &[]),
            departments: sides(&["7"], &[]),
        };
        let (boss, other) = (NativeId::new("boss").unwrap(), NativeId::new("x").unwrap());
        let ids = |id| RecordIds {
            dingtalk: Some(id),
            ehr: None,
        };
        let (inside, outside) = (native(&["71", "7", "1"]), native(&["8", "1"]));
        assert!(marks.covers(Kind::Person, ids(&boss), [chain(&outside)]));
        assert!(marks.covers(Kind::Person, ids(&other), [chain(&outside), chain(&inside)]));
        assert!(!marks.covers(Kind::Person, ids(&other), [chain(&outside)]));
        assert!(
            !marks.covers(Kind::Department, ids(&boss), [chain(&outside)]),
            "a person's mark is no department's"
        );
    }
}
