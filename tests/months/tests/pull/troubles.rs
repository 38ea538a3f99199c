//! What can be missing, and that it is said.

use dingtalk::DingTalkErrorKind;
use jiff::civil::date;
use modules::{Module, ModuleProbe, ProbeOutcome, PullCursor, PullError, probe_module};
use month::{FactBook, Rulings};
use months::Office;
use sandbox::world::SettingsChange;

async fn probe(office: &Office, module: Module) -> ModuleProbe {
    let scope = office.scope();
    let (admin, sample) = (office.admin(), &scope.people[0]);
    probe_module(&office.client, module, &admin, sample, date(2026, 10, 14)).await
}

fn revoke(office: &Office, permission: &str) {
    let change = SettingsChange {
        revoke: vec![permission.to_owned()],
        ..SettingsChange::default()
    };
    let now = office.now();
    office
        .change(|world| world.change_settings(now, &change))
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_probe_tells_a_missing_permission_from_an_administrator_who_went() {
    let office = Office::open(20, 7).await;
    for module in [Module::Attendance, Module::Leave, Module::Approvals] {
        assert!(probe(&office, module).await.is_proven(), "{module:?}");
    }
    revoke(&office, "qyapi_attendance_group_read");
    let found = probe(&office, Module::Attendance).await.found;
    assert_eq!(found[0].1, ProbeOutcome::Proven);
    let ProbeOutcome::PermissionMissing { apply_link } = &found[1].1 else {
        panic!("{found:?}")
    };
    assert!(
        apply_link.ends_with("qyapi_attendance_group_read"),
        "{apply_link}"
    );
    office.change(|world| world.edit_work(|work| work.approval_admins.clear()));
    for module in [Module::Leave, Module::Approvals] {
        let found = probe(&office, module).await.found;
        let refused = |one: &ProbeOutcome| matches!(one, ProbeOutcome::ActingAdminRefused { .. });
        assert!(refused(&found[0].1), "{found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_runs_out_stops_the_pull_and_it_goes_on_where_it_stood() {
    let office = Office::open(60, 8).await;
    let scope = office.scope();
    let spent = office.change(|world| world.metered_calls());
    office.change(|world| world.edit_settings(|one| one.monthly_quota = Some(spent + 40)));
    let (mut book, mut cursor) = (FactBook::default(), PullCursor::start());
    let error = loop {
        match office.step(&scope, &cursor, &mut book).await {
            Ok(step) => cursor = step.next,
            Err(error) => break error,
        }
    };
    let PullError::DingTalk(error) = error else {
        panic!("{error}")
    };
    assert!(
        matches!(error.trouble, DingTalkErrorKind::QuotaUsedUp),
        "{error}"
    );
    assert!(
        !matches!(cursor, PullCursor::Shifts { .. } | PullCursor::Done),
        "{cursor:?}"
    );
    office.change(|world| world.edit_settings(|one| one.monthly_quota = None));
    while cursor != PullCursor::Done {
        cursor = office.step(&scope, &cursor, &mut book).await.unwrap().next;
    }
    super::truth::assert_true(&office, &office.count(&book, &Rulings::new()));
}

#[tokio::test(start_paused = true)]
async fn one_form_that_is_not_understood_and_one_row_that_is_odd_stop_nobody_else() {
    let office = Office::open(60, 9).await;
    let scope = office.scope();
    let broken = office.made_up.book.instances.iter();
    let mut broken = broken.filter(|(_, one)| {
        one.process_code == sandbox::month::TRIP_TEMPLATE
            && one.originator.as_str() < scope.people[50].as_str()
    });
    let (id, instance) = broken.next().unwrap();
    office.change(|world| {
        world.edit_work(|work| {
            work.instances.get_mut(id).unwrap().values.clear();
        });
    });
    let book = office.pull(&scope).await;
    for month in office.count(&book, &Rulings::new()) {
        let codes: Vec<&str> = month
            .decisions
            .iter()
            .map(|one| one.key.kind.code())
            .collect();
        let mine = month.user.as_str() == instance.originator;
        assert_eq!(codes.contains(&"request_unreadable"), mine, "{codes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_of_another_scope_is_refused() {
    let office = Office::open(20, 10).await;
    let scope = office.scope();
    let mut book = FactBook::default();
    let foreign = PullCursor::results_of(7, date(2026, 10, 1));
    let error = office.step(&scope, &foreign, &mut book).await.unwrap_err();
    assert!(matches!(error, PullError::ForeignCursor), "{error}");
}
