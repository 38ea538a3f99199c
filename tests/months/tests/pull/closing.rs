//! A closed month, and DingTalk that recalculates a day of it.

use std::collections::BTreeMap;

use directory::UserId;
use jiff::civil::date;
use modules::PullCursor;
use month::{DecisionKind, Ruling, Rulings, Settlement, close_month, find_differences};
use months::Office;

#[tokio::test(start_paused = true)]
async fn a_punch_that_changes_after_closing_is_found_by_reading_the_week_again() {
    let office = Office::open(40, 6).await;
    let scope = office.scope();
    let mut book = office.pull(&scope).await;
    let mut rulings = Rulings::new();
    for month in office.count(&book, &rulings) {
        for decision in month.decisions {
            let ruling = match decision.key.kind {
                DecisionKind::MissingPunch => Ruling::AsPlanned,
                DecisionKind::Absence => Ruling::AsAbsence,
                _ => Ruling::AsItStands,
            };
            rulings.insert(decision.key, ruling);
        }
    }
    let months = office.count(&book, &rulings);
    let mut closed = close_month(date(2026, 10, 1), months, office.now(), "hr").unwrap();
    assert_eq!(
        find_differences(&closed, &office.count(&book, &rulings)),
        []
    );

    let day = date(2026, 10, 14);
    let userid = plain_person(&office, &closed.people, day);
    office.change(|world| {
        world.edit_work(|work| {
            let plans = work.plans.get_mut(userid.as_str()).unwrap().iter_mut();
            let mut plans = plans.filter(|plan| plan.work_date == day && plan.side == "OnDuty");
            let outcome = plans.next().unwrap();
            let late = outcome.planned_at + 17 * 60_000;
            outcome.outcome.as_mut().unwrap().punched_at = Some(late);
        });
    });
    assert_eq!(
        find_differences(&closed, &office.count(&book, &rulings)),
        []
    );
    let step = office
        .step(
            &scope,
            &PullCursor::results_of(0, date(2026, 10, 8)),
            &mut book,
        )
        .await;
    assert_eq!(step.unwrap().odd, []);
    let found = find_differences(&closed, &office.count(&book, &rulings));
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].key.user, found[0].key.date), (&userid, day));
    assert_eq!(found[0].key.now.as_ref().unwrap().late_minutes, 17);
    assert_eq!(found[0].closed.as_ref().unwrap().late_minutes, 0);
    closed
        .settled
        .push((found[0].key.clone(), Settlement::CorrectLater));
    assert_eq!(
        find_differences(&closed, &office.count(&book, &rulings)),
        []
    );
}

/// Somebody who simply worked on this day.
fn plain_person(
    office: &Office,
    people: &BTreeMap<UserId, month::MonthOfPerson>,
    day: jiff::civil::Date,
) -> UserId {
    let plain = |one: &&month::MonthOfPerson| {
        let count = one.days.iter().find(|count| count.date == day);
        let punched = office.made_up.book.punches[one.user.as_str()].iter();
        count.is_some_and(|count| count.worked_minutes == count.scheduled_minutes)
            && punched.filter(|punch| punch.work_date == day).count() == 2
    };
    people.values().find(plain).unwrap().user.clone()
}
