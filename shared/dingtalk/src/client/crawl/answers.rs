//! What an answer adds to the walk: departments, members, and what was wrong with it.

use std::collections::btree_map::Entry;

use directory::{DeptId, Kind, Record};

use super::calls::CrawlStep;
use super::state::MemberReading;
use super::{CrawlItem, DirectoryWalk, LIST};
use crate::client::departments::SubDepartments;
use crate::client::people::{MemberRow, MembersPage};
use crate::client::wire_person::UnreadableRow;
use crate::error::{DingTalkError, DingTalkErrorKind, ReplyFault};

/// DingTalk's cursors end at 100,000, a page has 100 rows.
const PAGES_MAX: u32 = 1001;
const LISTSUB: &str = "department/listsub";
/// Far above any company; a tree that grows for ever ends here.
const DEPARTMENTS_MAX: usize = 100_000;

impl DirectoryWalk<'_> {
    pub(super) fn handle_step(
        &mut self,
        step: CrawlStep,
        each: &mut (dyn FnMut(CrawlItem<'_>) + Send),
    ) {
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
