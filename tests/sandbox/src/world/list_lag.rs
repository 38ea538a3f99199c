//! Eventual lists: what a list showed a while ago. Reads of one record are always fresh.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use directory::Timestamp;
use serde::{Deserialize, Serialize};

use super::World;
use crate::company::{Department, Person};

/// The state of a record before a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PastChange {
    at: i64,
    what: PreviousRecord,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum PreviousRecord {
    Person(String, Option<Box<Person>>),
    Department(i64, Option<Department>),
}

/// Records that lists show in an older state. `None` is a record that lists do not show yet.
#[derive(Default)]
struct LaggingRecords<'a> {
    people: BTreeMap<&'a str, Option<&'a Person>>,
    departments: BTreeMap<i64, Option<&'a Department>>,
}

impl World {
    /// Remembers a person before a change.
    pub(super) fn remember_person(&mut self, now: Timestamp, userid: &str) {
        if self.lag_max() > 0 {
            let before = self.company.people.get(userid).cloned().map(Box::new);
            self.remember_change(now, PreviousRecord::Person(userid.to_owned(), before));
        }
    }

    /// Remembers a department before a change.
    pub(super) fn remember_department(&mut self, now: Timestamp, dept_id: i64) {
        if self.settings.list_lag_ms > 0 {
            let before = self.company.departments.get(&dept_id).cloned();
            self.remember_change(now, PreviousRecord::Department(dept_id, before));
        }
    }

    fn remember_change(&mut self, now: Timestamp, what: PreviousRecord) {
        let oldest = now.millis() - self.lag_max();
        while self.past.front().is_some_and(|past| past.at <= oldest) {
            self.past.pop_front();
        }
        self.past.push_back(PastChange {
            at: now.millis(),
            what,
        });
    }

    /// Returns the direct members of a department as lists show them, larger order first.
    pub(super) fn listed_members(&self, now: Timestamp, dept_id: i64) -> Vec<Cow<'_, Person>> {
        let old = self.lagging_records(now);
        let fresh = self
            .index
            .members(dept_id)
            .filter(|id| !old.people.contains_key(id));
        let fresh = fresh.filter_map(|id| self.company.people.get(id));
        let stale = old
            .people
            .values()
            .flatten()
            .copied()
            .filter(|person| person.is_in(dept_id));
        let mut rows: Vec<&Person> = fresh.chain(stale).collect();
        let order = |person: &Person| person.membership(dept_id).map_or(0, |m| m.order);
        rows.sort_by(|a, b| (Reverse(order(a)), &a.userid).cmp(&(Reverse(order(b)), &b.userid)));
        rows.into_iter().map(Cow::Borrowed).collect()
    }

    /// Returns the children of a department as lists show them, by id.
    pub(super) fn listed_children(&self, now: Timestamp, dept_id: i64) -> Vec<&Department> {
        let old = self.lagging_records(now);
        let fresh = self
            .index
            .children(dept_id)
            .filter(|id| !old.departments.contains_key(id));
        let fresh = fresh.filter_map(|id| self.company.departments.get(&id));
        let stale = old
            .departments
            .values()
            .flatten()
            .copied()
            .filter(|child| child.parent_id == Some(dept_id));
        let mut rows: Vec<&Department> = fresh.chain(stale).collect();
        rows.sort_by_key(|child| child.dept_id);
        rows
    }

    /// The older state of a person that the roster shows; `Some(None)` where it does not know them yet, and `None` where it
    /// shows the present one.
    pub(super) fn lagging_roster_person(
        &self,
        now: Timestamp,
        userid: &str,
    ) -> Option<Option<&Person>> {
        let since = now.millis() - self.settings.roster_lag_ms;
        let mut past = self.past.iter().filter(|past| past.at > since);
        past.find_map(|past| match &past.what {
            PreviousRecord::Person(id, before) if id == userid => Some(before.as_deref()),
            _ => None,
        })
    }

    /// How far back any of the delayed views looks.
    fn lag_max(&self) -> i64 {
        self.settings.list_lag_ms.max(self.settings.roster_lag_ms)
    }

    /// Whether lists show an older state now.
    pub(super) fn lists_lag(&self, now: Timestamp) -> bool {
        self.past
            .back()
            .is_some_and(|past| past.at > now.millis() - self.settings.list_lag_ms)
    }

    /// Returns, for each record, the state before the first change that lists do not show yet.
    fn lagging_records(&self, now: Timestamp) -> LaggingRecords<'_> {
        let since = now.millis() - self.settings.list_lag_ms;
        let mut old = LaggingRecords::default();
        for past in self.past.iter().rev().take_while(|past| past.at > since) {
            match &past.what {
                PreviousRecord::Person(id, before) => _ = old.people.insert(id, before.as_deref()),
                PreviousRecord::Department(id, before) => {
                    _ = old.departments.insert(*id, before.as_ref());
                }
            }
        }
        old
    }
}

/// The remembered changes, oldest first.
pub(super) type ChangeHistory = VecDeque<PastChange>;
