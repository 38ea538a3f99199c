//! A person as the contact API shows one, and the canonical record of it.

use directory::text::PersonalText;
use directory::{
    DeptId, Field, FieldSet, FieldValue, Kind, NativeId, Record, Timestamp, UnionId, UserId,
    canonical,
};
use jiff::civil::{Date, date};
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::lenient::{Reading, Row, read_number, read_text};
use crate::error::ReplyFault;

/// Everybody has these: their absence is silence, never *empty*. (A 企业账号 may come without a mobile, and then it is not
/// known whether it has one.) Reading "in no department" out of it would take a person out of everything.
const NEVER_EMPTY: FieldSet = FieldSet::of_fields(&[
    Field::Name,
    Field::Mobile,
    Field::Departments,
    Field::HideMobile,
]);
/// Only `user/get` shows these.
const DEEP_FIELDS: FieldSet =
    FieldSet::of_fields(&[Field::MainDepartment, Field::Leads, Field::Manager]);
const HIRED_DATE: &str = "hired_date";
/// Days of entry outside of these stand for "not known": 0, 9999-12-31 and the like.
const HIRED_FROM: Date = date(1900, 1, 1);
const HIRED_BEFORE: Date = date(2200, 1, 1);

/// Which of the two interfaces a person was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadDepth {
    /// `user/list`.
    Listed,
    /// `user/get`.
    Read,
}

/// A row of which something could not be read, or said what cannot be. Those fields are hidden in its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRow {
    /// Of a person, or of a department.
    pub kind: Kind,
    /// Whose it is.
    pub id: NativeId,
    /// The fields that could not be read, as DingTalk spells them.
    pub fields: Vec<&'static str>,
    /// The fields with a value that stands for "not known", such as a day of entry in the year 9999.
    pub implausible: Vec<&'static str>,
}

impl UnreadableRow {
    /// `None` where there is nothing to say.
    pub(super) fn of(
        kind: Kind,
        id: &NativeId,
        fields: Vec<&'static str>,
        implausible: Vec<&'static str>,
    ) -> Option<Self> {
        let odd = !fields.is_empty() || !implausible.is_empty();
        odd.then(|| Self {
            kind,
            id: id.clone(),
            fields,
            implausible,
        })
    }
}

impl UnreadableRow {
    /// Adds the fields of another row of the same record.
    pub(super) fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.fields, &other.fields),
            (&mut self.implausible, &other.implausible),
        ] {
            let news: Vec<_> = theirs.iter().filter(|name| !mine.contains(name)).collect();
            mine.extend(news);
        }
    }
}

/// A person as one answer shows them.
#[derive(Debug)]
pub(super) struct PersonReading {
    pub(super) record: Record,
    /// The list's flag: whether they lead the department that was listed.
    pub(super) leads_here: bool,
    pub(super) odd: Option<UnreadableRow>,
}

/// Reads a person. A field that is absent is empty where `visible` has it, else hidden; one that cannot be read is hidden.
///
/// # Errors
/// What is wrong, where it is no object or has no `userid`.
pub(super) fn read_person_row(
    raw: &RawValue,
    depth: ReadDepth,
    visible: FieldSet,
) -> Result<PersonReading, ReplyFault> {
    let mut row = Row::parse(raw).ok_or(ReplyFault::WrongType)?;
    let userid = row
        .read(&["userid", "userId", "user_id"], read_text)
        .into_option()
        .and_then(|id| UserId::try_from(id).ok())
        .ok_or(ReplyFault::InvalidId("a userid that cannot be one"))?;
    let mut record = Record::new(Kind::Person, userid.into());
    record.unionid = read_unionid(&mut row);
    let leads_here = is_set(&row.flag("leader"));
    // Whom no removal may touch: where it is not said clearly, nobody is removed.
    record.protected =
        ["admin", "boss"]
            .into_iter()
            .fold(false, |set, name| match row.flag(name) {
                Reading::Read(flag) => set || flag,
                Reading::Absent => set,
                Reading::Unreadable => true,
            });
    let mut implausible = Vec::new();
    for field in FieldSet::PERSON
        .iter()
        .filter(|field| depth == ReadDepth::Read || !DEEP_FIELDS.contains(*field))
    {
        match read_field(&mut row, field) {
            FieldReading::Value(value) => record.values.show(field, Some(value)),
            FieldReading::Nothing if visible.contains(field) && !NEVER_EMPTY.contains(field) => {
                record.values.show(field, None);
            }
            FieldReading::Implausible(name) => implausible.push(name),
            FieldReading::Nothing | FieldReading::Silence => {}
        }
    }
    let odd = UnreadableRow::of(Kind::Person, &record.id, row.into_unreadable(), implausible);
    Ok(PersonReading {
        record,
        leads_here,
        odd,
    })
}

fn read_unionid(row: &mut Row<'_>) -> Option<UnionId> {
    let unionid = row
        .read(&["unionid", "unionId", "union_id"], read_text)
        .into_option()
        .filter(|id| !id.is_empty())?;
    let unionid = UnionId::try_from(unionid).ok();
    if unionid.is_none() {
        row.mark_unreadable("unionid");
    }
    unionid
}

/// What a row says of one canonical field.
enum FieldReading {
    /// This.
    Value(FieldValue),
    /// That there is nothing, as far as it may be seen.
    Nothing,
    /// Nothing at all: not to be seen, or not to be read.
    Silence,
    /// What stands for "not known": the field's name.
    Implausible(&'static str),
}

impl From<Option<FieldValue>> for FieldReading {
    fn from(value: Option<FieldValue>) -> Self {
        value.map_or(Self::Nothing, Self::Value)
    }
}

fn map_reading<T>(
    reading: Reading<T>,
    value: impl FnOnce(T) -> Option<FieldValue>,
) -> FieldReading {
    match reading {
        Reading::Read(read) => value(read).into(),
        Reading::Absent => FieldReading::Nothing,
        Reading::Unreadable => FieldReading::Silence,
    }
}

fn read_field(row: &mut Row<'_>, field: Field) -> FieldReading {
    let text = |text: Option<String>| text.map(|text| FieldValue::Text(PersonalText::new(text)));
    let plain = |row: &mut Row<'_>, name| {
        map_reading(row.text(name), |raw| text(canonical::normalize_text(raw)))
    };
    let email = |row: &mut Row<'_>, name| {
        map_reading(row.text(name), |raw| text(canonical::normalize_email(raw)))
    };
    match field {
        Field::Name => plain(row, "name"),
        Field::Mobile => read_mobile(row),
        Field::Email => email(row, "email"),
        Field::OrgEmail => email(row, "org_email"),
        Field::Telephone => plain(row, "telephone"),
        Field::JobNumber => plain(row, "job_number"),
        Field::Title => plain(row, "title"),
        Field::WorkPlace => plain(row, "work_place"),
        Field::Remark => plain(row, "remark"),
        Field::Extension => map_reading(row.read(&["extension"], read_custom_fields), |raw| {
            text(sorted_extension(raw))
        }),
        Field::HideMobile => {
            map_reading(row.flag("hide_mobile"), |flag| Some(FieldValue::Flag(flag)))
        }
        Field::HiredOn => read_hired_on(row),
        Field::Departments => map_reading(row.list("dept_id_list", read_number), departments_value),
        Field::Leads => map_reading(row.list("leader_in_dept", read_lead), |leads| {
            departments_value(leads.into_iter().flatten())
        }),
        Field::MainDepartment => read_main_department(row),
        Field::Manager => map_reading(row.text("manager_userid"), |raw| {
            canonical::normalize_text(raw).map(|manager| FieldValue::Refs([manager].into()))
        }),
        _ => FieldReading::Nothing,
    }
}

/// Without its country code a number may be another one.
fn read_mobile(row: &mut Row<'_>) -> FieldReading {
    let code = match row.text("state_code") {
        Reading::Read(code) => Some(code),
        Reading::Absent => None,
        Reading::Unreadable => return FieldReading::Silence,
    };
    map_reading(row.text("mobile"), |raw| {
        canonical::normalize_mobile(&raw, code.as_deref())
            .map(|mobile| FieldValue::Text(PersonalText::new(mobile)))
    })
}

/// Milliseconds, or a day written as one. What no company's day of entry can be is not taken for empty.
fn read_hired_on(row: &mut Row<'_>) -> FieldReading {
    let day = match row.read(&[HIRED_DATE], read_instant_or_day) {
        Reading::Absent => return FieldReading::Nothing,
        Reading::Unreadable => return FieldReading::Silence,
        Reading::Read(day) => day,
    };
    day.filter(|day| (HIRED_FROM..HIRED_BEFORE).contains(day))
        .map_or(FieldReading::Implausible(HIRED_DATE), |day| {
            FieldReading::Value(FieldValue::Day(day))
        })
}

/// `None` where it is a moment that is no day: 0, before 1970, or beyond every calendar.
fn read_instant_or_day(raw: &RawValue) -> Reading<Option<Date>> {
    match read_number(raw) {
        Reading::Read(millis) if millis <= 0 => Reading::Read(None),
        Reading::Read(millis) => Reading::Read(canonical::shanghai_day(Timestamp(millis))),
        Reading::Absent => Reading::Absent,
        Reading::Unreadable => {
            let text = read_text(raw).into_option().unwrap_or_default();
            let written = text.trim().get(..10).and_then(|day| day.parse().ok());
            written.map_or(Reading::Unreadable, |day| Reading::Read(Some(day)))
        }
    }
}

/// Custom fields are an object in a text; the object itself says the same.
fn read_custom_fields(raw: &RawValue) -> Reading<String> {
    let object = || serde_json::from_str::<serde_json::Map<String, Json>>(raw.get());
    if raw.get().starts_with('{') {
        return match object() {
            Ok(_) => Reading::Read(raw.get().to_owned()),
            Err(_) => Reading::Unreadable,
        };
    }
    read_text(raw)
}

/// An entry of `leader_in_dept`: the department, where the person leads it.
fn read_lead(raw: &RawValue) -> Reading<Option<i64>> {
    let read = || {
        let mut entry = Row::parse(raw)?;
        let department = entry.number("dept_id").into_option()?;
        let leads = entry.flag("leader").into_option()?;
        Some(leads.then_some(department))
    };
    read().map_or(Reading::Unreadable, Reading::Read)
}

/// An entry of `dept_position_list`: the department, where it is the main one.
fn read_position(raw: &RawValue) -> Reading<Option<i64>> {
    let read = || {
        let mut entry = Row::parse(raw)?;
        let main = match entry.flag("is_main") {
            Reading::Read(main) => main,
            Reading::Absent => false,
            Reading::Unreadable => return None,
        };
        if main {
            entry.number("dept_id").into_option().map(Some)
        } else {
            Some(None)
        }
    };
    read().map_or(Reading::Unreadable, Reading::Read)
}

/// Where no position says that it is the main one, nothing is said.
fn read_main_department(row: &mut Row<'_>) -> FieldReading {
    let positions = row.list("dept_position_list", read_position).into_option();
    let main = positions.and_then(|all| all.into_iter().flatten().next());
    departments_value(main).map_or(FieldReading::Silence, FieldReading::Value)
}

pub(super) fn is_set(flag: &Reading<bool>) -> bool {
    matches!(flag, Reading::Read(true))
}

/// Ids that the contact API refuses (school contacts) are left out.
fn departments_value(ids: impl IntoIterator<Item = i64>) -> Option<FieldValue> {
    let ids = ids
        .into_iter()
        .map(DeptId)
        .filter(|id| id.is_ordinary())
        .map(|id| id.to_string())
        .collect();
    Some(FieldValue::Refs(ids))
        .filter(|value| !matches!(value, FieldValue::Refs(ids) if ids.is_empty()))
}

/// Custom fields: a JSON object with sorted keys; text that is none stays as it is; `{}` is nothing.
fn sorted_extension(raw: String) -> Option<String> {
    let Ok(json @ Json::Object(_)) = serde_json::from_str(&raw) else {
        return canonical::normalize_text(raw);
    };
    let mut sorted = String::with_capacity(raw.len());
    write_sorted(&json, &mut sorted);
    if sorted == "{}" {
        return None;
    }
    let text = canonical::normalize_text(sorted.as_str())?;
    // A key may stand elsewhere once it is composed; what is composed stays so, wherever it stands.
    if text == sorted {
        Some(text)
    } else {
        sorted_extension(text)
    }
}

/// JSON text with the keys of every object in order, whatever the map type is built with.
fn write_sorted(json: &Json, out: &mut String) {
    match json {
        Json::Object(fields) => {
            let mut entries: Vec<_> = fields.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_scalar(key, out);
                out.push(':');
                write_sorted(value, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_sorted(item, out);
            }
            out.push(']');
        }
        scalar => write_scalar(scalar, out),
    }
}

/// A text, a number, yes or no, or nothing: each has a JSON form.
fn write_scalar<T: Serialize + ?Sized>(scalar: &T, out: &mut String) {
    out.push_str(&serde_json::to_string(scalar).unwrap_or_default());
}

#[cfg(test)]
mod tests;
