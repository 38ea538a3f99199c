use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::canonical;
use crate::ids::{Kind, NativeId, Timestamp};

fn person(hired: Option<Date>) -> Record {
    let mut record = Record::new(Kind::Person, NativeId::new("e1").unwrap());
    record
        .values
        .show(Field::HiredOn, hired.map(FieldValue::Day));
    record
        .values
        .show_text(Field::Title, Some("工程师".to_owned()));
    record
}

fn title(text: &str) -> FieldValues {
    let mut values = FieldValues::new();
    values.show_text(Field::Title, Some(text.to_owned()));
    values
}

fn presence_on(record: &Record, schedule: &RecordSchedule, day: Date) -> Presence {
    split_by_day(record, schedule, day).presence
}

fn entering(day: Date) -> RecordSchedule {
    RecordSchedule {
        enters_on: Some(day),
        ..RecordSchedule::default()
    }
}

#[test]
fn a_future_entry_applies_on_its_day() {
    let (record, schedule) = (person(Some(date(2028, 2, 29))), entering(date(2028, 2, 29)));
    let before = split_by_day(&record, &schedule, date(2028, 2, 28));
    assert_eq!(
        (before.presence, before.record.active),
        (Presence::NotYet, false)
    );
    assert_eq!(
        before.upcoming,
        [UpcomingEvent {
            on: date(2028, 2, 29),
            what: UpcomingKind::Entry
        }]
    );
    assert!(before.settled_record().active, "expected, not left");
    let on_the_day = split_by_day(&record, &schedule, date(2028, 2, 29));
    assert_eq!(
        (on_the_day.presence, on_the_day.upcoming.len()),
        (Presence::Here, 0)
    );
    assert_eq!(
        split_by_day(&record, &RecordSchedule::default(), date(2020, 1, 1)).presence,
        Presence::Here,
        "the value alone waits for nothing"
    );
}

#[test]
fn a_leaving_and_a_return_apply_on_their_days() {
    let schedule = RecordSchedule {
        leaves_on: Some(date(2026, 12, 1)),
        ..RecordSchedule::default()
    };
    let record = person(Some(date(2020, 1, 1)));
    assert_eq!(
        presence_on(&record, &schedule, date(2026, 11, 30)),
        Presence::Here
    );
    assert_eq!(
        presence_on(&record, &schedule, date(2026, 12, 1)),
        Presence::Left
    );

    let mut left = record.clone();
    left.active = false;
    let returns = RecordSchedule {
        enters_on: Some(date(2027, 3, 1)),
        ..RecordSchedule::default()
    };
    assert_eq!(
        presence_on(&left, &returns, date(2027, 2, 28)),
        Presence::Left,
        "left, not expected: it may be removed"
    );
    let back = split_by_day(&left, &returns, date(2027, 3, 1));
    assert_eq!(back.presence, Presence::Here);
    assert_eq!(
        back.record.values.get(Field::HiredOn),
        Some(&FieldValue::Day(date(2027, 3, 1)))
    );
    assert_eq!(back.waiting, RecordSchedule::default());
}

#[test]
fn the_later_of_an_entry_and_a_leaving_decides_presence() {
    let record = person(None);
    let both = |enters, leaves| RecordSchedule {
        enters_on: Some(enters),
        leaves_on: Some(leaves),
        ..RecordSchedule::default()
    };
    let (first, second, later) = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1));
    assert_eq!(
        presence_on(&record, &both(first, second), later),
        Presence::Left
    );
    assert_eq!(
        presence_on(&record, &both(second, first), later),
        Presence::Here
    );
    assert_eq!(
        presence_on(&record, &both(first, first), later),
        Presence::Here,
        "a return on the day of leaving"
    );
    assert_eq!(
        presence_on(&record, &both(second, later), first),
        Presence::NotYet
    );
    let before = date(2025, 12, 31);
    assert_eq!(
        presence_on(&record, &both(second, first), before),
        Presence::Here,
        "leaves first, and is here until then"
    );
    assert_eq!(
        presence_on(&record, &both(second, first), first),
        Presence::Left
    );
}

#[test]
fn changes_apply_in_the_order_of_their_days() {
    let change = |day, text: &str| DatedChange {
        on: day,
        values: title(text),
    };
    let (first, second) = (date(2026, 12, 1), date(2027, 1, 1));
    let schedule = RecordSchedule {
        changes: vec![
            change(second, "总监"),
            change(first, "主管"),
            change(first, "经理"),
        ],
        ..RecordSchedule::default()
    };
    let title_on = |day| {
        split_by_day(&person(None), &schedule, day)
            .record
            .values
            .text(Field::Title)
            .map(str::to_owned)
    };
    assert_eq!(title_on(date(2026, 11, 30)).as_deref(), Some("工程师"));
    assert_eq!(
        title_on(first).as_deref(),
        Some("经理"),
        "of one day, the one that was put down last"
    );
    assert_eq!(title_on(date(2028, 1, 1)).as_deref(), Some("总监"));
    let waiting = split_by_day(&person(None), &schedule, first);
    assert_eq!(waiting.waiting.changes, [change(second, "总监")]);
    assert_eq!(
        waiting.upcoming,
        [UpcomingEvent {
            on: second,
            what: UpcomingKind::Change(FieldSet::of_fields(&[Field::Title]))
        }]
    );
}

#[test]
fn upcoming_events_are_listed_by_day() {
    let schedule = RecordSchedule {
        enters_on: Some(date(2026, 12, 1)),
        leaves_on: Some(date(2027, 1, 1)),
        changes: vec![DatedChange {
            on: date(2027, 1, 1),
            values: title("总监"),
        }],
    };
    let upcoming = split_by_day(&person(None), &schedule, date(2026, 11, 1)).upcoming;
    let order: Vec<_> = upcoming
        .iter()
        .map(|one| (one.on.month(), one.what))
        .collect();
    let change = UpcomingKind::Change(FieldSet::of_fields(&[Field::Title]));
    assert_eq!(
        order,
        [
            (12, UpcomingKind::Entry),
            (1, change),
            (1, UpcomingKind::Leaving)
        ]
    );
}

#[test]
fn year_9999_is_no_end() {
    let schedule = RecordSchedule {
        leaves_on: Some(date(9999, 12, 31)),
        enters_on: Some(date(2999, 12, 31)),
        changes: vec![DatedChange {
            on: date(9999, 1, 1),
            values: title("x"),
        }],
    };
    let split = split_by_day(&person(Some(date(2020, 1, 1))), &schedule, date(2026, 1, 1));
    assert_eq!((split.presence, split.upcoming.len()), (Presence::Here, 0));
    assert_eq!(split.waiting, RecordSchedule::default());
}

/// Midnight in Asia/Shanghai is 16:00 UTC the day before; in the summers of 1986 to 1991, 15:00.
#[test]
fn a_day_begins_at_midnight_in_shanghai() {
    let today = |millis| canonical::shanghai_day(Timestamp(millis)).unwrap();
    let (record, schedule) = (person(None), entering(date(2026, 12, 1)));
    let midnight = canonical::start_of_day(date(2026, 12, 1)).unwrap().millis();
    assert_eq!(
        presence_on(&record, &schedule, today(midnight - 1)),
        Presence::NotYet
    );
    assert_eq!(
        presence_on(&record, &schedule, today(midnight)),
        Presence::Here
    );
    let summer = canonical::start_of_day(date(1988, 7, 1)).unwrap().millis();
    assert_eq!(summer, 583_686_000_000, "1988-06-30 15:00 UTC");
    assert_eq!(
        parse_day(&summer.abs().to_string()),
        Err(ParseDayError),
        "twelve digits are neither seconds nor milliseconds"
    );
}

#[test]
fn every_way_to_write_a_day_is_parsed() {
    let leap = date(2028, 2, 29);
    let spellings = [
        "2028-02-29",
        "2028/2/29",
        "2028.2.29",
        "2028年2月29日",
        "20280229",
        " 2028-02-29 ",
        "2028-02-29 23:59:60",
        "2028-02-29T00:00:00",
        "2028-02-28T24:00:00",
        "2028-02-28 24:00",
        "2028-02-28T16:00:00Z",
        "2028-02-29T15:59:59.999Z",
        "2028-02-29T00:00:00+08:00",
        "2028-02-28T11:00:00-0500",
        "1835366400000",
        "1835366400",
        "2028-02-28T24:00:00+08:00",
    ];
    for text in spellings {
        assert_eq!(parse_day(text), Ok(leap), "{text}");
    }
    assert_eq!(
        parse_day("1988-07-01"),
        Ok(date(1988, 7, 1)),
        "a day in summer time"
    );
    assert_eq!(
        parse_day("1988-06-30T15:00:00Z"),
        Ok(date(1988, 7, 1)),
        "its midnight was an hour earlier"
    );
    assert_eq!(parse_day("9999-12-31"), Ok(date(9999, 12, 31)));
}

#[test]
fn invalid_days_are_refused_without_repeating_the_text() {
    let bad = [
        "",
        "0",
        "2026-02-29",
        "2026-13-01",
        "29.2.2028",
        "28-02-29",
        "2028-2",
        "2028-02-29T25:00:00",
        "2028-02-29T24:01:00",
        "2028-02-29T1:2",
        "2028-02-29Tx",
        "+028-02-01",
        "2028-02-29T00:00:00+99:99x",
        "長期",
        "2028-02-30T24:00:00",
    ];
    for text in bad {
        assert_eq!(parse_day(text), Err(ParseDayError), "{text}");
    }
    assert!(
        !format!(
            "{:?}",
            DatedChange {
                on: date(2026, 1, 1),
                values: title("总监")
            }
        )
        .contains("总监")
    );
}

fn days() -> impl Strategy<Value = Date> {
    (2020i16..2030, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

proptest! {
    /// Whether the schedule is settled on the way or only at the end, the outcome is the same.
    #[test]
    fn settling_in_steps_gives_the_same_outcome(
        enters in proptest::option::of(days()),
        leaves in proptest::option::of(days()),
        changes in proptest::collection::vec((days(), "[a-z]{1,3}"), 0..5),
        active in any::<bool>(),
        hired in proptest::option::of(days()),
        mut stops in proptest::collection::vec(days(), 1..4),
    ) {
        let mut record = person(hired);
        record.active = active;
        let changes = changes.into_iter().map(|(on, text)| DatedChange { on, values: title(&text) }).collect();
        let schedule = RecordSchedule { enters_on: enters, leaves_on: leaves, changes };
        stops.sort();
        let end = *stops.last().unwrap();
        let at_once = split_by_day(&record, &schedule, end);
        let mut step = (record, schedule);
        for stop in stops {
            let now = split_by_day(&step.0, &step.1, stop);
            step = (now.settled_record(), now.waiting);
        }
        prop_assert_eq!(&at_once.settled_record(), &step.0);
        prop_assert_eq!(&at_once.waiting, &step.1);
    }

    #[test]
    fn parsing_any_text_as_a_day_does_not_panic(text in "\\PC{0,30}") { _ = parse_day(&text); }
}
