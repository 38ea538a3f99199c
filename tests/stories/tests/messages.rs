//! Messages arrive once per person, and their outcome is known.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use directory::UserId;
use local::machine::{Machine, MachineConfig};
use local::workers;
use message_push::batch::{OutboxBatch, OutboxPhase};
use message_push::{MessageContent, MessageDraft, compose_message};
use runtime::SystemClock;
use sandbox::world::{Act, ReceiptState, WorldTruth};
use state::queue::messages::OutboxMessage;
use state::store::ControlKind;
use state::{Binding, Queue as _};
use stories::polling::wait_until;
use stories::{LedgerSnapshot, SandboxCompany};
use tempfile::tempdir;

struct MessageSender {
    machine: Machine,
    binding: Binding,
}

impl MessageSender {
    async fn compose_message(
        &self,
        id: &str,
        people: &BTreeSet<UserId>,
        content: MessageContent,
    ) -> usize {
        let keys = self
            .machine
            .secrets
            .get_keys(&self.binding.id)
            .await
            .expect("the keys");
        let draft = MessageDraft {
            binding: &self.binding,
            id,
            people,
            content,
        };
        let nonce = runtime::random_bytes().expect("randomness");
        let outbox = self.machine.queues.outbox.as_ref();
        let (store, key) = (&self.machine.store, keys.seal_key());
        let composed = compose_message(store, outbox, &key, draft, SystemClock.now(), nonce);
        composed.await.expect("it is composed")
    }

    async fn stored_batch(&self, id: &str) -> OutboxBatch {
        let stored = self
            .machine
            .store
            .get_control::<OutboxBatch>(&self.binding.corp_id, ControlKind::Message, id)
            .await;
        stored
            .expect("the store answers")
            .expect("the batch is stored")
            .body
    }

    async fn redeliver_batch(&self, id: &str) {
        let (binding, corp) = (self.binding.id.clone(), self.binding.corp_id.clone());
        let item = OutboxMessage {
            binding,
            corp,
            message: id.to_owned(),
        };
        self.machine
            .queues
            .outbox
            .send(item.to_message(0).expect("an item"))
            .await
            .expect("it is queued");
    }

    /// Waits until the results of these batches are known; returns the people that each did not
    /// find.
    async fn wait_until_done(&self, ids: &[String]) -> Vec<message_push::batch::DeliveryOutcome> {
        let mut outcomes = Vec::new();
        wait_until(
            Duration::from_secs(60),
            "every result is known",
            async || {
                outcomes.clear();
                for id in ids {
                    match self.stored_batch(id).await.phase {
                        OutboxPhase::Done { result, .. } => outcomes.push(result),
                        phase => return Err(format!("{id}: {phase:?}")),
                    }
                }
                Ok(())
            },
        )
        .await;
        outcomes
    }
}

async fn let_two_leave(dingtalk: &SandboxCompany) -> [String; 2] {
    let gone = [dingtalk.bystander(&[]).await.userid, String::new()];
    let gone = [
        gone[0].clone(),
        dingtalk.bystander(&[&gone[0]]).await.userid,
    ];
    for userid in &gone {
        dingtalk
            .act(Act::Leave {
                userid: userid.clone(),
            })
            .await;
    }
    gone
}

/// Asserts that every person has the first message once, and the first of them the second one, too.
async fn assert_inboxes(dingtalk: &SandboxCompany, truth: &WorldTruth, people: &BTreeSet<UserId>) {
    let first = people.iter().next().expect("somebody").as_str();
    let world = dingtalk.world().lock().await;
    assert_eq!(
        world.messages().len(),
        4,
        "three batches and one more message were sent"
    );
    for person in truth
        .people
        .iter()
        .filter(|person| people.iter().any(|id| id.as_str() == person.userid))
    {
        let inbox = world.inbox(&person.userid);
        let expected = if person.userid == first { 2 } else { 1 };
        assert_eq!(
            inbox.messages.len(),
            expected,
            "{} sees it once",
            person.userid
        );
        assert!(
            inbox.messages[0].2["text"]["content"]
                .as_str()
                .is_some_and(|words| words.starts_with("工资条已发 😀"))
        );
    }
    let withheld = world
        .messages()
        .iter()
        .flat_map(|message| &message.receipts);
    assert_eq!(
        withheld
            .filter(|receipt| matches!(receipt.state, ReceiptState::Forbidden { .. }))
            .count(),
        0
    );
}

impl MessageSender {
    /// Sends a second message to the first of the people, and waits until the outbox is empty.
    async fn send_second(&self, people: &BTreeSet<UserId>) {
        let other: BTreeSet<UserId> = people.iter().take(1).cloned().collect();
        let markdown = MessageContent::Markdown {
            title: "提醒".into(),
            text: "**第二条**".into(),
        };
        assert_eq!(self.compose_message("second", &other, markdown).await, 1);
        self.wait_until_done(&["second.0000".to_owned()]).await;
        wait_until(
            Duration::from_secs(30),
            "the outbox is empty",
            async || match self.machine.queues.outbox.count_waiting().await {
                0 => Ok(()),
                waiting => Err(format!("{waiting} items wait")),
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_250_people_receives_a_message_once() {
    let dingtalk = SandboxCompany::start(252, 9, 71).await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let binding = LedgerSnapshot::read_directory(home.path())
        .await
        .expect("a binding")
        .binding;
    // Two of the receivers leave before the message is sent.
    let gone = let_two_leave(&dingtalk).await;
    let truth = dingtalk.truth().await;
    let mut people: BTreeSet<UserId> = truth
        .people
        .iter()
        .map(|person| UserId::new(&person.userid).unwrap())
        .take(250)
        .collect();
    assert_eq!(people.len(), 250);
    people.extend(gone.iter().map(|userid| UserId::new(userid).unwrap()));
    let config = MachineConfig {
        data: home.path().to_owned(),
        dynamodb: None,
        allow_loopback: true,
    };
    let machine = Machine::start(&config).await.expect("the machine starts");
    let sender = MessageSender { machine, binding };
    let _running = workers::start_queue_workers(&sender.machine, Arc::new(|_, _| {}));
    let text = || MessageContent::Text("工资条已发 😀".into());
    let batches = sender
        .compose_message("payslip-2026-10", &people, text())
        .await;
    assert_eq!(batches, 3, "252 people are three batches of at most 100");
    let ids: Vec<String> = (0..batches)
        .map(|number| format!("payslip-2026-10.{number:04}"))
        .collect();
    let outcomes = sender.wait_until_done(&ids).await;
    let invalid: BTreeSet<&str> = outcomes
        .iter()
        .flat_map(|one| &one.invalid)
        .map(UserId::as_str)
        .collect();
    assert_eq!(
        invalid,
        gone.iter().map(String::as_str).collect(),
        "who is not there any more is reported"
    );
    assert_eq!(outcomes.iter().map(|one| one.reached).sum::<usize>(), 250);
    // The message is composed again and each item is delivered again; it stays one message.
    assert_eq!(
        sender
            .compose_message("payslip-2026-10", &people, text())
            .await,
        3
    );
    for id in &ids {
        sender.redeliver_batch(id).await;
    }
    sender.send_second(&people).await;
    assert_inboxes(&dingtalk, &truth, &people).await;
}
