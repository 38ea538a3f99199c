//! Newcomers of DingTalk's lists, to be found by what the eHR knows of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use directory::{Field, NativeId, Record};

/// What the lists of a sweep showed of records that no link knows, to be found by the other side's.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// People of DingTalk by job number or mobile; `None` where two share one.
    people: Mutex<BTreeMap<(Field, String), Option<NativeId>>>,
}

impl Candidates {
    /// Remembers a person whom DingTalk's list showed and no link knows.
    pub(crate) fn add(&self, record: &Record) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        for field in [Field::JobNumber, Field::Mobile] {
            let Some(text) = record.values.text(field) else {
                continue;
            };
            let entry = people
                .entry((field, text.to_owned()))
                .or_insert_with(|| Some(record.id.clone()));
            if entry.as_ref() != Some(&record.id) {
                *entry = None;
            }
        }
    }

    /// All of them, to go on from later.
    pub(crate) fn list_all(&self) -> Vec<(Field, String, Option<NativeId>)> {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people
            .iter()
            .map(|((field, text), id)| (*field, text.clone(), id.clone()))
            .collect()
    }

    /// Takes back what [`Self::list_all`] gave out.
    pub(crate) fn restore(&self, all: &[(Field, String, Option<NativeId>)]) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.extend(
            all.iter()
                .map(|(field, text, id)| ((*field, text.clone()), id.clone())),
        );
    }

    pub(super) fn find_by(&self, field: Field, record: &Record) -> Option<NativeId> {
        let key = (field, record.values.text(field)?.to_owned());
        self.people
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned()
            .flatten()
    }
}
