//! Walking the whole directory: departments breadth first, and the members of each.
//!
//! There is no "list everybody". Both lists are asked side by side, with enough calls under way to fill the pace at any
//! ordinary latency; the client does the pacing. What a page says is handed over at once; whether all pages came is
//! known at the end.

mod reader;
mod state;

use std::collections::btree_map::{BTreeMap, Entry};
use std::collections::{BTreeSet, VecDeque};

use directory::{DeptId, FieldSet, Kind, NativeId, Record};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

pub use reader::DirectoryReader;
pub use state::{CrawlEnd, CrawlState};

use super::departments::SubDepartments;
use super::people::{MemberRow, MembersPage};
use super::wire_person::UnreadableRow;
use crate::error::{DingTalkError, DingTalkErrorKind, ReplyFault};
use state::MemberReading;

/// Calls under way per interface: fills 20 calls per second up to 800 ms of latency, and 60 up to 260 ms. Each may hold a page.
const CALLS_UNDER_WAY: usize = 16;
/// DingTalk's cursors end at 100,000, a page has 100 rows.
const PAGES_MAX: u32 = 1001;
const LISTSUB: &str = "department/listsub";
const LIST: &str = "user/list";
/// Far above any company; a tree that grows for ever ends here.
const DEPARTMENTS_MAX: usize = 100_000;

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

/// Reads everything that is unread, parents before their children, and hands it to `each` as it arrives. Once `go_on` says
/// no, nothing more is begun, and the rest is handed back; the first calls are begun in any case.
///
/// A department that cannot be read goes to [`CrawlEnd::missing`] and the others go on; after trouble that concerns
/// everybody, such as a ban, nothing more is begun and the rest is missing too. A department with two parents or below
/// itself, a row without an id, and lists without end are [`Malformed`](DingTalkErrorKind::Malformed); what else such a
/// list shows is handed over all the same. A row that comes twice in one list counts once.
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
        unreadable: walk.unreadable.into_values().collect(),
        unread,
    }
}

/// An answer of one of the three interfaces.
enum CrawlStep {
    Root(DeptId, Result<Record, DingTalkError>),
    Children(DeptId, Result<SubDepartments, DingTalkError>),
    Page(MemberReading, Result<MembersPage, DingTalkError>),
}

/// The calls of all interfaces that are under way.
type CallsUnderWay<'a> = FuturesUnordered<BoxFuture<'a, CrawlStep>>;

/// What is still to be asked of one interface, and how many of its calls are under way.
struct CallQueue<W> {
    waiting: VecDeque<W>,
    under_way: usize,
}

impl<W> CallQueue<W> {
    fn new(waiting: Vec<W>) -> Self {
        Self {
            waiting: waiting.into(),
            under_way: 0,
        }
    }

    /// Starts whatever there is room for.
    fn start_calls<'a>(
        &mut self,
        calls: &CallsUnderWay<'a>,
        call: impl Fn(W) -> BoxFuture<'a, CrawlStep>,
    ) {
        while self.under_way < CALLS_UNDER_WAY
            && let Some(work) = self.waiting.pop_front()
        {
            self.under_way += 1;
            calls.push(call(work));
        }
    }
}

struct DirectoryWalk<'a> {
    client: &'a dyn DirectoryReader,
    visible: FieldSet,
    under_way: CallsUnderWay<'a>,
    roots: CallQueue<DeptId>,
    to_list: CallQueue<DeptId>,
    to_read: CallQueue<MemberReading>,
    visited: BTreeSet<DeptId>,
    parents: BTreeMap<DeptId, DeptId>,
    missing: BTreeMap<DeptId, DingTalkError>,
    unreadable: BTreeMap<(Kind, NativeId), UnreadableRow>,
    /// Where asking, and what happened that nobody else would fare better with.
    stopped: Option<(&'static str, DingTalkErrorKind)>,
}

impl<'a> DirectoryWalk<'a> {
    fn new(client: &'a dyn DirectoryReader, unread: CrawlState, visible: FieldSet) -> Self {
        let before = |department| {
            let what = ReplyFault::Unread;
            (
                department,
                DingTalkError::new(LIST, DingTalkErrorKind::Malformed { what }),
            )
        };
        Self {
            client,
            visible,
            under_way: FuturesUnordered::new(),
            roots: CallQueue::new(unread.roots),
            to_list: CallQueue::new(unread.to_list),
            to_read: CallQueue::new(unread.to_read),
            visited: unread.visited,
            parents: unread.parents.into_iter().collect(),
            missing: unread.missing.into_iter().map(before).collect(),
            unreadable: BTreeMap::new(),
            stopped: None,
        }
    }

    /// What was not begun; `None` when all was.
    fn take_unread(&mut self) -> Option<CrawlState> {
        let (roots, lists, reads) = (
            &mut self.roots.waiting,
            &mut self.to_list.waiting,
            &mut self.to_read.waiting,
        );
        let begun = roots.is_empty() && lists.is_empty() && reads.is_empty();
        (!begun).then(|| CrawlState {
            roots: roots.drain(..).collect(),
            to_list: lists.drain(..).collect(),
            to_read: reads.drain(..).collect(),
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
        self.to_list.waiting.push_back(department);
        self.to_read
            .waiting
            .push_back(MemberReading::begin(department));
    }

    /// Starts whatever there is room for; after trouble that stopped the crawl, what waits is missing.
    fn start_calls(&mut self) {
        if let Some((interface, trouble)) = &self.stopped {
            let roots = self.roots.waiting.drain(..);
            let lists = self.to_list.waiting.drain(..);
            let reads = self.to_read.waiting.drain(..);
            let left = roots
                .chain(lists)
                .chain(reads.map(|reading| reading.department));
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
        let (client, visible, calls) = (self.client, self.visible, &self.under_way);
        self.roots.start_calls(calls, |root| {
            Box::pin(async move { CrawlStep::Root(root, client.read_department(root).await) })
        });
        self.to_list.start_calls(calls, |parent| {
            Box::pin(async move {
                CrawlStep::Children(parent, client.list_sub_departments(parent).await)
            })
        });
        self.to_read.start_calls(calls, |reading| {
            Box::pin(async move {
                let page = client
                    .list_members(reading.department, reading.cursor, visible)
                    .await;
                CrawlStep::Page(reading, page)
            })
        });
    }

    fn handle_step(&mut self, step: CrawlStep, each: &mut (dyn FnMut(CrawlItem<'_>) + Send)) {
        match step {
            CrawlStep::Root(root, found) => {
                self.roots.under_way -= 1;
                match found {
                    Ok(record) => each(CrawlItem::Department(&record)),
                    Err(error) => self.mark_missing(root, error),
                }
            }
            CrawlStep::Children(parent, found) => {
                self.to_list.under_way -= 1;
                match found {
                    Ok(children) => self.handle_children(parent, children, each),
                    Err(error) => self.mark_missing(parent, error),
                }
            }
            CrawlStep::Page(reading, found) => {
                self.to_read.under_way -= 1;
                match found {
                    Ok(page) => self.handle_page(reading, page, each),
                    Err(error) => self.mark_missing(reading.department, error),
                }
            }
        }
    }

    fn handle_children(
        &mut self,
        parent: DeptId,
        children: SubDepartments,
        each: &mut (dyn FnMut(CrawlItem<'_>) + Send),
    ) {
        self.note_unreadable(children.unreadable);
        if children.nameless > 0 {
            self.mark_malformed(
                parent,
                LISTSUB,
                ReplyFault::InvalidId("a department without an id"),
            );
        }
        for child in children.misplaced {
            self.mark_malformed(
                child,
                LISTSUB,
                ReplyFault::Contradiction("a child of another department"),
            );
        }
        for child in &children.rows {
            self.visit_child(parent, child, each);
        }
    }

    /// Of a record that comes several times, the fields of all its rows.
    fn note_unreadable(&mut self, rows: Vec<UnreadableRow>) {
        for row in rows {
            match self.unreadable.entry((row.kind, row.id.clone())) {
                Entry::Vacant(entry) => _ = entry.insert(row),
                Entry::Occupied(mut entry) => entry.get_mut().add(&row),
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
                LISTSUB,
                ReplyFault::InvalidId("a department id that cannot be one"),
            );
        };
        if child == DeptId::ROOT || child == parent || self.is_below(parent, child) {
            return self.mark_malformed(
                child,
                LISTSUB,
                ReplyFault::Contradiction("a department below itself"),
            );
        }
        if self.parents.insert(child, parent).is_some() {
            return self.mark_malformed(
                child,
                LISTSUB,
                ReplyFault::Contradiction("a department with two parents"),
            );
        }
        if self.visited.len() >= DEPARTMENTS_MAX {
            return self.mark_malformed(
                child,
                LISTSUB,
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
        self.note_unreadable(page.unreadable);
        if page.nameless > 0 {
            self.mark_malformed(
                department,
                LIST,
                ReplyFault::InvalidId("a person without a userid"),
            );
        }
        let (rows, twice): (Vec<_>, Vec<_>) = page
            .rows
            .into_iter()
            .partition(|row| reading.seen.insert(row.record.id.clone()));
        if rows.is_empty() && !twice.is_empty() {
            return self.mark_malformed(
                department,
                LIST,
                ReplyFault::Contradiction("a page that repeats another one"),
            );
        }
        self.note_unreadable(twice.iter().map(repeated_row).collect());
        each(CrawlItem::Members { department, rows });
        let Some(next) = page.next else { return };
        reading.pages += 1;
        if reading.pages >= PAGES_MAX {
            return self.mark_malformed(department, LIST, ReplyFault::Endless("pages without end"));
        }
        reading.cursor = next;
        // First in the queue: its ids are forgotten as soon as it is done.
        self.to_read.waiting.push_front(reading);
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

/// The second row of one person in one department.
fn repeated_row(row: &MemberRow) -> UnreadableRow {
    UnreadableRow {
        kind: Kind::Person,
        id: row.record.id.clone(),
        fields: vec!["named twice"],
        implausible: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
