//! The company as an order reads it: all departments, and of people only those who are asked for.

use std::collections::HashMap;

use directory::effective_dates::{Presence, UpcomingKind};
use directory::{Field, FieldValue, FieldValues, Kind, NativeId, canonical};
use ehr::ledger::CompanyOnDay;
use ehr::{AlternateKey, Connector as _, EhrError, Ledger, StoredRecord};
use futures::lock::Mutex;

use crate::error::{LedgerOrderError, OrderError};
use crate::ledger_views::{LedgerEntryView, UpcomingView};
use crate::masking::Masking;

/// The departments of the company on its day, and the people whom an order has met so far.
pub(crate) struct CompanyView {
    pub(crate) ledger: Ledger,
    pub(crate) departments: CompanyOnDay,
    people: Mutex<HashMap<NativeId, Option<StoredRecord>>>,
}

impl CompanyView {
    pub(crate) async fn open(ledger: Ledger) -> Result<Self, OrderError> {
        let departments = ledger
            .read_departments()
            .await
            .map_err(|err| of_ehr(&err))?;
        Ok(Self {
            ledger,
            departments,
            people: Mutex::default(),
        })
    }

    /// A person, read once per order.
    async fn person(&self, id: &NativeId) -> Result<Option<StoredRecord>, OrderError> {
        let mut people = self.people.lock().await;
        if let Some(known) = people.get(id) {
            return Ok(known.clone());
        }
        let read = self.ledger.read_record(Kind::Person, id).await;
        let person = read.map_err(|err| of_ehr(&err))?;
        people.insert(id.clone(), person.clone());
        Ok(person)
    }

    /// An entry by its id.
    pub(crate) async fn entry(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<Option<StoredRecord>, OrderError> {
        match kind {
            Kind::Person => self.person(id).await,
            Kind::Department => Ok(self.departments.departments.get(id).cloned()),
        }
    }

    /// What an entry is called; a department by its path.
    pub(crate) async fn name(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<Option<String>, OrderError> {
        Ok(match kind {
            Kind::Person => {
                let person = self.person(id).await?;
                person.and_then(|one| one.record.values.text(Field::Name).map(str::to_owned))
            }
            Kind::Department => {
                Some(self.departments.department_path(id)).filter(|path| !path.is_empty())
            }
        })
    }

    /// The one entry that is named so. Exact ids come first, then numbers of people, paths and names of departments; an
    /// entry that is here comes before those that left. People are not found by name: that takes reading all of them.
    pub(crate) async fn find(&self, kind: Kind, typed: &str) -> Result<NativeId, OrderError> {
        let typed = typed.trim();
        match kind {
            Kind::Person => self.find_person(typed).await,
            Kind::Department => self.find_department(typed),
        }
    }

    async fn find_person(&self, typed: &str) -> Result<NativeId, OrderError> {
        if let Ok(id) = NativeId::new(typed) {
            let mut found = self.by_key(AlternateKey::DingTalk(id.clone())).await?;
            found.extend(self.person(&id).await?);
            if let Some(id) = choose(Kind::Person, typed, &found)? {
                return Ok(id);
            }
        }
        let mut found = self
            .by_key(AlternateKey::JobNumber(typed.to_owned()))
            .await?;
        if let Some(mobile) = canonical::normalize_mobile(typed, None) {
            found.extend(self.by_key(AlternateKey::Mobile(mobile)).await?);
        }
        choose(Kind::Person, typed, &found)?.ok_or_else(|| unknown(Kind::Person, typed))
    }

    async fn by_key(&self, key: AlternateKey) -> Result<Vec<StoredRecord>, OrderError> {
        let found = self.ledger.find_all_by_key(Kind::Person, &key).await;
        found.map_err(|err| of_ehr(&err))
    }

    fn find_department(&self, typed: &str) -> Result<NativeId, OrderError> {
        for is in [has_id, has_path, has_name] {
            let found: Vec<StoredRecord> = self
                .departments
                .departments
                .values()
                .filter(|stored| is(&self.departments, stored, typed))
                .cloned()
                .collect();
            if let Some(id) = choose(Kind::Department, typed, &found)? {
                return Ok(id);
            }
        }
        Err(unknown(Kind::Department, typed))
    }

    /// Values of an edit, their references resolved.
    pub(crate) async fn resolve_values(
        &self,
        fields: &[(Field, Vec<String>)],
    ) -> Result<FieldValues, OrderError> {
        let mut values = FieldValues::new();
        for (field, texts) in fields {
            let Some(kind) = field.refers_to() else {
                values.show_text(*field, texts.first().cloned());
                continue;
            };
            let mut ids = Vec::new();
            for text in texts.iter().filter(|text| !text.trim().is_empty()) {
                ids.push(self.find(kind, text).await?.to_string());
            }
            values.show_refs(*field, ids);
        }
        Ok(values)
    }

    /// An entry as people read it.
    pub(crate) async fn view_entry(
        &self,
        stored: &StoredRecord,
        masking: Masking,
    ) -> Result<LedgerEntryView, OrderError> {
        let mut fields = Vec::new();
        for (field, value) in stored.record.values.iter() {
            if let Some(value) = value {
                fields.push((field, self.value_texts(field, value, masking).await?));
            }
        }
        let status = match stored.presence {
            Presence::NotYet => "expected",
            Presence::Here => "active",
            Presence::Left => "left",
        };
        Ok(LedgerEntryView {
            kind: stored.record.kind,
            id: stored.record.id.to_string(),
            version: stored.version,
            status: status.to_owned(),
            dingtalk: stored.dingtalk.as_ref().map(ToString::to_string),
            fields,
            upcoming: stored
                .upcoming
                .iter()
                .map(|one| view_upcoming(one.on, one.what))
                .collect(),
        })
    }

    async fn value_texts(
        &self,
        field: Field,
        value: &FieldValue,
        masking: Masking,
    ) -> Result<Vec<String>, OrderError> {
        let text = match value {
            FieldValue::Text(text) => masking.apply(field, text.expose().to_owned()),
            FieldValue::Day(day) => day.to_string(),
            FieldValue::Number(number) => number.to_string(),
            FieldValue::Flag(flag) => flag.to_string(),
            FieldValue::Refs(refs) => {
                let mut names = Vec::new();
                for id in refs {
                    names.push(self.reference_name(field, id).await?);
                }
                names.sort();
                return Ok(names);
            }
        };
        Ok(vec![text])
    }

    /// A department's path, a person's name; the id itself if there is no such entry.
    async fn reference_name(&self, field: Field, id: &str) -> Result<String, OrderError> {
        let (Some(kind), Ok(native)) = (field.refers_to(), NativeId::new(id)) else {
            return Ok(id.to_owned());
        };
        let name = self.name(kind, &native).await?;
        Ok(name.unwrap_or_else(|| id.to_owned()))
    }
}

/// The one of several; those who left count only if all did.
fn choose(kind: Kind, typed: &str, found: &[StoredRecord]) -> Result<Option<NativeId>, OrderError> {
    let ids = |left: bool| {
        let wanted = found
            .iter()
            .filter(|stored| left || stored.presence != Presence::Left);
        let mut ids: Vec<&NativeId> = wanted.map(|stored| &stored.record.id).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let (here, all) = (ids(false), ids(true));
    match (here.as_slice(), all.as_slice()) {
        ([one], _) | ([], [one]) => Ok(Some((*one).clone())),
        ([], []) => Ok(None),
        _ => Err(OrderError::Ledger(LedgerOrderError::Ambiguous {
            kind,
            who: typed.to_owned(),
            count: all.len(),
        })),
    }
}

fn unknown(kind: Kind, typed: &str) -> OrderError {
    OrderError::Ledger(LedgerOrderError::Unknown {
        kind,
        who: typed.to_owned(),
    })
}

fn has_id(_: &CompanyOnDay, stored: &StoredRecord, typed: &str) -> bool {
    let is_dingtalk = |id: &NativeId| id.as_str() == typed;
    stored.record.id.as_str() == typed || stored.dingtalk.as_ref().is_some_and(is_dingtalk)
}

fn has_path(company: &CompanyOnDay, stored: &StoredRecord, typed: &str) -> bool {
    let is_root = company
        .root()
        .is_some_and(|root| root.record.id == stored.record.id);
    if typed == "/" {
        is_root
    } else {
        company.department_path(&stored.record.id) == typed.trim_matches('/')
    }
}

fn has_name(_: &CompanyOnDay, stored: &StoredRecord, typed: &str) -> bool {
    stored.record.values.text(Field::Name) == canonical::normalize_text(typed).as_deref()
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

pub(crate) fn of_ehr(err: &EhrError) -> OrderError {
    match err {
        err if err.is_cursor_invalid() => OrderError::NoCursor,
        err => OrderError::unusable(err),
    }
}
