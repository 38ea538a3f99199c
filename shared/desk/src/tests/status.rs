//! A status shows what is stored, and says what is not known.

use std::collections::BTreeSet;

use directory::{Kind, Reason, ReasonCode, RunId, Timestamp, WriteAction};
use engine::report::RunReport;
use engine::reviews::{Hold, HoldState};
use state::store::{ControlKind, PutCondition};

use super::world::{World, binding_id, corp, owner};
use crate::{
    Actor, OrderError, OrderRequest, PAGE_SIZE, Reply, Role, SignIn, StatusView, SweepOutcome,
    WritingRequest,
};

async fn status(world: &World) -> StatusView {
    match world.give(&owner(), OrderRequest::Status).await {
        Ok(Reply::Status(status)) => *status,
        other => panic!("{other:?}"),
    }
}

fn run(at: i64) -> RunId {
    RunId::new(&format!("{at}-00000001")).unwrap()
}

async fn store_hold(world: &World, id: &str, state: HoldState) {
    let hold = Hold {
        kind: Kind::Person,
        action: WriteAction::Remove,
        too_much: Vec::new(),
        reason: Reason::new(ReasonCode::WaitEmployee),
        count: 7,
        parts: 0,
        since: Timestamp(1),
        run: run(1_780_000_000_000),
        state,
    };
    let (store, kind) = (&world.desk.corps.store, ControlKind::Hold);
    store
        .put_control(&corp(), kind, id, &hold, PutCondition::New, None)
        .await
        .unwrap();
}

/// A run that began at a time and ended a second later; whether it was recorded is the caller's choice.
async fn sweep(world: &World, began: i64, recorded: Option<&dyn Fn(&mut RunReport)>) {
    let store = &world.desk.corps.store;
    let began = Timestamp(began);
    let remembered = store
        .change_binding(&binding_id(), |binding| binding.swept_at = Some(began))
        .await;
    remembered.unwrap().unwrap();
    let Some(change) = recorded else { return };
    let mut report = RunReport::empty(run(began.millis()), began);
    report.ended_at = began.plus_millis(1000);
    report.complete = true;
    change(&mut report);
    let (kind, id) = (ControlKind::Run, report.id.as_str());
    store
        .put_control(&corp(), kind, id, &report, PutCondition::New, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_not_known_of_a_new_binding_is_not_shown_as_fine() {
    let world = World::new().await;
    let status = status(&world).await;
    assert_eq!((&status.sweep, status.binding.swept_at), (&None, None));
    let budget = &status.binding.budget;
    assert_eq!((budget.removals.limit, budget.measured_at), (None, None));
    assert!(!status.waits_for_person(), "{status:?}");
}

#[tokio::test]
async fn a_pause_is_shown_with_who_and_since_and_a_resume_ends_it() {
    let world = World::new().await;
    let order = |request| OrderRequest::Writing(request);
    let paused = world.give(&owner(), order(WritingRequest::Pause)).await;
    let Ok(Reply::Paused { since }) = paused else {
        panic!("{paused:?}")
    };
    let shown = status(&world).await;
    let pause = shown.binding.paused.clone().unwrap();
    assert_eq!((pause.by.as_str(), pause.since), ("小李", since));
    assert!(shown.waits_for_person());
    world
        .give(&owner(), order(WritingRequest::Resume))
        .await
        .unwrap();
    world
        .give(&owner(), order(WritingRequest::Shadow(true)))
        .await
        .unwrap();
    let shown = status(&world).await;
    assert_eq!(
        (shown.binding.paused.clone(), shown.binding.shadow),
        (None, true)
    );
    assert!(!shown.waits_for_person());
}

#[tokio::test]
async fn holds_wait_until_somebody_lets_them_pass() {
    let world = World::new().await;
    store_hold(&world, "aa01", HoldState::Held).await;
    let released = HoldState::Released {
        by: "小李".to_owned(),
        at: Timestamp(2),
    };
    store_hold(&world, "bb02", released).await;
    let shown = status(&world).await;
    assert_eq!(shown.holds.ids, ["aa01"]);
    let binding = &shown.binding;
    assert_eq!(
        (binding.holds, binding.held_records, binding.released),
        (1, 7, 1)
    );
    assert!(shown.waits_for_person());
}

#[tokio::test]
async fn a_full_page_without_anything_open_is_not_taken_for_nothing() {
    let world = World::new().await;
    for number in 0..PAGE_SIZE {
        let gone = HoldState::Gone {
            run: run(1_780_000_000_000),
            at: Timestamp(2),
        };
        store_hold(&world, &format!("{number:04}"), gone).await;
    }
    let holds = status(&world).await.holds;
    assert_eq!((holds.count, holds.more), (0, true));
    assert!(!holds.is_none());
}

#[tokio::test]
async fn the_last_sweep_is_shown_as_it_ended_and_as_unknown_if_it_was_not_recorded() {
    let world = World::new().await;
    let outcome = |status: &StatusView| status.sweep.as_ref().map(|sweep| sweep.outcome);
    sweep(&world, 1_780_000_000_000, Some(&|_| {})).await;
    let shown = status(&world).await;
    assert_eq!(outcome(&shown), Some(SweepOutcome::Complete));
    let scope_waits = |report: &mut RunReport| report.scope_waits = true;
    sweep(&world, 1_780_000_100_000, Some(&scope_waits)).await;
    let shown = status(&world).await;
    assert_eq!(outcome(&shown), Some(SweepOutcome::Waits));
    assert!(shown.waits_for_person(), "the scope is not accepted");
    // A plan is no sweep: the one before it is the last.
    let plan = |report: &mut RunReport| report.plan = Some("1780000200000-00000001".to_owned());
    sweep(&world, 1_780_000_200_000, Some(&plan)).await;
    assert_eq!(outcome(&status(&world).await), Some(SweepOutcome::Waits));
    sweep(&world, 1_780_000_300_000, None).await;
    let shown = status(&world).await;
    assert_eq!(outcome(&shown), None);
    assert_eq!(shown.binding.swept_at, Some(Timestamp(1_780_000_300_000)));
}

#[tokio::test]
async fn a_status_leaves_nothing_in_the_journal_and_is_not_for_everyone() {
    let world = World::new().await;
    status(&world).await;
    assert_eq!(world.orders().await, []);
    for role in [Role::Payroll, Role::Manager, Role::Employee] {
        let actor = Actor {
            signed_in: SignIn::DingTalk,
            roles: BTreeSet::from([role]),
            ..owner()
        };
        let refused = world.give(&actor, OrderRequest::Status).await;
        assert!(
            matches!(refused, Err(OrderError::NotAllowed(_))),
            "{role:?}"
        );
    }
}
