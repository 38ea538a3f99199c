//! Who leads a department stands in two entries: the department's heads and the person's leads. Whoever edits one of them
//! edits the other with it; whoever leaves the department or the company leads it no longer. Pure: what was stored and one
//! changed entry come in, every entry that changes with it goes out.
//!
//! What is dated ahead follows on its day, when it is settled: until then either entry shows its own half.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Field, Kind, NativeId, Record};
use jiff::civil::Date;

use super::company::CompanyOnDay;
use super::entry_body::EntryBody;

/// An entry's kind and id.
pub(super) type EntryKey = (Kind, NativeId);

/// Every entry as it is stored, with its version.
#[derive(Default)]
pub(super) struct LedgerEntries(pub(super) BTreeMap<EntryKey, (u64, EntryBody)>);

impl LedgerEntries {
    pub(super) fn company_on(&self, today: Date) -> CompanyOnDay {
        let mut company = CompanyOnDay::default();
        for ((kind, id), (version, body)) in &self.0 {
            let records = match kind {
                Kind::Person => &mut company.people,
                Kind::Department => &mut company.departments,
            };
            records.insert(id.clone(), body.record_on(today, *version));
        }
        company
    }

    pub(super) fn body(&self, key: &EntryKey) -> Option<&EntryBody> {
        self.0.get(key).map(|(_, body)| body)
    }

    /// 0 where there is none.
    pub(super) fn version(&self, key: &EntryKey) -> u64 {
        self.0.get(key).map_or(0, |(version, _)| *version)
    }
}

/// What is stored once `after` is stored at `key`: that entry and those that change with it, each with everything applied
/// that is due by `today`.
pub(super) fn entries_to_store(
    entries: &LedgerEntries,
    key: EntryKey,
    after: EntryBody,
    today: Date,
) -> BTreeMap<EntryKey, EntryBody> {
    let mut change = LeadershipChange {
        entries,
        today,
        changed: BTreeMap::new(),
        open: BTreeSet::new(),
    };
    change.put_body(key, after);
    while let Some((kind, id)) = change.open.pop_first() {
        match kind {
            Kind::Person => change.align_person(&id),
            Kind::Department => change.align_department(&id),
        }
    }
    change.changed
}

struct LeadershipChange<'a> {
    entries: &'a LedgerEntries,
    today: Date,
    changed: BTreeMap<EntryKey, EntryBody>,
    /// Changed, and not yet looked at.
    open: BTreeSet<EntryKey>,
}

impl LeadershipChange<'_> {
    fn put_body(&mut self, key: EntryKey, body: EntryBody) {
        self.open.insert(key.clone());
        self.changed.insert(key, body);
    }

    /// The record as it is to be stored.
    fn changed_record(&self, kind: Kind, id: &NativeId) -> Option<Record> {
        let key = (kind, id.clone());
        let changed = self.changed.get(&key).map(|body| body.record.clone());
        changed.or_else(|| {
            self.entries
                .body(&key)
                .map(|body| body.settled_on(self.today).record)
        })
    }

    fn refs_before(&self, kind: Kind, id: &NativeId, field: Field) -> BTreeSet<String> {
        let stored = self.entries.body(&(kind, id.clone()));
        stored
            .map(|body| reference_set(&body.record, field))
            .unwrap_or_default()
    }

    /// Puts references into a field; an entry that has them already, or that there is none of, stays as it is.
    fn set_references(
        &mut self,
        kind: Kind,
        id: &NativeId,
        field: Field,
        wanted: &BTreeSet<String>,
    ) {
        let key = (kind, id.clone());
        let stored = || {
            self.entries
                .body(&key)
                .map(|body| body.settled_on(self.today))
        };
        let Some(mut body) = self.changed.get(&key).cloned().or_else(stored) else {
            return;
        };
        if reference_set(&body.record, field) != *wanted {
            body.record.values.show_refs(field, wanted.iter().cloned());
            self.put_body(key, body);
        }
    }

    fn set_reference(
        &mut self,
        kind: Kind,
        id: &NativeId,
        (field, reference): (Field, &NativeId),
        holds: bool,
    ) {
        let Some(record) = self.changed_record(kind, id) else {
            return;
        };
        let mut wanted = reference_set(&record, field);
        if holds {
            wanted.insert(reference.to_string());
        } else {
            wanted.remove(reference.as_str());
        }
        self.set_references(kind, id, field, &wanted);
    }

    /// A person leads departments that they are in, and each of these has them among its heads.
    fn align_person(&mut self, id: &NativeId) {
        let Some(record) = self.changed_record(Kind::Person, id) else {
            return;
        };
        let inside = if record.active {
            reference_set(&record, Field::Departments)
        } else {
            BTreeSet::new()
        };
        let leads: BTreeSet<String> = reference_set(&record, Field::Leads)
            .intersection(&inside)
            .cloned()
            .collect();
        self.set_references(Kind::Person, id, Field::Leads, &leads);
        let led = self.refs_before(Kind::Person, id, Field::Leads);
        let departments: Vec<NativeId> = self.department_ids().cloned().collect();
        for department in departments {
            let here = inside.contains(department.as_str());
            let (before, after) = (
                led.contains(department.as_str()),
                leads.contains(department.as_str()),
            );
            // Where nothing was changed about it, heads and leads stay what the sync may have read in DingTalk.
            if !here || before != after {
                self.set_reference(Kind::Department, &department, (Field::Heads, id), after);
            }
        }
    }

    /// The heads that a department gets are in it and lead it; those that it loses lead it no longer.
    fn align_department(&mut self, id: &NativeId) {
        let Some(record) = self.changed_record(Kind::Department, id) else {
            return;
        };
        let before = self.refs_before(Kind::Department, id, Field::Heads);
        let after = if record.active {
            reference_set(&record, Field::Heads)
        } else {
            BTreeSet::new()
        };
        for person in before
            .symmetric_difference(&after)
            .filter_map(|id| NativeId::new(id).ok())
        {
            let gets = after.contains(person.as_str());
            if gets && !self.is_in(&person, id) {
                self.set_reference(Kind::Department, id, (Field::Heads, &person), false);
            } else {
                self.set_reference(Kind::Person, &person, (Field::Leads, id), gets);
            }
        }
    }

    fn department_ids(&self) -> impl Iterator<Item = &NativeId> {
        self.entries
            .0
            .keys()
            .filter(|(kind, _)| *kind == Kind::Department)
            .map(|(_, id)| id)
    }

    fn is_in(&self, person: &NativeId, department: &NativeId) -> bool {
        let record = self
            .changed_record(Kind::Person, person)
            .filter(|record| record.active);
        record.is_some_and(|record| {
            reference_set(&record, Field::Departments).contains(department.as_str())
        })
    }
}

fn reference_set(record: &Record, field: Field) -> BTreeSet<String> {
    record.values.refs(field).map(str::to_owned).collect()
}
