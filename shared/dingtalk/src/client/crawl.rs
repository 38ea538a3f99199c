//! Walking the whole directory: departments breadth first, and the members of each.
//!
//! There is no "list everybody". Both lists are asked side by side, with enough calls under way to fill the pace at any
//! ordinary latency; the client does the pacing. What a page says is handed over at once; whether all pages came is
//! known at the end.

mod answers;
mod calls;
mod reader;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use directory::{DeptId, FieldSet, Kind, NativeId, Record};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

pub use reader::DirectoryReader;
pub use state::{CrawlEnd, CrawlState};

use super::people::MemberRow;
use super::wire_person::UnreadableRow;
use crate::error::{DingTalkError, DingTalkErrorKind, ReplyFault};
use calls::{CallQueue, CallsUnderWay, CrawlStep};
use state::MemberReading;

const LIST: &str = "user/list";

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
}

#[cfg(test)]
mod tests;
