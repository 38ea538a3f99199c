//! What matching reads of a person.

use std::collections::BTreeSet;

use directory::text::PersonalText;
use directory::{Field, FieldValue, NativeId, Record, UnionId};
use jiff::civil::Date;

/// A person on one side, in canonical form. `None` is *empty or hidden*: neither proves anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The side's own id.
    pub id: NativeId,
    /// The id of the other side that this side keeps, for example what a tool before left there.
    pub kept: Option<NativeId>,
    /// DingTalk's id of the human across corps.
    pub unionid: Option<UnionId>,
    /// Display name.
    pub name: Option<PersonalText>,
    /// Mobile, E.164.
    pub mobile: Option<PersonalText>,
    /// Job number.
    pub job_number: Option<PersonalText>,
    /// Company mailbox, or a personal address where there is none.
    pub email: Option<PersonalText>,
    /// Day of entry.
    pub hired_on: Option<Date>,
    /// The side's own ids of departments.
    pub departments: BTreeSet<NativeId>,
    /// Whether the person works here now.
    pub active: bool,
}

impl PersonRow {
    /// A person of whom only the id is known.
    #[must_use]
    pub fn new(id: NativeId) -> Self {
        Self {
            id,
            kept: None,
            unionid: None,
            name: None,
            mobile: None,
            job_number: None,
            email: None,
            hired_on: None,
            departments: BTreeSet::new(),
            active: true,
        }
    }

    /// From a read. `kept` is the other side's id that the record keeps. References that are no ids are left out.
    #[must_use]
    pub fn from_record(record: &Record, kept: Option<NativeId>) -> Self {
        let text = |field| record.values.text(field).map(PersonalText::from);
        let hired_on = match record.values.get(Field::HiredOn) {
            Some(FieldValue::Day(day)) => Some(*day),
            _ => None,
        };
        let departments = record.values.refs(Field::Departments);
        Self {
            id: record.id.clone(),
            kept,
            unionid: record.unionid.clone(),
            name: text(Field::Name),
            mobile: text(Field::Mobile),
            job_number: text(Field::JobNumber),
            email: text(Field::OrgEmail).or_else(|| text(Field::Email)),
            hired_on,
            departments: departments
                .filter_map(|id| NativeId::new(id).ok())
                .collect(),
            active: record.active,
        }
    }
}
