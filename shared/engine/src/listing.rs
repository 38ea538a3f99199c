//! Listing both sides: whom the lists nominate, and what speaks for their being complete.

use std::collections::{BTreeMap, BTreeSet};

use dingtalk::client::{Crawled, MemberRow};
use directory::hash::{self, FieldHash, HashKey};
use directory::index::{BaseIndex, Listed, Nomination};
use directory::plan::Plan;
use directory::snapshot::{Evidence, Scope};
use directory::{DeptId, Field, FieldSet, Kind, Lifecycle, Link, LinkId, NativeId, Record, Side, UserId, Value};
use ehr::{Capabilities, Stored};
use futures::FutureExt as _;

use crate::names::Unknown;
use crate::observe::LookError;
use crate::pump::Pump;
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
struct Heads {
    base: Option<FieldHash>,
    leaders: BTreeSet<String>,
}

/// What both lists said.
pub(crate) struct Listing {
    pub(crate) people: BaseIndex,
    pub(crate) departments: BaseIndex,
    /// Departments as the lists show them, for the tree.
    pub(crate) rows: BTreeMap<NativeId, Record>,
    /// Departments to read again.
    pub(crate) departments_nominated: BTreeSet<NativeId>,
    /// People whom no link knows.
    pub(crate) newcomers: BTreeSet<NativeId>,
    /// Links of people to read again.
    pub(crate) differing: BTreeSet<LinkId>,
    /// Departments whose list or members did not arrive in full.
    pub(crate) missing: Vec<NativeId>,
    /// What base says of each department's heads, and whom the lists showed as its leaders.
    heads: BTreeMap<NativeId, Heads>,
    /// Somebody whom a list showed.
    pub(crate) somebody: Option<UserId>,
    /// Active records that the eHR listed.
    pub(crate) ehr_active: BTreeMap<Kind, u64>,
    /// People who were linked, and not left, when the run began.
    pub(crate) people_present: u64,
    departments_new: u64,
    departments_differing: u64,
    head_count: Option<(u64, u64)>,
    scope: Scope,
}

impl Run<'_> {
    /// Lists both sides and deep-reads a rotating part of the corp while the lists come in.
    pub(crate) async fn list(&self, order: &SweepOrder, scope: Scope) -> Result<Listing, LookError> {
        let (mut listing, rotation) = self.load(order, scope).await?;
        self.list_ehr(&mut listing).await?;
        let before = self.head_count(&listing.scope).await?;
        let crawl = self.crawl(order, &mut listing);
        let (crawled, deep) = futures::join!(crawl, self.deep_read(rotation));
        crawled?;
        let after = self.head_count(&listing.scope).await?;
        listing.head_count = before.zip(after);
        let other_heads = listing.other_heads(&self.engine.key);
        listing.departments_nominated.extend(other_heads);
        let displaced: Vec<_> = listing.people.displaced().collect();
        listing.differing.extend(displaced);
        listing.differing.extend(deep?);
        let unlisted: Vec<_> = listing.people.missing_in_ehr().collect();
        listing.differing.extend(unlisted);
        Ok(listing)
    }

    /// Reads all links into the two indexes and picks this sweep's part of the corp for deep reads.
    async fn load(&self, order: &SweepOrder, scope: Scope) -> Result<(Listing, Vec<UserId>), LookError> {
        let (engine, can) = (self.engine, self.engine.ehr.capabilities());
        let mut listing = Listing::new(self, &can, scope);
        let mut rotation = Vec::new();
        let mut nominated = BTreeSet::new();
        let (departments, heads) = (&mut listing.departments, &mut listing.heads);
        let mut learn = |link: Link| {
            self.names.learn(&link);
            departments.add(&link);
            if let Some(id) = &link.dingtalk {
                let base = link.base.hashes.get(&Field::Heads).copied();
                heads.insert(id.clone(), Heads { base, leaders: BTreeSet::new() });
            }
            if order.turn_of(&engine.key, link.id) && link.lifecycle == Lifecycle::Active {
                nominated.extend(link.dingtalk);
            }
        };
        let unreadable = engine.links.each_link(&engine.corp, Kind::Department, &mut learn).await?.unreadable;
        let people = &mut listing.people;
        let mut add = |link: Link| {
            people.add(&link);
            if order.turn_of(&engine.key, link.id) && link.lifecycle == Lifecycle::Active {
                rotation.extend(link.dingtalk.and_then(|id| id.to_user_id().ok()));
            }
        };
        let listed = engine.links.each_link(&engine.corp, Kind::Person, &mut add).await?;
        for (link, err) in unreadable.into_iter().chain(listed.unreadable) {
            self.tally(|tally| tally.trouble(Kind::Person, Some(link), err.to_string()));
        }
        listing.departments_nominated = nominated;
        listing.departments.freeze();
        listing.people.freeze();
        listing.people_present = listing.people.present();
        Ok((listing, rotation))
    }

    async fn list_ehr(&self, listing: &mut Listing) -> Result<(), LookError> {
        let ehr = &self.engine.ehr;
        let mut differing = BTreeSet::new();
        let (people, departments) = (&mut listing.people, &mut listing.departments);
        let active = &mut listing.ehr_active;
        let mut see = |index: &mut BaseIndex, values: directory::Values, stored: &Stored| {
            let record = &stored.record;
            *active.entry(record.kind).or_default() += u64::from(record.active);
            if record.active {
                index.see(Side::Ehr, &record.id, &values)
            } else {
                index.see_left(Side::Ehr, &record.id)
            }
        };
        let nominated = &mut listing.departments_nominated;
        ehr.list(Kind::Department, &mut |stored| {
            let values = self.names.row(Side::Ehr, &stored.record, people, true);
            if let Nomination::Differs(_) = see(departments, values, &stored) {
                nominated.extend(stored.dingtalk.clone());
            }
        })
        .await?;
        ehr.list(Kind::Person, &mut |stored| {
            let values = self.names.row(Side::Ehr, &stored.record, people, true);
            if let Nomination::Differs(link) = see(people, values, &stored) {
                differing.insert(link);
            }
        })
        .await?;
        listing.differing = differing;
        Ok(())
    }

    async fn head_count(&self, scope: &Scope) -> Result<Option<u64>, LookError> {
        if scope.whole_company { Ok(Some(self.engine.dingtalk.head_count().await?)) } else { Ok(None) }
    }

    async fn crawl(&self, order: &SweepOrder, listing: &mut Listing) -> Result<(), LookError> {
        let roots: BTreeSet<DeptId> = listing.scope.departments.iter().filter_map(NativeId::to_dept_id).collect();
        for root in &roots {
            let id = NativeId::from(*root);
            if listing.departments.see_unlisted(Side::DingTalk, &id) == Nomination::Unknown {
                listing.departments_new += 1;
                listing.departments_nominated.insert(id.clone());
            }
            listing.rows.entry(id.clone()).or_insert_with(|| Record::new(Kind::Department, id));
        }
        let mut seen = (0, 0);
        let mut see = |crawled: Crawled<'_>| {
            match crawled {
                Crawled::Department(record) => {
                    seen.0 += 1;
                    listing.see_department(self, record);
                }
                Crawled::Members { department, rows } => {
                    seen.1 += rows.len() as u64;
                    rows.iter().for_each(|row| listing.see_member(self, department, row));
                }
            }
            (order.progress)(Progress::Listing { departments: seen.0, people: seen.1 });
        };
        let end = self.engine.dingtalk.crawl(&roots, self.visible, &mut see).await;
        for (department, err) in end.missing {
            if err.concerns_everybody() {
                return Err(err.into());
            }
            self.tally(|tally| tally.note(format!("department {department} could not be read in full: {err}")));
            listing.missing.push(department.into());
        }
        // People who were authorised one by one are in no department's list.
        listing.newcomers.extend(
            listing.scope.people.iter().filter(|id| listing.people.link(Side::DingTalk, id).is_none()).cloned(),
        );
        for id in listing.scope.people.clone() {
            if let Nomination::Differs(link) | Nomination::Agrees(link) =
                listing.people.see_unlisted(Side::DingTalk, &id)
            {
                listing.differing.insert(link);
            }
        }
        Ok(())
    }

    /// Reads this sweep's part of the corp in full and nominates whoever differs in a field that lists don't show.
    async fn deep_read(&self, rotation: Vec<UserId>) -> Result<Vec<LinkId>, LookError> {
        let mut looks = Pump::new(rotation);
        let begin = |id| self.differs(id).boxed();
        let mut differing = Vec::new();
        while let Some(looked) = looks.next(&begin).await {
            match looked {
                Ok(link) => differing.extend(link),
                Err(err) if err.concerns_everybody() => return Err(err),
                Err(err) => self.tally(|tally| tally.unfinished(Kind::Person, None, err.sentence())),
            }
        }
        Ok(differing)
    }

    async fn differs(&self, id: UserId) -> Result<Option<LinkId>, LookError> {
        let Some(record) = self.read(Kind::Person, &id.into()).await? else { return Ok(None) };
        let mut plan = Plan::default();
        self.consider(&record, Unknown::LeaveOut, &mut plan).await?;
        let items = plan.items.iter().map(|item| item.link.id);
        Ok(items.chain(plan.settled.iter().map(|settled| settled.link.id)).next())
    }
}

impl Listing {
    fn new(run: &Run<'_>, can: &Capabilities, scope: Scope) -> Self {
        let listed = |kind, dingtalk: FieldSet, visible: FieldSet| Listed {
            dingtalk: dingtalk.intersection(visible).intersection(can.fields(kind)),
            ehr: can.listed(kind).intersection(visible),
        };
        let index = |listed| BaseIndex::new(run.engine.key.clone(), listed);
        Self {
            people: index(listed(Kind::Person, PERSON_LISTED, run.visible)),
            departments: index(listed(Kind::Department, DEPARTMENT_LISTED, FieldSet::DEPARTMENT)),
            rows: BTreeMap::new(),
            departments_nominated: BTreeSet::new(),
            newcomers: BTreeSet::new(),
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

    fn see_department(&mut self, run: &Run<'_>, record: &Record) {
        let values = run.names.row(Side::DingTalk, record, &self.people, run.whole_company);
        match self.departments.see(Side::DingTalk, &record.id, &values) {
            Nomination::Agrees(_) => {}
            Nomination::Unknown => {
                self.departments_new += 1;
                self.departments_nominated.insert(record.id.clone());
            }
            Nomination::Differs(_) => {
                self.departments_differing += 1;
                self.departments_nominated.insert(record.id.clone());
            }
        }
        self.rows.insert(record.id.clone(), record.clone());
    }

    fn see_member(&mut self, run: &Run<'_>, department: DeptId, row: &MemberRow) {
        let id = &row.record.id;
        self.somebody = self.somebody.take().or_else(|| id.to_user_id().ok());
        let values = run.names.row(Side::DingTalk, &row.record, &self.people, run.whole_company);
        match self.people.see(Side::DingTalk, id, &values) {
            Nomination::Agrees(_) => {}
            Nomination::Unknown => _ = self.newcomers.insert(id.clone()),
            Nomination::Differs(link) => _ = self.differing.insert(link),
        }
        if row.leads_here
            && let Some(heads) = self.heads.get_mut(&department.into())
        {
            // Somebody new leads: whatever the id will be, it is not in base.
            let leader = self.people.link(Side::DingTalk, id).map_or_else(|| "new".to_owned(), |link| link.to_string());
            heads.leaders.insert(leader);
        }
        if let Some(place) = run.names.remembered(Side::DingTalk, Kind::Department, &department.into()) {
            self.people.see_place(id, place, row.leads_here);
        }
    }

    /// Departments whose leaders, as the lists show them, are not the heads that base has: the lists of departments show no
    /// heads, but those of people show who leads.
    fn other_heads(&self, key: &HashKey) -> Vec<NativeId> {
        let other = |heads: &Heads| {
            let leaders = Value::Refs(heads.leaders.clone());
            let leaders = Some(&leaders).filter(|_| !heads.leaders.is_empty());
            heads.base.is_some_and(|base| base != hash::field(key, Field::Heads, leaders))
        };
        let listed = self.heads.iter().filter(|(id, _)| self.rows.contains_key(*id) && !self.is_missing(id));
        listed.filter(|(_, heads)| other(heads)).map(|(id, _)| id.clone()).collect()
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
        BaseIndex::new(run.engine.key.clone(), Listed { dingtalk: FieldSet::NONE, ehr: FieldSet::NONE })
    }

    /// Records that will be read again.
    pub(crate) fn to_work(&self) -> u64 {
        (self.departments_nominated.len() + self.newcomers.len() + self.differing.len()) as u64
    }

    /// The counts for the preview, before anything is read again.
    pub(crate) fn preview(&self, people_missing: usize) -> Preview {
        Preview {
            departments_new: self.departments_new,
            departments_changed: self.departments_differing,
            people_new: self.newcomers.len() as u64,
            people_changed: self.differing.len() as u64,
            people_missing: people_missing as u64,
        }
    }

    /// What there is to judge whether the lists were everything.
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
        let hash = hash::bytes(key, "turn", &link.0);
        self.deep_share > 0 && u64::from(hash[0]) % self.deep_share == self.sweeps % self.deep_share
    }
}
