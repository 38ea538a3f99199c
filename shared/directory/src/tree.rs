//! The department tree: whether it is closed, and the order in which it can be written.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::NativeId;
use crate::reason::{Reason, ReasonCode};

/// What is wrong with a set of departments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeProblem {
    /// A department names a parent that was not seen.
    #[error("department {department} has a parent that was not seen")]
    ParentMissing {
        /// Whose parent.
        department: NativeId,
    },
    /// A department is its own ancestor.
    #[error("department {department} is its own ancestor")]
    Cycle {
        /// One of them.
        department: NativeId,
    },
}

impl From<&TreeProblem> for Reason {
    fn from(problem: &TreeProblem) -> Self {
        let (code, department) = match problem {
            TreeProblem::ParentMissing { department } => {
                (ReasonCode::SnapshotParentMissing, department)
            }
            TreeProblem::Cycle { department } => (ReasonCode::SnapshotDepartmentCycle, department),
        };
        Self::new(code).text("department", department.as_str())
    }
}

/// Departments in an order in which each one follows its parent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DepartmentTree {
    levels: Vec<Vec<NativeId>>,
}

impl DepartmentTree {
    /// Sorts departments into levels, the roots first. `parents` names each department's parent, `None` for a root.
    ///
    /// What cannot be placed is reported and left out, with everything below it: a cycle is never half applied.
    #[must_use]
    pub fn from_parents(
        parents: &BTreeMap<NativeId, Option<NativeId>>,
    ) -> (Self, Vec<TreeProblem>) {
        let mut children: BTreeMap<Option<&NativeId>, Vec<&NativeId>> = BTreeMap::new();
        for (id, parent) in parents {
            children.entry(parent.as_ref()).or_default().push(id);
        }
        let mut placed = BTreeSet::new();
        let mut levels = Vec::new();
        let mut level = children.remove(&None).unwrap_or_default();
        while !level.is_empty() {
            placed.extend(level.iter().copied());
            levels.push(level.iter().map(|id| (*id).clone()).collect());
            level = level
                .iter()
                .flat_map(|id| children.remove(&Some(*id)).unwrap_or_default())
                .collect();
        }
        let problems = parents
            .keys()
            .filter(|id| !placed.contains(id))
            .map(|id| find_problem(id, parents))
            .collect();
        (Self { levels }, problems)
    }

    /// Levels from the roots down: creates and moves.
    pub fn top_down(&self) -> impl Iterator<Item = &[NativeId]> {
        self.levels.iter().map(Vec::as_slice)
    }
}

/// Walks up from an unplaced department: either somebody is missing or the walk never ends.
fn find_problem(id: &NativeId, parents: &BTreeMap<NativeId, Option<NativeId>>) -> TreeProblem {
    let mut at = id;
    for _ in 0..=parents.len() {
        match parents.get(at) {
            Some(Some(parent)) => at = parent,
            Some(None) => break,
            None => {
                return TreeProblem::ParentMissing {
                    department: id.clone(),
                };
            }
        }
    }
    TreeProblem::Cycle {
        department: id.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: u32) -> NativeId {
        NativeId::new(&n.to_string()).unwrap()
    }

    fn parents(edges: &[(u32, Option<u32>)]) -> BTreeMap<NativeId, Option<NativeId>> {
        edges
            .iter()
            .map(|(child, parent)| (id(*child), parent.map(id)))
            .collect()
    }

    #[test]
    fn parents_come_first() {
        let (tree, problems) = DepartmentTree::from_parents(&parents(&[
            (3, Some(2)),
            (2, Some(1)),
            (1, None),
            (4, Some(1)),
        ]));
        assert!(problems.is_empty());
        assert_eq!(
            tree.top_down().collect::<Vec<_>>(),
            [vec![id(1)], vec![id(2), id(4)], vec![id(3)]]
        );
    }

    #[test]
    fn a_cycle_and_an_orphan_are_reported_and_left_out() {
        let (tree, problems) = DepartmentTree::from_parents(&parents(&[
            (1, None),
            (2, Some(3)),
            (3, Some(2)),
            (4, Some(9)),
            (5, Some(4)),
        ]));
        assert_eq!(tree.top_down().count(), 1);
        let cycle = |n| TreeProblem::Cycle { department: id(n) };
        let orphan = |n| TreeProblem::ParentMissing { department: id(n) };
        assert_eq!(problems, [cycle(2), cycle(3), orphan(4), orphan(5)]);
    }

    proptest! {
        #[test]
        fn every_department_is_placed_after_its_parent_or_reported(
            edges in proptest::collection::btree_map(0u32..30, proptest::option::of(0u32..30), 0..30)
        ) {
            let parents = parents(&edges.into_iter().collect::<Vec<_>>());
            let (tree, problems) = DepartmentTree::from_parents(&parents);
            let mut placed = BTreeSet::new();
            for level in tree.top_down() {
                for department in level {
                    if let Some(parent) = &parents[department] {
                        prop_assert!(placed.contains(parent));
                    }
                }
                placed.extend(level.iter().cloned());
            }
            prop_assert_eq!(placed.len() + problems.len(), parents.len());
        }
    }
}
