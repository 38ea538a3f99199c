//! A month of twelve people, written out by hand in `tests/fixtures/october_2026.txt`, counted.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod fixture;

use std::collections::BTreeMap;

use directory::{Timestamp, UserId};
use fixture::{FixturePerson, calendar, october, read_fixture, rules};
use month::{
    ClosingRefusal, CountingRules, DecisionKind, GraceMode, MissingPunchRule, MonthOfPerson,
    OvertimeBasis, OvertimeDay, RoundingDirection, Ruling, Rulings, Settlement, close_month,
    count_month, find_differences,
};

fn count(person: &FixturePerson, rules: &CountingRules, rulings: &Rulings) -> MonthOfPerson {
    count_month(
        &person.terms,
        october(),
        &person.book,
        rules,
        &calendar(),
        rulings,
    )
}

/// The figures that are not zero, under the names of the fixture.
fn figures(month: &MonthOfPerson) -> BTreeMap<String, i64> {
    let input = &month.input;
    let named = [
        ("scheduled_days", i64::from(input.scheduled_days)),
        ("scheduled", input.scheduled_minutes),
        ("days", input.attended_day_hundredths),
        ("worked", input.worked_minutes),
        ("trip", input.trip_minutes),
        ("unknown", input.unknown_minutes),
        ("late_times", i64::from(input.late_times)),
        ("late", input.late_minutes),
        ("early_times", i64::from(input.early_times)),
        ("early", input.early_minutes),
        ("absence", input.absence_minutes),
        ("missing", i64::from(input.missing_punches)),
        ("paid", input.paid_leave_minutes),
        ("unpaid", input.unpaid_leave_minutes),
        ("unmatched", input.unmatched_leave_minutes),
        ("ot_workday", input.overtime.workday),
        ("ot_rest", input.overtime.rest_day),
        ("ot_holiday", input.overtime.public_holiday),
        ("weighted", input.weighted_overtime_minutes),
    ];
    let leave = input.leave.iter();
    let leave =
        leave.map(|(code, minutes)| (format!("leave.{}", fixture::leave_name(code)), *minutes));
    let named = named
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    named
        .chain(leave)
        .filter(|(_, value)| *value != 0)
        .collect()
}

fn open(month: &MonthOfPerson) -> Vec<(jiff::civil::Date, String)> {
    let decisions = month.decisions.iter();
    let mut open: Vec<_> = decisions
        .map(|one| (one.key.date, one.key.kind.code().to_owned()))
        .collect();
    open.sort();
    open
}

/// The names of those whose figures or decisions are not the truth.
fn wrong_people(people: &[FixturePerson], rules: &CountingRules) -> Vec<String> {
    let none = Rulings::new();
    let wrong = people.iter().filter(|person| {
        let counted = count(person, rules, &none);
        figures(&counted) != person.truth || open(&counted) != person.open
    });
    wrong
        .map(|person| person.terms.user.as_str().to_owned())
        .collect()
}

#[test]
fn the_month_is_what_the_file_says() {
    let people = read_fixture();
    assert_eq!(people.len(), 12);
    for person in &people {
        let counted = count(person, &rules(), &Rulings::new());
        assert_eq!(figures(&counted), person.truth, "{:?}", person.terms.user);
        assert_eq!(open(&counted), person.open, "{:?}", person.terms.user);
        assert_eq!((counted.rules_version, counted.calendar_version), (1, 1));
    }
}

/// Every minute of a schedule is worked, a trip, not known, late, early, absent, or on leave.
#[test]
fn no_minute_is_lost_or_counted_twice() {
    for person in read_fixture() {
        for day in count(&person, &rules(), &Rulings::new()).days {
            let leave: i64 = day.leave.values().sum::<i64>() + day.unmatched_leave_minutes;
            let sum = day.worked_minutes
                + day.trip_minutes
                + day.unknown_minutes
                + day.late_minutes
                + day.early_minutes
                + day.absence_minutes
                + leave;
            // Where a leave takes off another number than the schedule has, that is a decision.
            let disagrees = person
                .open
                .contains(&(day.date, "leave_disagrees".to_owned()));
            assert!(disagrees || sum == day.scheduled_minutes, "{day:?}");
        }
    }
}

#[test]
fn every_rule_that_is_broken_is_seen() {
    type Break = fn(&mut CountingRules);
    let broken: [(&str, Break, &[&str]); 12] = [
        ("no grace", |r| r.late_grace_minutes = 0, &["bob"]),
        ("grace for going", |r| r.early_grace_minutes = 5, &["bob"]),
        (
            "beyond the grace",
            |r| r.grace_mode = GraceMode::Beyond,
            &["bob", "fay", "jon"],
        ),
        (
            "late is never absent",
            |r| r.absent_after_late_minutes = None,
            &["bob"],
        ),
        (
            "missing as planned",
            |r| r.missing_punch = MissingPunchRule::AsPlanned,
            &["cat", "jon"],
        ),
        (
            "missing as an hour's absence",
            |r| r.missing_punch = MissingPunchRule::Absence(60),
            &["cat", "jon"],
        ),
        (
            "the form alone",
            |r| r.overtime.basis = OvertimeBasis::Form,
            &["eve"],
        ),
        (
            "the day it began",
            |r| r.overtime.day = OvertimeDay::StartDay,
            &["eve"],
        ),
        (
            "rounded up",
            |r| r.overtime.rounding.direction = RoundingDirection::Up,
            &["eve"],
        ),
        (
            "rest days at 150",
            |r| r.overtime.factors.rest_day_percent = 150,
            &["eve", "ivy"],
        ),
        (
            "sick leave unpaid",
            |r| _ = r.paid_leave.remove("sick"),
            &["dan"],
        ),
        (
            "holiday shifts are plain",
            |r| r.overtime.holiday_shift_is_overtime = false,
            &["kim"],
        ),
    ];
    let people = read_fixture();
    for (what, break_it, seen_at) in broken {
        let mut rules = rules();
        break_it(&mut rules);
        assert_eq!(wrong_people(&people, &rules), seen_at, "{what}");
    }
}

#[test]
fn a_figure_leads_back_to_punches_and_requests() {
    let people = read_fixture();
    let dan = people
        .iter()
        .find(|one| one.terms.user.as_str() == "dan")
        .unwrap();
    let counted = count(dan, &rules(), &Rulings::new());
    let day = counted
        .days
        .iter()
        .find(|day| day.date.day() == 16)
        .unwrap();
    let evidence: Vec<&str> = day.evidence.iter().map(month::EvidenceId::as_str).collect();
    assert!(
        evidence.contains(&"request/d6") && evidence.contains(&"request/d7"),
        "{evidence:?}"
    );
    assert_eq!(
        evidence.iter().filter(|id| id.starts_with("plan/")).count(),
        2
    );
}

fn rule_everything(people: &[FixturePerson]) -> Rulings {
    let mut rulings = Rulings::new();
    for person in people {
        for decision in count(person, &rules(), &Rulings::new()).decisions {
            let ruling = match decision.key.kind {
                DecisionKind::MissingPunch => Ruling::AsPlanned,
                DecisionKind::Absence => Ruling::AsAbsence,
                DecisionKind::OvertimeWithoutPunch => Ruling::Minutes(60),
                _ => Ruling::AsItStands,
            };
            rulings.insert(decision.key, ruling);
        }
    }
    rulings
}

#[test]
fn a_month_closes_when_everything_is_decided_and_what_was_never_read_cannot_be() {
    let mut people = read_fixture();
    let counted = |people: &[FixturePerson], rulings: &Rulings| -> Vec<MonthOfPerson> {
        people
            .iter()
            .map(|one| count(one, &rules(), rulings))
            .collect()
    };
    let close = |months| close_month(october(), months, Timestamp(1), "actor");
    let open = close(counted(&people, &Rulings::new())).unwrap_err();
    assert!(matches!(open, ClosingRefusal::OpenDecisions(keys) if keys.len() == 14));
    let rulings = rule_everything(&people);
    let left = close(counted(&people, &rulings)).unwrap_err();
    let ClosingRefusal::OpenDecisions(keys) = left else {
        panic!("{left:?}")
    };
    let kinds: Vec<DecisionKind> = keys.iter().map(|key| key.kind).collect();
    assert_eq!(
        kinds,
        [DecisionKind::PlanNotRead, DecisionKind::ResultNotKnown]
    );
    people.retain(|one| one.terms.user.as_str() != "lea");
    let closed = close(counted(&people, &rulings)).unwrap();
    let cat = &closed.people[&UserId::new("cat").unwrap()].input;
    assert_eq!(
        (cat.worked_minutes, cat.unknown_minutes, cat.missing_punches),
        (8160, 0, 4)
    );
    let eve = &closed.people[&UserId::new("eve").unwrap()].input;
    assert_eq!(eve.overtime.rest_day, 630);
}

#[test]
fn a_punch_that_changes_after_closing_is_a_difference_until_it_is_decided() {
    let people: Vec<FixturePerson> = read_fixture()
        .into_iter()
        .filter(|one| ["ann", "bob"].contains(&one.terms.user.as_str()))
        .collect();
    let none = Rulings::new();
    let months: Vec<MonthOfPerson> = people
        .iter()
        .map(|one| count(one, &rules(), &none))
        .collect();
    let mut closed = close_month(october(), months.clone(), Timestamp(1), "actor").unwrap();
    assert_eq!(find_differences(&closed, &months), []);
    let late = fixture::with_punches(&people[0], "10-21", &["09:30", "18:00"]);
    let now = [count(&late, &rules(), &none)];
    let found = find_differences(&closed, &now);
    assert_eq!(found.len(), 1);
    let (before, after) = (
        found[0].closed.as_ref().unwrap(),
        found[0].key.now.as_ref().unwrap(),
    );
    assert_eq!((before.late_minutes, after.late_minutes), (0, 30));
    assert_eq!(found[0].evidence.len(), 2);
    closed
        .settled
        .push((found[0].key.clone(), Settlement::Stands));
    assert_eq!(find_differences(&closed, &now), []);
    let later = fixture::with_punches(&people[0], "10-21", &["09:31", "18:00"]);
    let other = [count(&later, &rules(), &none)];
    assert_eq!(
        find_differences(&closed, &other).len(),
        1,
        "another value is another difference"
    );
}
