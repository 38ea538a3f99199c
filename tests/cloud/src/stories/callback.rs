//! Events pass through the emulated API Gateway, the function, the queue and the engine.

use sandbox::world::Act;
use stories::assert_same;
use stories::polling::wait_until;

use super::{PATIENCE, check_sides_equal};
use crate::world::CloudWorld;

/// Verifies the address; then a rename, a hire and a departure arrive.
pub(super) async fn brings_changes_in(world: &CloudWorld) -> String {
    world.dingtalk.subscribe(&world.subscription).await;
    wait_until(
        PATIENCE,
        "the callback address is marked as verified",
        async || {
            let stored = world
                .store()
                .get_binding(&world.binding.id)
                .await
                .map_err(|err| err.to_string())?;
            let verified = stored.is_some_and(|stored| stored.body.callback_verified_at.is_some());
            if verified {
                Ok(())
            } else {
                Err("not verified yet".to_owned())
            }
        },
    )
    .await;
    let person = world.dingtalk.bystander(&[]).await.userid;
    let leaver = world.dingtalk.bystander(&[&person]).await.userid;
    let hire = Act::Hire {
        name: "云上新人".into(),
        departments: vec![],
        fields: Box::default(),
        userid: None,
    };
    world
        .dingtalk
        .act(Act::Rename {
            userid: person,
            name: "云上改名".into(),
        })
        .await;
    world.dingtalk.act(hire).await;
    world
        .dingtalk
        .act(Act::Leave {
            userid: leaver.clone(),
        })
        .await;
    let took = wait_until(PATIENCE, "the changes are in the ledger", async || {
        check_sides_equal(world).await
    })
    .await;
    let ledger = world.ledger().await;
    assert_same(&world.dingtalk.truth().await, &ledger);
    assert!(
        ledger.find_left(&leaver).is_some(),
        "the leaver should be kept as left"
    );
    format!(
        "verified; a rename, a hire and a departure in the ledger after {:.1} s",
        took.as_secs_f64()
    )
}
