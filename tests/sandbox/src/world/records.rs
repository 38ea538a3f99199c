//! Returns the world as canonical records: what the real client reads, without HTTP. For a caller
//! in the same process.

use std::collections::BTreeMap;

use directory::{
    DeptId, Field, FieldSet, FieldValue, FieldValues, Kind, Record, Timestamp, UserId, canonical,
};

use super::{DepartmentFields, PersonFields};
use crate::company::{Department, Person};

/// Fields that only a read of the single record shows.
const DEEP_FIELDS: FieldSet =
    FieldSet::of_fields(&[Field::MainDepartment, Field::Leads, Field::Manager]);

impl Person {
    /// Returns the record that `user/get` gives with every permission; `None` for an id that a
    /// record cannot have.
    #[must_use]
    pub fn to_record(&self) -> Option<Record> {
        let mut record = self.to_listed_record()?;
        let ids = |ids: Vec<i64>| ids.into_iter().map(|id| id.to_string());
        let led = self
            .departments
            .iter()
            .filter(|m| m.leader)
            .map(|m| m.dept_id)
            .collect();
        record.values.show_refs(Field::Leads, ids(led));
        record
            .values
            .show_refs(Field::Manager, self.manager_userid.clone());
        // Without a position, the main department is unknown.
        if let Some(main) = self.main_department {
            record
                .values
                .show_refs(Field::MainDepartment, [main.to_string()]);
        }
        Some(record)
    }

    /// Returns the record that a row of `user/list` gives: without manager, heads and main
    /// department.
    #[must_use]
    pub fn to_listed_record(&self) -> Option<Record> {
        let mut record = Record::new(Kind::Person, UserId::new(&self.userid).ok()?.into());
        record.unionid = directory::UnionId::new(&self.unionid).ok();
        record.protected = self.is_admin() || self.boss;
        let values = &mut record.values;
        for field in FieldSet::PERSON.without(DEEP_FIELDS).iter() {
            match field {
                Field::HideMobile => values.show(field, Some(FieldValue::Flag(self.hide_mobile))),
                Field::HiredOn => {
                    let day = self
                        .hired_date
                        .and_then(|millis| canonical::shanghai_day(Timestamp(millis)));
                    values.show(field, day.map(FieldValue::Day));
                }
                Field::Departments => {
                    values.show_refs(
                        field,
                        self.departments.iter().map(|m| m.dept_id.to_string()),
                    );
                }
                Field::Mobile => values.show_text(
                    field,
                    canonical::normalize_mobile(&self.mobile, Some(&self.state_code)),
                ),
                Field::Extension => values.show_text(
                    field,
                    self.extension.as_deref().and_then(canonical_custom_fields),
                ),
                Field::Email => values.show_text(field, canonical::normalize_email(&self.email)),
                Field::OrgEmail => values.show_text(
                    field,
                    self.org_email
                        .as_deref()
                        .and_then(canonical::normalize_email),
                ),
                _ => values.show_text(
                    field,
                    self.field_text(field).and_then(canonical::normalize_text),
                ),
            }
        }
        Some(record)
    }

    fn field_text(&self, field: Field) -> Option<&str> {
        match field {
            Field::Name => Some(&self.name),
            Field::Telephone => Some(&self.telephone),
            Field::JobNumber => Some(&self.job_number),
            Field::Title => Some(&self.title),
            Field::WorkPlace => self.work_place.as_deref(),
            Field::Remark => self.remark.as_deref(),
            _ => None,
        }
    }
}

/// Returns custom fields in canonical form: keys sorted, `{}` counts as none.
fn canonical_custom_fields(raw: &str) -> Option<String> {
    let Ok(fields) = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(raw) else {
        return canonical::normalize_text(raw);
    };
    let sorted = serde_json::to_string(&fields).ok()?;
    if fields.is_empty() {
        None
    } else {
        canonical::normalize_text(&sorted)
    }
}

impl Department {
    /// Returns the record that `department/get` gives. `heads` comes from
    /// [`World::read_department`](super::World::read_department).
    #[must_use]
    pub fn to_record(&self, heads: &[String]) -> Record {
        let mut record = self.to_listed_record();
        record
            .values
            .show(Field::Order, Some(FieldValue::Number(self.order)));
        record.values.show_refs(Field::Heads, heads.iter().cloned());
        let key = self
            .source_identifier
            .as_deref()
            .and_then(canonical::normalize_text);
        record.values.show_text(Field::SourceIdentifier, key);
        record
    }

    /// Returns the record that a row of `department/listsub` gives: name and parent.
    #[must_use]
    pub fn to_listed_record(&self) -> Record {
        let mut record = Record::new(Kind::Department, DeptId(self.dept_id).into());
        record
            .values
            .show_text(Field::Name, canonical::normalize_text(&self.name));
        record
            .values
            .show_refs(Field::Parent, self.parent_id.map(|id| id.to_string()));
        record
    }
}

impl PersonFields {
    /// Converts values to the fields that the real client sends: only the fields that are shown. An
    /// empty field is emptied if DingTalk can do that. Custom fields are sent as the whole set.
    #[must_use]
    pub fn of(values: &FieldValues) -> Self {
        let shown = |field| values.shown_fields().contains(field);
        let text = |field| shown(field).then(|| values.text(field).unwrap_or_default().to_owned());
        let kept = |field| text(field).filter(|text| !text.is_empty());
        let ids = |field| {
            values
                .refs(field)
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<i64>>()
        };
        let manager = values.refs(Field::Manager).next().map(str::to_owned);
        Self {
            name: kept(Field::Name),
            mobile: kept(Field::Mobile).map(|number| native_mobile(&number)),
            hide_mobile: match values.get(Field::HideMobile) {
                Some(FieldValue::Flag(hidden)) => Some(*hidden),
                _ => None,
            },
            telephone: text(Field::Telephone),
            job_number: text(Field::JobNumber),
            title: text(Field::Title),
            email: text(Field::Email),
            org_email: kept(Field::OrgEmail),
            work_place: text(Field::WorkPlace),
            remark: text(Field::Remark),
            extension: shown(Field::Extension)
                .then(|| values.text(Field::Extension).unwrap_or("{}").to_owned()),
            merge_extension: false,
            hired_date: match values.get(Field::HiredOn) {
                Some(FieldValue::Day(day)) => canonical::start_of_day(*day).map(Timestamp::millis),
                _ => None,
            },
            clear_manager: shown(Field::Manager) && manager.is_none(),
            manager,
            departments: Some(ids(Field::Departments)).filter(|ids| !ids.is_empty()),
            orders: Vec::new(),
            main_department: ids(Field::MainDepartment).first().copied(),
            senior: None,
        }
    }
}

impl DepartmentFields {
    /// Converts values to the fields that the real client sends.
    #[must_use]
    pub fn of(values: &FieldValues) -> Self {
        let heads: Vec<String> = values.refs(Field::Heads).map(str::to_owned).collect();
        let shown = |field| values.shown_fields().contains(field);
        Self {
            name: values.text(Field::Name).map(str::to_owned),
            parent_id: values
                .refs(Field::Parent)
                .next()
                .and_then(|id| id.parse().ok()),
            order: match values.get(Field::Order) {
                Some(FieldValue::Number(order)) => Some(*order),
                _ => None,
            },
            source_identifier: shown(Field::SourceIdentifier).then(|| {
                values
                    .text(Field::SourceIdentifier)
                    .unwrap_or_default()
                    .to_owned()
            }),
            clear_heads: shown(Field::Heads) && heads.is_empty(),
            heads: Some(heads).filter(|heads| !heads.is_empty()),
            ..Self::default()
        }
    }
}

/// First two digits of the country codes with three digits (ITU-T E.164). Codes that begin with 1
/// or 7 have one digit.
const THREE_DIGIT_CODES: [&str; 23] = [
    "21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59", "67", "68", "69",
    "80", "85", "87", "88", "96", "97", "99",
];

/// Converts a number to eleven digits for the mainland and to `+852-…` for other regions.
fn native_mobile(canonical: &str) -> String {
    let digits = canonical.trim_start_matches('+');
    let code = match digits.get(..2) {
        Some("86") => return digits[2..].to_owned(),
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if THREE_DIGIT_CODES.contains(&two) => 3,
        _ => 2,
    };
    let (code, number) = digits.split_at_checked(code).unwrap_or((digits, ""));
    format!("+{code}-{number}")
}
