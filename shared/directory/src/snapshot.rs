//! Complete or not: a page that failed must not look like a department that vanished.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::field::FieldSet;
use crate::ids::{LinkId, NativeId, Side};
use crate::index::BaseIndex;
use crate::planted::{self, Bug};
use crate::reason::{Reason, ReasonCode};

/// What an app may see: DingTalk's contact scope and the fields whose permission is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppScope {
    /// Departments, with everything below them.
    pub departments: BTreeSet<NativeId>,
    /// People who were authorised one by one.
    pub people: BTreeSet<NativeId>,
    /// Person fields that would be shown.
    pub fields: FieldSet,
    /// The whole company is in scope.
    pub whole_company: bool,
}

/// What a listing brought, to judge whether it was everything.
#[derive(Debug, Clone)]
pub struct ListingEvidence {
    /// Departments whose list or members did not arrive in full.
    pub missing: Vec<NativeId>,
    /// Departments that could not be placed in the tree.
    pub misplaced: usize,
    /// The scope in which this listing was made, before it began and after it ended.
    pub scope_before: AppScope,
    /// The same, after.
    pub scope_after: AppScope,
    /// The last scope that a person accepted; `None` at the first run.
    pub scope_accepted: Option<AppScope>,
    /// People counted by the side itself, before and after; `None` where it cannot be asked for the whole company.
    pub head_count: Option<(u64, u64)>,
    /// Different people whom the lists showed.
    pub people_seen: u64,
}

/// Why a snapshot is partial. `Display` is for logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum IncompleteReason {
    /// Pages failed.
    #[error("{departments} departments could not be read in full")]
    PagesMissing {
        /// How many.
        departments: usize,
    },
    /// The tree is not closed.
    #[error("{departments} departments have no place in the tree")]
    TreeOpen {
        /// How many.
        departments: usize,
    },
    /// The scope is not the accepted one, or changed while the lists were read.
    #[error("the app's contact scope is not the one that was accepted")]
    ScopeChanged,
    /// Nobody was listed although somebody was linked.
    #[error("the list is empty although people are linked")]
    Empty,
    /// The side's own count differs from the list.
    #[error("DingTalk counts {before} people before and {after} after, the lists showed {seen}")]
    CountsDiffer {
        /// Before the listing.
        before: u64,
        /// After it.
        after: u64,
        /// In the lists.
        seen: u64,
    },
}

impl From<&IncompleteReason> for Reason {
    fn from(objection: &IncompleteReason) -> Self {
        let departments =
            |code: ReasonCode, count: usize| Self::new(code).number("departments", count);
        match *objection {
            IncompleteReason::PagesMissing { departments: count } => {
                departments(ReasonCode::SnapshotDepartmentsUnread, count)
            }
            IncompleteReason::TreeOpen { departments: count } => {
                departments(ReasonCode::SnapshotDepartmentsMisplaced, count)
            }
            IncompleteReason::ScopeChanged => Self::new(ReasonCode::SnapshotScopeChanged),
            IncompleteReason::Empty => Self::new(ReasonCode::SnapshotEmpty),
            IncompleteReason::CountsDiffer {
                before,
                after,
                seen,
            } => Self::new(ReasonCode::SnapshotCountsDiffer)
                .number("before", before)
                .number("after", after)
                .number("seen", seen),
        }
    }
}

impl ListingEvidence {
    /// Everything that speaks against completeness, for a company of which `people_present` are linked and not left.
    #[must_use]
    pub fn find_objections(&self, people_present: u64) -> Vec<IncompleteReason> {
        let mut objections = Vec::new();
        if !self.missing.is_empty() {
            objections.push(IncompleteReason::PagesMissing {
                departments: self.missing.len(),
            });
        }
        if self.misplaced > 0 {
            objections.push(IncompleteReason::TreeOpen {
                departments: self.misplaced,
            });
        }
        if self.scope_changed() {
            objections.push(IncompleteReason::ScopeChanged);
        }
        // Where DingTalk counts nobody either, it may be so; the guard holds what follows from it.
        if self.people_seen == 0 && people_present > 0 && self.head_count != Some((0, 0)) {
            objections.push(IncompleteReason::Empty);
        }
        if let Some((before, after)) = self.head_count
            && (before != after || after != self.people_seen)
        {
            objections.push(IncompleteReason::CountsDiffer {
                before,
                after,
                seen: self.people_seen,
            });
        }
        objections
    }

    /// Whether what the app may see is not what was accepted, or changed during the listing. Fields count too: a
    /// permission that was withdrawn makes values vanish without an error.
    fn scope_changed(&self) -> bool {
        self.scope_before != self.scope_after
            || self
                .scope_accepted
                .as_ref()
                .is_some_and(|accepted| *accepted != self.scope_after)
    }
}

/// Every page of every department arrived, the tree is closed, the scope is the accepted one and the counts agree.
/// [`judge_listing`] alone makes one, and only it knows who is absent.
#[derive(Debug)]
pub struct CompleteSnapshot {
    absent: Vec<LinkId>,
}

impl CompleteSnapshot {
    /// Links that should have been in the lists and were not.
    #[must_use]
    pub fn absent_links(&self) -> &[LinkId] {
        &self.absent
    }
}

/// Something is missing: it may create and update, never remove.
#[derive(Debug)]
pub struct PartialSnapshot {
    /// Why, one sentence each.
    pub objections: Vec<IncompleteReason>,
}

/// Judges a listing of one side.
///
/// # Errors
/// [`PartialSnapshot`] with every objection.
pub fn judge_listing(
    index: &BaseIndex,
    side: Side,
    evidence: &ListingEvidence,
    people_present: u64,
) -> Result<CompleteSnapshot, PartialSnapshot> {
    let objections = evidence.find_objections(people_present);
    if objections.is_empty() || planted::is(Bug::PartialIsComplete) {
        Ok(CompleteSnapshot {
            absent: index.unseen_links(side).collect(),
        })
    } else {
        Err(PartialSnapshot { objections })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::tests::{LISTED, key, link, values};

    fn scope(department: &str) -> AppScope {
        AppScope {
            departments: BTreeSet::from([NativeId::new(department).unwrap()]),
            people: BTreeSet::new(),
            fields: FieldSet::PERSON,
            whole_company: department == "1",
        }
    }

    fn evidence(people_seen: u64) -> ListingEvidence {
        ListingEvidence {
            missing: Vec::new(),
            misplaced: 0,
            scope_before: scope("1"),
            scope_after: scope("1"),
            scope_accepted: Some(scope("1")),
            head_count: Some((people_seen, people_seen)),
            people_seen,
        }
    }

    fn index() -> BaseIndex {
        let mut index = BaseIndex::new(key(), LISTED);
        [1, 2]
            .iter()
            .for_each(|n| index.add_link(&link(*n, &values("李娜", "工程师"))));
        index.freeze();
        index.compare_row(
            Side::DingTalk,
            &NativeId::new("u1").unwrap(),
            &values("李娜", "工程师"),
        );
        index
    }

    #[test]
    fn a_complete_snapshot_knows_who_is_absent() {
        let complete = judge_listing(&index(), Side::DingTalk, &evidence(1), 2).unwrap();
        assert_eq!(complete.absent_links(), [LinkId([2; 16])]);
    }

    #[test]
    fn each_objection_alone_makes_a_snapshot_partial() {
        let flaws: [fn(&mut ListingEvidence); 7] = [
            |e| e.missing.push(NativeId::new("7").unwrap()),
            |e| e.misplaced = 1,
            |e| e.scope_after = scope("2"),
            |e| e.scope_accepted = Some(scope("2")),
            |e| e.scope_after.fields = FieldSet::NONE,
            |e| e.head_count = Some((1, 2)),
            |e| e.head_count = Some((2, 2)),
        ];
        for flaw in flaws {
            let mut flawed = evidence(1);
            flaw(&mut flawed);
            let Err(partial) = judge_listing(&index(), Side::DingTalk, &flawed, 2) else {
                panic!("{flawed:?} was accepted")
            };
            assert_eq!(partial.objections.len(), 1);
        }
        let unseen = ListingEvidence {
            head_count: None,
            ..evidence(0)
        };
        assert!(judge_listing(&index(), Side::DingTalk, &unseen, 2).is_err());
        assert!(judge_listing(&index(), Side::DingTalk, &unseen, 0).is_ok());
        assert!(
            judge_listing(&index(), Side::DingTalk, &evidence(0), 2).is_ok(),
            "DingTalk itself counts nobody"
        );
    }
}
