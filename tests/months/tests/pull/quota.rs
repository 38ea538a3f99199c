//! What a month costs, by the sandbox's own count.

use modules::{CompanyLoad, EditionQuota, QuotaDomain, plan_quota};
use month::{DayKind, month_days};
use months::{Office, october_calendar};
use sandbox::month::OTHER_TEMPLATE;

fn load_of(office: &Office, days_a_pull: u64) -> CompanyLoad {
    let book = &office.made_up.book;
    let calendar = october_calendar();
    let workdays = month_days(jiff::civil::date(2026, 10, 1));
    let workdays = workdays
        .iter()
        .map(|day| calendar.day_kind(*day) == Some(DayKind::Workday));
    let count = |number: usize| u64::try_from(number).unwrap();
    let split = book.groups[&803].members.len();
    let requests = book
        .instances
        .values()
        .filter(|one| one.process_code != OTHER_TEMPLATE);
    CompanyLoad {
        people: count(office.made_up.truth.len()),
        punches_a_day: count(office.made_up.truth.len() * 2 + split * 2),
        workdays: workdays.collect(),
        requests: count(requests.count()),
        templates: 4,
        shifts: count(book.shifts.len()),
        leave_types: count(book.leave_types.len()),
        messages: 0,
        days_a_pull,
    }
}

#[tokio::test(start_paused = true)]
async fn the_plan_is_within_5_per_cent_of_what_a_month_costs_and_the_free_edition_suffices() {
    for seed in [1, 2, 3] {
        let office = Office::open(200, seed).await;
        let before = office.change(|world| world.metered_calls());
        office.pull(&office.scope()).await;
        let spent = office.change(|world| world.metered_calls()) - before;
        let domains = [
            QuotaDomain::Rules,
            QuotaDomain::Schedules,
            QuotaDomain::Results,
            QuotaDomain::Punches,
            QuotaDomain::Requests,
            QuotaDomain::Balances,
        ];
        let batch_only = EditionQuota {
            pushes: 0,
            ..EditionQuota::FREE
        };
        let plan = plan_quota(&load_of(&office, 7), &domains, batch_only);
        let planned = plan.calls();
        assert!(
            spent.abs_diff(planned) * 100 <= spent * 5,
            "planned {planned}, spent {spent}"
        );
        assert!(spent <= EditionQuota::FREE.calls && plan.fits(), "{spent}");
        // Read every day, it still fits.
        assert!(plan_quota(&load_of(&office, 1), &domains, EditionQuota::FREE).fits());
    }
}
