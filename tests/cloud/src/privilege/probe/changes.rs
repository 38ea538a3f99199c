//! Steps with events, and with changes that have no event.

use directory::wake::WakeTarget;
use directory::{Side, Wake};
use sandbox::world::Act;
use serde_json::json;
use state::queue::messages::WakeMessage;

use super::credentials::expire_token;
use super::{StepFuture, StepGoal, hire, make_sweep_due, probe_userid};
use crate::world::CloudWorld;

/// Pushes one event.
pub(super) fn push_event(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let userid = world.dingtalk.bystander(&[]).await.userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid,
                name: format!("改名{number}"),
            })
            .await;
        StepGoal::Settled
    })
}

/// Pushes everything that DingTalk can push, and makes DingTalk refuse the token in between.
pub(super) fn push_every_event(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        expire_token(world, "/topapi/v2/user/get").await;
        world.dingtalk.subscribe(&world.subscription).await;
        hire(world, number).await;
        let name = format!("部门{number}");
        world
            .dingtalk
            .act(Act::CreateDepartment { name, parent_id: 1 })
            .await;
        let userid = world
            .dingtalk
            .bystander(&[&probe_userid(number)])
            .await
            .userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid,
                name: format!("改名{number}"),
            })
            .await;
        StepGoal::Settled
    })
}

/// Lets a person leave, and pushes an event that asks for a sweep.
pub(super) fn push_departure(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        world
            .dingtalk
            .act(Act::Leave {
                userid: probe_userid(number),
            })
            .await;
        let wake = Wake {
            side: Side::DingTalk,
            target: WakeTarget::Everything,
            because: "org_change".to_owned(),
        };
        let (binding, corp) = (world.binding.id.clone(), world.binding.corp_id.clone());
        let message = WakeMessage {
            binding,
            corp,
            wake,
            signature_hash: format!("everything-{number}"),
        };
        world
            .queue("Wakes")
            .send(message.to_message().expect("a message"))
            .await
            .expect("it is sent");
        StepGoal::Settled
    })
}

/// Hires the same person under another `userid`, so that the pointer of the first one is deleted.
pub(super) fn push_return(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let again = Act::Rehire {
            userid: probe_userid(number),
            same_userid: false,
            departments: vec![],
        };
        world.dingtalk.act(again).await;
        StepGoal::Settled
    })
}

/// Makes changes that only a sweep can find, and invokes the function as the rule does. DingTalk
/// refuses the token in between.
pub(super) fn silent_changes(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        lose_events(world).await;
        hire(world, number).await;
        let userid = world
            .dingtalk
            .bystander(&[&probe_userid(number)])
            .await
            .userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid,
                name: format!("改名{number}"),
            })
            .await;
        world.dingtalk.disarm().await;
        expire_token(world, "/topapi/v2/user/list").await;
        make_sweep_due(world).await;
        StepGoal::Settled
    })
}

/// Lets a person leave without an event, which takes two sweeps to find.
pub(super) fn silent_departure(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        lose_events(world).await;
        world
            .dingtalk
            .act(Act::Leave {
                userid: probe_userid(number),
            })
            .await;
        world.dingtalk.disarm().await;
        StepGoal::SweptAfter(make_sweep_due(world).await)
    })
}

pub(super) fn another_sweep(world: &CloudWorld, _: u32) -> StepFuture<'_> {
    Box::pin(async move {
        make_sweep_due(world).await;
        StepGoal::Settled
    })
}

/// Hires the same person under another `userid` without an event, so that the pointer of the first
/// one is deleted.
pub(super) fn silent_return(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        lose_events(world).await;
        let again = Act::Rehire {
            userid: probe_userid(number),
            same_userid: false,
            departments: vec![],
        };
        world.dingtalk.act(again).await;
        world.dingtalk.disarm().await;
        make_sweep_due(world).await;
        StepGoal::Settled
    })
}

pub(super) async fn lose_events(world: &CloudWorld) {
    let silence = json!({"kind": "event_never", "times": null});
    world
        .dingtalk
        .arm(serde_json::from_value(silence).expect("a fault"))
        .await;
}
