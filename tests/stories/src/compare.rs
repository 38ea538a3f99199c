//! The truth in DingTalk against the ledger: every field of every person and department, and nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use directory::{Field, Kind, Link, NativeId, Side, Value};
use ehr::Stored;
use sandbox::company::Person;
use sandbox::world::{Truth, TruthDepartment};

use crate::canonical;
use crate::ledger::Ledger;

/// Something that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Person or department.
    pub kind: Kind,
    /// DingTalk's id of it; empty where the ledger keeps none.
    pub id: String,
    /// The field, where it is one.
    pub field: Option<Field>,
    /// What is different.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind.key(), self.id, self.what)
    }
}

/// A field's value in words that both sides share: references are DingTalk's ids.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Nothing,
    Text(String),
    Ids(BTreeSet<String>),
}

/// Fails with every difference.
///
/// # Panics
/// If there is one.
pub fn assert_same(truth: &Truth, ledger: &Ledger) {
    let differences = differences(truth, ledger);
    assert!(differences.is_empty(), "the ledger is not the truth:\n{}", list(&differences));
}

/// Differences as lines.
#[must_use]
pub fn list(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Everything that is not the same: fields, missing and extra records, duplicates, ledger entries without their link.
#[must_use]
pub fn differences(truth: &Truth, ledger: &Ledger) -> Vec<Difference> {
    let names = Names::of(ledger);
    let people = truth.people.iter().map(|person| (person.userid.clone(), expected_person(person))).collect();
    let departments =
        truth.departments.iter().map(|one| (one.department.dept_id.to_string(), expected_department(one))).collect();
    let mut found = compare(Kind::Person, &people, ledger, &names);
    found.extend(compare(Kind::Department, &departments, ledger, &names));
    found.extend(unionids(truth, ledger));
    found.extend(orphans(ledger));
    found
}

type Expected = BTreeMap<Field, Said>;

fn compare(kind: Kind, expected: &BTreeMap<String, Expected>, ledger: &Ledger, names: &Names<'_>) -> Vec<Difference> {
    let active = ledger.active(kind);
    let different = |id: &str, field, what: String| Difference { kind, id: id.to_owned(), field, what };
    let mut found = Vec::new();
    for (id, records) in &active {
        if !expected.contains_key(*id) {
            found.push(different(id, None, "active in the ledger, not in DingTalk".to_owned()));
        }
        if records.len() > 1 {
            found.push(different(id, None, format!("{} times in the ledger", records.len())));
        }
    }
    for (id, fields) in expected {
        let Some(stored) = active.get(id.as_str()).and_then(|records| records.first()) else {
            found.push(different(id, None, "in DingTalk, not active in the ledger".to_owned()));
            continue;
        };
        for (field, expected) in fields {
            let said = said(stored, *field, names);
            if !agrees(*field, expected, &said, fields) {
                let what = format!("{}: DingTalk {expected:?}, ledger {said:?}", field.key());
                found.push(different(id, Some(*field), what));
            }
        }
    }
    found
}

/// DingTalk shows a main department for some people only. Where it stopped showing one, the ledger may keep what it knew,
/// which is then a department that the person is no longer in.
fn agrees(field: Field, expected: &Said, said: &Said, fields: &Expected) -> bool {
    match (field, expected, said, fields.get(&Field::Departments)) {
        (Field::MainDepartment, Said::Nothing, Said::Ids(kept), Some(Said::Ids(now))) => kept.is_disjoint(now),
        _ => expected == said,
    }
}

fn text(value: Option<String>) -> Said {
    value.map_or(Said::Nothing, Said::Text)
}

fn ids(ids: impl IntoIterator<Item = String>) -> Said {
    let ids: BTreeSet<String> = ids.into_iter().collect();
    if ids.is_empty() { Said::Nothing } else { Said::Ids(ids) }
}

fn expected_person(person: &Person) -> Expected {
    let optional = |raw: &Option<String>| text(raw.as_deref().and_then(canonical::text));
    let main = person.main_department.filter(|main| person.is_in(*main));
    let leads = person.departments.iter().filter(|place| place.leader);
    BTreeMap::from([
        (Field::Name, text(canonical::text(&person.name))),
        (Field::Mobile, text(canonical::mobile(&person.mobile, &person.state_code))),
        (Field::Email, text(canonical::email(&person.email))),
        (Field::OrgEmail, text(person.org_email.as_deref().and_then(canonical::email))),
        (Field::Telephone, text(canonical::text(&person.telephone))),
        (Field::JobNumber, text(canonical::text(&person.job_number))),
        (Field::Title, text(canonical::text(&person.title))),
        (Field::WorkPlace, optional(&person.work_place)),
        (Field::Remark, optional(&person.remark)),
        (Field::HiredOn, text(person.hired_date.map(|millis| canonical::day(millis).to_string()))),
        (Field::Extension, text(person.extension.as_deref().and_then(canonical::extension))),
        (Field::HideMobile, Said::Text(person.hide_mobile.to_string())),
        (Field::Departments, ids(person.departments.iter().map(|place| place.dept_id.to_string()))),
        (Field::MainDepartment, ids(main.map(|id| id.to_string()))),
        (Field::Leads, ids(leads.map(|place| place.dept_id.to_string()))),
        (Field::Manager, ids(person.manager_userid.clone())),
    ])
}

fn expected_department(one: &TruthDepartment) -> Expected {
    let department = &one.department;
    BTreeMap::from([
        (Field::Name, text(canonical::text(&department.name))),
        (Field::Parent, ids(department.parent_id.map(|id| id.to_string()))),
        (Field::Order, Said::Text(department.order.to_string())),
        (Field::Heads, ids(one.heads.iter().cloned())),
        (Field::SourceIdentifier, text(department.source_identifier.as_deref().and_then(canonical::text))),
    ])
}

/// What the ledger says, its references turned into DingTalk's ids through the ledger's own records.
fn said(stored: &Stored, field: Field, names: &Names<'_>) -> Said {
    let values = &stored.record.values;
    if !values.shown().contains(field) {
        return Said::Text("(hidden)".to_owned());
    }
    match values.get(field) {
        None => Said::Nothing,
        Some(Value::Text(text)) => Said::Text(text.expose().to_owned()),
        Some(Value::Day(day)) => Said::Text(day.to_string()),
        Some(Value::Number(number)) => Said::Text(number.to_string()),
        Some(Value::Flag(flag)) => Said::Text(flag.to_string()),
        Some(Value::Refs(refs)) => {
            let kind = field.refers_to().expect("a reference refers to something");
            Said::Ids(refs.iter().map(|id| names.dingtalk(kind, id)).collect())
        }
    }
}

/// The ledger's own ids → its records.
struct Names<'a>(BTreeMap<(Kind, &'a str), &'a Stored>);

impl<'a> Names<'a> {
    fn of(ledger: &'a Ledger) -> Self {
        let kinds = [Kind::Person, Kind::Department].into_iter();
        let records =
            kinds.flat_map(|kind| ledger.records(kind).iter().map(move |one| ((kind, one.record.id.as_str()), one)));
        Self(records.collect())
    }

    fn dingtalk(&self, kind: Kind, id: &str) -> String {
        match self.0.get(&(kind, id)) {
            Some(stored) if stored.record.active => stored
                .dingtalk
                .as_ref()
                .map_or_else(|| format!("({id} without an id of DingTalk)"), ToString::to_string),
            Some(_) => format!("({id}, which is not active)"),
            None => format!("({id}, which is not there)"),
        }
    }
}

fn unionids(truth: &Truth, ledger: &Ledger) -> Vec<Difference> {
    let active = ledger.active(Kind::Person);
    let wrong = truth.people.iter().filter(|person| {
        let stored = active.get(person.userid.as_str()).and_then(|records| records.first());
        stored.is_some_and(|stored| stored.record.unionid.as_ref().is_none_or(|id| id.as_str() != person.unionid))
    });
    let difference = |person: &Person| {
        let what = "another unionid".to_owned();
        Difference { kind: Kind::Person, id: person.userid.clone(), field: None, what }
    };
    wrong.map(difference).collect()
}

/// Every entry of the ledger has one link that leads to it and to the same id of DingTalk, and every link an entry.
fn orphans(ledger: &Ledger) -> Vec<Difference> {
    let mut leading: BTreeMap<(Kind, &str), Vec<&Link>> = BTreeMap::new();
    for link in &ledger.links {
        let ehr = link.native(Side::Ehr).map_or("", |id| id.as_str());
        leading.entry((link.kind, ehr)).or_default().push(link);
    }
    let mut found = Vec::new();
    let mut say = |kind, id: Option<&NativeId>, what: String| {
        found.push(Difference { kind, id: id.map(ToString::to_string).unwrap_or_default(), field: None, what });
    };
    for kind in [Kind::Person, Kind::Department] {
        for stored in ledger.records(kind) {
            let links = leading.remove(&(kind, stored.record.id.as_str())).unwrap_or_default();
            if links.len() != 1 || links[0].dingtalk != stored.dingtalk {
                let what = format!("ledger entry {} has not exactly one link of its own", stored.record.id);
                say(kind, stored.dingtalk.as_ref(), what);
            }
        }
    }
    for link in leading.values().flatten() {
        say(link.kind, link.dingtalk.as_ref(), "a link without a ledger entry".to_owned());
    }
    found
}
