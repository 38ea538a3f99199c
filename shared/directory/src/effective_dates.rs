//! Effective dates: an entry, a transfer or a leaving that is dated ahead waits, and applies on its day, from 00:00 in
//! Asia/Shanghai on (即将生效). Days are civil dates, never instants; today comes in as an argument
//! ([`crate::canonical::shanghai_day`] of the time).

mod day_parsing;

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::{Field, FieldSet};
use crate::record::{FieldValue, FieldValues, Record};

pub use day_parsing::{ParseDayError, parse_day};

/// Years from here on are "no end" in one eHR or another (9999-12-31, 2999-12-31): nobody works until then.
const NO_END_YEAR: i16 = 2900;

/// What is dated ahead for one record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RecordSchedule {
    /// The record enters on this day. An active one is expected until then (待入职), one that left returns; whoever is to
    /// leave before enters again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enters_on: Option<Date>,
    /// The first day on which the record is not here any more: the day after the last working day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves_on: Option<Date>,
    /// Fields that change, in the order in which they were put down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<DatedChange>,
}

/// Fields that change on a day.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedChange {
    /// From this day on.
    pub on: Date,
    /// The fields that change; a shown field without a value is emptied.
    pub values: FieldValues,
}

impl fmt::Debug for DatedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dated")
            .field("on", &self.on)
            .field("fields", &self.values.shown_fields())
            .finish()
    }
}

/// Whether a record is here on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// It enters later. Nothing is created for it yet, and nothing is removed: it has not left.
    NotYet,
    /// It is here.
    Here,
    /// It left.
    Left,
}

/// Something that waits for its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpcomingEvent {
    /// Its day: it applies from 00:00 in Asia/Shanghai on.
    pub on: Date,
    /// What happens then.
    pub what: UpcomingKind,
}

/// What happens on a day. On one day an entry comes first, then changes, then a leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpcomingKind {
    /// The record enters.
    Entry,
    /// Fields change.
    Change(FieldSet),
    /// The record leaves.
    Leaving,
}

/// A record as it is on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOnDay {
    /// The record with everything that applies by now; `active` says whether it is here.
    pub record: Record,
    /// Whether it is here.
    pub presence: Presence,
    /// What still waits, by day.
    pub upcoming: Vec<UpcomingEvent>,
    /// What still waits, to be stored.
    pub waiting: RecordSchedule,
}

impl RecordOnDay {
    /// The record as it is to be stored once what is due has been applied: whoever is expected stays active with the day
    /// of entry ahead, as it was put down.
    #[must_use]
    pub fn settled_record(&self) -> Record {
        Record {
            active: self.presence != Presence::Left,
            ..self.record.clone()
        }
    }
}

/// Splits what a record and its schedule say into what holds today and what waits.
///
/// The record itself is what was true when it was stored. Changes that are due apply in the order of their days, those of
/// one day in the order in which they were put down. A day of entry among the values is a value like any other: DingTalk
/// shows people before it. A connector whose eHR reports people who are still expected puts
/// their day into the schedule.
#[must_use]
pub fn split_by_day(record: &Record, schedule: &RecordSchedule, today: Date) -> RecordOnDay {
    let mut record = record.clone();
    let mut waiting = RecordSchedule::default();
    let (due, later) = partition_due_changes(&schedule.changes, today);
    for change in due {
        change
            .values
            .iter()
            .for_each(|(field, value)| record.values.show(field, value.cloned()));
    }
    waiting.changes = later;
    let entry = schedule.enters_on.filter(|day| !is_no_end(*day));
    let leaving = schedule.leaves_on.filter(|day| !is_no_end(*day));
    let presence = presence_on_day(&record, entry, leaving, today);
    if let Some(entered) = entry.filter(|day| *day <= today) {
        record
            .values
            .show(Field::HiredOn, Some(FieldValue::Day(entered)));
    }
    waiting.enters_on = entry.filter(|day| *day > today);
    waiting.leaves_on = leaving.filter(|day| *day > today);
    record.active = presence == Presence::Here;
    let upcoming = list_upcoming(&waiting);
    RecordOnDay {
        record,
        presence,
        upcoming,
        waiting,
    }
}

/// Whether a day stands for "no end".
#[must_use]
pub fn is_no_end(day: Date) -> bool {
    day.year() >= NO_END_YEAR
}

fn partition_due_changes(
    changes: &[DatedChange],
    today: Date,
) -> (Vec<DatedChange>, Vec<DatedChange>) {
    let mut sorted: Vec<DatedChange> = changes
        .iter()
        .filter(|change| !is_no_end(change.on))
        .cloned()
        .collect();
    // Stable: those of one day stay in their order.
    sorted.sort_by_key(|change| change.on);
    sorted.into_iter().partition(|change| change.on <= today)
}

/// An entry and a leaving that are both due: the later one holds; on one day, the entry, which is a return.
fn presence_on_day(
    record: &Record,
    entry: Option<Date>,
    leaving: Option<Date>,
    today: Date,
) -> Presence {
    let is_due = |day: &Date| *day <= today;
    match (entry.filter(is_due), leaving.filter(is_due)) {
        (Some(entered), Some(left)) if left > entered => Presence::Left,
        (Some(_), _) => Presence::Here,
        (None, Some(_)) => Presence::Left,
        (None, None) if !record.active => Presence::Left,
        // Whoever leaves before entering is here until then.
        (None, None) => match (entry, leaving) {
            (Some(entry), leaving) if leaving.is_none_or(|leaving| leaving >= entry) => {
                Presence::NotYet
            }
            _ => Presence::Here,
        },
    }
}

fn list_upcoming(waiting: &RecordSchedule) -> Vec<UpcomingEvent> {
    let entry = waiting.enters_on.map(|on| UpcomingEvent {
        on,
        what: UpcomingKind::Entry,
    });
    let changes = waiting.changes.iter().map(|change| {
        let what = UpcomingKind::Change(change.values.shown_fields());
        UpcomingEvent {
            on: change.on,
            what,
        }
    });
    let leaving = waiting.leaves_on.map(|on| UpcomingEvent {
        on,
        what: UpcomingKind::Leaving,
    });
    let mut upcoming: Vec<_> = entry.into_iter().chain(changes).chain(leaving).collect();
    // Stable: on one day an entry stays first and a leaving last.
    upcoming.sort_by_key(|one| one.on);
    upcoming
}

#[cfg(test)]
mod tests;
