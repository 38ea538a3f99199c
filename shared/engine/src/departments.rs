//! Departments: read again, written top-down, so that everybody has a place before people come.

use std::collections::{BTreeMap, BTreeSet};

use directory::plan::Plan;
use directory::tree::Tree;
use directory::{Field, FieldSet, Kind, NativeId, Record, Values};
use futures::FutureExt as _;

use crate::Run;
use crate::listing::Listing;
use crate::names::Unknown;
use crate::observe::LookError;
use crate::pump::Pump;
use crate::trouble::Reach as _;

/// Records whose references could not be resolved yet, with those fields alone: to be looked at again at the end.
pub(crate) type Pending = Vec<Record>;

/// The part of a record that is looked at again: the fields whose references no link knew.
pub(crate) fn pending(record: &Record, unknown: &[(Field, NativeId)]) -> Option<Record> {
    let mut part = Record { values: Values::new(), ..record.clone() };
    for (field, _) in unknown.iter().filter(|(field, _)| field.refers_to() == Some(Kind::Person)) {
        part.values.show(*field, record.values.get(*field).cloned());
    }
    (!part.values.shown().is_empty()).then_some(part)
}

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

    /// Reads the nominated departments again and brings the eHR in step, level by level from the top.
    pub(crate) async fn departments(
        &self,
        listing: &Listing,
        tree: &Tree,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Pending, LookError> {
        let records = self.read_departments(listing).await?;
        let mut again = Pending::new();
        for level in tree.top_down() {
            let mut plan = Plan::default();
            for record in level.iter().filter_map(|id| records.get(id)) {
                let unknown = self.consider(record, Unknown::HideField, &mut plan).await?;
                again.extend(pending(record, &unknown));
            }
            let approved = plan.approve(&self.engine.policy, 0);
            self.apply(approved, progress).await?;
        }
        Ok(again)
    }

    async fn read_departments(&self, listing: &Listing) -> Result<BTreeMap<NativeId, Record>, LookError> {
        let ids = listing.departments_nominated.iter().filter_map(NativeId::to_dept_id).collect();
        let mut reads = Pump::new(ids);
        let begin = |id| async move { (id, self.engine.dingtalk.department(id).await) }.boxed();
        let mut records = BTreeMap::new();
        while let Some((id, read)) = reads.next(&begin).await {
            match read {
                Ok(record) => _ = records.insert(record.id.clone(), record),
                Err(err) if err.concerns_everybody() => return Err(err.into()),
                // Gone since it was listed: a later run judges its absence.
                Err(err) if err.is_about_this_record() => {}
                Err(err) => self.tally(|tally| tally.note(format!("department {id} could not be read: {err}"))),
            }
        }
        Ok(records)
    }

    /// Looks again at records that refer to somebody who was expected and did not come: gone since the list was made,
    /// refused, or re-hired under the link of old.
    pub(crate) async fn mend_references(&self, wrong: BTreeSet<NativeId>) -> Result<(), LookError> {
        if wrong.is_empty() {
            return Ok(());
        }
        let mut records: Vec<(Kind, NativeId)> = Vec::new();
        for kind in [Kind::Person, Kind::Department] {
            let each = &mut |stored: ehr::Stored| {
                let values = &stored.record.values;
                let people = FieldSet::of(&[Field::Manager, Field::Heads]).iter();
                let refers =
                    people.flat_map(|field| values.refs(field)).any(|id| wrong.iter().any(|w| w.as_str() == id));
                records.extend(stored.dingtalk.filter(|_| refers).map(|id| (kind, id)));
            };
            self.engine.ehr.list(kind, each).await?;
        }
        let mut plan = Plan::default();
        for (kind, id) in records {
            let record = match (kind, id.to_user_id(), id.to_dept_id()) {
                (Kind::Person, Ok(id), _) => self.engine.dingtalk.person(&id, self.visible).await,
                (Kind::Department, _, Some(id)) => self.engine.dingtalk.department(id).await,
                _ => continue,
            };
            match record {
                Ok(record) => _ = self.consider(&record, Unknown::LeaveOut, &mut plan).await?,
                Err(err) if err.is_about_this_record() => {}
                Err(err) => return Err(err.into()),
            }
        }
        self.apply(plan.approve(&self.engine.policy, u64::MAX), &|_| {}).await?;
        Ok(())
    }

    /// Looks again at fields whose references were on their way: managers after people, heads after both.
    pub(crate) async fn settle_pending(&self, pending: Pending) -> Result<(), LookError> {
        for part in pending.chunks(crate::people::CHUNK) {
            let mut plan = Plan::default();
            for record in part {
                self.consider(record, Unknown::LeaveOut, &mut plan).await?;
            }
            let approved = plan.approve(&self.engine.policy, u64::MAX);
            self.apply(approved, &|_| {}).await?;
        }
        Ok(())
    }
}
