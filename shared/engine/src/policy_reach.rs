//! How far the policy reaches: departments in and out, marks that nothing may touch, people or the organisation alone, and
//! kinds of employment ([`crate::employment`]). What is out of reach stays exactly as it is on both sides.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use directory::decide::FreshRead;
use directory::policy::{Policy, RecordIds};
use directory::{Field, Kind, NativeId, Record, Side};

use crate::Run;
use crate::observe::{LookError, ObservedRecord};

/// Deeper than any company's tree; a longer walk is a cycle.
const DEPTH_MAX: usize = 64;

/// Parents of departments that this run has met, per side.
#[derive(Debug, Default)]
pub(crate) struct ParentCache(Mutex<BTreeMap<(Side, NativeId), Option<NativeId>>>);

impl ParentCache {
    pub(crate) fn learn(&self, side: Side, department: NativeId, parent: Option<NativeId>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((side, department), parent);
    }

    fn parent_of(&self, side: Side, department: &NativeId) -> Option<Option<NativeId>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(side, department.clone()))
            .cloned()
    }
}

impl Run<'_> {
    /// Whether the policy lets this record be worked at all.
    pub(crate) async fn policy_reaches(
        &self,
        observed: &ObservedRecord,
    ) -> Result<bool, LookError> {
        let policy = &self.engine.policy;
        if observed.kind() == Kind::Person && !policy.scope.syncs_people() {
            return Ok(false);
        }
        // The kind comes last: it may cost a call.
        Ok(self.marks_allow_record(observed).await? && self.takes_employment(observed).await?)
    }

    /// Whether no mark keeps this record out.
    async fn marks_allow_record(&self, observed: &ObservedRecord) -> Result<bool, LookError> {
        if !is_marked(&self.engine.policy) {
            return Ok(true);
        }
        // Whoever is marked by an id of one side is marked where that side no longer shows them.
        if let Some(link) = &observed.link {
            let ids = RecordIds {
                dingtalk: link.dingtalk.as_ref(),
                ehr: link.ehr.as_ref(),
            };
            if self.engine.policy.is_untouchable(
                link.kind,
                ids,
                std::iter::empty::<[RecordIds<'_>; 0]>(),
            ) {
                return Ok(false);
            }
        }
        let dingtalk = match &observed.dingtalk {
            FreshRead::Here(record) => Some((Side::DingTalk, record)),
            FreshRead::NotFound | FreshRead::Unseen => None,
        };
        let ehr = observed
            .ehr
            .as_ref()
            .map(|stored| (Side::Ehr, &stored.record));
        for (side, record) in dingtalk.into_iter().chain(ehr) {
            if !self.admits(side, record).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn admits(&self, side: Side, record: &Record) -> Result<bool, LookError> {
        let policy = &self.engine.policy;
        let mut chains = Vec::new();
        match record.kind {
            Kind::Department => chains.push(self.department_chain(side, record.id.clone()).await?),
            Kind::Person => {
                for id in record
                    .values
                    .refs(Field::Departments)
                    .filter_map(|id| NativeId::new(id).ok())
                {
                    chains.push(self.department_chain(side, id).await?);
                }
            }
        }
        let chains = || {
            chains
                .iter()
                .map(|chain| chain.iter().map(|id| ids(side, id)))
        };
        if policy.is_untouchable(record.kind, ids(side, &record.id), chains()) {
            return Ok(false);
        }
        // A mark by the other side's ids says nothing here: that side's record is asked for them.
        let departments = &policy.departments;
        let by_this_side = !departments.include.ids_on(side).is_empty()
            || !departments.exclude.ids_on(side).is_empty();
        Ok(!by_this_side || departments.covers_member(chains()))
    }

    /// A department and everything above it, nearest first.
    async fn department_chain(
        &self,
        side: Side,
        department: NativeId,
    ) -> Result<Vec<NativeId>, LookError> {
        let mut chain = Vec::new();
        let mut at = Some(department);
        while let Some(id) = at.take() {
            if chain.len() >= DEPTH_MAX || chain.contains(&id) {
                break;
            }
            at = match self.parents.parent_of(side, &id) {
                Some(parent) => parent,
                None => self.read_parent(side, &id).await?,
            };
            chain.push(id);
        }
        Ok(chain)
    }

    async fn read_parent(
        &self,
        side: Side,
        department: &NativeId,
    ) -> Result<Option<NativeId>, LookError> {
        let record = match side {
            Side::DingTalk => match self.view_record(Kind::Department, department).await? {
                FreshRead::Here(record) => Some(record),
                FreshRead::NotFound | FreshRead::Unseen => None,
            },
            Side::Ehr => self
                .engine
                .ehr
                .read_record(Kind::Department, department)
                .await?
                .map(|stored| stored.record),
        };
        let parent =
            record.and_then(|record| record.values.refs(Field::Parent).next().map(str::to_owned));
        let parent = parent.and_then(|id| NativeId::new(&id).ok());
        self.parents.learn(side, department.clone(), parent.clone());
        Ok(parent)
    }
}

/// Whether there are people whom the policy keeps out of reach.
pub(crate) fn leaves_people_out(policy: &Policy) -> bool {
    is_marked(policy) || policy.employment_types.names_kinds() || !policy.scope.syncs_people()
}

/// Whether the policy marks anybody: usually not, and then no tree is walked.
fn is_marked(policy: &Policy) -> bool {
    let marks = [
        &policy.departments.include,
        &policy.departments.exclude,
        &policy.untouchable.people,
        &policy.untouchable.departments,
    ];
    marks.iter().any(|sides| !sides.is_empty())
}

fn ids(side: Side, id: &NativeId) -> RecordIds<'_> {
    match side {
        Side::DingTalk => RecordIds {
            dingtalk: Some(id),
            ehr: None,
        },
        Side::Ehr => RecordIds {
            dingtalk: None,
            ehr: Some(id),
        },
    }
}
