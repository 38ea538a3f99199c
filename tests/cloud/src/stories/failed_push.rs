//! DingTalk cannot push for a while. A rule of the template reads its list of failed callbacks, and
//! brings the change in.

use sandbox::world::{Act, DeliveryState};
use serde_json::json;
use stories::Relay;
use stories::polling::wait_until;

use super::schedule::{fire_every_minute, put_rule};
use super::{PATIENCE, check_sides_equal};
use crate::world::CloudWorld;

/// Gives DingTalk an address where no program listens any more.
pub(super) async fn is_fetched_back(world: &CloudWorld) -> String {
    world
        .dingtalk
        .change_settings(json!({"retry_ms": [50, 50], "failed_after_ms": 300}))
        .await;
    let mut subscription = world.subscription.clone();
    let url = subscription["callback_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    let (server, path) = url.split_at(url.find("/_aws/").expect("a path"));
    let front = Relay::start(server).await;
    subscription["callback_url"] = json!(format!("{}{path}", front.url()));
    world.dingtalk.subscribe(&subscription).await;
    drop(front);
    let before = world.ledger().await.binding.swept_at;
    let userid = world.dingtalk.bystander(&[]).await.userid;
    world
        .dingtalk
        .act(Act::Rename {
            userid,
            name: "推送失败".into(),
        })
        .await;
    let rule = fire_every_minute(world, "FullSyncSchedule").await;
    let took = wait_until(
        PATIENCE,
        "the changes that could not be pushed are in the ledger",
        async || check_sides_equal(world).await,
    )
    .await;
    put_rule(world, &rule).await;
    let collected = count_collected(world).await;
    assert!(collected > 0, "DingTalk returned its list");
    assert_eq!(
        world.ledger().await.binding.swept_at,
        before,
        "no sweep helped"
    );
    // Restores DingTalk's own times and the address.
    world
        .dingtalk
        .change_settings(json!({"retry_ms": [10_000, 30_000], "failed_after_ms": 180_000}))
        .await;
    world.dingtalk.subscribe(&world.subscription).await;
    format!(
        "{collected} failed pushes fetched from DingTalk's list, in the ledger after {:.1} s",
        took.as_secs_f64()
    )
}

/// Counts the events that DingTalk returned on its list.
async fn count_collected(world: &CloudWorld) -> usize {
    let dingtalk = world.dingtalk.world().lock().await;
    dingtalk
        .deliveries()
        .filter(|delivery| delivery.state == DeliveryState::Collected)
        .count()
}
