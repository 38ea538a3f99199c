//! Where a sweep stood when its slice ended: what the lists showed so far, so that a continuation asks for nothing twice.
//!
//! The eHR is listed anew and the links are read anew, since neither costs a call to DingTalk; what changed in between is
//! found like any other change. Ids, and no values but what candidates are found by: the body is sealed by whoever stores
//! it.
//!
//! The bytes: a length (8 bytes, big-endian) and so much JSON, then 24 bytes for each record that the lists showed, its
//! link and the sum of the places that are left to be seen, people before departments. 200,000 people take 5 MB.

use std::collections::{BTreeMap, BTreeSet};

use dingtalk::client::CrawlState;
use directory::snapshot::AppScope;
use directory::{Field, LinkId, NativeId, UserId};
use serde::{Deserialize, Serialize};

use crate::Run;
use crate::listing::Listing;
use crate::observe::RecordKey;

/// The schema that is written and read. A continuation that finds another one begins the sweep anew.
const SCHEMA: u32 = 1;

/// A sweep that goes on later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepCheckpoint {
    v: u32,
    scope: AppScope,
    head_counts: (Option<u64>, Option<u64>),
    /// What the lists have not shown yet; `None` once they ended.
    pub(crate) unread: Option<CrawlState>,
    /// Whoever is still to be deep-read: departments, people.
    pub(crate) deep: [Vec<RecordKey>; 2],
    /// How many people and departments there are among the marks behind the JSON.
    marked: (usize, usize),
    #[serde(skip)]
    people: Vec<(LinkId, u64)>,
    #[serde(skip)]
    departments: Vec<(LinkId, u64)>,
    parents: BTreeMap<NativeId, Option<NativeId>>,
    leaders: BTreeMap<NativeId, BTreeSet<String>>,
    nominated: BTreeSet<RecordKey>,
    newcomers: BTreeSet<NativeId>,
    /// Departments of DingTalk's lists that no link knew.
    #[serde(default)]
    departments_new: u64,
    differing: BTreeSet<LinkId>,
    missing: Vec<NativeId>,
    somebody: Option<UserId>,
    candidates: Vec<(Field, String, Option<NativeId>)>,
    /// Records to look at once more when everybody is there.
    again: BTreeSet<RecordKey>,
    /// Records that could not be worked.
    unfinished: u64,
}

impl SweepCheckpoint {
    /// From its stored bytes; `None` where another version wrote them, or something else.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let (length, rest) = body.split_first_chunk::<8>()?;
        let (json, marks) =
            rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        let mut checkpoint: Self = serde_json::from_slice(json).ok()?;
        let (people, departments) =
            marks.split_at_checked(checkpoint.marked.0.checked_mul(MARK_BYTES)?)?;
        let whole = Some(departments.len()) == checkpoint.marked.1.checked_mul(MARK_BYTES);
        checkpoint.people = unpack_marks(people);
        checkpoint.departments = unpack_marks(departments);
        (checkpoint.v == SCHEMA && whole).then_some(checkpoint)
    }

    /// Appends the bytes to be sealed and stored.
    pub fn write(&self, into: &mut Vec<u8>) {
        let begin = into.len();
        into.extend([0; 8]);
        // A map with keys of text only: it always has a JSON form.
        if serde_json::to_writer(&mut *into, self).is_err() {
            into.truncate(begin);
            return;
        }
        let length = (into.len() - begin - 8) as u64;
        if let Some(slot) = into.get_mut(begin..begin + 8) {
            slot.copy_from_slice(&length.to_be_bytes());
        }
        into.reserve((self.people.len() + self.departments.len()) * MARK_BYTES);
        for (link, places) in self.people.iter().chain(&self.departments) {
            into.extend(link.0);
            into.extend(places.to_be_bytes());
        }
    }

    /// What a listing has come to.
    pub(crate) fn of(
        listing: &Listing,
        deep: [Vec<RecordKey>; 2],
        candidates: Vec<(Field, String, Option<NativeId>)>,
    ) -> Self {
        let (people, departments) = (
            listing.people.progress_marks(),
            listing.departments.progress_marks(),
        );
        let leaders = listing
            .heads
            .iter()
            .filter(|(_, heads)| !heads.leaders.is_empty());
        Self {
            v: SCHEMA,
            scope: listing.scope.clone(),
            head_counts: (
                listing.head_count_before,
                listing.head_count.map(|(_, after)| after),
            ),
            unread: listing.unread.clone(),
            deep,
            marked: (people.len(), departments.len()),
            people,
            departments,
            parents: listing.parents.clone(),
            leaders: leaders
                .map(|(id, heads)| (id.clone(), heads.leaders.clone()))
                .collect(),
            nominated: listing.departments_nominated.clone(),
            newcomers: listing.newcomers.clone(),
            departments_new: listing.departments_new,
            differing: listing.differing.clone(),
            missing: listing.missing.clone(),
            somebody: listing.somebody.clone(),
            candidates,
            again: BTreeSet::new(),
            unfinished: 0,
        }
    }

    /// What the slices up to this one leave to be looked at, and could not work.
    pub(crate) fn with_tally(mut self, run: &Run<'_>) -> Self {
        run.tally(|tally| {
            self.again = std::mem::take(&mut tally.again);
            self.unfinished = tally.unfinished;
        });
        self
    }

    /// Puts that back into a run that has just begun.
    fn restore_tally(&self, run: &Run<'_>) {
        run.tally(|tally| {
            tally.again.clone_from(&self.again);
            tally.unfinished = self.unfinished;
        });
    }

    /// The departments and the linked people are in step: newcomers are left.
    pub(crate) fn with_work_done(mut self) -> Self {
        self.nominated.clear();
        self.differing.clear();
        self
    }

    /// Whether the lists, or the deep reads beside them, were not at their end.
    pub(crate) fn is_listing(&self) -> bool {
        self.unread.is_some()
    }

    /// The scope in which the sweep began.
    pub(crate) fn scope(&self) -> &AppScope {
        &self.scope
    }

    fn candidates(&self) -> &[(Field, String, Option<NativeId>)] {
        &self.candidates
    }

    /// Puts it all back into a listing whose indexes were read anew.
    fn restore(&self, listing: &mut Listing) {
        listing.people.restore_marks(&self.people);
        listing.departments.restore_marks(&self.departments);
        listing.parents.extend(self.parents.clone());
        for id in self.parents.keys() {
            // Created by an earlier slice, it was listed all the same; the others are marked already.
            listing.departments.note_read(id);
        }
        for (department, leaders) in &self.leaders {
            if let Some(heads) = listing.heads.get_mut(department) {
                heads.leaders.clone_from(leaders);
            }
        }
        listing
            .departments_nominated
            .extend(self.nominated.iter().cloned());
        listing.differing.extend(&self.differing);
        listing.missing.clone_from(&self.missing);
        listing.somebody.clone_from(&self.somebody);
        listing.departments_new = self.departments_new;
        listing.head_count_before = self.head_counts.0;
        listing.head_count = self.head_counts.0.zip(self.head_counts.1);
        listing.unread.clone_from(&self.unread);
        for id in &self.newcomers {
            // Created by an earlier slice, or by an event: it was listed all the same.
            if !listing.people.note_read(id) {
                listing.newcomers.insert(id.clone());
            }
        }
    }
}

impl Run<'_> {
    /// Goes on from where an earlier slice stood.
    pub(crate) fn resume_sweep(&self, from: &SweepCheckpoint, listing: &mut Listing) {
        self.candidates.restore(from.candidates());
        from.restore(listing);
        from.restore_tally(self);
        // Whoever an earlier slice created may refer to somebody whom this one creates.
        self.reserve_newcomers(listing, &listing.people);
        listing.resolve_leaders(&self.names);
    }
}

/// Bytes of one mark.
const MARK_BYTES: usize = 24;

fn unpack_marks(marks: &[u8]) -> Vec<(LinkId, u64)> {
    let mark = |bytes: &[u8]| {
        let (link, places) = bytes.split_first_chunk::<16>()?;
        Some((
            LinkId(*link),
            u64::from_be_bytes(*places.first_chunk::<8>()?),
        ))
    };
    marks.chunks_exact(MARK_BYTES).filter_map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::{FieldSet, Kind};

    fn checkpoint() -> SweepCheckpoint {
        let id = |id: &str| NativeId::new(id).unwrap();
        let (departments, people) = (BTreeSet::from([id("1")]), BTreeSet::new());
        let scope = AppScope {
            departments,
            people,
            fields: FieldSet::PERSON,
            whole_company: true,
        };
        SweepCheckpoint {
            v: SCHEMA,
            scope,
            head_counts: (Some(7), None),
            unread: Some(CrawlState::default()),
            deep: [
                Vec::new(),
                vec![RecordKey::new(
                    Kind::Person,
                    directory::Side::DingTalk,
                    id("u7"),
                )],
            ],
            marked: (2, 1),
            people: vec![(LinkId([1; 16]), u64::MAX), (LinkId([2; 16]), 0)],
            departments: vec![(LinkId([3; 16]), 5)],
            parents: BTreeMap::from([(id("2"), Some(id("1"))), (id("1"), None)]),
            leaders: BTreeMap::from([(id("2"), BTreeSet::from(["new".to_owned()]))]),
            nominated: BTreeSet::new(),
            newcomers: BTreeSet::from([id("u9")]),
            departments_new: 2,
            differing: BTreeSet::from([LinkId([2; 16])]),
            missing: vec![id("3")],
            somebody: None,
            candidates: vec![(Field::Mobile, "+8613800000001".to_owned(), Some(id("u9")))],
            again: BTreeSet::from([RecordKey::new(
                Kind::Department,
                directory::Side::Ehr,
                id("d4"),
            )]),
            unfinished: 3,
        }
    }

    #[test]
    fn a_checkpoint_written_after_other_bytes_is_read_back() {
        let mut bytes = b"head".to_vec();
        checkpoint().write(&mut bytes);
        assert_eq!(SweepCheckpoint::read(&bytes[4..]), Some(checkpoint()));
    }

    #[test]
    fn a_truncated_checkpoint_or_one_of_another_schema_is_rejected() {
        let mut bytes = Vec::new();
        checkpoint().write(&mut bytes);
        for cut in 0..bytes.len() {
            assert_eq!(
                SweepCheckpoint::read(&bytes[..cut]),
                None,
                "{cut} of {} bytes",
                bytes.len()
            );
        }
        let mut other = checkpoint();
        other.v = SCHEMA + 1;
        let mut bytes = Vec::new();
        other.write(&mut bytes);
        assert_eq!(SweepCheckpoint::read(&bytes), None);
        assert_eq!(SweepCheckpoint::read(b"not a checkpoint"), None);
    }
}
