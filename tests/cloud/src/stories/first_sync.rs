//! The first sweep, which a person starts with a message, as the console does.

use runtime::SystemClock;
use state::queue::messages::SweepMessage;
use stories::assert_same;
use stories::polling::wait_until;

use super::PATIENCE;
use crate::world::CloudWorld;

/// After the sweep, every person is in the ledger as in DingTalk.
pub(super) async fn brings_everybody(world: &CloudWorld) -> String {
    let (binding, corp) = (world.binding.id.clone(), world.binding.corp_id.clone());
    let sweep = SweepMessage {
        binding,
        corp,
        run: None,
        because: "first".to_owned(),
        at: SystemClock.now(),
    };
    world
        .queue("Sweeps")
        .send(sweep.to_message().expect("a message"))
        .await
        .expect("it is sent");
    let took = wait_until(PATIENCE, "every person is in the ledger", async || {
        super::check_sides_equal(world).await
    })
    .await;
    super::wait_until_empty(world, "Sweeps").await;
    let (truth, ledger) = (world.dingtalk.truth().await, world.ledger().await);
    assert_same(&truth, &ledger);
    assert_eq!(ledger.people.len(), truth.people.len());
    assert!(
        ledger.binding.swept_at.is_some(),
        "the binding remembers the sweep"
    );
    let (people, departments, seconds) = (
        ledger.people.len(),
        ledger.departments.len(),
        took.as_secs_f64(),
    );
    format!("{people} people and {departments} departments equal to DingTalk after {seconds:.1} s")
}
