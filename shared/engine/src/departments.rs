//! Departments: read again, written top-down, so that everybody has a place before people come.

use std::collections::{BTreeMap, BTreeSet};

use directory::reason::{Reason, ReasonCode};
use directory::tree::DepartmentTree;
use directory::{Field, FieldSet, Kind, LinkId, NativeId, Side};

use crate::Run;
use crate::link_names::UnknownReferenceRule;
use crate::listing::Listing;
use crate::observe::{LookError, RecordKey};

impl Run<'_> {
    /// The trees of the departments that the lists showed, DingTalk's and the eHR's; what has no place is noted and left
    /// alone. Counts what has no place in the tree of the side that decides.
    pub(crate) fn build_trees(&self, listing: &Listing) -> ([DepartmentTree; 2], usize) {
        let roots = listing.roots();
        let parent = |(id, parent): (&NativeId, &Option<NativeId>)| {
            (id.clone(), parent.clone().filter(|_| !roots.contains(id)))
        };
        let dingtalk: BTreeMap<_, _> = listing.parents.iter().map(parent).collect();
        let (dingtalk, problems) = DepartmentTree::from_parents(&dingtalk);
        let (ehr, ehr_problems) = match self.deciding_side() {
            Side::Ehr => DepartmentTree::from_parents(&listing.ehr_parents),
            Side::DingTalk => (DepartmentTree::default(), Vec::new()),
        };
        let misplaced = if self.deciding_side() == Side::Ehr {
            ehr_problems.len()
        } else {
            problems.len()
        };
        for problem in problems.iter().chain(&ehr_problems) {
            self.tally(|tally| tally.note(Reason::from(problem)));
        }
        ([dingtalk, ehr], misplaced)
    }

    /// Reads the nominated departments again and brings the sides in step, level by level from the top of the tree of the
    /// side that decides. A level is read just before it is written, so that no old read overtakes an event.
    pub(crate) async fn sync_departments(
        &self,
        listing: &Listing,
        trees: &[DepartmentTree; 2],
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), LookError> {
        let [dingtalk, ehr] = trees;
        let mut nominated = listing.departments_nominated.clone();
        let first = match self.deciding_side() {
            Side::DingTalk => (Side::DingTalk, dingtalk),
            Side::Ehr => (Side::Ehr, ehr),
        };
        for (side, tree) in [first, (Side::DingTalk, dingtalk)] {
            for level in tree.top_down() {
                let mut looks = Vec::new();
                for id in level {
                    let whose = RecordKey::new(Kind::Department, side, id.clone());
                    looks.extend(self.take_nominated(&whose, &mut nominated).await?);
                }
                self.look_at_departments(looks, progress).await?;
            }
        }
        // Linked ones that neither list shows: their copies are gone, or they are.
        self.look_at_departments(nominated.into_iter().collect(), progress)
            .await
    }

    /// Takes a department out of the nominated ones, by whichever side's id it stands there.
    async fn take_nominated(
        &self,
        whose: &RecordKey,
        nominated: &mut BTreeSet<RecordKey>,
    ) -> Result<Option<RecordKey>, LookError> {
        if nominated.remove(whose) {
            return Ok(Some(whose.clone()));
        }
        let other = whose.side.other();
        let Some(link) = self
            .names
            .remembered_link(whose.side, whose.kind, &whose.id)
        else {
            return Ok(None);
        };
        let Some(id) = self.names.find_native(other, whose.kind, link).await? else {
            return Ok(None);
        };
        Ok(nominated
            .take(&RecordKey::new(whose.kind, other, id))
            .map(|_| whose.clone()))
    }

    async fn look_at_departments(
        &self,
        looks: Vec<RecordKey>,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), LookError> {
        if looks.is_empty() {
            return Ok(());
        }
        if self.deciding_side() == Side::Ehr {
            // Heads must be members of the department before DingTalk takes them: once more when people are in place.
            self.tally(|tally| tally.again.extend(looks.iter().cloned()));
        }
        let plan = self
            .look_at_records(looks, UnknownReferenceRule::HideField, &|_| {})
            .await?;
        let approved = self.approve_plan(plan).await?;
        self.apply_plan(approved, progress).await.map(|_| ())
    }

    /// Looks once more at records that somebody else wrote meanwhile, that referred to somebody who was on the way, or
    /// that refer to somebody who was expected and did not come (gone since the list was made, refused, or re-hired under
    /// the link of old).
    pub(crate) async fn look_again(&self) -> Result<(), LookError> {
        self.note_referring_records(&self.names.reserved_but_not_created())
            .await?;
        let take = |run: &Self| {
            let mut again = BTreeSet::new();
            run.tally(|tally| again = std::mem::take(&mut tally.again));
            again.into_iter().collect::<Vec<_>>()
        };
        // A second round is for what the first one created; a third one would be somebody else's.
        for _ in 0..2 {
            for part in take(self).chunks(crate::people::PEOPLE_CHUNK) {
                let mut plan = self
                    .look_at_records(part.to_vec(), UnknownReferenceRule::LeaveOut, &|_| {})
                    .await?;
                // What the guard stopped among many must not pass here, one by one.
                let stopped = self.stopped_links();
                plan.items.retain(|item| !stopped.contains(&item.link.id));
                let approved = self.approve_plan(plan).await?;
                self.apply_plan(approved, &|_| {}).await?;
            }
        }
        for whose in take(self) {
            self.tally(|tally| {
                tally.add_unfinished(whose.kind, None, Reason::new(ReasonCode::LookOthersWrite));
            });
        }
        Ok(())
    }

    /// Whose changes the guard stopped in this run.
    fn stopped_links(&self) -> BTreeSet<LinkId> {
        let mut stopped = BTreeSet::new();
        self.tally(|tally| {
            let held = tally.held.iter().filter(|held| held.fingerprint.is_some());
            stopped.extend(held.map(|held| held.link));
        });
        stopped
    }

    async fn note_referring_records(&self, wrong: &BTreeSet<NativeId>) -> Result<(), LookError> {
        if wrong.is_empty() {
            return Ok(());
        }
        let wrong: BTreeSet<&str> = wrong.iter().map(NativeId::as_str).collect();
        for kind in [Kind::Person, Kind::Department] {
            let each = &mut |stored: ehr::StoredRecord| {
                let values = &stored.record.values;
                let people = FieldSet::of_fields(&[Field::Manager, Field::Heads]).iter();
                if people
                    .flat_map(|field| values.refs(field))
                    .any(|id| wrong.contains(id))
                {
                    self.note_look_again(RecordKey::new(kind, Side::Ehr, stored.record.id.clone()));
                }
            };
            self.engine.ehr.list_records(kind, each).await?;
        }
        Ok(())
    }
}
