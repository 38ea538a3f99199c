//! A row of the form as a person.

use directory::effective_dates::{Presence, RecordSchedule, split_by_day};
use directory::{Field, FieldValue, Kind, NativeId, Reason, ReasonCode, Record, UnionId};
use ehr::{OddRow, StoredRecord};
use jiff::civil::Date;

use super::cells::read_field;
use super::mapping::{AbsentField, FormMapping, StatusMapping, StatusMeaning};
use crate::wire::value::read_value;
use crate::wire::{CellValue, Reading, Row, WidgetKind};

/// Reads a row. A field that cannot be read is hidden and leaves the rest as it is; a row of which nobody can say whether
/// the person is here is odd.
pub(super) fn read_person_row(
    row: &Row,
    mapping: &FormMapping,
    today: Date,
) -> Result<StoredRecord, OddRow> {
    let Ok(id) = NativeId::new(row.id.as_str()) else {
        return Err(OddRow {
            id: None,
            reason: Reason::new(ReasonCode::EhrRowUnreadable),
        });
    };
    let odd = |reason| OddRow {
        id: Some(id.clone()),
        reason,
    };
    let mut record = Record::new(Kind::Person, id.clone());
    for (field, mapped) in &mapping.fields {
        match (read_field(*field, mapped, row), mapping.absent) {
            (Reading::Read(value), _) => record.values.show(*field, Some(value)),
            (Reading::Empty, _) | (Reading::Absent, AbsentField::Empty) => {
                record.values.show(*field, None);
            }
            (Reading::Absent, AbsentField::Hidden) | (Reading::Unreadable, _) => {}
        }
    }
    record.unionid =
        kept_id(row, mapping.union_id.as_deref()).and_then(|id| UnionId::new(&id).ok());
    let state = read_state(row, mapping).map_err(odd)?;
    record.active = state.meaning != StatusMeaning::Left;
    let schedule = schedule_of(&record, &state, today);
    let on_day = split_by_day(&record, &schedule, today);
    let presence = match state.meaning {
        // Expected by its status whatever the day of entry says.
        StatusMeaning::NotYet => Presence::NotYet,
        _ => on_day.presence,
    };
    Ok(StoredRecord {
        record: Record {
            active: presence == Presence::Here,
            ..on_day.record
        },
        dingtalk: kept_id(row, mapping.dingtalk_id.as_deref())
            .and_then(|id| NativeId::new(&id).ok()),
        version: row_version(row),
        presence,
        upcoming: on_day.upcoming,
    })
}

/// The row's version: the millisecond of its last change; 0 where it tells none.
pub(super) fn row_version(row: &Row) -> u64 {
    let text = row
        .raw("updateTime")
        .and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    text.and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .and_then(|at| u64::try_from(at.as_millisecond()).ok())
        .unwrap_or(0)
}

/// The text of a field that keeps an id.
pub(super) fn kept_id(row: &Row, name: Option<&str>) -> Option<String> {
    match read_value(&WidgetKind::Text, row.raw(name?)) {
        Reading::Read(CellValue::Text(id)) => {
            Some(id.trim().to_owned()).filter(|id| !id.is_empty())
        }
        _ => None,
    }
}

struct EmploymentState {
    meaning: StatusMeaning,
    last_day: Option<Date>,
}

fn read_state(row: &Row, mapping: &FormMapping) -> Result<EmploymentState, Reason> {
    let meaning = match &mapping.status {
        None => StatusMeaning::Active,
        Some(status) => read_status(row, status)?,
    };
    let last_day = match &mapping.last_day {
        None => None,
        Some(name) => match read_value(&WidgetKind::DateTime, row.raw(name)) {
            Reading::Read(CellValue::Day(day)) => Some(day),
            Reading::Absent | Reading::Empty => None,
            // Somebody is to leave on a day that nobody can read.
            _ if meaning == StatusMeaning::Leaving => {
                let unreadable = Reason::new(ReasonCode::EhrValueUnreadable);
                return Err(unreadable.text("key", name.as_str()));
            }
            _ => None,
        },
    };
    Ok(EmploymentState { meaning, last_day })
}

fn read_status(row: &Row, status: &StatusMapping) -> Result<StatusMeaning, Reason> {
    let word = match read_value(&WidgetKind::Combo, row.raw(&status.name)) {
        Reading::Read(CellValue::Text(word)) => word,
        _ => return Err(Reason::new(ReasonCode::EhrStatusUnknown)),
    };
    let meaning = status.words.get(word.trim()).copied();
    meaning.ok_or_else(|| Reason::new(ReasonCode::EhrStatusUnknown))
}

fn schedule_of(record: &Record, state: &EmploymentState, today: Date) -> RecordSchedule {
    let first_day_out = state.last_day.and_then(|day| day.tomorrow().ok());
    let hired_on = match record.values.get(Field::HiredOn) {
        Some(FieldValue::Day(day)) => Some(*day),
        _ => None,
    };
    RecordSchedule {
        enters_on: hired_on.filter(|day| state.meaning == StatusMeaning::NotYet && *day > today),
        leaves_on: match state.meaning {
            StatusMeaning::Leaving => first_day_out,
            // A day in the past is left over from an earlier employment.
            StatusMeaning::Active | StatusMeaning::OnLeave => {
                first_day_out.filter(|day| *day > today)
            }
            StatusMeaning::NotYet | StatusMeaning::Left => None,
        },
        changes: Vec::new(),
    }
}
