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

/// A department, by the id of a side, and another one that it leads to, if there is one.
type DepartmentIds = Mutex<BTreeMap<(Side, NativeId), Option<NativeId>>>;

/// Parents of departments that this run has met, per side, and the other side's ids.
#[derive(Debug, Default)]
pub(crate) struct ParentCache(DepartmentIds, DepartmentIds);

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

    fn learn_other(&self, side: Side, department: NativeId, other: Option<NativeId>) {
        self.1
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((side, department), other);
    }

    fn other_of(&self, side: Side, department: &NativeId) -> Option<Option<NativeId>> {
        self.1
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
        Ok(!self.disappeared_from_untouchable(observed).await?)
    }

    /// Whether somebody whom the side that decides no longer shows was last in an untouchable department.
    async fn disappeared_from_untouchable(
        &self,
        observed: &ObservedRecord,
    ) -> Result<bool, LookError> {
        let shown = match self.deciding_side() {
            Side::DingTalk => matches!(observed.dingtalk, FreshRead::Here(_)),
            Side::Ehr => observed.ehr.is_some(),
        };
        let Some(link) = observed.link.as_ref().filter(|_| !shown) else {
            return Ok(false);
        };
        for department in &link.base.departments {
            for side in [Side::DingTalk, Side::Ehr] {
                let id = self
                    .names
                    .find_native(side, Kind::Department, *department)
                    .await?;
                let Some(id) = id else { continue };
                let chain = self.department_chain(side, id).await?;
                let ids = chain.iter().map(ChainLink::ids);
                let nobody = RecordIds::default();
                if self.engine.policy.is_untouchable(link.kind, nobody, [ids]) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Takes memberships in departments that the policy does not reach out of a side's record; returns them.
    pub(crate) async fn take_out_of_reach(
        &self,
        side: Side,
        record: &mut Record,
    ) -> Result<Vec<(Field, NativeId)>, LookError> {
        let departments = &self.engine.policy.departments;
        let mut taken = Vec::new();
        if departments.include.is_empty() && departments.exclude.is_empty() {
            return Ok(taken);
        }
        for field in [Field::Departments, Field::Leads] {
            if !record.values.shown_fields().contains(field) {
                continue;
            }
            let ids = record.values.refs(field);
            let ids: Vec<NativeId> = ids.filter_map(|id| NativeId::new(id).ok()).collect();
            let (mut within, known) = (Vec::new(), taken.len());
            for id in ids {
                let chain = self.department_chain(side, id.clone()).await?;
                if self.covers(side, &[chain]) {
                    within.push(id.to_string());
                } else {
                    taken.push((field, id));
                }
            }
            match within.is_empty() && taken.len() > known {
                // Nothing is left to be compared: that is not the same as no department.
                true => record.values.hide(field),
                false => record.values.show_refs(field, within),
            }
        }
        Ok(taken)
    }

    /// Whether marks let in what is in these departments, as a side shows them. Where the marks that let in are the other side's and
    /// none of them is met, that side's record is asked.
    fn covers(&self, side: Side, chains: &[Vec<ChainLink>]) -> bool {
        let departments = &self.engine.policy.departments;
        let here = [&departments.include, &departments.exclude]
            .iter()
            .any(|marks| !marks.ids_on(side).is_empty());
        let met = chains.iter().flatten().any(|at| {
            departments.include.contains(at.ids()) || departments.exclude.contains(at.ids())
        });
        !(here || met)
            || departments
                .covers_member(chains.iter().map(|chain| chain.iter().map(ChainLink::ids)))
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
        let ids = match record.kind {
            Kind::Department => chains.first().and_then(|chain| chain.first()),
            Kind::Person => None,
        };
        let ids = ids.map_or_else(|| ids_on(side, &record.id), ChainLink::ids);
        let all = chains.iter().map(|chain| chain.iter().map(ChainLink::ids));
        Ok(!policy.is_untouchable(record.kind, ids, all) && self.covers(side, &chains))
    }

    /// A department and everything above it, nearest first.
    async fn department_chain(
        &self,
        side: Side,
        department: NativeId,
    ) -> Result<Vec<ChainLink>, LookError> {
        let mut chain: Vec<ChainLink> = Vec::new();
        let mut at = Some(department);
        while let Some(id) = at.take() {
            if chain.len() >= DEPTH_MAX || chain.iter().any(|link| link.id == id) {
                break;
            }
            at = match self.parents.parent_of(side, &id) {
                Some(parent) => parent,
                None => self.read_parent(side, &id).await?,
            };
            let other = self.other_id(side, &id).await?;
            chain.push(ChainLink { side, id, other });
        }
        Ok(chain)
    }

    /// The other side's id of a department, asked for once in a run.
    async fn other_id(&self, side: Side, id: &NativeId) -> Result<Option<NativeId>, LookError> {
        if let Some(other) = self.parents.other_of(side, id) {
            return Ok(other);
        }
        let other = self.names.other_id(side, Kind::Department, id).await?;
        self.parents.learn_other(side, id.clone(), other.clone());
        Ok(other)
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

/// A department on the way up, with the ids of both sides where a link knows them: a mark holds by either.
struct ChainLink {
    side: Side,
    id: NativeId,
    other: Option<NativeId>,
}

impl ChainLink {
    fn ids(&self) -> RecordIds<'_> {
        let (this, other) = (Some(&self.id), self.other.as_ref());
        match self.side {
            Side::DingTalk => RecordIds {
                dingtalk: this,
                ehr: other,
            },
            Side::Ehr => RecordIds {
                dingtalk: other,
                ehr: this,
            },
        }
    }
}

fn ids_on(side: Side, id: &NativeId) -> RecordIds<'_> {
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
