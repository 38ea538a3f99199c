//! A message passes through the outbox to a person, and its result is polled.

use std::collections::BTreeSet;

use directory::UserId;
use message_push::batch::{OutboxBatch, OutboxPhase};
use message_push::{MessageContent, MessageDraft, compose_message};
use runtime::SystemClock;
use state::store::ControlKind;
use stories::polling::wait_until;

use super::PATIENCE;
use crate::world::CloudWorld;

/// Sends one message to one person.
pub(super) async fn arrives(world: &CloudWorld) -> String {
    let userid = world.dingtalk.bystander(&[]).await.userid;
    let people = BTreeSet::from([UserId::new(&userid).expect("an id")]);
    let keys = world
        .secrets()
        .get_keys(&world.binding.id)
        .await
        .expect("the keys");
    let content = MessageContent::Text("云上的一条消息".to_owned());
    let draft = MessageDraft {
        binding: &world.binding,
        id: "story",
        people: &people,
        content,
    };
    let (outbox, nonce) = (
        world.queue("Outbox"),
        runtime::random_bytes().expect("randomness"),
    );
    let composed = compose_message(
        world.store(),
        outbox.as_ref(),
        &keys.seal_key(),
        draft,
        SystemClock.now(),
        nonce,
    )
    .await;
    assert_eq!(composed.expect("it is composed"), 1);
    let took = wait_until(PATIENCE, "the message's result is known", async || {
        let corp = &world.binding.corp_id;
        let stored = world
            .store()
            .get_control::<OutboxBatch>(corp, ControlKind::Message, "story.0000")
            .await;
        match stored
            .map_err(|err| err.to_string())?
            .map(|stored| stored.body.phase)
        {
            Some(OutboxPhase::Done { .. }) => Ok(()),
            phase => Err(format!("{phase:?}")),
        }
    })
    .await;
    let inbox = world
        .dingtalk
        .world()
        .lock()
        .await
        .inbox(&userid)
        .messages
        .len();
    assert_eq!(inbox, 1, "it is seen once");
    format!(
        "arrived once, its result known after {:.1} s",
        took.as_secs_f64()
    )
}
