//! The whole company as it is on a day, and whether an entry fits into it.

use std::collections::BTreeMap;

use directory::effective_dates::Presence;
use directory::{Field, FieldSet, FieldValues, Kind, NativeId, Record};

use super::edit::EditRefusal;
use crate::connector::StoredRecord;

/// Every entry of the ledger as it is on a day, those who left too.
#[derive(Debug, Clone, Default)]
pub struct CompanyOnDay {
    /// People by id.
    pub people: BTreeMap<NativeId, StoredRecord>,
    /// Departments by id.
    pub departments: BTreeMap<NativeId, StoredRecord>,
}

impl CompanyOnDay {
    /// The entries of a kind.
    #[must_use]
    pub fn entries_of(&self, kind: Kind) -> &BTreeMap<NativeId, StoredRecord> {
        match kind {
            Kind::Person => &self.people,
            Kind::Department => &self.departments,
        }
    }

    /// The company itself: the department that has none above it.
    #[must_use]
    pub fn root(&self) -> Option<&StoredRecord> {
        self.departments.values().find(|department| {
            department.record.active && department.record.values.get(Field::Parent).is_none()
        })
    }

    /// A department's place, `A/B` below the company; the company's own name for itself.
    #[must_use]
    pub fn department_path(&self, id: &NativeId) -> String {
        let name = |stored: &StoredRecord| {
            stored
                .record
                .values
                .text(Field::Name)
                .unwrap_or_default()
                .to_owned()
        };
        let mut chain: Vec<String> = self.with_ancestors(id).map(name).collect();
        if chain.len() > 1 {
            chain.pop();
        }
        chain.reverse();
        chain.join("/")
    }

    /// The department and those above it, nearest first. No longer than there are departments: a circle ends.
    pub fn with_ancestors(&self, id: &NativeId) -> impl Iterator<Item = &StoredRecord> {
        let above = |stored: &&StoredRecord| {
            let parent = stored.record.values.refs(Field::Parent).next()?;
            self.departments.get(&NativeId::new(parent).ok()?)
        };
        std::iter::successors(self.departments.get(id), above).take(self.departments.len())
    }

    fn is_there(&self, kind: Kind, id: &str) -> bool {
        let stored = NativeId::new(id)
            .ok()
            .and_then(|id| self.entries_of(kind).get(&id));
        stored.is_some_and(|stored| stored.presence != Presence::Left)
    }

    /// People in a department and departments right below it; also those who enter later.
    pub(super) fn count_inside(&self, id: &NativeId) -> (usize, usize) {
        let here = |stored: &&StoredRecord| stored.presence != Presence::Left;
        let refers = |stored: &StoredRecord, field| {
            stored
                .record
                .values
                .refs(field)
                .any(|other| other == id.as_str())
        };
        let people = self
            .people
            .values()
            .filter(here)
            .filter(|person| refers(person, Field::Departments))
            .count();
        let below = self
            .departments
            .values()
            .filter(here)
            .filter(|one| refers(one, Field::Parent))
            .count();
        (people, below)
    }

    /// Whether an entry fits with these of its fields, `record` being as it is to be.
    pub(super) fn check_entry(&self, record: &Record, fields: FieldSet) -> Result<(), EditRefusal> {
        for field in fields.iter() {
            let Some(kind) = field.refers_to() else {
                continue;
            };
            if !record.values.refs(field).all(|id| self.is_there(kind, id)) {
                return Err(EditRefusal::Reference { field, kind });
            }
        }
        match record.kind {
            Kind::Person => self.check_person(record, fields),
            Kind::Department => self.check_department(record, fields),
        }
    }

    fn check_person(&self, record: &Record, fields: FieldSet) -> Result<(), EditRefusal> {
        let values = &record.values;
        for field in [Field::JobNumber, Field::Mobile]
            .into_iter()
            .filter(|field| fields.contains(*field))
        {
            let others = self
                .people
                .values()
                .filter(|one| one.record.id != record.id && one.presence != Presence::Left);
            if values.get(field).is_some()
                && others
                    .into_iter()
                    .any(|one| one.record.values.get(field) == values.get(field))
            {
                return Err(EditRefusal::Taken { field });
            }
        }
        if values
            .refs(Field::Manager)
            .any(|id| id == record.id.as_str())
        {
            return Err(EditRefusal::OwnManager);
        }
        if values.get(Field::Departments).is_none() {
            return Err(EditRefusal::Empty {
                field: Field::Departments,
            });
        }
        let is_in = |id: &str| {
            values
                .refs(Field::Departments)
                .any(|department| department == id)
        };
        let main = values.refs(Field::MainDepartment).all(is_in);
        if main {
            Ok(())
        } else {
            Err(EditRefusal::MainDepartment)
        }
    }

    fn check_department(&self, record: &Record, fields: FieldSet) -> Result<(), EditRefusal> {
        let values = &record.values;
        let parent = values
            .refs(Field::Parent)
            .next()
            .and_then(|id| NativeId::new(id).ok());
        let Some(parent) = parent else {
            let is_root = self.root().is_none_or(|root| root.record.id == record.id);
            return if is_root {
                Ok(())
            } else {
                Err(EditRefusal::Root)
            };
        };
        if self.root().is_some_and(|root| root.record.id == record.id) {
            return Err(EditRefusal::Root);
        }
        if self
            .with_ancestors(&parent)
            .any(|above| above.record.id == record.id)
        {
            return Err(EditRefusal::Circle);
        }
        let beside = |one: &&StoredRecord| {
            one.record.id != record.id
                && one.presence != Presence::Left
                && one.record.values.get(Field::Parent) == values.get(Field::Parent)
        };
        let same =
            |one: &StoredRecord| one.record.values.get(Field::Name) == values.get(Field::Name);
        if self.departments.values().filter(beside).any(same) {
            return Err(EditRefusal::SameName);
        }
        if fields.contains(Field::Heads) {
            self.check_heads(record)
        } else {
            Ok(())
        }
    }

    fn check_heads(&self, record: &Record) -> Result<(), EditRefusal> {
        let is_member = |id: &str| {
            let person = NativeId::new(id).ok().and_then(|id| self.people.get(&id));
            person.is_some_and(|person| {
                person
                    .record
                    .values
                    .refs(Field::Departments)
                    .any(|one| one == record.id.as_str())
            })
        };
        let all = record.values.refs(Field::Heads).all(is_member);
        if all {
            Ok(())
        } else {
            Err(EditRefusal::HeadNotMember)
        }
    }
}

/// Where the departments change, what hangs on them follows: whoever is in one department has it as the main one, and
/// nobody leads a department without being in it.
pub(super) fn follow_departments(record: &mut Record, edited: &FieldValues) {
    if !edited.shown_fields().contains(Field::Departments) {
        return;
    }
    let departments: Vec<String> = record
        .values
        .refs(Field::Departments)
        .map(str::to_owned)
        .collect();
    if !edited.shown_fields().contains(Field::MainDepartment)
        && let [only] = departments.as_slice()
    {
        record
            .values
            .show_refs(Field::MainDepartment, [only.clone()]);
    }
    let leads: Vec<String> = record
        .values
        .refs(Field::Leads)
        .map(str::to_owned)
        .collect();
    record.values.show_refs(
        Field::Leads,
        leads.into_iter().filter(|id| departments.contains(id)),
    );
}
