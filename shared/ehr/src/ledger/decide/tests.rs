mod departments;
mod heads;
mod people;
mod schedule;

use directory::effective_dates::Presence;
use directory::{FieldValues, NativeId};
use jiff::civil::date;

use super::*;
use crate::ledger::leadership::{LedgerEntries, entries_to_store};

const TODAY: Date = date(2026, 11, 22);

fn id(text: &str) -> NativeId {
    NativeId::new(text).unwrap()
}

/// `field=value`, references separated by `+`; a field alone is emptied.
fn values(pairs: &[(Field, &str)]) -> FieldValues {
    let mut values = FieldValues::new();
    for (field, text) in pairs {
        match field.refers_to() {
            Some(_) => values.show_refs(
                *field,
                text.split('+')
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned),
            ),
            None => values.show_text(*field, Some((*text).to_owned())),
        }
    }
    values
}

fn edit(kind: Kind, who: &str, what: EditAction, on: Option<Date>) -> LedgerEdit {
    LedgerEdit {
        kind,
        id: id(who),
        what,
        on,
        expected: None,
    }
}

/// A company whose entries are kept as bodies, edited one after the other.
struct TestCompany {
    bodies: Vec<EntryBody>,
}

impl TestCompany {
    /// The company, `sales` with `east` below it, `tech`; `li` in sales, `wang` in tech.
    fn new() -> Self {
        let mut house = Self { bodies: Vec::new() };
        for (department, name, parent) in [
            ("root", "公司", ""),
            ("sales", "销售", "root"),
            ("east", "华东", "sales"),
            ("tech", "研发", "root"),
        ] {
            let what = EditAction::Enter(values(&[(Field::Name, name), (Field::Parent, parent)]));
            house
                .apply_edit(&edit(Kind::Department, department, what, None))
                .unwrap();
        }
        for (person, mobile, number, department) in [
            ("li", "13800000001", "A1", "sales"),
            ("wang", "13800000002", "A2", "tech"),
        ] {
            house
                .apply_edit(&edit(
                    Kind::Person,
                    person,
                    hire(mobile, number, department),
                    None,
                ))
                .unwrap();
        }
        house
    }

    fn company(&self, day: Date) -> CompanyOnDay {
        let mut company = CompanyOnDay::default();
        for body in &self.bodies {
            let stored = body.record_on(day, 1);
            let records = if stored.record.kind == Kind::Person {
                &mut company.people
            } else {
                &mut company.departments
            };
            records.insert(stored.record.id.clone(), stored);
        }
        company
    }

    fn apply_edit(&mut self, edit: &LedgerEdit) -> Result<(), EditRefusal> {
        self.apply_edit_on(edit, TODAY)
    }

    fn apply_edit_on(&mut self, edit: &LedgerEdit, day: Date) -> Result<(), EditRefusal> {
        let at = self
            .bodies
            .iter()
            .position(|body| body.record.id == edit.id && body.record.kind == edit.kind);
        let body = apply_edit(at.map(|at| &self.bodies[at]), edit, &self.company(day), day)?;
        self.store_body((edit.kind, edit.id.clone()), body, day);
        Ok(())
    }

    /// Stores an entry and what changes with it.
    fn store_body(&mut self, key: (Kind, NativeId), body: EntryBody, day: Date) {
        let keyed = |body: &EntryBody| {
            (
                (body.record.kind, body.record.id.clone()),
                (1, body.clone()),
            )
        };
        let entries = LedgerEntries(self.bodies.iter().map(keyed).collect());
        for ((kind, id), body) in entries_to_store(&entries, key, body, day) {
            match self
                .bodies
                .iter()
                .position(|body| body.record.id == id && body.record.kind == kind)
            {
                Some(at) => self.bodies[at] = body,
                None => self.bodies.push(body),
            }
        }
    }

    /// As the ledger does at midnight.
    fn apply_due_edits(&mut self, day: Date) {
        for at in 0..self.bodies.len() {
            let (record, settled) = (&self.bodies[at].record, self.bodies[at].settled_on(day));
            if settled != self.bodies[at] {
                self.store_body((record.kind, record.id.clone()), settled, day);
            }
        }
    }

    fn change_fields(
        &mut self,
        kind: Kind,
        who: &str,
        pairs: &[(Field, &str)],
    ) -> Result<(), EditRefusal> {
        self.apply_edit(&edit(kind, who, EditAction::Change(values(pairs)), None))
    }

    fn refs(&self, who: &str, field: Field, day: Date) -> Vec<String> {
        let company = self.company(day);
        let stored = company
            .people
            .get(&id(who))
            .or_else(|| company.departments.get(&id(who)))
            .unwrap();
        stored
            .record
            .values
            .refs(field)
            .map(str::to_owned)
            .collect()
    }

    fn presence(&self, who: &str, day: Date) -> Presence {
        self.company(day).people[&id(who)].presence
    }
}

fn hire(mobile: &str, number: &str, department: &str) -> EditAction {
    EditAction::Enter(values(&[
        (Field::Name, "李娜"),
        (Field::Mobile, mobile),
        (Field::JobNumber, number),
        (Field::Departments, department),
    ]))
}
