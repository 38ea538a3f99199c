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
use crate::error::{DingTalkError, DingTalkErrorKind, ReplyFault};

/// Calls under way per interface: fills 20 calls per second up to 800 ms of latency, and 60 up to 260 ms. Each may hold a page.
const CALLS_UNDER_WAY: usize = 16;
/// DingTalk's cursors end at 100,000, a page has 100 rows (`dingtalk-api.md` §3.3).
const PAGES_MAX: u32 = 1001;
/// Far above any company; a tree that grows for ever ends here.
const DEPARTMENTS_MAX: usize = 100_000;

/// The reads that a crawl is made of: the client's, and a simulated company's.
#[async_trait]
pub trait DirectoryReader: Send + Sync {
    /// One department in full.
    async fn read_department(&self, id: DeptId) -> Result<Record, DingTalkError>;
    /// Its direct children, with name and parent.
    async fn list_sub_departments(&self, id: DeptId) -> Result<Vec<Record>, DingTalkError>;
    /// A page of its direct members.
    async fn list_members(
        &self,
        id: DeptId,
        cursor: u32,
        visible: FieldSet,
    ) -> Result<MembersPage, DingTalkError>;
}

#[async_trait]
impl DirectoryReader for Client {
    async fn read_department(&self, id: DeptId) -> Result<Record, DingTalkError> {
        Self::read_department(self, id).await
    }

    async fn list_sub_departments(&self, id: DeptId) -> Result<Vec<Record>, DingTalkError> {
        Self::list_sub_departments(self, id).await
    }

    async fn list_members(
        &self,
        id: DeptId,
        cursor: u32,
        visible: FieldSet,
    ) -> Result<MembersPage, DingTalkError> {
        Self::list_members(self, id, cursor, visible).await
    }
}

/// What the crawl has found.
#[derive(Debug)]
pub enum CrawlItem<'a> {
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
pub struct CrawlState {
    roots: Vec<DeptId>,
    to_list: Vec<DeptId>,
    to_read: Vec<MemberReading>,
    visited: BTreeSet<DeptId>,
    parents: Vec<(DeptId, DeptId)>,
    missing: BTreeSet<DeptId>,
}

impl CrawlState {
    /// Everything below these departments.
    #[must_use]
    pub fn below_roots(roots: &BTreeSet<DeptId>) -> Self {
        let reading = |department: &DeptId| MemberReading {
            department: *department,
            cursor: 0,
            pages: 0,
            seen: BTreeSet::new(),
        };
        Self {
            roots: roots
                .iter()
                .copied()
                .filter(|root| *root != DeptId::ROOT)
                .collect(),
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
    pub missing: Vec<(DeptId, DingTalkError)>,
    /// Every page of every department arrived.
    pub complete: bool,
    /// It was told to stop, and this is left.
    pub unread: Option<CrawlState>,
}

/// Reads everything that is unread, parents before their children, and hands it to `each` as it arrives. Once `go_on` says
/// no, nothing more is begun, and the rest is handed back; the first calls are begun in any case.
///
/// A department that cannot be read goes to [`CrawlEnd::missing`] and the others go on; after trouble that concerns
/// everybody, such as a ban, nothing more is begun and the rest is missing too. A department that comes twice
/// or lies below itself, a person twice in one department, and lists without end are
/// [`Malformed`](Trouble::Malformed).
pub async fn crawl_directory(
    client: &dyn DirectoryReader,
    unread: CrawlState,
    visible: FieldSet,
    go_on: &(dyn Fn() -> bool + Send + Sync),
    each: &mut (dyn FnMut(CrawlItem<'_>) + Send),
) -> CrawlEnd {
    let mut walk = DirectoryWalk::new(client, unread, visible);
    let mut begun = false;
    loop {
        // The first ones always, so that a crawl in slices comes to its end however short they are.
        if !begun || go_on() {
            walk.start_calls();
        }
        begun = true;
        let Some(step) = walk.under_way.next().await else {
            break;
        };
        walk.handle_step(step, each);
    }
    let unread = walk.take_unread();
    let missing: Vec<(DeptId, DingTalkError)> = walk.missing.into_iter().collect();
    CrawlEnd {
        departments: u64::try_from(walk.visited.len()).unwrap_or(u64::MAX),
        complete: missing.is_empty() && unread.is_none(),
        missing,
        unread,
    }
}

/// An answer of one of the three interfaces.
enum CrawlStep {
    Root(DeptId, Result<Record, DingTalkError>),
    Children(DeptId, Result<Vec<Record>, DingTalkError>),
    Page(MemberReading, Result<MembersPage, DingTalkError>),
}

/// A department whose members are being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MemberReading {
    department: DeptId,
    cursor: u32,
    pages: u32,
    seen: BTreeSet<NativeId>,
}

struct DirectoryWalk<'a> {
    client: &'a dyn DirectoryReader,
    visible: FieldSet,
    under_way: FuturesUnordered<BoxFuture<'a, CrawlStep>>,
    roots: VecDeque<DeptId>,
    to_list: VecDeque<DeptId>,
    to_read: VecDeque<MemberReading>,
    roots_under_way: usize,
    lists_under_way: usize,
    reads_under_way: usize,
    visited: BTreeSet<DeptId>,
    parents: BTreeMap<DeptId, DeptId>,
    missing: BTreeMap<DeptId, DingTalkError>,
    /// Where asking, and what happened that nobody else would fare better with.
    stopped: Option<(&'static str, DingTalkErrorKind)>,
}

impl<'a> DirectoryWalk<'a> {
    fn new(client: &'a dyn DirectoryReader, unread: CrawlState, visible: FieldSet) -> Self {
        let before = |department| {
            let what = ReplyFault::Unread;
            (
                department,
                DingTalkError::new("user/list", DingTalkErrorKind::Malformed { what }),
            )
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
    fn take_unread(&mut self) -> Option<CrawlState> {
        let begun = self.roots.is_empty() && self.to_list.is_empty() && self.to_read.is_empty();
        (!begun).then(|| CrawlState {
            roots: self.roots.drain(..).collect(),
            to_list: self.to_list.drain(..).collect(),
            to_read: self.to_read.drain(..).collect(),
            visited: self.visited.clone(),
            parents: self
                .parents
                .iter()
                .map(|(child, parent)| (*child, *parent))
                .collect(),
            missing: self.missing.keys().copied().collect(),
        })
    }

    fn enqueue_department(&mut self, department: DeptId) {
        self.to_list.push_back(department);
        self.to_read.push_back(MemberReading {
            department,
            cursor: 0,
            pages: 0,
            seen: BTreeSet::new(),
        });
    }

    /// Starts whatever there is room for.
    fn start_calls(&mut self) {
        if let Some((interface, trouble)) = &self.stopped {
            let (roots, lists) = (self.roots.drain(..), self.to_list.drain(..));
            let left = roots
                .chain(lists)
                .chain(self.to_read.drain(..).map(|reading| reading.department));
            for department in left {
                let Some(trouble) = trouble.for_every_caller() else {
                    continue;
                };
                self.missing
                    .entry(department)
                    .or_insert_with(|| DingTalkError::new(interface, trouble));
            }
            return;
        }
        let (client, visible) = (self.client, self.visible);
        while self.roots_under_way < CALLS_UNDER_WAY
            && let Some(root) = self.roots.pop_front()
        {
            self.roots_under_way += 1;
            self.under_way.push(Box::pin(async move {
                CrawlStep::Root(root, client.read_department(root).await)
            }));
        }
        while self.lists_under_way < CALLS_UNDER_WAY
            && let Some(parent) = self.to_list.pop_front()
        {
            self.lists_under_way += 1;
            self.under_way.push(Box::pin(async move {
                CrawlStep::Children(parent, client.list_sub_departments(parent).await)
            }));
        }
        while self.reads_under_way < CALLS_UNDER_WAY
            && let Some(reading) = self.to_read.pop_front()
        {
            self.reads_under_way += 1;
            self.under_way.push(Box::pin(async move {
                let page = client
                    .list_members(reading.department, reading.cursor, visible)
                    .await;
                CrawlStep::Page(reading, page)
            }));
        }
    }

    fn handle_step(&mut self, step: CrawlStep, each: &mut (dyn FnMut(CrawlItem<'_>) + Send)) {
        match step {
            CrawlStep::Root(root, found) => {
                self.roots_under_way -= 1;
                match found {
                    Ok(record) => each(CrawlItem::Department(&record)),
                    Err(error) => self.mark_missing(root, error),
                }
            }
            CrawlStep::Children(parent, found) => {
                self.lists_under_way -= 1;
                match found {
                    Ok(children) => children
                        .iter()
                        .for_each(|child| self.visit_child(parent, child, each)),
                    Err(error) => self.mark_missing(parent, error),
                }
            }
            CrawlStep::Page(reading, found) => {
                self.reads_under_way -= 1;
                match found {
                    Ok(page) => self.handle_page(reading, page, each),
                    Err(error) => self.mark_missing(reading.department, error),
                }
            }
        }
    }

    fn visit_child(
        &mut self,
        parent: DeptId,
        record: &Record,
        each: &mut (dyn FnMut(CrawlItem<'_>) + Send),
    ) {
        let Some(child) = record.id.to_dept_id() else {
            return self.mark_malformed(
                parent,
                "department/listsub",
                ReplyFault::InvalidId("a department id that cannot be one"),
            );
        };
        if child == DeptId::ROOT || child == parent || self.is_below(parent, child) {
            return self.mark_malformed(
                child,
                "department/listsub",
                ReplyFault::Contradiction("a department below itself"),
            );
        }
        if self.parents.insert(child, parent).is_some() {
            return self.mark_malformed(
                child,
                "department/listsub",
                ReplyFault::Contradiction("a department with two parents"),
            );
        }
        if self.visited.len() >= DEPARTMENTS_MAX {
            return self.mark_malformed(
                child,
                "department/listsub",
                ReplyFault::Contradiction("more departments than any company has"),
            );
        }
        // A root of the scope may lie below another one; its record comes by itself.
        if self.visited.insert(child) {
            each(CrawlItem::Department(record));
            self.enqueue_department(child);
        }
    }

    /// Whether `department` has `ancestor` above it, as far as is known. Bounded by the depth: each step goes up.
    fn is_below(&self, department: DeptId, ancestor: DeptId) -> bool {
        let up = |at: &DeptId| self.parents.get(at).copied();
        std::iter::successors(up(&department), up)
            .take(DEPARTMENTS_MAX)
            .any(|above| above == ancestor)
    }

    fn handle_page(
        &mut self,
        mut reading: MemberReading,
        page: MembersPage,
        each: &mut (dyn FnMut(CrawlItem<'_>) + Send),
    ) {
        let department = reading.department;
        if !page
            .rows
            .iter()
            .all(|row| reading.seen.insert(row.record.id.clone()))
        {
            return self.mark_malformed(
                department,
                "user/list",
                ReplyFault::Contradiction("a person twice in one department"),
            );
        }
        each(CrawlItem::Members {
            department,
            rows: page.rows,
        });
        let Some(next) = page.next else { return };
        reading.pages += 1;
        if reading.pages >= PAGES_MAX {
            return self.mark_malformed(
                department,
                "user/list",
                ReplyFault::Endless("pages without end"),
            );
        }
        reading.cursor = next;
        // First in the queue: its ids are forgotten as soon as it is done.
        self.to_read.push_front(reading);
    }

    fn mark_malformed(&mut self, department: DeptId, interface: &'static str, what: ReplyFault) {
        self.mark_missing(
            department,
            DingTalkError::new(interface, DingTalkErrorKind::Malformed { what }),
        );
    }

    /// The first reason is kept.
    fn mark_missing(&mut self, department: DeptId, error: DingTalkError) {
        if self.stopped.is_none() {
            self.stopped = error
                .trouble
                .for_every_caller()
                .map(|trouble| (error.interface, trouble));
        }
        self.missing.entry(department).or_insert(error);
    }
}

#[cfg(test)]
mod tests;
