//! Walking the whole directory: departments breadth first, and the members of each (`dingtalk-api.md` §3.6).
//!
//! There is no "list everybody". Both lists are asked side by side, with enough calls under way to fill the pace at any
//! ordinary latency; the client does the pacing. What a page says is handed over at once; whether all pages came is
//! known at the end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use async_trait::async_trait;
use directory::{DeptId, FieldSet, NativeId, Record};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};

use super::config::Client;
use super::people::{MemberRow, MembersPage};
use crate::error::{Error, Trouble};

/// Calls under way per interface: fills 20 calls per second up to 800 ms of latency, and 60 up to 260 ms. Each may hold a page.
const UNDER_WAY: usize = 16;
/// DingTalk's cursors end at 100,000, a page has 100 rows (`dingtalk-api.md` §3.3).
const PAGES_MAX: u32 = 1001;
/// Far above any company; a tree that grows for ever ends here.
const DEPARTMENTS_MAX: usize = 100_000;

/// The reads that a crawl is made of: the client's, and a simulated company's.
#[async_trait]
pub trait Lists: Send + Sync {
    /// One department in full.
    async fn department(&self, id: DeptId) -> Result<Record, Error>;
    /// Its direct children, with name and parent.
    async fn sub_departments(&self, id: DeptId) -> Result<Vec<Record>, Error>;
    /// A page of its direct members.
    async fn members(&self, id: DeptId, cursor: u32, visible: FieldSet) -> Result<MembersPage, Error>;
}

#[async_trait]
impl Lists for Client {
    async fn department(&self, id: DeptId) -> Result<Record, Error> {
        Self::department(self, id).await
    }

    async fn sub_departments(&self, id: DeptId) -> Result<Vec<Record>, Error> {
        Self::sub_departments(self, id).await
    }

    async fn members(&self, id: DeptId, cursor: u32, visible: FieldSet) -> Result<MembersPage, Error> {
        Self::members(self, id, cursor, visible).await
    }
}

/// What the crawl has found.
#[derive(Debug)]
pub enum Crawled<'a> {
    /// A department, with name and parent; the roots that were asked for show everything.
    Department(&'a Record),
    /// A page of a department's direct members. Somebody in several departments comes once per department.
    Members {
        /// Whose members.
        department: DeptId,
        /// At most 100.
        rows: Vec<MemberRow>,
    },
}

/// What a crawl has not read yet, and what it has to remember to go on: it can be stored between two slices. Ids only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    roots: Vec<DeptId>,
    to_list: Vec<DeptId>,
    to_read: Vec<Reading>,
    visited: BTreeSet<DeptId>,
    parents: Vec<(DeptId, DeptId)>,
    missing: BTreeSet<DeptId>,
}

impl Unread {
    /// Everything below these departments.
    #[must_use]
    pub fn below(roots: &BTreeSet<DeptId>) -> Self {
        let reading =
            |department: &DeptId| Reading { department: *department, cursor: 0, pages: 0, seen: BTreeSet::new() };
        Self {
            roots: roots.iter().copied().filter(|root| *root != DeptId::ROOT).collect(),
            to_list: roots.iter().copied().collect(),
            to_read: roots.iter().map(reading).collect(),
            visited: roots.clone(),
            parents: Vec::new(),
            missing: BTreeSet::new(),
        }
    }
}

/// How a crawl ended.
#[derive(Debug)]
pub struct CrawlEnd {
    /// Departments visited, including those that are missing.
    pub departments: u64,
    /// Departments whose children or members did not all arrive, and why. Some of their rows may have been handed over.
    pub missing: Vec<(DeptId, Error)>,
    /// Every page of every department arrived.
    pub complete: bool,
    /// It was told to stop, and this is left.
    pub unread: Option<Unread>,
}

/// Reads everything that is unread, parents before their children, and hands it to `each` as it arrives. Once `go_on` says
/// no, nothing more is begun, and the rest is handed back; the first calls are begun in any case.
///
/// A department that cannot be read goes to [`CrawlEnd::missing`] and the others go on; after trouble that concerns
/// everybody, such as a ban, nothing more is begun and the rest is missing too. A department that comes twice
/// or lies below itself, a person twice in one department, and lists without end are
/// [`Malformed`](Trouble::Malformed).
pub async fn crawl(
    client: &dyn Lists,
    unread: Unread,
    visible: FieldSet,
    go_on: &(dyn Fn() -> bool + Send + Sync),
    each: &mut (dyn FnMut(Crawled<'_>) + Send),
) -> CrawlEnd {
    let mut walk = Walk::new(client, unread, visible);
    let mut begun = false;
    loop {
        // The first ones always, so that a crawl in slices comes to its end however short they are.
        if !begun || go_on() {
            walk.fill();
        }
        begun = true;
        let Some(step) = walk.under_way.next().await else { break };
        walk.take(step, each);
    }
    let unread = walk.unread();
    let missing: Vec<(DeptId, Error)> = walk.missing.into_iter().collect();
    CrawlEnd {
        departments: u64::try_from(walk.visited.len()).unwrap_or(u64::MAX),
        complete: missing.is_empty() && unread.is_none(),
        missing,
        unread,
    }
}

/// An answer of one of the three interfaces.
enum Step {
    Root(DeptId, Result<Record, Error>),
    Children(DeptId, Result<Vec<Record>, Error>),
    Page(Reading, Result<MembersPage, Error>),
}

/// A department whose members are being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    department: DeptId,
    cursor: u32,
    pages: u32,
    seen: BTreeSet<NativeId>,
}

struct Walk<'a> {
    client: &'a dyn Lists,
    visible: FieldSet,
    under_way: FuturesUnordered<BoxFuture<'a, Step>>,
    roots: VecDeque<DeptId>,
    to_list: VecDeque<DeptId>,
    to_read: VecDeque<Reading>,
    roots_under_way: usize,
    lists_under_way: usize,
    reads_under_way: usize,
    visited: BTreeSet<DeptId>,
    parents: BTreeMap<DeptId, DeptId>,
    missing: BTreeMap<DeptId, Error>,
    /// Where asking, and what happened that nobody else would fare better with.
    stopped: Option<(&'static str, Trouble)>,
}

impl<'a> Walk<'a> {
    fn new(client: &'a dyn Lists, unread: Unread, visible: FieldSet) -> Self {
        let before = |department| {
            let what = "it could not be read in an earlier part of this crawl";
            (department, Error::new("user/list", Trouble::Malformed { what }))
        };
        Self {
            client,
            visible,
            under_way: FuturesUnordered::new(),
            roots: unread.roots.into(),
            to_list: unread.to_list.into(),
            to_read: unread.to_read.into(),
            roots_under_way: 0,
            lists_under_way: 0,
            reads_under_way: 0,
            visited: unread.visited,
            parents: unread.parents.into_iter().collect(),
            missing: unread.missing.into_iter().map(before).collect(),
            stopped: None,
        }
    }

    /// What was not begun; `None` when all was.
    fn unread(&mut self) -> Option<Unread> {
        let begun = self.roots.is_empty() && self.to_list.is_empty() && self.to_read.is_empty();
        (!begun).then(|| Unread {
            roots: self.roots.drain(..).collect(),
            to_list: self.to_list.drain(..).collect(),
            to_read: self.to_read.drain(..).collect(),
            visited: self.visited.clone(),
            parents: self.parents.iter().map(|(child, parent)| (*child, *parent)).collect(),
            missing: self.missing.keys().copied().collect(),
        })
    }

    fn enter(&mut self, department: DeptId) {
        self.to_list.push_back(department);
        self.to_read.push_back(Reading { department, cursor: 0, pages: 0, seen: BTreeSet::new() });
    }

    /// Starts whatever there is room for.
    fn fill(&mut self) {
        if let Some((interface, trouble)) = &self.stopped {
            let (roots, lists) = (self.roots.drain(..), self.to_list.drain(..));
            let left = roots.chain(lists).chain(self.to_read.drain(..).map(|reading| reading.department));
            for department in left {
                let Some(trouble) = trouble.for_everybody() else { continue };
                self.missing.entry(department).or_insert_with(|| Error::new(interface, trouble));
            }
            return;
        }
        let (client, visible) = (self.client, self.visible);
        while self.roots_under_way < UNDER_WAY
            && let Some(root) = self.roots.pop_front()
        {
            self.roots_under_way += 1;
            self.under_way.push(Box::pin(async move { Step::Root(root, client.department(root).await) }));
        }
        while self.lists_under_way < UNDER_WAY
            && let Some(parent) = self.to_list.pop_front()
        {
            self.lists_under_way += 1;
            self.under_way.push(Box::pin(async move { Step::Children(parent, client.sub_departments(parent).await) }));
        }
        while self.reads_under_way < UNDER_WAY
            && let Some(reading) = self.to_read.pop_front()
        {
            self.reads_under_way += 1;
            self.under_way.push(Box::pin(async move {
                let page = client.members(reading.department, reading.cursor, visible).await;
                Step::Page(reading, page)
            }));
        }
    }

    fn take(&mut self, step: Step, each: &mut (dyn FnMut(Crawled<'_>) + Send)) {
        match step {
            Step::Root(root, found) => {
                self.roots_under_way -= 1;
                match found {
                    Ok(record) => each(Crawled::Department(&record)),
                    Err(error) => self.miss(root, error),
                }
            }
            Step::Children(parent, found) => {
                self.lists_under_way -= 1;
                match found {
                    Ok(children) => children.iter().for_each(|child| self.child(parent, child, each)),
                    Err(error) => self.miss(parent, error),
                }
            }
            Step::Page(reading, found) => {
                self.reads_under_way -= 1;
                match found {
                    Ok(page) => self.page(reading, page, each),
                    Err(error) => self.miss(reading.department, error),
                }
            }
        }
    }

    fn child(&mut self, parent: DeptId, record: &Record, each: &mut (dyn FnMut(Crawled<'_>) + Send)) {
        let Some(child) = record.id.to_dept_id() else {
            return self.miss_malformed(parent, "department/listsub", "a department id that cannot be one");
        };
        if child == DeptId::ROOT || child == parent || self.is_below(parent, child) {
            return self.miss_malformed(child, "department/listsub", "a department below itself");
        }
        if self.parents.insert(child, parent).is_some() {
            return self.miss_malformed(child, "department/listsub", "a department with two parents");
        }
        if self.visited.len() >= DEPARTMENTS_MAX {
            return self.miss_malformed(child, "department/listsub", "more departments than any company has");
        }
        // A root of the scope may lie below another one; its record comes by itself.
        if self.visited.insert(child) {
            each(Crawled::Department(record));
            self.enter(child);
        }
    }

    /// Whether `department` has `ancestor` above it, as far as is known. Bounded by the depth: each step goes up.
    fn is_below(&self, department: DeptId, ancestor: DeptId) -> bool {
        let up = |at: &DeptId| self.parents.get(at).copied();
        std::iter::successors(up(&department), up).take(DEPARTMENTS_MAX).any(|above| above == ancestor)
    }

    fn page(&mut self, mut reading: Reading, page: MembersPage, each: &mut (dyn FnMut(Crawled<'_>) + Send)) {
        let department = reading.department;
        if !page.rows.iter().all(|row| reading.seen.insert(row.record.id.clone())) {
            return self.miss_malformed(department, "user/list", "a person twice in one department");
        }
        each(Crawled::Members { department, rows: page.rows });
        let Some(next) = page.next else { return };
        reading.pages += 1;
        if reading.pages >= PAGES_MAX {
            return self.miss_malformed(department, "user/list", "pages without end");
        }
        reading.cursor = next;
        // First in the queue: its ids are forgotten as soon as it is done.
        self.to_read.push_front(reading);
    }

    fn miss_malformed(&mut self, department: DeptId, interface: &'static str, what: &'static str) {
        self.miss(department, Error::new(interface, Trouble::Malformed { what }));
    }

    /// The first reason is kept.
    fn miss(&mut self, department: DeptId, error: Error) {
        if self.stopped.is_none() {
            self.stopped = error.trouble.for_everybody().map(|trouble| (error.interface, trouble));
        }
        self.missing.entry(department).or_insert(error);
    }
}

#[cfg(test)]
mod tests;
