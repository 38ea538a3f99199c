//! Steps with a paused corp and with a plan.

use std::time::Duration;

use directory::record::FieldValues;
use directory::{Field, Kind, RunId};
use ehr::Ledger;
use ehr::ledger::{EditAction, LedgerEdit};
use engine::plans::{Approval, PlanHead, PlanState};
use runtime::SystemClock;
use sandbox::world::Act;
use serde_json::Value;
use state::queue::messages::{PlanMessage, PlanTask};
use state::store::{ControlKind, PutCondition, StoredItem};
use state::{WriteError, WritePause};

use super::changes::lose_events;
use super::{StepFuture, StepGoal, invoke_as_rule, make_sweep_due};
use crate::world::CloudWorld;

/// The gate's answer is cached this long.
const GATE_CACHE_TIME: Duration = Duration::from_millis(300);

/// Pauses all writes and pushes an event, so that its wake is deferred.
pub(super) fn pause_and_push_event(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        set_paused(world, true).await;
        let userid = world.dingtalk.bystander(&[]).await.userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid,
                name: format!("暂停{number}"),
            })
            .await;
        StepGoal::WakeDeferred
    })
}

/// Resumes writing. The next sweep looks at what was deferred.
pub(super) fn resume_and_sweep(world: &CloudWorld, _: u32) -> StepFuture<'_> {
    Box::pin(async move {
        set_paused(world, false).await;
        make_sweep_due(world).await;
        StepGoal::Settled
    })
}

/// Makes a plan for changes without events.
pub(super) fn make_plan(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        lose_events(world).await;
        let userid = world.dingtalk.bystander(&[]).await.userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid,
                name: format!("计划{number}"),
            })
            .await;
        world.dingtalk.disarm().await;
        let id = state::run_id(SystemClock.now(), number).expect("an id");
        send_plan_message(world, &id, PlanTask::Make).await;
        StepGoal::Planned(id)
    })
}

/// Approves and applies the newest plan.
pub(super) fn apply_plan(world: &CloudWorld, _: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let corp = &world.binding.corp_id;
        let newest = world
            .store()
            .list_newest::<PlanHead>(corp, ControlKind::Plan, 1)
            .await
            .expect("the plans");
        let Some(StoredItem {
            body: mut head,
            version,
            ..
        }) = newest.into_iter().next()
        else {
            return StepGoal::Settled;
        };
        let (by, at, hash) = ("probe".to_owned(), SystemClock.now(), head.hash.clone());
        (head.state, head.approved) = (PlanState::Approved, Some(Approval { by, at, hash }));
        let put = world.store().put_control(
            corp,
            ControlKind::Plan,
            head.id.as_str(),
            &head,
            PutCondition::Version(version),
            None,
        );
        put.await.expect("it is approved");
        send_plan_message(world, &head.id, PlanTask::Apply).await;
        StepGoal::Settled
    })
}

/// Changes the ledger by hand and invokes the rule. The engine restores what DingTalk decides.
pub(super) fn edited_in_the_ehr(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let keys = world
            .secrets()
            .get_keys(&world.binding.id)
            .await
            .expect("the keys");
        let (corp, now) = (world.binding.corp_id.clone(), SystemClock.now());
        let ledger = Ledger::new(world.store().clone(), corp, keys.hash_key(), now);
        let people = world.ledger().await.people;
        let here = people
            .iter()
            .find(|stored| stored.record.active && stored.dingtalk.is_some())
            .expect("somebody");
        let mut values = FieldValues::new();
        values.show_text(Field::Name, Some(format!("花名册{number}")));
        let (id, what) = (here.record.id.clone(), EditAction::Change(values));
        let edit = LedgerEdit {
            kind: Kind::Person,
            id,
            what,
            on: None,
            expected: None,
        };
        ledger.edit_entry(&edit, now).await.expect("it is edited");
        invoke_as_rule(world, "FullSync").await;
        StepGoal::Settled
    })
}

/// Checks that a plan is ready; returns why not.
pub(super) async fn check_plan_made(world: &CloudWorld, id: &RunId) -> Result<(), String> {
    let stored = world
        .store()
        .get_control::<PlanHead>(&world.binding.corp_id, ControlKind::Plan, id.as_str())
        .await;
    match stored
        .map_err(|err| err.to_string())?
        .map(|stored| stored.body.state)
    {
        Some(PlanState::Open) => super::check_queues_empty(world).await,
        state => Err(format!("the plan is {state:?}")),
    }
}

/// Checks that a wake is deferred; returns why not.
pub(super) async fn check_wake_deferred(world: &CloudWorld) -> Result<(), String> {
    let aside = world
        .store()
        .list_newest::<Value>(&world.binding.corp_id, ControlKind::Wake, 1)
        .await;
    if aside.map_err(|err| err.to_string())?.is_empty() {
        return Err("no wake is deferred".to_owned());
    }
    super::check_queues_empty(world).await
}

/// Pauses the corp or resumes it.
pub(in crate::privilege) async fn set_paused(world: &CloudWorld, paused: bool) {
    loop {
        let stored = world
            .store()
            .get_binding(&world.binding.id)
            .await
            .expect("the table answers")
            .expect("the binding");
        let mut binding = stored.body;
        binding.paused = paused.then(|| WritePause {
            since: SystemClock.now(),
            by: "probe".to_owned(),
        });
        match world
            .store()
            .put_binding(&binding, PutCondition::Version(stored.version))
            .await
        {
            Err(WriteError::Stale) => {}
            put => {
                put.expect("the binding is stored");
                break;
            }
        }
    }
    tokio::time::sleep(GATE_CACHE_TIME).await;
}

async fn send_plan_message(world: &CloudWorld, plan: &RunId, task: PlanTask) {
    let (binding, corp) = (world.binding.id.clone(), world.binding.corp_id.clone());
    let message = PlanMessage {
        binding,
        corp,
        plan: plan.clone(),
        task,
        hours_max: 24,
        at: SystemClock.now(),
    };
    world
        .queue("Sweeps")
        .send(message.to_message().expect("a message"))
        .await
        .expect("it is sent");
}
