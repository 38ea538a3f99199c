use jiff::civil::date;

use super::*;

fn load(people: u64) -> CompanyLoad {
    CompanyLoad {
        people,
        punches_a_day: people * 2,
        workdays: (0..31).map(|day| day % 7 < 5).collect(),
        requests: people,
        templates: 4,
        shifts: 3,
        leave_types: 3,
        messages: 0,
        days_a_pull: 1,
    }
}

fn mode(plan: &QuotaPlan, domain: QuotaDomain) -> PullMode {
    plan.domains
        .iter()
        .find(|one| one.domain == domain)
        .unwrap()
        .mode
}

#[test]
fn attendance_is_read_in_batches_on_the_free_edition_already_for_200_people() {
    let plan = plan_quota(&load(200), QuotaDomain::ALL, EditionQuota::FREE);
    assert_eq!(mode(&plan, QuotaDomain::Results), PullMode::Batch);
    assert!(plan.fits(), "{plan:?}");
    // 4 groups of 50 people: 2 pages on each of 23 working days, 1 on each of 8 others.
    let results = plan
        .domains
        .iter()
        .find(|one| one.domain == QuotaDomain::Results)
        .unwrap();
    assert_eq!(results.calls, 4 * (23 * 2 + 8));
}

#[test]
fn ten_thousand_people_do_not_fit_the_free_edition_and_the_plan_says_so() {
    let plan = plan_quota(&load(10_000), QuotaDomain::ALL, EditionQuota::FREE);
    assert!(!plan.fits());
    let bought = EditionQuota {
        calls: 5_000_000,
        pushes: 500_000,
    };
    assert!(plan_quota(&load(10_000), QuotaDomain::ALL, bought).fits());
}

#[test]
fn events_are_taken_where_they_leave_more_of_the_month() {
    let few = CompanyLoad {
        requests: 3,
        templates: 40,
        ..load(200)
    };
    let plan = plan_quota(&few, &[QuotaDomain::Requests], EditionQuota::FREE);
    assert_eq!(mode(&plan, QuotaDomain::Requests), PullMode::Events);
    let many = CompanyLoad {
        requests: 2_000,
        ..load(200)
    };
    let plan = plan_quota(&many, &[QuotaDomain::Requests], EditionQuota::FREE);
    assert_eq!(
        mode(&plan, QuotaDomain::Requests),
        PullMode::Batch,
        "4,000 pushes are too many"
    );
}

#[test]
fn from_80_per_cent_on_domains_are_given_up_one_after_the_other_and_messages_never() {
    let mut ledger = QuotaLedger::new(date(2026, 10, 1));
    let verdict = |ledger: &QuotaLedger, domain| ledger.verdict(EditionQuota::FREE, domain);
    ledger.spend(date(2026, 10, 20), QuotaDomain::Results, 3_999);
    assert_eq!(ledger.given_up(EditionQuota::FREE), []);
    ledger.spend(date(2026, 10, 20), QuotaDomain::Results, 1);
    assert_eq!(ledger.given_up(EditionQuota::FREE), [QuotaDomain::Holidays]);
    assert_eq!(verdict(&ledger, QuotaDomain::Balances), QuotaVerdict::Go);
    ledger.spend(date(2026, 10, 21), QuotaDomain::Requests, 999);
    assert_eq!(
        verdict(&ledger, QuotaDomain::Requests),
        QuotaVerdict::GivenUp
    );
    assert_eq!(verdict(&ledger, QuotaDomain::Messages), QuotaVerdict::Go);
    ledger.spend(date(2026, 10, 22), QuotaDomain::Messages, 1);
    assert_eq!(
        verdict(&ledger, QuotaDomain::Messages),
        QuotaVerdict::UsedUp
    );
    ledger.spend(date(2026, 11, 1), QuotaDomain::Messages, 1);
    assert_eq!((ledger.month, ledger.spent()), (date(2026, 11, 1), 1));
}
