//! Reads without a call: returns what the read interfaces answer, as values. A caller in the same
//! process needs no JSON and no token and has no frequency limit. The contact scope applies.

use std::borrow::Cow;

use directory::Timestamp;

use super::{Refusal, World};
use crate::company::{Department, Person};

/// A page of a department's direct members.
#[derive(Debug)]
pub struct MemberPage<'a> {
    /// Members as the list shows them.
    pub people: Vec<Cow<'a, Person>>,
    /// Cursor of the next page; `None` on the last page.
    pub next: Option<usize>,
}

impl World {
    /// `user/get`: returns the person as they are now.
    ///
    /// # Errors
    /// 60121 if no such person works here (also while invited), 50002 if the person is outside the
    /// contact scope.
    pub fn read_person(&self, userid: &str) -> Result<&Person, Refusal> {
        self.reachable_person(userid)?;
        self.known_person(userid)
    }

    /// `department/get`: returns the department as it is now, and its 主管.
    ///
    /// # Errors
    /// 40009 if the id is not possible, 60003 if there is no such department, 50004 if it is
    /// outside the contact scope.
    pub fn read_department(&self, dept_id: i64) -> Result<(&Department, Vec<String>), Refusal> {
        self.reachable_department(dept_id)?;
        Ok((
            self.known_department(dept_id)?,
            self.department_heads(dept_id),
        ))
    }

    /// `department/listsub`: returns the direct children as lists show them at this moment.
    ///
    /// # Errors
    /// As [`read_department`](Self::read_department).
    pub fn list_children(&self, now: Timestamp, dept_id: i64) -> Result<Vec<&Department>, Refusal> {
        self.reachable_department(dept_id)?;
        Ok(self.listed_children(now, dept_id))
    }

    /// `user/list`: returns a page of direct members as lists show them at this moment. Lists show
    /// no manager, no main department, and the leader flag of the listed department only.
    ///
    /// # Errors
    /// As [`read_department`](Self::read_department).
    pub fn list_members(
        &self,
        now: Timestamp,
        dept_id: i64,
        cursor: usize,
        size: usize,
    ) -> Result<MemberPage<'_>, Refusal> {
        self.reachable_department(dept_id)?;
        Ok(self.direct_member_page(now, dept_id, cursor, size))
    }

    /// Without list lag, a page costs the rows it returns and the rows it skips, not the whole
    /// department.
    pub(super) fn direct_member_page(
        &self,
        now: Timestamp,
        dept_id: i64,
        cursor: usize,
        size: usize,
    ) -> MemberPage<'_> {
        let (people, count): (Vec<Cow<'_, Person>>, usize) = if self.lists_lag(now) {
            let all = self.listed_members(now, dept_id);
            let count = all.len();
            (all.into_iter().skip(cursor).take(size).collect(), count)
        } else {
            let rows = self.index.members(dept_id).skip(cursor).take(size);
            let rows = rows
                .filter_map(|id| self.company.people.get(id))
                .map(Cow::Borrowed);
            (rows.collect(), self.index.member_count(dept_id))
        };
        let end = cursor + people.len();
        MemberPage {
            people,
            next: (end < count).then_some(end),
        }
    }

    /// `user/count` with `only_active` false. The contact scope does not limit it.
    #[must_use]
    pub fn count_people(&self) -> usize {
        self.company.people.len()
    }

    /// Returns the events after this delivery, oldest first, as a subscriber would receive them. 0
    /// starts with the first.
    pub fn events_after(&self, delivery: u64) -> impl Iterator<Item = &super::Delivery> {
        let from = self
            .deliveries
            .partition_point(|delivered| delivered.id <= delivery);
        self.deliveries.iter().skip(from)
    }
}
