//! Indexes over the company: members by department, people by number. They are rebuilt after
//! loading and updated with every change.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::company::{Company, Person};

type OrderedMembers = BTreeSet<(Reverse<i64>, String)>;

/// The indexes.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    members: BTreeMap<i64, OrderedMembers>,
    children: BTreeMap<i64, BTreeSet<i64>>,
    by_mobile: BTreeMap<String, String>,
    by_unionid: BTreeMap<String, String>,
}

impl Index {
    pub(super) fn of(company: &Company) -> Self {
        let mut index = Self::default();
        company.people.values().for_each(|person| index.add(person));
        for department in company.departments.values() {
            index.link(department.dept_id, department.parent_id);
        }
        index
    }

    pub(super) fn add(&mut self, person: &Person) {
        for m in &person.departments {
            self.members
                .entry(m.dept_id)
                .or_default()
                .insert((Reverse(m.order), person.userid.clone()));
        }
        self.by_mobile
            .insert(person.mobile.clone(), person.userid.clone());
        self.by_unionid
            .insert(person.unionid.clone(), person.userid.clone());
    }

    pub(super) fn remove(&mut self, person: &Person) {
        for m in &person.departments {
            if let Some(members) = self.members.get_mut(&m.dept_id) {
                members.remove(&(Reverse(m.order), person.userid.clone()));
            }
        }
        self.by_mobile.remove(&person.mobile);
        self.by_unionid.remove(&person.unionid);
    }

    pub(super) fn link(&mut self, dept_id: i64, parent_id: Option<i64>) {
        if let Some(parent) = parent_id {
            self.children.entry(parent).or_default().insert(dept_id);
        }
    }

    pub(super) fn unlink(&mut self, dept_id: i64, parent_id: Option<i64>) {
        if let Some(children) = parent_id.and_then(|parent| self.children.get_mut(&parent)) {
            children.remove(&dept_id);
        }
    }

    /// Returns the direct members, larger order first.
    pub(super) fn members(&self, dept_id: i64) -> impl Iterator<Item = &str> {
        self.members
            .get(&dept_id)
            .into_iter()
            .flatten()
            .map(|(_, userid)| userid.as_str())
    }

    /// Returns the number of direct members.
    pub(super) fn member_count(&self, dept_id: i64) -> usize {
        self.members.get(&dept_id).map_or(0, BTreeSet::len)
    }

    /// Returns the direct children.
    pub(super) fn children(&self, dept_id: i64) -> impl Iterator<Item = i64> {
        self.children.get(&dept_id).into_iter().flatten().copied()
    }

    /// Returns the department and everything below it, the department first.
    pub(super) fn subtree_of(&self, dept_id: i64) -> Vec<i64> {
        let mut all = vec![dept_id];
        let mut at = 0;
        while let Some(id) = all.get(at).copied() {
            all.extend(self.children(id));
            at += 1;
        }
        all
    }

    pub(super) fn by_mobile(&self, mobile: &str) -> Option<&String> {
        self.by_mobile.get(mobile)
    }

    pub(super) fn by_unionid(&self, unionid: &str) -> Option<&String> {
        self.by_unionid.get(unionid)
    }
}
