//! A message that always fails ends in the dead-letter queue without its neighbours. A later
//! message in its own group, which is about the same record, is received with it and ends there
//! too, in order. After a redrive both are handled.

use directory::wake::WakeTarget;
use directory::{BindingId, CorpId, NativeId, Side, Wake};
use serde_json::{Value, json};
use state::Binding;
use state::queue::messages::WakeMessage;
use state::store::PutCondition;
use stories::polling::wait_until;

use super::{PATIENCE, check_sides_equal, silent_rename};
use crate::aws::text_field;
use crate::world::CloudWorld;

/// Seconds until a failed message is visible again. In the template it is six minutes, and five
/// deliveries would take half an hour.
const VISIBILITY: &str = "2";

/// Sends four messages in one batch: a neighbour, the poison, one behind it in its group, and
/// another neighbour.
pub(super) async fn ends_alone(world: &CloudWorld) -> String {
    let names = silent_rename(world, &["邻居甲", "邻居乙"]).await;
    let poison = binding_without_a_secret(world).await;
    let usual = set_visibility(world, VISIBILITY).await;
    let (bad, behind) = (
        wake_message(&poison, "nobody", "first"),
        wake_message(&poison, "nobody", "second"),
    );
    let neighbours = [
        wake_message(&world.binding, &names[0], "neighbour"),
        wake_message(&world.binding, &names[1], "neighbour"),
    ];
    let messages = [&neighbours[0], &bad, &behind, &neighbours[1]];
    let entries: Vec<Value> = messages
        .into_iter()
        .enumerate()
        .map(|(number, one)| batch_entry(number, one))
        .collect();
    let batch = json!({"QueueUrl": world.stack.physical_id("Wakes"), "Entries": entries});
    world
        .aws
        .call("sqs", "send_message_batch", batch)
        .await
        .expect("the batch is sent");
    wait_until(PATIENCE, "the neighbours are handled", async || {
        check_sides_equal(world).await
    })
    .await;
    assert_eq!(
        world.count_waiting("Wakes").await,
        2,
        "the poison and the one behind it wait"
    );
    wait_until(PATIENCE, "the poison is a dead letter", async || {
        match (
            world.count_waiting("Wakes").await,
            world.count_waiting("WakesDead").await,
        ) {
            (0, 2) => Ok(()),
            (waiting, dead) => Err(format!("{waiting} waiting, {dead} dead")),
        }
    })
    .await;
    let ask = json!({"QueueUrl": world.stack.physical_id("WakesDead"), "MaxNumberOfMessages": 10});
    let said = world
        .aws
        .call("sqs", "receive_message", ask)
        .await
        .expect("the dead letters");
    let dead: Vec<String> = said["Messages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| text_field(one, "Body"))
        .collect();
    assert_eq!(
        dead,
        [bad.body, behind.body],
        "one group, in order, and no message of another"
    );
    set_visibility(world, &usual).await;
    forget_binding(world, &poison).await;
    "in the dead-letter queue after five receives, with the message behind it; both neighbours were handled".to_owned()
}

/// Stores a binding without a secret. Its wakes fail each time, but the vault may answer the next
/// time, so the function keeps retrying until the queue gives up.
async fn binding_without_a_secret(world: &CloudWorld) -> Binding {
    let id = BindingId::new("b-poison").expect("an id");
    let binding = Binding::new(id, CorpId::new("dingpoison").expect("a corp"));
    world
        .store()
        .put_binding(&binding, PutCondition::New)
        .await
        .expect("the binding is stored");
    binding
}

/// Deletes the binding again, because the schedules would try to sweep it.
async fn forget_binding(world: &CloudWorld, binding: &Binding) {
    let table = world.stack.physical_id("Control");
    let key = json!({"pk": {"S": "bindings"}, "sk": {"S": binding.id.as_str()}});
    world
        .aws
        .call(
            "dynamodb",
            "delete_item",
            json!({"TableName": table, "Key": key}),
        )
        .await
        .expect("it is deleted");
}

fn wake_message(binding: &Binding, person: &str, event: &str) -> state::QueueMessage {
    let target = WakeTarget::Person(NativeId::new(person).expect("an id"));
    let wake = Wake {
        side: Side::DingTalk,
        target,
        because: "user_modify_org".to_owned(),
    };
    let (corp, signature_hash) = (binding.corp_id.clone(), format!("story-{event}"));
    let message = WakeMessage {
        binding: binding.id.clone(),
        corp,
        wake,
        signature_hash,
    };
    message.to_message().expect("a message")
}

fn batch_entry(number: usize, message: &state::QueueMessage) -> Value {
    json!({
        "Id": number.to_string(), "MessageBody": message.body,
        "MessageGroupId": message.group, "MessageDeduplicationId": message.deduplication,
    })
}

/// Sets the visibility timeout of `Wakes`; returns the former one.
async fn set_visibility(world: &CloudWorld, seconds: &str) -> String {
    let url = world.stack.physical_id("Wakes");
    let ask = json!({"QueueUrl": url, "AttributeNames": ["VisibilityTimeout"]});
    let said = world
        .aws
        .call("sqs", "get_queue_attributes", ask)
        .await
        .expect("the queue answers");
    let set = json!({"QueueUrl": url, "Attributes": {"VisibilityTimeout": seconds}});
    world
        .aws
        .call("sqs", "set_queue_attributes", set)
        .await
        .expect("the queue can be changed");
    text_field(&said["Attributes"], "VisibilityTimeout")
}
