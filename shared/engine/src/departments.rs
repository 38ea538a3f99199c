//! Departments: read again, written top-down, so that everybody has a place before people come.

use std::collections::{BTreeMap, BTreeSet};

use directory::tree::Tree;
use directory::{Field, FieldSet, Kind, NativeId, Record};

use crate::Run;
use crate::listing::Listing;
use crate::names::Unknown;
use crate::observe::LookError;

impl Run<'_> {
    /// The tree of the departments that the lists showed; what has no place is noted and left alone.
    pub(crate) fn tree(&self, listing: &Listing) -> (Tree, usize) {
        let roots = listing.roots();
        let parent = |record: &Record| {
            let parent = record.values.refs(Field::Parent).next().and_then(|id| NativeId::new(id).ok());
            parent.filter(|_| !roots.contains(&record.id))
        };
        let parents: BTreeMap<_, _> = listing.rows.values().map(|row| (row.id.clone(), parent(row))).collect();
        let (tree, problems) = Tree::of(&parents);
        for problem in &problems {
            self.tally(|tally| tally.note(problem.to_string()));
        }
        (tree, problems.len())
    }

    /// Reads the nominated departments again and brings the eHR in step, level by level from the top. A level is read
    /// just before it is written, so that no old read overtakes an event.
    pub(crate) async fn departments(
        &self,
        listing: &Listing,
        tree: &Tree,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), LookError> {
        for level in tree.top_down() {
            let nominated = level.iter().filter(|id| listing.departments_nominated.contains(*id));
            let ids = nominated.map(|id| (Kind::Department, id.clone())).collect();
            let plan = self.look_at(ids, Unknown::HideField, &|_| {}).await?;
            self.apply(plan.approve(&self.engine.policy, u64::MAX), progress).await?;
        }
        Ok(())
    }

    /// Looks once more at records that somebody else wrote meanwhile, that referred to somebody who was on the way, or
    /// that refer to somebody who was expected and did not come (gone since the list was made, refused, or re-hired under
    /// the link of old).
    pub(crate) async fn look_again(&self) -> Result<(), LookError> {
        self.find_referring(&self.names.disappointed()).await?;
        let again = |run: &Self| {
            let mut again = BTreeSet::new();
            run.tally(|tally| again = std::mem::take(&mut tally.again));
            again.into_iter().collect::<Vec<_>>()
        };
        for part in again(self).chunks(crate::people::CHUNK) {
            let plan = self.look_at(part.to_vec(), Unknown::LeaveOut, &|_| {}).await?;
            self.apply(plan.approve(&self.engine.policy, u64::MAX), &|_| {}).await?;
        }
        for (kind, _) in again(self) {
            self.tally(|tally| tally.unfinished(kind, None, "somebody else kept writing the same record"));
        }
        Ok(())
    }

    async fn find_referring(&self, wrong: &BTreeSet<NativeId>) -> Result<(), LookError> {
        if wrong.is_empty() {
            return Ok(());
        }
        let wrong: BTreeSet<&str> = wrong.iter().map(NativeId::as_str).collect();
        for kind in [Kind::Person, Kind::Department] {
            let each = &mut |stored: ehr::Stored| {
                let values = &stored.record.values;
                let people = FieldSet::of(&[Field::Manager, Field::Heads]).iter();
                if people.flat_map(|field| values.refs(field)).any(|id| wrong.contains(id)) {
                    self.tally(|tally| tally.again.extend(stored.dingtalk.map(|id| (kind, id))));
                }
            };
            self.engine.ehr.list(kind, each).await?;
        }
        Ok(())
    }
}
