//! The whole company as it is on a day, and whether an entry fits into it.

use std::collections::BTreeMap;

use directory::effective::Presence;
use directory::{Field, FieldSet, Kind, NativeId, Record, Values};

use super::edit::Refusal;
use crate::connector::Stored;

/// Every entry of the ledger as it is on a day, those who left too.
#[derive(Debug, Clone, Default)]
pub struct Company {
    /// People by id.
    pub people: BTreeMap<NativeId, Stored>,
    /// Departments by id.
    pub departments: BTreeMap<NativeId, Stored>,
}

impl Company {
    /// The entries of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> &BTreeMap<NativeId, Stored> {
        match kind {
            Kind::Person => &self.people,
            Kind::Department => &self.departments,
        }
    }

    /// The company itself: the department that has none above it.
    #[must_use]
    pub fn root(&self) -> Option<&Stored> {
        self.departments
            .values()
            .find(|department| department.record.active && department.record.values.get(Field::Parent).is_none())
    }

    /// A department's place, `A/B` below the company; the company's own name for itself.
    #[must_use]
    pub fn path(&self, id: &NativeId) -> String {
        let name = |stored: &Stored| stored.record.values.text(Field::Name).unwrap_or_default().to_owned();
        let mut chain: Vec<String> = self.upwards(id).map(name).collect();
        if chain.len() > 1 {
            chain.pop();
        }
        chain.reverse();
        chain.join("/")
    }

    /// The department and those above it, nearest first. No longer than there are departments: a circle ends.
    fn upwards(&self, id: &NativeId) -> impl Iterator<Item = &Stored> {
        let above = |stored: &&Stored| {
            let parent = stored.record.values.refs(Field::Parent).next()?;
            self.departments.get(&NativeId::new(parent).ok()?)
        };
        std::iter::successors(self.departments.get(id), above).take(self.departments.len())
    }

    fn is_there(&self, kind: Kind, id: &str) -> bool {
        let stored = NativeId::new(id).ok().and_then(|id| self.of(kind).get(&id));
        stored.is_some_and(|stored| stored.presence != Presence::Left)
    }

    /// People in a department and departments right below it; also those who enter later.
    pub(super) fn inside(&self, id: &NativeId) -> (usize, usize) {
        let here = |stored: &&Stored| stored.presence != Presence::Left;
        let refers = |stored: &Stored, field| stored.record.values.refs(field).any(|other| other == id.as_str());
        let people = self.people.values().filter(here).filter(|person| refers(person, Field::Departments)).count();
        let below = self.departments.values().filter(here).filter(|one| refers(one, Field::Parent)).count();
        (people, below)
    }

    /// Whether an entry fits with these of its fields, `record` being as it is to be.
    pub(super) fn fits(&self, record: &Record, fields: FieldSet) -> Result<(), Refusal> {
        for field in fields.iter() {
            let Some(kind) = field.refers_to() else { continue };
            if !record.values.refs(field).all(|id| self.is_there(kind, id)) {
                return Err(Refusal::Reference { field, kind });
            }
        }
        match record.kind {
            Kind::Person => self.person_fits(record, fields),
            Kind::Department => self.department_fits(record, fields),
        }
    }

    fn person_fits(&self, record: &Record, fields: FieldSet) -> Result<(), Refusal> {
        let values = &record.values;
        for field in [Field::JobNumber, Field::Mobile].into_iter().filter(|field| fields.contains(*field)) {
            let others =
                self.people.values().filter(|one| one.record.id != record.id && one.presence != Presence::Left);
            if values.get(field).is_some()
                && others.into_iter().any(|one| one.record.values.get(field) == values.get(field))
            {
                return Err(Refusal::Taken { field });
            }
        }
        if values.refs(Field::Manager).any(|id| id == record.id.as_str()) {
            return Err(Refusal::OwnManager);
        }
        if values.get(Field::Departments).is_none() {
            return Err(Refusal::Empty { field: Field::Departments });
        }
        let is_in = |id: &str| values.refs(Field::Departments).any(|department| department == id);
        let main = values.refs(Field::MainDepartment).all(is_in);
        if main { Ok(()) } else { Err(Refusal::MainDepartment) }
    }

    fn department_fits(&self, record: &Record, fields: FieldSet) -> Result<(), Refusal> {
        let values = &record.values;
        let parent = values.refs(Field::Parent).next().and_then(|id| NativeId::new(id).ok());
        let Some(parent) = parent else {
            let is_root = self.root().is_none_or(|root| root.record.id == record.id);
            return if is_root { Ok(()) } else { Err(Refusal::Root) };
        };
        if self.root().is_some_and(|root| root.record.id == record.id) {
            return Err(Refusal::Root);
        }
        if self.upwards(&parent).any(|above| above.record.id == record.id) {
            return Err(Refusal::Circle);
        }
        let beside = |one: &&Stored| {
            one.record.id != record.id
                && one.presence != Presence::Left
                && one.record.values.get(Field::Parent) == values.get(Field::Parent)
        };
        let same = |one: &Stored| one.record.values.get(Field::Name) == values.get(Field::Name);
        if self.departments.values().filter(beside).any(same) {
            return Err(Refusal::SameName);
        }
        if fields.contains(Field::Heads) { self.heads_fit(record) } else { Ok(()) }
    }

    fn heads_fit(&self, record: &Record) -> Result<(), Refusal> {
        let is_member = |id: &str| {
            let person = NativeId::new(id).ok().and_then(|id| self.people.get(&id));
            person.is_some_and(|person| {
                person.record.values.refs(Field::Departments).any(|one| one == record.id.as_str())
            })
        };
        let all = record.values.refs(Field::Heads).all(is_member);
        if all { Ok(()) } else { Err(Refusal::HeadNotMember) }
    }
}

/// Where the departments change, what hangs on them follows: whoever is in one department has it as the main one, and
/// nobody leads a department without being in it.
pub(super) fn follow_departments(record: &mut Record, edited: &Values) {
    if !edited.shown().contains(Field::Departments) {
        return;
    }
    let departments: Vec<String> = record.values.refs(Field::Departments).map(str::to_owned).collect();
    if !edited.shown().contains(Field::MainDepartment)
        && let [only] = departments.as_slice()
    {
        record.values.show_refs(Field::MainDepartment, [only.clone()]);
    }
    let leads: Vec<String> = record.values.refs(Field::Leads).map(str::to_owned).collect();
    record.values.show_refs(Field::Leads, leads.into_iter().filter(|id| departments.contains(id)));
}
