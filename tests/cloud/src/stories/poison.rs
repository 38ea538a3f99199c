//! A message that can never be worked ends in the dead-letter queue, without its neighbours. What is behind it in its own
//! group, which is the same record, is received with it and ends there too, in its order: put back, both are worked.

use directory::wake::Target;
use directory::{BindingId, CorpId, NativeId, Side, Wake};
use serde_json::{Value, json};
use state::Binding;
use state::queue::messages::WakeMessage;
use state::store::Condition;
use stories::patience::until;

use super::{PATIENCE, is_same, silent_rename};
use crate::aws::text;
use crate::world::World;

/// Seconds until a failed message is seen again; six minutes in the template, which is five times six to wait here.
const VISIBILITY: &str = "2";

/// Four messages in one batch: a neighbour, the poison, one behind it in its group, another neighbour.
pub(super) async fn ends_alone(world: &World) -> String {
    let names = silent_rename(world, &["邻居甲", "邻居乙"]).await;
    let poison = binding_without_a_secret(world).await;
    let usual = visibility(world, VISIBILITY).await;
    let (bad, behind) = (wake(&poison, "nobody", "first"), wake(&poison, "nobody", "second"));
    let neighbours = [wake(&world.binding, &names[0], "neighbour"), wake(&world.binding, &names[1], "neighbour")];
    let messages = [&neighbours[0], &bad, &behind, &neighbours[1]];
    let entries: Vec<Value> = messages.into_iter().enumerate().map(|(number, one)| entry(number, one)).collect();
    let batch = json!({"QueueUrl": world.stack.physical("Wakes"), "Entries": entries});
    world.aws.call("sqs", "send_message_batch", batch).await.expect("the batch is sent");
    until(PATIENCE, "the neighbours are worked", async || is_same(world).await).await;
    assert_eq!(world.waiting("Wakes").await, 2, "the poison and the one behind it wait");
    until(PATIENCE, "the poison is laid aside", async || {
        match (world.waiting("Wakes").await, world.waiting("WakesDead").await) {
            (0, 2) => Ok(()),
            (waiting, dead) => Err(format!("{waiting} waiting, {dead} dead")),
        }
    })
    .await;
    let ask = json!({"QueueUrl": world.stack.physical("WakesDead"), "MaxNumberOfMessages": 10});
    let said = world.aws.call("sqs", "receive_message", ask).await.expect("the dead letters");
    let dead: Vec<String> = said["Messages"].as_array().into_iter().flatten().map(|one| text(one, "Body")).collect();
    assert_eq!(dead, [bad.body, behind.body], "of one group, in their order, and nobody else's");
    visibility(world, &usual).await;
    forget(world, &poison).await;
    "in the dead-letter queue after five receives, with what was behind it; both neighbours worked".to_owned()
}

/// Its wakes fail each time: the vault may answer the next time, so that nobody gives up before the queue does.
async fn binding_without_a_secret(world: &World) -> Binding {
    let id = BindingId::new("b-poison").expect("an id");
    let binding = Binding::new(id, CorpId::new("dingpoison").expect("a corp"));
    world.store().put_binding(&binding, Condition::New).await.expect("the binding is stored");
    binding
}

/// Takes the binding away again, which the schedules would try to sweep.
async fn forget(world: &World, binding: &Binding) {
    let table = world.stack.physical("Control");
    let key = json!({"pk": {"S": "bindings"}, "sk": {"S": binding.id.as_str()}});
    world.aws.call("dynamodb", "delete_item", json!({"TableName": table, "Key": key})).await.expect("it is deleted");
}

fn wake(binding: &Binding, person: &str, event: &str) -> state::Message {
    let target = Target::Person(NativeId::new(person).expect("an id"));
    let wake = Wake { side: Side::DingTalk, target, because: "user_modify_org".to_owned() };
    let (corp, signature_hash) = (binding.corp_id.clone(), format!("story-{event}"));
    let message = WakeMessage { binding: binding.id.clone(), corp, wake, signature_hash };
    message.to_message().expect("a message")
}

fn entry(number: usize, message: &state::Message) -> Value {
    json!({
        "Id": number.to_string(), "MessageBody": message.body,
        "MessageGroupId": message.group, "MessageDeduplicationId": message.deduplication,
    })
}

/// Sets the visibility time of `Wakes`; what it was.
async fn visibility(world: &World, seconds: &str) -> String {
    let url = world.stack.physical("Wakes");
    let ask = json!({"QueueUrl": url, "AttributeNames": ["VisibilityTimeout"]});
    let said = world.aws.call("sqs", "get_queue_attributes", ask).await.expect("the queue answers");
    let set = json!({"QueueUrl": url, "Attributes": {"VisibilityTimeout": seconds}});
    world.aws.call("sqs", "set_queue_attributes", set).await.expect("the queue can be changed");
    text(&said["Attributes"], "VisibilityTimeout")
}
