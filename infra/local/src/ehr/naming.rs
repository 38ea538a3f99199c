//! From what people type to entries, and back to what people read.

use directory::effective::{Coming, Presence};
use directory::{Field, Kind, NativeId, Value, Values, canonical};
use ehr::Stored;
use ehr::ledger::Company;

use super::order::{Ahead, Entry, Trouble};

/// The one entry that is named so. The exact ids come first, then numbers, then names; whoever is here comes before whoever
/// left.
pub(crate) fn find(company: &Company, kind: Kind, who: &str) -> Result<NativeId, Trouble> {
    let who = who.trim();
    let is: [fn(&Company, &Stored, &str) -> bool; 3] = match kind {
        Kind::Person => [by_id, by_number, by_name],
        Kind::Department => [by_id, by_path, by_name],
    };
    for is in is {
        let named: Vec<&Stored> = company.of(kind).values().filter(|stored| is(company, stored, who)).collect();
        let here: Vec<&&Stored> = named.iter().filter(|stored| stored.presence != Presence::Left).collect();
        match (here.as_slice(), named.as_slice()) {
            ([one], _) => return Ok(one.record.id.clone()),
            ([], [one]) => return Ok(one.record.id.clone()),
            ([], []) => {}
            _ => return Err(Trouble::Ambiguous { kind, who: who.to_owned(), count: named.len() }),
        }
    }
    Err(Trouble::Unknown { kind, who: who.to_owned() })
}

fn by_id(_: &Company, stored: &Stored, who: &str) -> bool {
    stored.record.id.as_str() == who || stored.dingtalk.as_ref().is_some_and(|id| id.as_str() == who)
}

fn by_number(_: &Company, stored: &Stored, who: &str) -> bool {
    let values = &stored.record.values;
    let mobile = canonical::mobile(who, None);
    values.text(Field::JobNumber) == Some(who) || (mobile.is_some() && values.text(Field::Mobile) == mobile.as_deref())
}

fn by_path(company: &Company, stored: &Stored, who: &str) -> bool {
    let is_root = company.root().is_some_and(|root| root.record.id == stored.record.id);
    if who == "/" { is_root } else { company.path(&stored.record.id) == who.trim_matches('/') }
}

fn by_name(_: &Company, stored: &Stored, who: &str) -> bool {
    stored.record.values.text(Field::Name) == canonical::text(who).as_deref()
}

/// Values of an edit, their references resolved.
pub(super) fn values(company: &Company, fields: &[(Field, Vec<String>)]) -> Result<Values, Trouble> {
    let mut values = Values::new();
    for (field, texts) in fields {
        match field.refers_to() {
            Some(kind) => {
                let typed = texts.iter().filter(|text| !text.trim().is_empty());
                let ids: Result<Vec<_>, _> = typed.map(|text| find(company, kind, text)).collect();
                values.show_refs(*field, ids?.iter().map(ToString::to_string));
            }
            None => values.show_text(*field, texts.first().cloned()),
        }
    }
    Ok(values)
}

/// An entry as people read it.
pub(super) fn entry(company: &Company, stored: &Stored) -> Entry {
    let values = &stored.record.values;
    let fields = values.iter().filter_map(|(field, value)| Some((field, read(company, field, value?))));
    Entry {
        kind: stored.record.kind,
        id: stored.record.id.to_string(),
        version: stored.version,
        status: match stored.presence {
            Presence::NotYet => "expected",
            Presence::Here => "active",
            Presence::Left => "left",
        }
        .to_owned(),
        dingtalk: stored.dingtalk.as_ref().map(ToString::to_string),
        fields: fields.collect(),
        upcoming: stored.upcoming.iter().map(|one| ahead(one.on, one.what)).collect(),
    }
}

/// As people look for them: departments from the top down, people by their names.
pub(super) fn order(entry: &Entry) -> (Vec<String>, Vec<String>, String) {
    let of = |wanted| entry.fields.iter().find(|(field, _)| *field == wanted).map(|(_, texts)| texts.clone());
    let texts = |field| of(field).unwrap_or_default();
    (texts(Field::Parent), texts(Field::Name), entry.id.clone())
}

fn read(company: &Company, field: Field, value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.expose().to_owned()],
        Value::Day(day) => vec![day.to_string()],
        Value::Number(number) => vec![number.to_string()],
        Value::Flag(flag) => vec![flag.to_string()],
        Value::Refs(refs) => {
            let mut names: Vec<String> = refs.iter().map(|id| name(company, field, id)).collect();
            names.sort();
            names
        }
    }
}

/// A department's path, a person's name; the id itself where it leads nowhere.
fn name(company: &Company, field: Field, id: &str) -> String {
    let known = NativeId::new(id).ok().filter(|id| match field.refers_to() {
        Some(kind) => company.of(kind).contains_key(id),
        None => false,
    });
    let Some(known) = known else { return id.to_owned() };
    if field.refers_to() == Some(Kind::Department) {
        return company.path(&known);
    }
    let person = company.people.get(&known).and_then(|person| person.record.values.text(Field::Name));
    person.unwrap_or(id).to_owned()
}

fn ahead(on: jiff::civil::Date, what: Coming) -> Ahead {
    let (what, fields) = match what {
        Coming::Entry => ("entry", Vec::new()),
        Coming::Change(fields) => ("change", fields.iter().collect()),
        Coming::Leaving => ("leaving", Vec::new()),
    };
    Ahead { on, what: what.to_owned(), fields }
}
