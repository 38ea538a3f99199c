//! Counted figures against the truth.

use jiff::civil::Date;
use modules::PullCursor;
use month::{DecisionKind, FactBook, MonthOfPerson, Rulings};
use months::{Office, true_figures};

fn open_of(month: &MonthOfPerson) -> Vec<(Date, String)> {
    let keys = month.decisions.iter().map(|one| &one.key);
    let mut open: Vec<_> = keys
        .map(|key| (key.date, key.kind.code().to_owned()))
        .collect();
    open.sort();
    open
}

pub(super) fn assert_true(office: &Office, months: &[MonthOfPerson]) {
    for month in months {
        let truth = &office.made_up.truth[month.user.as_str()];
        assert_eq!(
            month.input,
            true_figures(truth, &month.input),
            "{}",
            month.user.as_str()
        );
        let open = truth
            .open
            .iter()
            .map(|(date, what, _)| (*date, (*what).to_owned()));
        let mut open: Vec<_> = open.collect();
        open.sort();
        assert_eq!(open_of(month), open, "{}", month.user.as_str());
    }
}

#[tokio::test(start_paused = true)]
async fn the_month_of_200_people_is_the_truth_to_the_minute() {
    for seed in [1, 2, 3] {
        let office = Office::open(200, seed).await;
        let book = office.pull(&office.scope()).await;
        let months = office.count(&book, &Rulings::new());
        assert_eq!(months.len(), 200);
        assert_true(&office, &months);
        let decisions: usize = months.iter().map(|one| one.decisions.len()).sum();
        assert!(
            (1..=30).contains(&decisions),
            "{decisions} decisions with seed {seed}"
        );
        // The month is worth the name: everything that can happen happened.
        let sum = |figure: fn(&MonthOfPerson) -> i64| months.iter().map(figure).sum::<i64>();
        let figures = [
            sum(|one| one.input.worked_minutes),
            sum(|one| one.input.trip_minutes),
            sum(|one| one.input.unknown_minutes),
            sum(|one| one.input.late_minutes),
            sum(|one| one.input.early_minutes),
            sum(|one| one.input.paid_leave_minutes),
            sum(|one| one.input.unpaid_leave_minutes),
            sum(|one| one.input.overtime.workday),
            sum(|one| one.input.overtime.rest_day),
            sum(|one| one.input.overtime.public_holiday),
        ];
        assert!(figures.iter().all(|figure| *figure > 0), "{figures:?}");
        assert_eq!(book.balances.len(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn every_step_may_be_done_twice_and_every_cursor_stored() {
    let office = Office::open(60, 4).await;
    let scope = office.scope();
    let plain = office.pull(&scope).await;
    let (mut book, mut cursor) = (FactBook::default(), PullCursor::start());
    while cursor != PullCursor::Done {
        // Killed after the facts were stored and before the cursor was: the step is done again.
        office.step(&scope, &cursor, &mut book).await.unwrap();
        let stored = serde_json::to_string(&book).unwrap();
        book = serde_json::from_str(&stored).unwrap();
        let step = office.step(&scope, &cursor, &mut book).await.unwrap();
        assert_eq!(serde_json::to_string(&book).unwrap(), stored, "{cursor:?}");
        let next = serde_json::to_string(&step.next).unwrap();
        cursor = serde_json::from_str(&next).unwrap();
    }
    assert_eq!(book, plain);
    assert_true(&office, &office.count(&book, &Rulings::new()));
}

#[tokio::test(start_paused = true)]
async fn a_pull_that_stopped_half_way_says_what_it_does_not_know() {
    let office = Office::open(60, 5).await;
    let scope = office.scope();
    let (mut book, mut cursor) = (FactBook::default(), PullCursor::start());
    while !matches!(cursor, PullCursor::Requests { .. }) {
        // All results are in but for the last week of the last ten people.
        let last = cursor == PullCursor::results_of(1, jiff::civil::date(2026, 10, 29));
        let mut scratch = FactBook::default();
        let target = if last { &mut scratch } else { &mut book };
        cursor = office.step(&scope, &cursor, target).await.unwrap().next;
    }
    let months = office.count(&book, &Rulings::new());
    let late_people = &scope.people[50..];
    for month in &months {
        let missed = late_people.contains(&month.user);
        let days = month.days.iter().filter(|day| day.date.day() >= 29);
        for day in days.filter(|day| day.scheduled_minutes > 0) {
            let asked = month.decisions.iter().any(|one| {
                one.key.date == day.date && one.key.kind == DecisionKind::ResultNotKnown
            });
            assert_eq!(asked, missed, "{day:?}");
            assert!(
                !missed || day.unknown_minutes == day.scheduled_minutes,
                "{day:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_night_shift_has_the_punch_of_the_next_morning() {
    let office = Office::open(60, 12).await;
    let friday = jiff::civil::date(2026, 10, 30);
    let scope = modules::PullScope {
        to: friday,
        ..office.scope()
    };
    let book = office.pull(&scope).await;
    let held = &office.made_up.book;
    for night_worker in &held.groups[&802].members {
        let user = directory::UserId::new(night_worker).unwrap();
        let made = held.punches[night_worker].iter();
        let made = made.filter(|punch| punch.work_date == friday).count();
        assert_eq!(book.punches(&user, friday).len(), made, "{night_worker}");
    }
}
