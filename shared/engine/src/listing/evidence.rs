//! What the lists came to: the counts for the preview, and what speaks for their being complete.

use directory::snapshot::{AppScope, ListingEvidence};
use directory::{DeptId, Kind, NativeId, Side};

use super::Listing;
use crate::report::SweepPreview;

impl Listing {
    fn has_unlinked_root(&self) -> bool {
        let root = NativeId::from(DeptId::ROOT);
        let linked = self.departments.find_link(Side::DingTalk, &root).is_some();
        self.departments_new > 0 && self.parents.contains_key(&root) && !linked
    }

    /// The counts for the preview, before anything is read again.
    pub(crate) fn preview(&self, people_missing: usize) -> SweepPreview {
        SweepPreview {
            // Both sides have a root from the beginning: it is linked, not created.
            departments_new: self.departments_new - u64::from(self.has_unlinked_root()),
            departments_changed: self.departments_differing,
            people_new: (self.newcomers.len() + self.ehr_newcomers.len()) as u64,
            people_changed: self.differing.len() as u64,
            people_missing: people_missing as u64,
        }
    }

    /// What there is to judge whether the eHR's lists were everything: they arrived to the end, and showed somebody.
    pub(crate) fn ehr_evidence(&self, misplaced: usize) -> ListingEvidence {
        ListingEvidence {
            missing: Vec::new(),
            misplaced,
            scope_before: self.scope.clone(),
            scope_after: self.scope.clone(),
            scope_accepted: None,
            head_count: None,
            people_seen: self
                .ehr_active
                .get(&Kind::Person)
                .copied()
                .unwrap_or_default(),
        }
    }

    /// What there is to judge whether DingTalk's lists were everything.
    pub(crate) fn dingtalk_evidence(
        &self,
        scope_after: AppScope,
        accepted: Option<AppScope>,
        misplaced: usize,
    ) -> ListingEvidence {
        ListingEvidence {
            missing: self.missing.clone(),
            misplaced,
            scope_before: self.scope.clone(),
            scope_after,
            scope_accepted: accepted,
            head_count: self.head_count,
            people_seen: self.people.seen_in_dingtalk() + self.newcomers.len() as u64,
        }
    }
}
