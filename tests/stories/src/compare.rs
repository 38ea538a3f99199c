//! Compares the truth in DingTalk with the ledger: every field of every person and department, and
//! no extra record.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use directory::{Field, FieldValue, Kind, Link, NativeId, Side};
use ehr::StoredRecord;
use sandbox::company::Person;
use sandbox::world::{TruthDepartment, WorldTruth};

use crate::canonical;
use crate::ledger::LedgerSnapshot;

/// A difference between DingTalk and the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Person or department.
    pub kind: Kind,
    /// DingTalk's id; empty if the ledger keeps none.
    pub id: String,
    /// The field, if the difference is in one.
    pub field: Option<Field>,
    /// Description of the difference.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind.key(), self.id, self.what)
    }
}

/// A field's value in a form that both sides share: references are DingTalk's ids.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ComparableValue {
    Nothing,
    Text(String),
    Ids(BTreeSet<String>),
}

/// Asserts that there is no difference.
///
/// # Panics
/// With every difference, if there is one.
pub fn assert_same(truth: &WorldTruth, ledger: &LedgerSnapshot) {
    let differences = find_differences(truth, ledger);
    assert!(
        differences.is_empty(),
        "the ledger is not the truth:\n{}",
        format_differences(&differences)
    );
}

/// Formats differences as lines.
#[must_use]
pub fn format_differences(differences: &[Difference]) -> String {
    differences
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns every difference: fields, missing and extra records, duplicates, and ledger entries
/// without their link.
#[must_use]
pub fn find_differences(truth: &WorldTruth, ledger: &LedgerSnapshot) -> Vec<Difference> {
    let names = LedgerNames::of(ledger);
    let people = truth
        .people
        .iter()
        .map(|person| (person.userid.clone(), expected_person(person)))
        .collect();
    let departments = truth
        .departments
        .iter()
        .map(|one| (one.department.dept_id.to_string(), expected_department(one)))
        .collect();
    let mut found = compare_kind(Kind::Person, &people, ledger, &names);
    found.extend(compare_kind(Kind::Department, &departments, ledger, &names));
    found.extend(find_unionid_differences(truth, ledger));
    found.extend(find_orphans(ledger));
    found
}

type ExpectedFields = BTreeMap<Field, ComparableValue>;

fn compare_kind(
    kind: Kind,
    expected: &BTreeMap<String, ExpectedFields>,
    ledger: &LedgerSnapshot,
    names: &LedgerNames<'_>,
) -> Vec<Difference> {
    let active = ledger.active_by_dingtalk_id(kind);
    let different = |id: &str, field, what: String| Difference {
        kind,
        id: id.to_owned(),
        field,
        what,
    };
    let mut found = Vec::new();
    for (id, records) in &active {
        if !expected.contains_key(*id) {
            found.push(different(
                id,
                None,
                "active in the ledger, not in DingTalk".to_owned(),
            ));
        }
        if records.len() > 1 {
            found.push(different(
                id,
                None,
                format!("{} times in the ledger", records.len()),
            ));
        }
    }
    for (id, fields) in expected {
        let Some(stored) = active.get(id.as_str()).and_then(|records| records.first()) else {
            found.push(different(
                id,
                None,
                "in DingTalk, not active in the ledger".to_owned(),
            ));
            continue;
        };
        for (field, expected) in fields {
            let said = ledger_value(stored, *field, names);
            if !field_agrees(*field, expected, &said, fields) {
                let what = format!("{}: DingTalk {expected:?}, ledger {said:?}", field.key());
                found.push(different(id, Some(*field), what));
            }
        }
    }
    found
}

/// DingTalk shows a main department for some people only. If it stops showing one, the ledger may
/// keep the value, which may then be a department that the person has left.
fn field_agrees(
    field: Field,
    expected: &ComparableValue,
    said: &ComparableValue,
    fields: &ExpectedFields,
) -> bool {
    match (field, expected, said, fields.get(&Field::Departments)) {
        (
            Field::MainDepartment,
            ComparableValue::Nothing,
            ComparableValue::Ids(kept),
            Some(ComparableValue::Ids(now)),
        ) => kept.is_disjoint(now),
        _ => expected == said,
    }
}

fn text_value(value: Option<String>) -> ComparableValue {
    value.map_or(ComparableValue::Nothing, ComparableValue::Text)
}

fn ids_value(ids: impl IntoIterator<Item = String>) -> ComparableValue {
    let ids: BTreeSet<String> = ids.into_iter().collect();
    if ids.is_empty() {
        ComparableValue::Nothing
    } else {
        ComparableValue::Ids(ids)
    }
}

fn expected_person(person: &Person) -> ExpectedFields {
    let optional = |raw: &Option<String>| text_value(raw.as_deref().and_then(canonical::text));
    let main = person.main_department.filter(|main| person.is_in(*main));
    let leads = person
        .departments
        .iter()
        .filter(|membership| membership.leader);
    BTreeMap::from([
        (Field::Name, text_value(canonical::text(&person.name))),
        (
            Field::Mobile,
            text_value(canonical::mobile(&person.mobile, &person.state_code)),
        ),
        (Field::Email, text_value(canonical::email(&person.email))),
        (
            Field::OrgEmail,
            text_value(person.org_email.as_deref().and_then(canonical::email)),
        ),
        (
            Field::Telephone,
            text_value(canonical::text(&person.telephone)),
        ),
        (
            Field::JobNumber,
            text_value(canonical::text(&person.job_number)),
        ),
        (Field::Title, text_value(canonical::text(&person.title))),
        (Field::WorkPlace, optional(&person.work_place)),
        (Field::Remark, optional(&person.remark)),
        (
            Field::HiredOn,
            text_value(
                person
                    .hired_date
                    .map(|millis| canonical::day(millis).to_string()),
            ),
        ),
        (
            Field::Extension,
            text_value(person.extension.as_deref().and_then(canonical::extension)),
        ),
        (
            Field::HideMobile,
            ComparableValue::Text(person.hide_mobile.to_string()),
        ),
        (
            Field::Departments,
            ids_value(
                person
                    .departments
                    .iter()
                    .map(|membership| membership.dept_id.to_string()),
            ),
        ),
        (
            Field::MainDepartment,
            ids_value(main.map(|id| id.to_string())),
        ),
        (
            Field::Leads,
            ids_value(leads.map(|membership| membership.dept_id.to_string())),
        ),
        (Field::Manager, ids_value(person.manager_userid.clone())),
    ])
}

fn expected_department(one: &TruthDepartment) -> ExpectedFields {
    let department = &one.department;
    BTreeMap::from([
        (Field::Name, text_value(canonical::text(&department.name))),
        (
            Field::Parent,
            ids_value(department.parent_id.map(|id| id.to_string())),
        ),
        (
            Field::Order,
            ComparableValue::Text(department.order.to_string()),
        ),
        (Field::Heads, ids_value(one.heads.iter().cloned())),
        (
            Field::SourceIdentifier,
            text_value(
                department
                    .source_identifier
                    .as_deref()
                    .and_then(canonical::text),
            ),
        ),
    ])
}

/// Returns the ledger's value, with references converted to DingTalk's ids through the ledger's own
/// records.
fn ledger_value(stored: &StoredRecord, field: Field, names: &LedgerNames<'_>) -> ComparableValue {
    let values = &stored.record.values;
    if !values.shown_fields().contains(field) {
        return ComparableValue::Text("(hidden)".to_owned());
    }
    match values.get(field) {
        None => ComparableValue::Nothing,
        Some(FieldValue::Text(text)) => ComparableValue::Text(text.expose().to_owned()),
        Some(FieldValue::Day(day)) => ComparableValue::Text(day.to_string()),
        Some(FieldValue::Number(number)) => ComparableValue::Text(number.to_string()),
        Some(FieldValue::Flag(flag)) => ComparableValue::Text(flag.to_string()),
        Some(FieldValue::Refs(refs)) => {
            let kind = field.refers_to().expect("a reference refers to something");
            ComparableValue::Ids(refs.iter().map(|id| names.dingtalk_id(kind, id)).collect())
        }
    }
}

/// The ledger's records by their own ids.
struct LedgerNames<'a>(BTreeMap<(Kind, &'a str), &'a StoredRecord>);

impl<'a> LedgerNames<'a> {
    fn of(ledger: &'a LedgerSnapshot) -> Self {
        let kinds = [Kind::Person, Kind::Department].into_iter();
        let records = kinds.flat_map(|kind| {
            ledger
                .records(kind)
                .iter()
                .map(move |one| ((kind, one.record.id.as_str()), one))
        });
        Self(records.collect())
    }

    fn dingtalk_id(&self, kind: Kind, id: &str) -> String {
        match self.0.get(&(kind, id)) {
            Some(stored) if stored.record.active => stored.dingtalk.as_ref().map_or_else(
                || format!("({id} without an id of DingTalk)"),
                ToString::to_string,
            ),
            Some(_) => format!("({id}, which is not active)"),
            None => format!("({id}, which is not there)"),
        }
    }
}

fn find_unionid_differences(truth: &WorldTruth, ledger: &LedgerSnapshot) -> Vec<Difference> {
    let active = ledger.active_by_dingtalk_id(Kind::Person);
    let wrong = truth.people.iter().filter(|person| {
        let stored = active
            .get(person.userid.as_str())
            .and_then(|records| records.first());
        stored.is_some_and(|stored| {
            stored
                .record
                .unionid
                .as_ref()
                .is_none_or(|id| id.as_str() != person.unionid)
        })
    });
    let difference = |person: &Person| {
        let what = "another unionid".to_owned();
        Difference {
            kind: Kind::Person,
            id: person.userid.clone(),
            field: None,
            what,
        }
    };
    wrong.map(difference).collect()
}

/// Every ledger entry should have one link that points to it and to the same id of DingTalk, and
/// every link should have an entry.
fn find_orphans(ledger: &LedgerSnapshot) -> Vec<Difference> {
    let mut leading: BTreeMap<(Kind, &str), Vec<&Link>> = BTreeMap::new();
    for link in &ledger.links {
        let ehr = link.native_id(Side::Ehr).map_or("", |id| id.as_str());
        leading.entry((link.kind, ehr)).or_default().push(link);
    }
    let mut found = Vec::new();
    let mut say = |kind, id: Option<&NativeId>, what: String| {
        found.push(Difference {
            kind,
            id: id.map(ToString::to_string).unwrap_or_default(),
            field: None,
            what,
        });
    };
    for kind in [Kind::Person, Kind::Department] {
        for stored in ledger.records(kind) {
            let links = leading
                .remove(&(kind, stored.record.id.as_str()))
                .unwrap_or_default();
            if links.len() != 1 || links[0].dingtalk != stored.dingtalk {
                let what = format!(
                    "ledger entry {} has not exactly one link of its own",
                    stored.record.id
                );
                say(kind, stored.dingtalk.as_ref(), what);
            }
        }
    }
    for link in leading.values().flatten() {
        say(
            link.kind,
            link.dingtalk.as_ref(),
            "a link without a ledger entry".to_owned(),
        );
    }
    found
}
