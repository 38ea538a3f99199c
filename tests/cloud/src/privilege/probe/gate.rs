//! What a paused corp and a plan have the functions do.

use std::time::Duration;

use directory::record::Values;
use directory::{Field, Kind, RunId};
use ehr::Ledger;
use ehr::ledger::{Edit, What};
use engine::plans::{Approval, PlanHead, PlanState};
use runtime::SystemClock;
use sandbox::world::Act;
use serde_json::Value;
use state::queue::messages::{PlanMessage, PlanTask};
use state::store::{Condition, ControlKind, Stored};
use state::{Pause, WriteError};

use super::{Begun, Over, due, rule, silence};
use crate::world::World;

/// An answer of the gate counts for this long.
const GATE: Duration = Duration::from_millis(300);

/// Somebody paused all writes, and an event comes in: its wake is laid aside.
pub(super) fn paused(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        pause(world, true).await;
        let userid = world.dingtalk.bystander(&[]).await.userid;
        world.dingtalk.act(Act::Rename { userid, name: format!("暂停{number}") }).await;
        Over::LaidAside
    })
}

/// Writing goes on: the next sweep looks at what was laid aside.
pub(super) fn resumed(world: &World, _: u32) -> Begun<'_> {
    Box::pin(async move {
        pause(world, false).await;
        due(world).await;
        Over::Settled
    })
}

/// A plan of what nobody told of.
pub(super) fn plan(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        silence(world).await;
        let userid = world.dingtalk.bystander(&[]).await.userid;
        world.dingtalk.act(Act::Rename { userid, name: format!("计划{number}") }).await;
        world.dingtalk.disarm().await;
        let id = state::run_id(SystemClock.now(), number).expect("an id");
        ask(world, &id, PlanTask::Make).await;
        Over::Planned(id)
    })
}

/// The newest plan is approved and applied.
pub(super) fn applied(world: &World, _: u32) -> Begun<'_> {
    Box::pin(async move {
        let corp = &world.binding.corp_id;
        let newest = world.store().newest_first::<PlanHead>(corp, ControlKind::Plan, 1).await.expect("the plans");
        let Some(Stored { body: mut head, version, .. }) = newest.into_iter().next() else { return Over::Settled };
        let (by, at, hash) = ("probe".to_owned(), SystemClock.now(), head.hash.clone());
        (head.state, head.approved) = (PlanState::Approved, Some(Approval { by, at, hash }));
        let put = world.store().put_control(
            corp,
            ControlKind::Plan,
            head.id.as_str(),
            &head,
            Condition::Version(version),
            None,
        );
        put.await.expect("it is approved");
        ask(world, &head.id, PlanTask::Apply).await;
        Over::Settled
    })
}

/// Somebody changes the ledger, and the rule tells of it: what DingTalk decides is put back.
pub(super) fn edited_in_the_ehr(world: &World, number: u32) -> Begun<'_> {
    Box::pin(async move {
        let secret = world.secrets().binding(&world.binding.id).await.expect("the secret");
        let (corp, now) = (world.binding.corp_id.clone(), SystemClock.now());
        let ledger = Ledger::new(world.store().clone(), corp, secret.hash_key(), now);
        let people = world.ledger().await.people;
        let here = people.iter().find(|stored| stored.record.active && stored.dingtalk.is_some()).expect("somebody");
        let mut values = Values::new();
        values.show_text(Field::Name, Some(format!("花名册{number}")));
        let (id, what) = (here.record.id.clone(), What::Change(values));
        let edit = Edit { kind: Kind::Person, id, what, on: None, expected: None };
        ledger.edit(&edit, now).await.expect("it is edited");
        rule(world, "FullSync").await;
        Over::Settled
    })
}

/// Whether a plan stands as it should; why not.
pub(super) async fn is_made(world: &World, id: &RunId) -> Result<(), String> {
    let stored = world.store().get_control::<PlanHead>(&world.binding.corp_id, ControlKind::Plan, id.as_str()).await;
    match stored.map_err(|err| err.to_string())?.map(|stored| stored.body.state) {
        Some(PlanState::Open) => super::idle(world).await,
        state => Err(format!("the plan is {state:?}")),
    }
}

/// Whether a wake is laid aside; why not.
pub(super) async fn is_laid_aside(world: &World) -> Result<(), String> {
    let aside = world.store().newest_first::<Value>(&world.binding.corp_id, ControlKind::Wake, 1).await;
    if aside.map_err(|err| err.to_string())?.is_empty() {
        return Err("no wake is laid aside".to_owned());
    }
    super::idle(world).await
}

/// Pauses the corp, or lets it go on.
pub(in crate::privilege) async fn pause(world: &World, paused: bool) {
    loop {
        let stored = world.store().binding(&world.binding.id).await.expect("the table answers").expect("the binding");
        let mut binding = stored.body;
        binding.paused = paused.then(|| Pause { since: SystemClock.now(), by: "probe".to_owned() });
        match world.store().put_binding(&binding, Condition::Version(stored.version)).await {
            Err(WriteError::Stale) => {}
            put => {
                put.expect("the binding is stored");
                break;
            }
        }
    }
    tokio::time::sleep(GATE).await;
}

async fn ask(world: &World, plan: &RunId, task: PlanTask) {
    let (binding, corp) = (world.binding.id.clone(), world.binding.corp_id.clone());
    let message = PlanMessage { binding, corp, plan: plan.clone(), task, hours_max: 24, at: SystemClock.now() };
    world.queue("Sweeps").send(message.to_message().expect("a message")).await.expect("it is sent");
}
