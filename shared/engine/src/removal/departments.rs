//! Departments that a complete snapshot missed, and what is still in them.

use std::collections::{BTreeMap, BTreeSet};

use directory::plan::Plan;
use directory::reason::ReasonCode;
use directory::{Field, Kind, Link, LinkId, NativeId, Side};

use crate::Run;
use crate::observe::LookError;

impl Run<'_> {
    /// Works the departments that a complete snapshot missed, from the leaves up; one with people in it stays.
    pub(crate) async fn process_missing_departments(
        &self,
        absent: &[LinkId],
    ) -> Result<(), LookError> {
        let confirmed = self.confirm_absence(Kind::Department, absent).await?;
        let confirmed = self.within_budget(confirmed).await?;
        if confirmed.is_empty() {
            return Ok(());
        }
        let mut occupied = self.occupied_departments().await?;
        let mut waiting = confirmed;
        // Each round removes what nothing is in any more; a chain of n departments takes n rounds.
        for _ in 0..waiting.len() {
            let (full, empty): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|link| link.ehr.as_ref().is_some_and(|id| occupied.contains(id)));
            if empty.is_empty() {
                for link in &full {
                    self.hold_removal(link, ReasonCode::WaitDepartmentOccupied);
                }
                return Ok(());
            }
            let mut plan = Plan::default();
            for link in &empty {
                self.propose_removal(link, &mut plan).await?;
            }
            let approved = self.approve_plan(plan).await?;
            self.apply_plan(approved, &|_| {}).await?;
            waiting = full;
            occupied = self.occupied_departments().await?;
        }
        Ok(())
    }

    /// All that a sweep would remove is measured together, although it is removed in rounds: if it is too much, none goes. Holds
    /// what is, and returns the others.
    async fn within_budget(&self, mut departments: Vec<Link>) -> Result<Vec<Link>, LookError> {
        let mut all = Plan::default();
        for link in &departments {
            self.propose_removal(link, &mut all).await?;
        }
        let approved = self.approve_plan(all).await?;
        self.give_back(approved.reserved().clone()).await;
        let held: BTreeSet<LinkId> = approved.held().iter().map(|held| held.link).collect();
        departments.retain(|link| !held.contains(&link.id));
        self.apply_plan(approved.into_held(), &|_| {}).await?;
        Ok(departments)
    }

    /// Where a plan that is being made puts records of the eHR: nowhere, or in these departments of the eHR.
    fn planned_places(&self, kind: Kind, field: Field) -> BTreeMap<NativeId, Vec<NativeId>> {
        let Some(collected) = &self.preview else {
            return BTreeMap::new();
        };
        let places = collected
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .list_places(kind, field);
        let natives = |links: Option<Vec<LinkId>>| {
            let links = links.into_iter().flatten();
            links
                .filter_map(|link| self.names.remembered_native(Side::Ehr, link))
                .collect()
        };
        places
            .into_iter()
            .map(|(id, links)| (id, natives(links)))
            .collect()
    }

    /// eHR ids of departments that somebody, or another department, is in. Where the eHR decides, DingTalk itself refuses to
    /// delete what is not empty.
    pub(crate) async fn occupied_departments(&self) -> Result<BTreeSet<NativeId>, LookError> {
        let mut occupied = BTreeSet::new();
        for (kind, field) in [
            (Kind::Person, Field::Departments),
            (Kind::Department, Field::Parent),
        ] {
            // A run that writes nothing counts people where its plan puts them.
            let planned = self.planned_places(kind, field);
            let each = &mut |stored: ehr::StoredRecord| {
                if let Some(places) = planned.get(&stored.record.id) {
                    occupied.extend(places.iter().cloned());
                } else if stored.record.active {
                    occupied.extend(
                        stored
                            .record
                            .values
                            .refs(field)
                            .filter_map(|id| NativeId::new(id).ok()),
                    );
                }
            };
            self.engine.ehr.list_records(kind, each).await?;
        }
        Ok(occupied)
    }
}
