//! A refused token is reported by the function that met it, replaced by the only function that may
//! replace it, and used.

use sandbox::world::Act;
use serde_json::json;
use stories::polling::wait_until;

use super::{PATIENCE, check_sides_equal};
use crate::world::CloudWorld;

/// DingTalk invalidates every token in the middle of the work.
pub(super) async fn is_replaced(world: &CloudWorld) -> String {
    let before = world
        .secrets()
        .get_token(&world.binding.id)
        .await
        .expect("the token")
        .hash();
    let fault = json!({"kind": "expire_token", "interface": "/topapi/v2/user/get", "times": 1});
    world
        .dingtalk
        .arm(serde_json::from_value(fault).expect("a fault"))
        .await;
    let userid = world.dingtalk.bystander(&[]).await.userid;
    world
        .dingtalk
        .act(Act::Rename {
            userid: userid.clone(),
            name: "令牌过期".into(),
        })
        .await;
    let took = wait_until(PATIENCE, "the change is in the ledger", async || {
        check_sides_equal(world).await
    })
    .await;
    assert_eq!(
        world.dingtalk.disarm().await,
        [1],
        "the token was refused once"
    );
    let after = world
        .secrets()
        .get_token(&world.binding.id)
        .await
        .expect("the token")
        .hash();
    assert_ne!(before, after, "there is another token");
    format!(
        "reported, replaced and used within {:.1} s",
        took.as_secs_f64()
    )
}
