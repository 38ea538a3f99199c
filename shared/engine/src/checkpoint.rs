//! Where a sweep stood when its slice ended: what the lists showed so far, so that a continuation asks for nothing twice.
//!
//! The eHR is listed anew and the links are read anew, since neither costs a call to DingTalk; what changed in between is
//! found like any other change. Ids, and no values but what candidates are found by: the body is sealed by whoever stores
//! it.

use std::collections::{BTreeMap, BTreeSet};

use dingtalk::client::Unread;
use directory::snapshot::Scope;
use directory::{Field, Kind, LinkId, NativeId, UserId};
use serde::{Deserialize, Serialize};

use crate::listing::Listing;
use crate::observe::Whose;

/// The schema that is written and read. A continuation that finds another one begins the sweep anew.
const SCHEMA: u32 = 1;

/// A sweep that goes on later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    v: u32,
    scope: Scope,
    head_counts: (Option<u64>, Option<u64>),
    /// What the lists have not shown yet; `None` once they ended.
    pub(crate) unread: Option<Unread>,
    /// Whoever is still to be deep-read: departments, people.
    pub(crate) deep: [Vec<Whose>; 2],
    people: Vec<(LinkId, u64)>,
    departments: Vec<(LinkId, u64)>,
    parents: BTreeMap<NativeId, Option<NativeId>>,
    leaders: BTreeMap<NativeId, BTreeSet<String>>,
    nominated: BTreeSet<Whose>,
    newcomers: BTreeSet<NativeId>,
    differing: BTreeSet<LinkId>,
    missing: Vec<NativeId>,
    somebody: Option<UserId>,
    candidates: Vec<(Field, String, Option<NativeId>)>,
}

impl Checkpoint {
    /// From its stored bytes; `None` where another version wrote them.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().filter(|checkpoint: &Self| checkpoint.v == SCHEMA)
    }

    /// The bytes to be sealed and stored.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What a listing has come to.
    pub(crate) fn of(
        listing: &Listing,
        deep: [Vec<Whose>; 2],
        candidates: Vec<(Field, String, Option<NativeId>)>,
    ) -> Self {
        let leaders = listing.heads.iter().filter(|(_, heads)| !heads.leaders.is_empty());
        Self {
            v: SCHEMA,
            scope: listing.scope.clone(),
            head_counts: (listing.head_count_before, listing.head_count.map(|(_, after)| after)),
            unread: listing.unread.clone(),
            deep,
            people: listing.people.marks().collect(),
            departments: listing.departments.marks().collect(),
            parents: listing.parents.clone(),
            leaders: leaders.map(|(id, heads)| (id.clone(), heads.leaders.clone())).collect(),
            nominated: listing.departments_nominated.clone(),
            newcomers: listing.newcomers.clone(),
            differing: listing.differing.clone(),
            missing: listing.missing.clone(),
            somebody: listing.somebody.clone(),
            candidates,
        }
    }

    /// The departments and the linked people are in step: newcomers are left.
    pub(crate) fn with_work_done(mut self) -> Self {
        self.nominated.clear();
        self.differing.clear();
        self
    }

    /// The scope in which the sweep began.
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn candidates(&self) -> &[(Field, String, Option<NativeId>)] {
        &self.candidates
    }

    /// Puts it all back into a listing whose indexes were read anew.
    pub(crate) fn restore(self, listing: &mut Listing) {
        listing.people.restore(self.people);
        listing.departments.restore(self.departments);
        listing.parents.extend(self.parents);
        for (department, leaders) in self.leaders {
            if let Some(heads) = listing.heads.get_mut(&department) {
                heads.leaders = leaders;
            }
        }
        listing.departments_nominated.extend(self.nominated);
        listing.differing.extend(self.differing);
        listing.missing = self.missing;
        listing.somebody = self.somebody;
        listing.head_count_before = self.head_counts.0;
        listing.head_count = self.head_counts.0.zip(self.head_counts.1);
        listing.unread = self.unread;
        for id in self.newcomers {
            // Created by an earlier slice, or by an event: it was listed all the same.
            if !listing.see_created(Kind::Person, &id) {
                listing.newcomers.insert(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_schema_is_not_gone_on_from() {
        assert_eq!(Checkpoint::read(b"{\"v\":2}"), None);
        assert_eq!(Checkpoint::read(b"not JSON"), None);
    }
}
