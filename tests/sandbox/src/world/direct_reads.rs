//! Reading without a call: what the read interfaces answer, as values. For a caller in the same process that has no
//! use for JSON, a token or frequency limits; the contact scope counts.

use std::borrow::Cow;

use directory::Timestamp;

use super::{Refusal, World};
use crate::company::{Department, Person};

/// A page of a department's direct members.
#[derive(Debug)]
pub struct MemberPage<'a> {
    /// As the list shows them.
    pub people: Vec<Cow<'a, Person>>,
    /// The next page's cursor; `None` on the last.
    pub next: Option<usize>,
}

impl World {
    /// `user/get`: the person as they are now.
    ///
    /// # Errors
    /// 60121 nobody (also while invited), 50002 outside the contact scope.
    pub fn read_person(&self, userid: &str) -> Result<&Person, Refusal> {
        self.reachable_person(userid)?;
        self.known_person(userid)
    }

    /// `department/get`: the department as it is now, and its 主管.
    ///
    /// # Errors
    /// 40009 no such id can be, 60003 there is none, 50004 outside the contact scope.
    pub fn read_department(&self, dept_id: i64) -> Result<(&Department, Vec<String>), Refusal> {
        self.reachable_department(dept_id)?;
        Ok((
            self.known_department(dept_id)?,
            self.department_heads(dept_id),
        ))
    }

    /// `department/listsub`: the direct children, as lists show them at this moment.
    ///
    /// # Errors
    /// As [`look_department`](Self::look_department).
    pub fn list_children(&self, now: Timestamp, dept_id: i64) -> Result<Vec<&Department>, Refusal> {
        self.reachable_department(dept_id)?;
        Ok(self.listed_children(now, dept_id))
    }

    /// `user/list`: a page of direct members, as lists show them at this moment. Lists show no manager, no leader flags
    /// but that of the listed department, and no main department.
    ///
    /// # Errors
    /// As [`look_department`](Self::look_department).
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

    /// Without lag a page costs its own rows and what is skipped, not the whole department.
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

    /// `user/count` with `only_active` false; not limited by the contact scope.
    #[must_use]
    pub fn count_people(&self) -> usize {
        self.company.people.len()
    }

    /// The events after this delivery (0: from the first), oldest first: what a subscriber would be told.
    pub fn events_after(&self, delivery: u64) -> impl Iterator<Item = &super::Delivery> {
        let from = self.deliveries.partition_point(|told| told.id <= delivery);
        self.deliveries.iter().skip(from)
    }
}
