//! Listing both sides: whom the lists nominate, and what speaks for their being complete.

mod contents;
mod deep_reads;
mod evidence;
mod rows;
mod unreadable;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dingtalk::client::{CrawlItem, CrawlState};
use directory::hash::{self, FieldHash, HashKey};
use directory::index::{BaseIndex, ListedFields, Nomination};
use directory::reason::{Reason, ReasonCode};
use directory::snapshot::AppScope;
use directory::{
    DeptId, Field, FieldSet, Kind, Link, LinkId, LinkLifecycle, NativeId, Side, UserId, planted,
};
use ehr::Capabilities;

use crate::error_reach::ErrorReach as _;
use crate::observe::{LookError, RecordKey};
use crate::report::RunProgress;
use crate::{Run, SweepOrder};

/// Person fields that DingTalk's `user/list` shows. Its `leader` flag is about the department
/// that was listed and is compared at the end, department by department.
const PERSON_LISTED: FieldSet = FieldSet::PERSON.without(FieldSet::of_fields(&[
    Field::MainDepartment,
    Field::Leads,
    Field::Manager,
]));

/// Department fields that `department/listsub` shows.
const DEPARTMENT_LISTED: FieldSet = FieldSet::of_fields(&[Field::Name, Field::Parent]);

/// The heads of one department, as base and the lists have them.
#[derive(Default)]
pub(crate) struct DepartmentHeads {
    base: Option<FieldHash>,
    pub(crate) leaders: BTreeSet<String>,
}

/// What both lists said.
pub(crate) struct Listing {
    pub(crate) people: BaseIndex,
    pub(crate) departments: BaseIndex,
    /// Departments as DingTalk's lists show them, each with its parent, for the tree.
    pub(crate) parents: BTreeMap<NativeId, Option<NativeId>>,
    /// Departments to read again.
    pub(crate) departments_nominated: BTreeSet<RecordKey>,
    /// People of DingTalk whom no link knows.
    pub(crate) newcomers: BTreeSet<NativeId>,
    /// People of the eHR whom no link knows, where the eHR decides.
    pub(crate) ehr_newcomers: BTreeSet<NativeId>,
    /// The eHR's tree, where the eHR decides: each active department's parent.
    pub(crate) ehr_parents: BTreeMap<NativeId, Option<NativeId>>,
    /// Links of people to read again.
    pub(crate) differing: BTreeSet<LinkId>,
    /// Departments whose list or members did not arrive in full.
    pub(crate) missing: Vec<NativeId>,
    /// What base says of each department's heads, and whom the lists showed as its leaders.
    pub(crate) heads: BTreeMap<NativeId, DepartmentHeads>,
    /// Somebody whom a list showed.
    pub(crate) somebody: Option<UserId>,
    /// Active records that the eHR listed.
    pub(crate) ehr_active: BTreeMap<Kind, u64>,
    /// People who were linked, and not left, when the run began.
    pub(crate) people_present: u64,
    /// Records that the eHR listed, left ones too.
    ehr_listed: u64,
    pub(crate) departments_new: u64,
    departments_differing: u64,
    /// People whom DingTalk counted before the lists were read.
    pub(crate) head_count_before: Option<u64>,
    /// Before and after.
    pub(crate) head_count: Option<(u64, u64)>,
    pub(crate) scope: AppScope,
    /// What the lists have not shown: the deadline came first.
    pub(crate) unread: Option<CrawlState>,
}

impl Run<'_> {
    /// Lists both sides and deep-reads a rotating part of the corp while the lists come in; goes on from a checkpoint where
    /// there is one. Returns what the deadline left to be deep-read.
    pub(crate) async fn list_sides(
        &mut self,
        order: &SweepOrder,
        scope: AppScope,
    ) -> Result<(Listing, [Vec<RecordKey>; 2]), LookError> {
        let (mut listing, mut rotation) = self.load_links(order, scope).await?;
        let fresh = order.checkpoint.is_none();
        if let Some(checkpoint) = &order.checkpoint {
            rotation.clone_from(&checkpoint.deep);
            self.resume_sweep(checkpoint, &mut listing);
        }
        let lists_now = fresh || listing.unread.is_some();
        // DingTalk's pace is the floor: the deep reads do not wait for the eHR's lists.
        let lists = self.read_lists(order, &mut listing);
        let (canary, read) = futures::try_join!(lists, self.deep_read(order, rotation))?;
        self.ehr_canary = canary;
        let deep = read.1;
        if lists_now {
            for (whose, link) in read.0 {
                match whose.kind {
                    Kind::Person => _ = listing.differing.insert(link),
                    Kind::Department => _ = listing.departments_nominated.insert(whose),
                }
            }
            if listing.unread.is_some() || !deep.iter().all(Vec::is_empty) {
                // Goes on later: the lists may be at their end, and the deep reads are not.
                listing.unread.get_or_insert_default();
                return Ok((listing, deep));
            }
            let after = self.head_count(&listing.scope).await?;
            listing.head_count = listing.head_count_before.zip(after);
        }
        self.nominate_the_rest(&mut listing);
        Ok((listing, deep))
    }

    /// The eHR's lists, then what is left of DingTalk's. Somebody whom the eHR listed as active.
    async fn read_lists(
        &self,
        order: &SweepOrder,
        listing: &mut Listing,
    ) -> Result<Option<NativeId>, LookError> {
        let canary = self.list_ehr(listing).await?;
        if order.checkpoint.is_none() {
            listing.head_count_before = self.head_count(&listing.scope).await?;
            listing.unread = Some(self.enter_roots(listing));
        }
        if let Some(unread) = listing.unread.take() {
            self.crawl(order, unread, listing).await?;
        }
        Ok(canary)
    }

    /// What only the whole of the lists shows.
    fn nominate_the_rest(&self, listing: &mut Listing) {
        let other_heads = listing.differing_heads(&self.engine.key);
        let other_heads = other_heads
            .into_iter()
            .map(|id| RecordKey::new(Kind::Department, Side::DingTalk, id));
        listing.departments_nominated.extend(other_heads);
        let displaced: Vec<_> = listing.people.displaced_links().collect();
        listing.differing.extend(displaced);
        let unlisted: Vec<_> = listing
            .people
            .missing_copies(self.deciding_side())
            .collect();
        listing.differing.extend(unlisted);
        self.nominate_missing_departments(listing);
    }

    /// Departments whose copy was not listed.
    fn nominate_missing_departments(&self, listing: &mut Listing) {
        let decides = self.deciding_side();
        for link in listing
            .departments
            .missing_copies(decides)
            .collect::<Vec<_>>()
        {
            if let Some(id) = self.names.remembered_native(decides, link) {
                listing
                    .departments_nominated
                    .insert(RecordKey::new(Kind::Department, decides, id));
            }
        }
    }

    /// Reads all links into the two indexes and picks this sweep's part of the corp for deep reads: departments and people.
    async fn load_links(
        &self,
        order: &SweepOrder,
        scope: AppScope,
    ) -> Result<(Listing, [Vec<RecordKey>; 2]), LookError> {
        let (engine, can) = (self.engine, self.engine.ehr.capabilities());
        let mut listing = Listing::new(self, &can, scope);
        let mut rotation = [Vec::new(), Vec::new()];
        let (departments, heads) = (&mut listing.departments, &mut listing.heads);
        let mut learn = |link: Link| {
            self.names.learn(&link);
            departments.add_link(&link);
            if let Some(id) = &link.dingtalk {
                let base = link.base.hashes.get(&Field::Heads).copied();
                heads.insert(
                    id.clone(),
                    DepartmentHeads {
                        base,
                        leaders: BTreeSet::new(),
                    },
                );
            }
            if order.is_turn_of(&engine.key, link.id) && link.lifecycle == LinkLifecycle::Active {
                rotation[0].extend(RecordKey::of_link(&link, Side::DingTalk));
            }
        };
        let unreadable = engine
            .links
            .each_link(&engine.corp, Kind::Department, &mut learn)
            .await?
            .unreadable;
        let people = &mut listing.people;
        let mut add = |link: Link| {
            people.add_link(&link);
            if order.is_turn_of(&engine.key, link.id) && link.lifecycle == LinkLifecycle::Active {
                rotation[1].extend(RecordKey::of_link(&link, Side::DingTalk));
            }
        };
        let listed = engine
            .links
            .each_link(&engine.corp, Kind::Person, &mut add)
            .await?;
        for (link, err) in unreadable.into_iter().chain(listed.unreadable) {
            self.tally(|tally| {
                tally.add_trouble(
                    Kind::Person,
                    Some(link),
                    Reason::new(ReasonCode::LookStateFailed).cause(Reason::from(&err)),
                );
            });
        }
        listing.departments.freeze();
        listing.people.freeze();
        listing.people_present = listing.people.count_present();
        Ok((listing, rotation))
    }

    async fn list_ehr(&self, listing: &mut Listing) -> Result<Option<NativeId>, LookError> {
        let ehr = Arc::clone(&self.engine.ehr);
        let mut canary = None;
        let departments = ehr
            .list_records(Kind::Department, &mut |stored| {
                listing.see_ehr_record(self, stored);
            })
            .await?;
        let people = ehr
            .list_records(Kind::Person, &mut |stored| {
                if stored.record.active && canary.is_none() {
                    canary = Some(stored.record.id.clone());
                }
                listing.see_ehr_record(self, stored);
            })
            .await?;
        listing.ehr_listed = departments + people;
        Ok(canary)
    }

    async fn head_count(&self, scope: &AppScope) -> Result<Option<u64>, LookError> {
        if scope.whole_company {
            Ok(Some(self.engine.dingtalk.head_count().await?))
        } else {
            Ok(None)
        }
    }

    /// The roots of what the app may see, and whoever was authorised one by one: no department's list shows them.
    fn enter_roots(&self, listing: &mut Listing) -> CrawlState {
        let roots: BTreeSet<DeptId> = listing
            .scope
            .departments
            .iter()
            .filter_map(NativeId::to_dept_id)
            .collect();
        for root in &roots {
            let id = NativeId::from(*root);
            if listing.departments.note_unlisted(Side::DingTalk, &id) == Nomination::Unknown {
                listing.departments_new += 1;
                listing.departments_nominated.insert(RecordKey::new(
                    Kind::Department,
                    Side::DingTalk,
                    id.clone(),
                ));
            }
            listing.parents.entry(id).or_default();
        }
        for id in listing.scope.people.clone() {
            match listing.people.note_unlisted(Side::DingTalk, &id) {
                Nomination::Differs(link) | Nomination::Agrees(link) => {
                    _ = listing.differing.insert(link);
                }
                Nomination::Unknown => _ = listing.newcomers.insert(id),
            }
        }
        CrawlState::below_roots(&roots)
    }

    async fn crawl(
        &self,
        order: &SweepOrder,
        unread: CrawlState,
        listing: &mut Listing,
    ) -> Result<(), LookError> {
        let mut seen = (0, 0);
        let mut see = |crawled: CrawlItem<'_>| {
            match crawled {
                CrawlItem::Department(record) => {
                    seen.0 += 1;
                    listing.see_department(self, record);
                }
                CrawlItem::Members { department, rows } => {
                    seen.1 += rows.len() as u64;
                    rows.into_iter()
                        .for_each(|row| listing.see_member(self, department, row));
                }
            }
            (order.progress)(RunProgress::Listing {
                departments: seen.0,
                people: seen.1,
            });
        };
        let end = self
            .engine
            .dingtalk
            .crawl(
                unread,
                self.visible,
                &|| self.has_time_left(order),
                &mut see,
            )
            .await;
        listing.unread = end.unread;
        self.tell_unreadable(&end.unreadable, listing);
        for (department, err) in end.missing {
            if err.concerns_everybody() {
                return Err(err.into());
            }
            let note = Reason::new(ReasonCode::RunDepartmentUnread)
                .text("department", department.to_string())
                .cause(Reason::from(&err));
            self.tally(|tally| tally.note(note));
            listing.missing.push(department.into());
        }
        Ok(())
    }

    /// Whether there is time for more before the slice ends.
    pub(crate) fn has_time_left(&self, order: &SweepOrder) -> bool {
        order.deadline.is_none_or(|deadline| self.now() < deadline)
    }
}

impl SweepOrder {
    /// Whether it is this record's turn to be deep-read: a rotating part of the corp, the same in every retry of a run.
    fn is_turn_of(&self, key: &HashKey, link: LinkId) -> bool {
        // Eight bytes: one byte modulo seven would prefer four of the seven parts by 3 %.
        let hash = hash::hash_bytes(key, "turn", &link.0);
        let number = hash
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        self.deep_share > 0
            && !planted::is(planted::Bug::NoDeepReads)
            && number % self.deep_share == self.sweeps % self.deep_share
    }
}
