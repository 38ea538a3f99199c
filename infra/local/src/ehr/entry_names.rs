//! From what people type to entries, and back to what people read.

use directory::effective_dates::{Presence, UpcomingKind};
use directory::{Field, FieldValue, FieldValues, Kind, NativeId, canonical};
use ehr::StoredRecord;
use ehr::ledger::CompanyOnDay;

use super::order::{LedgerEntryView, LedgerOrderError, UpcomingView};

/// The one entry that is named so. The exact ids come first, then numbers, then names; whoever is here comes before whoever
/// left.
pub(crate) fn find(
    company: &CompanyOnDay,
    kind: Kind,
    who: &str,
) -> Result<NativeId, LedgerOrderError> {
    let who = who.trim();
    let is: [fn(&CompanyOnDay, &StoredRecord, &str) -> bool; 3] = match kind {
        Kind::Person => [by_id, by_number, by_name],
        Kind::Department => [by_id, by_path, by_name],
    };
    for is in is {
        let named: Vec<&StoredRecord> = company
            .entries_of(kind)
            .values()
            .filter(|stored| is(company, stored, who))
            .collect();
        let here: Vec<&&StoredRecord> = named
            .iter()
            .filter(|stored| stored.presence != Presence::Left)
            .collect();
        match (here.as_slice(), named.as_slice()) {
            ([one], _) => return Ok(one.record.id.clone()),
            ([], [one]) => return Ok(one.record.id.clone()),
            ([], []) => {}
            _ => {
                return Err(LedgerOrderError::Ambiguous {
                    kind,
                    who: who.to_owned(),
                    count: named.len(),
                });
            }
        }
    }
    Err(LedgerOrderError::Unknown {
        kind,
        who: who.to_owned(),
    })
}

fn by_id(_: &CompanyOnDay, stored: &StoredRecord, who: &str) -> bool {
    stored.record.id.as_str() == who
        || stored
            .dingtalk
            .as_ref()
            .is_some_and(|id| id.as_str() == who)
}

fn by_number(_: &CompanyOnDay, stored: &StoredRecord, who: &str) -> bool {
    let values = &stored.record.values;
    let mobile = canonical::normalize_mobile(who, None);
    values.text(Field::JobNumber) == Some(who)
        || (mobile.is_some() && values.text(Field::Mobile) == mobile.as_deref())
}

fn by_path(company: &CompanyOnDay, stored: &StoredRecord, who: &str) -> bool {
    let is_root = company
        .root()
        .is_some_and(|root| root.record.id == stored.record.id);
    if who == "/" {
        is_root
    } else {
        company.department_path(&stored.record.id) == who.trim_matches('/')
    }
}

fn by_name(_: &CompanyOnDay, stored: &StoredRecord, who: &str) -> bool {
    stored.record.values.text(Field::Name) == canonical::normalize_text(who).as_deref()
}

/// Values of an edit, their references resolved.
pub(super) fn resolve_values(
    company: &CompanyOnDay,
    fields: &[(Field, Vec<String>)],
) -> Result<FieldValues, LedgerOrderError> {
    let mut values = FieldValues::new();
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
pub(super) fn view_entry(company: &CompanyOnDay, stored: &StoredRecord) -> LedgerEntryView {
    let values = &stored.record.values;
    let fields = values
        .iter()
        .filter_map(|(field, value)| Some((field, value_texts(company, field, value?))));
    LedgerEntryView {
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
        upcoming: stored
            .upcoming
            .iter()
            .map(|one| view_upcoming(one.on, one.what))
            .collect(),
    }
}

/// As people look for them: departments from the top down, people by their names.
pub(super) fn sort_key(entry: &LedgerEntryView) -> (Vec<String>, Vec<String>, String) {
    let of = |wanted| {
        entry
            .fields
            .iter()
            .find(|(field, _)| *field == wanted)
            .map(|(_, texts)| texts.clone())
    };
    let texts = |field| of(field).unwrap_or_default();
    (texts(Field::Parent), texts(Field::Name), entry.id.clone())
}

fn value_texts(company: &CompanyOnDay, field: Field, value: &FieldValue) -> Vec<String> {
    match value {
        FieldValue::Text(text) => vec![text.expose().to_owned()],
        FieldValue::Day(day) => vec![day.to_string()],
        FieldValue::Number(number) => vec![number.to_string()],
        FieldValue::Flag(flag) => vec![flag.to_string()],
        FieldValue::Refs(refs) => {
            let mut names: Vec<String> = refs.iter().map(|id| name(company, field, id)).collect();
            names.sort();
            names
        }
    }
}

/// A department's path, a person's name; the id itself where it leads nowhere.
fn name(company: &CompanyOnDay, field: Field, id: &str) -> String {
    let known = NativeId::new(id).ok().filter(|id| match field.refers_to() {
        Some(kind) => company.entries_of(kind).contains_key(id),
        None => false,
    });
    let Some(known) = known else {
        return id.to_owned();
    };
    if field.refers_to() == Some(Kind::Department) {
        return company.department_path(&known);
    }
    let person = company
        .people
        .get(&known)
        .and_then(|person| person.record.values.text(Field::Name));
    person.unwrap_or(id).to_owned()
}

fn view_upcoming(on: jiff::civil::Date, what: UpcomingKind) -> UpcomingView {
    let (what, fields) = match what {
        UpcomingKind::Entry => ("entry", Vec::new()),
        UpcomingKind::Change(fields) => ("change", fields.iter().collect()),
        UpcomingKind::Leaving => ("leaving", Vec::new()),
    };
    UpcomingView {
        on,
        what: what.to_owned(),
        fields,
    }
}
