//! Listing both sides: whom the lists nominate, and what speaks for their being complete.

mod deep;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dingtalk::client::{Crawled, Unread};
use directory::hash::{self, FieldHash, HashKey};
use directory::index::{BaseIndex, Listed, Nomination};
use directory::snapshot::{Evidence, Scope};
use directory::{DeptId, Field, FieldSet, Kind, Lifecycle, Link, LinkId, NativeId, Side, UserId, planted};
use ehr::Capabilities;

use crate::observe::{LookError, Whose};
use crate::report::{Preview, Progress};
use crate::trouble::Reach as _;
use crate::{Run, SweepOrder};

/// Person fields that DingTalk's `user/list` shows (`dingtalk-api.md` §3.3). Its `leader` flag is about the department
/// that was listed and is compared at the end, department by department.
const PERSON_LISTED: FieldSet =
    FieldSet::PERSON.without(FieldSet::of(&[Field::MainDepartment, Field::Leads, Field::Manager]));

/// Department fields that `department/listsub` shows.
const DEPARTMENT_LISTED: FieldSet = FieldSet::of(&[Field::Name, Field::Parent]);

/// The heads of one department, as base and the lists have them.
#[derive(Default)]
pub(crate) struct Heads {
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
    pub(crate) departments_nominated: BTreeSet<Whose>,
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
    pub(crate) heads: BTreeMap<NativeId, Heads>,
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
    pub(crate) scope: Scope,
    /// What the lists have not shown: the deadline came first.
    pub(crate) unread: Option<Unread>,
}

impl Run<'_> {
    /// Lists both sides and deep-reads a rotating part of the corp while the lists come in; goes on from a checkpoint where
    /// there is one. Returns what the deadline left to be deep-read.
    pub(crate) async fn list(
        &mut self,
        order: &SweepOrder,
        scope: Scope,
    ) -> Result<(Listing, [Vec<Whose>; 2]), LookError> {
        let (mut listing, mut rotation) = self.load(order, scope).await?;
        let fresh = order.checkpoint.is_none();
        if let Some(checkpoint) = &order.checkpoint {
            rotation.clone_from(&checkpoint.deep);
            self.go_on(checkpoint, &mut listing);
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
    async fn read_lists(&self, order: &SweepOrder, listing: &mut Listing) -> Result<Option<NativeId>, LookError> {
        let canary = self.list_ehr(listing).await?;
        if order.checkpoint.is_none() {
            listing.head_count_before = self.head_count(&listing.scope).await?;
            listing.unread = Some(self.enter(listing));
        }
        if let Some(unread) = listing.unread.take() {
            self.crawl(order, unread, listing).await?;
        }
        Ok(canary)
    }

    /// What only the whole of the lists shows.
    fn nominate_the_rest(&self, listing: &mut Listing) {
        let other_heads = listing.other_heads(&self.engine.key);
        let other_heads = other_heads.into_iter().map(|id| Whose::new(Kind::Department, Side::DingTalk, id));
        listing.departments_nominated.extend(other_heads);
        let displaced: Vec<_> = listing.people.displaced().collect();
        listing.differing.extend(displaced);
        let unlisted: Vec<_> = listing.people.missing_copies(self.decides()).collect();
        listing.differing.extend(unlisted);
        self.nominate_missing_departments(listing);
    }

    /// Departments whose copy was not listed.
    fn nominate_missing_departments(&self, listing: &mut Listing) {
        let decides = self.decides();
        for link in listing.departments.missing_copies(decides).collect::<Vec<_>>() {
            if let Some(id) = self.names.remembered_native(decides, link) {
                listing.departments_nominated.insert(Whose::new(Kind::Department, decides, id));
            }
        }
    }

    /// Reads all links into the two indexes and picks this sweep's part of the corp for deep reads: departments and people.
    async fn load(&self, order: &SweepOrder, scope: Scope) -> Result<(Listing, [Vec<Whose>; 2]), LookError> {
        let (engine, can) = (self.engine, self.engine.ehr.capabilities());
        let mut listing = Listing::new(self, &can, scope);
        let mut rotation = [Vec::new(), Vec::new()];
        let (departments, heads) = (&mut listing.departments, &mut listing.heads);
        let mut learn = |link: Link| {
            self.names.learn(&link);
            departments.add(&link);
            if let Some(id) = &link.dingtalk {
                let base = link.base.hashes.get(&Field::Heads).copied();
                heads.insert(id.clone(), Heads { base, leaders: BTreeSet::new() });
            }
            if order.turn_of(&engine.key, link.id) && link.lifecycle == Lifecycle::Active {
                rotation[0].extend(Whose::of(&link, Side::DingTalk));
            }
        };
        let unreadable = engine.links.each_link(&engine.corp, Kind::Department, &mut learn).await?.unreadable;
        let people = &mut listing.people;
        let mut add = |link: Link| {
            people.add(&link);
            if order.turn_of(&engine.key, link.id) && link.lifecycle == Lifecycle::Active {
                rotation[1].extend(Whose::of(&link, Side::DingTalk));
            }
        };
        let listed = engine.links.each_link(&engine.corp, Kind::Person, &mut add).await?;
        for (link, err) in unreadable.into_iter().chain(listed.unreadable) {
            self.tally(|tally| tally.trouble(Kind::Person, Some(link), err.to_string()));
        }
        listing.departments.freeze();
        listing.people.freeze();
        listing.people_present = listing.people.present();
        Ok((listing, rotation))
    }

    async fn list_ehr(&self, listing: &mut Listing) -> Result<Option<NativeId>, LookError> {
        let ehr = Arc::clone(&self.engine.ehr);
        let mut canary = None;
        let departments = ehr.list(Kind::Department, &mut |stored| listing.see_in_ehr(self, stored)).await?;
        let people = ehr
            .list(Kind::Person, &mut |stored| {
                if stored.record.active && canary.is_none() {
                    canary = Some(stored.record.id.clone());
                }
                listing.see_in_ehr(self, stored);
            })
            .await?;
        listing.ehr_listed = departments + people;
        Ok(canary)
    }

    async fn head_count(&self, scope: &Scope) -> Result<Option<u64>, LookError> {
        if scope.whole_company { Ok(Some(self.engine.dingtalk.head_count().await?)) } else { Ok(None) }
    }

    /// The roots of what the app may see, and whoever was authorised one by one: no department's list shows them.
    fn enter(&self, listing: &mut Listing) -> Unread {
        let roots: BTreeSet<DeptId> = listing.scope.departments.iter().filter_map(NativeId::to_dept_id).collect();
        for root in &roots {
            let id = NativeId::from(*root);
            if listing.departments.see_unlisted(Side::DingTalk, &id) == Nomination::Unknown {
                listing.departments_new += 1;
                listing.departments_nominated.insert(Whose::new(Kind::Department, Side::DingTalk, id.clone()));
            }
            listing.parents.entry(id).or_default();
        }
        for id in listing.scope.people.clone() {
            match listing.people.see_unlisted(Side::DingTalk, &id) {
                Nomination::Differs(link) | Nomination::Agrees(link) => _ = listing.differing.insert(link),
                Nomination::Unknown => _ = listing.newcomers.insert(id),
            }
        }
        Unread::below(&roots)
    }

    async fn crawl(&self, order: &SweepOrder, unread: Unread, listing: &mut Listing) -> Result<(), LookError> {
        let mut seen = (0, 0);
        let mut see = |crawled: Crawled<'_>| {
            match crawled {
                Crawled::Department(record) => {
                    seen.0 += 1;
                    listing.see_department(self, record);
                }
                Crawled::Members { department, rows } => {
                    seen.1 += rows.len() as u64;
                    rows.into_iter().for_each(|row| listing.see_member(self, department, row));
                }
            }
            (order.progress)(Progress::Listing { departments: seen.0, people: seen.1 });
        };
        let end = self.engine.dingtalk.crawl(unread, self.visible, &|| self.goes_on(order), &mut see).await;
        listing.unread = end.unread;
        for (department, err) in end.missing {
            if err.concerns_everybody() {
                return Err(err.into());
            }
            self.tally(|tally| tally.note(format!("department {department} could not be read in full: {err}")));
            listing.missing.push(department.into());
        }
        Ok(())
    }

    /// Whether there is time for more before the slice ends.
    pub(crate) fn goes_on(&self, order: &SweepOrder) -> bool {
        order.deadline.is_none_or(|deadline| self.now() < deadline)
    }
}

impl Listing {
    fn new(run: &Run<'_>, can: &Capabilities, scope: Scope) -> Self {
        let listed = |kind, dingtalk: FieldSet, visible: FieldSet| Listed {
            dingtalk: dingtalk.intersection(visible).intersection(can.fields(kind)),
            ehr: can.listed(kind).intersection(visible),
            ehr_news: run.ehr_news(kind).intersection(visible),
        };
        let index = |listed| BaseIndex::new(run.engine.key.clone(), listed);
        Self {
            people: index(listed(Kind::Person, PERSON_LISTED, run.visible)),
            departments: index(listed(Kind::Department, DEPARTMENT_LISTED, FieldSet::DEPARTMENT)),
            parents: BTreeMap::new(),
            unread: None,
            head_count_before: None,
            departments_nominated: BTreeSet::new(),
            newcomers: BTreeSet::new(),
            ehr_newcomers: BTreeSet::new(),
            ehr_parents: BTreeMap::new(),
            ehr_listed: 0,
            differing: BTreeSet::new(),
            missing: Vec::new(),
            heads: BTreeMap::new(),
            somebody: None,
            ehr_active: BTreeMap::new(),
            people_present: 0,
            departments_new: 0,
            departments_differing: 0,
            head_count: None,
            scope,
        }
    }

    fn is_missing(&self, department: &NativeId) -> bool {
        self.missing.contains(department)
    }

    /// Roots of what the app may see.
    pub(crate) fn roots(&self) -> &BTreeSet<NativeId> {
        &self.scope.departments
    }

    /// An index that knows nobody, to leave behind where the real one is handed on.
    pub(crate) fn empty_index(&self, run: &Run<'_>) -> BaseIndex {
        BaseIndex::new(
            run.engine.key.clone(),
            Listed { dingtalk: FieldSet::NONE, ehr: FieldSet::NONE, ehr_news: FieldSet::NONE },
        )
    }

    /// Records that will be read again.
    pub(crate) fn to_work(&self) -> u64 {
        (self.departments_nominated.len() + self.newcomers.len() + self.ehr_newcomers.len() + self.differing.len())
            as u64
    }

    /// The counts for the preview, before anything is read again.
    pub(crate) fn preview(&self, people_missing: usize) -> Preview {
        Preview {
            departments_new: self.departments_new,
            departments_changed: self.departments_differing,
            people_new: (self.newcomers.len() + self.ehr_newcomers.len()) as u64,
            people_changed: self.differing.len() as u64,
            people_missing: people_missing as u64,
        }
    }

    /// What there is to judge whether the eHR's lists were everything: they arrived to the end, and showed somebody.
    pub(crate) fn ehr_evidence(&self, misplaced: usize) -> Evidence {
        Evidence {
            missing: Vec::new(),
            misplaced,
            scope_before: self.scope.clone(),
            scope_after: self.scope.clone(),
            scope_accepted: None,
            head_count: None,
            people_seen: self.ehr_active.get(&Kind::Person).copied().unwrap_or_default(),
        }
    }

    /// What there is to judge whether DingTalk's lists were everything.
    pub(crate) fn evidence(&self, scope_after: Scope, accepted: Option<Scope>, misplaced: usize) -> Evidence {
        Evidence {
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

impl SweepOrder {
    /// Whether it is this record's turn to be deep-read: a rotating part of the corp, the same in every retry of a run.
    fn turn_of(&self, key: &HashKey, link: LinkId) -> bool {
        // Eight bytes: one byte modulo seven would prefer four of the seven parts by 3 %.
        let hash = hash::bytes(key, "turn", &link.0);
        let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        self.deep_share > 0
            && !planted::is(planted::Bug::NoDeepReads)
            && number % self.deep_share == self.sweeps % self.deep_share
    }
}
