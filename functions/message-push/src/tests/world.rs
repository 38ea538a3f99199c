//! The world around message-push.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dingtalk::client::Clock;
use directory::{BindingId, CorpId, Timestamp, UserId};
use http::{Request, Response};
use outbound::{Transport, TransportError};
use runtime::batch::{QueueBatch, QueueItem};
use secrecy::SecretString;
use serde_json::{Value, json};
use state::seal::SealKey;
use state::store::{ControlKind, PutCondition, create_tables};
use state::vault::{BindingKeys, SecretStore, TokenSecret};
use state::{Binding, Queue, QueueError, QueueMessage, Store, TableNames, Vault, VaultError};

use crate::batch::{OutboxBatch as Stored, OutboxPhase};
use crate::{
    ClientPool, ComposeError, MessageContent, MessageDraft, PushDeps, compose_message, handle,
};

pub(super) const START: i64 = 1_763_800_000_000;

/// How the next call that sends ends.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// DingTalk says this instead of taking it.
    Says(u16, &'static str),
    /// Not even connected.
    NoConnection,
    /// Taken, and the answer is lost.
    Lost,
    /// Taken, and the answer never comes.
    Hangs,
}

#[derive(Default)]
pub(super) struct PushWorld {
    pub(super) now: AtomicI64,
    secrets: Mutex<HashMap<String, SecretString>>,
    pub(super) fates: Mutex<VecDeque<Fate>>,
    /// What each person saw, in order.
    pub(super) seen: Mutex<BTreeMap<String, Vec<String>>>,
    tasks: Mutex<Vec<Vec<String>>>,
    /// What DingTalk says of a task's result; everybody reached where nothing is planted.
    pub(super) result: Mutex<Option<Value>>,
    pub(super) status: Mutex<i64>,
    /// Calls by path.
    pub(super) calls: Mutex<BTreeMap<String, usize>>,
    /// Items with the time from which they may be received.
    pub(super) outbox: Mutex<Vec<(i64, QueueMessage)>>,
}

pub(super) struct PushWorldHandle(pub(super) Arc<PushWorld>);

#[async_trait]
impl Clock for PushWorldHandle {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        // Rounded up: nobody may wait for nothing, again and again.
        self.0.now.fetch_add(
            i64::try_from(duration.as_micros().div_ceil(1_000))
                .unwrap()
                .max(1),
            Ordering::SeqCst,
        );
    }
}

#[async_trait]
impl Vault for PushWorldHandle {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        self.0
            .secrets
            .lock()
            .unwrap()
            .get(name)
            .cloned()
            .ok_or(VaultError::NotFound)
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.0
            .secrets
            .lock()
            .unwrap()
            .insert(name.to_owned(), value);
        Ok(())
    }
}

#[async_trait]
impl Queue for PushWorldHandle {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        let due = self.0.now.load(Ordering::SeqCst) + i64::from(message.delay_s) * 1_000;
        self.0.outbox.lock().unwrap().push((due, message));
        Ok(())
    }
}

#[async_trait]
impl Transport for PushWorldHandle {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let path = request.uri().path().rsplit('/').next().unwrap().to_owned();
        *self
            .0
            .calls
            .lock()
            .unwrap()
            .entry(path.clone())
            .or_default() += 1;
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        if path == "asyncsend_v2" {
            return self.0.accept_send(&body).await;
        }
        let task = usize::try_from(body["task_id"].as_i64().unwrap()).unwrap();
        let answer = match path.as_str() {
            "getsendprogress" => {
                let status = *self.0.status.lock().unwrap();
                json!({"errcode":0,"progress":{"progress_in_percent":100,"status":status}})
            }
            _ => {
                let everybody =
                    json!({"unread_user_id_list": self.0.tasks.lock().unwrap()[task - 1]});
                json!({"errcode":0,"send_result": self.0.result.lock().unwrap().clone().unwrap_or(everybody)})
            }
        };
        Ok(json_response(200, &answer.to_string()))
    }
}

fn json_response(status: u16, body: &str) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .body(Bytes::from(body.to_owned()))
        .unwrap()
}

impl PushWorld {
    async fn accept_send(&self, body: &Value) -> Result<Response<Bytes>, TransportError> {
        let fate = self.fates.lock().unwrap().pop_front();
        match &fate {
            Some(Fate::Says(status, text)) => return Ok(json_response(*status, text)),
            Some(Fate::NoConnection) => return Err(TransportError::NotConnected { source: None }),
            _ => {}
        }
        let task = self.deliver_message(body);
        match fate {
            Some(Fate::Lost) => Err(TransportError::Lost { source: None }),
            Some(Fate::Hangs) => std::future::pending().await,
            _ => Ok(json_response(
                200,
                &json!({"errcode":0,"errmsg":"ok","task_id":task}).to_string(),
            )),
        }
    }

    /// Everybody named sees it.
    fn deliver_message(&self, body: &Value) -> usize {
        let people: Vec<String> = body["userid_list"]
            .as_str()
            .unwrap()
            .split(',')
            .map(str::to_owned)
            .collect();
        assert!(people.len() <= 100);
        let message = &body["msg"];
        let kind = message["msgtype"].as_str().unwrap();
        let text = message[kind]["content"]
            .as_str()
            .or(message[kind]["text"].as_str())
            .unwrap()
            .to_owned();
        for person in &people {
            self.seen
                .lock()
                .unwrap()
                .entry(person.clone())
                .or_default()
                .push(text.clone());
        }
        let mut tasks = self.tasks.lock().unwrap();
        tasks.push(people);
        tasks.len()
    }

    pub(super) fn calls_of(&self, path: &str) -> usize {
        self.calls
            .lock()
            .unwrap()
            .get(path)
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn advance_seconds(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    pub(super) fn plan_fate(&self, fate: Fate) {
        self.fates.lock().unwrap().push_back(fate);
    }

    /// The earliest item that may be received now.
    pub(super) fn receive_item(&self) -> Option<QueueItem> {
        let now = self.now.load(Ordering::SeqCst);
        let mut outbox = self.outbox.lock().unwrap();
        let at = outbox.iter().position(|(due, _)| *due <= now)?;
        let (_, message) = outbox.remove(at);
        Some(QueueItem {
            id: format!("item-{at}"),
            group: None,
            body: message.body,
        })
    }

    /// Jumps to when the next item may be received; `false` when there is none.
    pub(super) fn jump_to_next(&self) -> bool {
        let next = self
            .outbox
            .lock()
            .unwrap()
            .iter()
            .map(|(due, _)| *due)
            .min();
        next.is_some_and(|due| {
            self.now.fetch_max(due, Ordering::SeqCst);
            true
        })
    }
}

pub(super) fn binding() -> Binding {
    let json =
        r#"{"id":"b1","corp_id":"ding1","agent_id":7,"app_key":"key","calls_per_second":1000}"#;
    serde_json::from_str(json).unwrap()
}

pub(super) fn people(count: usize) -> BTreeSet<UserId> {
    (0..count)
        .map(|n| UserId::new(&format!("u{n:05}")).unwrap())
        .collect()
}

async fn store() -> Store {
    let client = state::embedded::EmbeddedDynamoDb::in_memory()
        .unwrap()
        .client();
    let tables = TableNames::with_prefix("test-");
    create_tables(&client, &tables).await.unwrap();
    Store::new(client, tables, 7)
}

pub(super) async fn world() -> (Arc<PushWorld>, PushDeps) {
    let world = Arc::new(PushWorld {
        now: AtomicI64::new(START),
        status: Mutex::new(2),
        ..PushWorld::default()
    });
    let face = || Arc::new(PushWorldHandle(Arc::clone(&world)));
    let secrets = SecretStore::new(face(), "test/");
    let id = BindingId::new("b1").unwrap();
    let token = TokenSecret {
        token: "t".into(),
        issued_at: Timestamp(START),
        expires_at: Timestamp(i64::MAX),
    };
    secrets.put_token(&id, &token).await.unwrap();
    let keys = BindingKeys {
        hash_key: [1; 32],
        seal_key: [2; 32],
        endpoints: None,
    };
    secrets.put_keys(&id, &keys).await.unwrap();
    let clients = ClientPool::new(face(), face(), Arc::new(|| 0), secrets.clone(), face());
    let store = store().await;
    store
        .put_binding(&binding(), PutCondition::New)
        .await
        .unwrap();
    (
        Arc::clone(&world),
        PushDeps {
            store,
            secrets,
            outbox: face(),
            clients,
            clock: face(),
        },
    )
}

pub(super) async fn compose_batch(
    deps: &PushDeps,
    id: &str,
    count: usize,
    text: &str,
) -> Result<usize, ComposeError> {
    let (binding, people, key) = (binding(), people(count), SealKey::new([2; 32]));
    let draft = MessageDraft {
        binding: &binding,
        id,
        people: &people,
        content: MessageContent::Text(text.to_owned()),
    };
    compose_message(
        &deps.store,
        &*deps.outbox,
        &key,
        draft,
        deps.clock.now(),
        [5; 12],
    )
    .await
}

/// Works one item, as the queue's consumer does: what goes back is put back.
pub(super) async fn work_one(world: &PushWorld, deps: &PushDeps, item: QueueItem) -> bool {
    let batch = QueueBatch {
        items: vec![item.clone()],
    };
    let done = handle(deps, &batch).await.is_complete();
    if !done {
        put_back(world, item);
    }
    done
}

/// As after a visibility timeout.
pub(super) fn put_back(world: &PushWorld, item: QueueItem) {
    let message = QueueMessage {
        body: item.body,
        group: None,
        deduplication: None,
        delay_s: 0,
    };
    let due = world.now.load(Ordering::SeqCst) + 360_000;
    world.outbox.lock().unwrap().push((due, message));
}

/// Works everything that may be received now.
pub(super) async fn drain(world: &PushWorld, deps: &PushDeps) {
    while let Some(item) = world.receive_item() {
        work_one(world, deps, item).await;
    }
}

/// Works until the outbox is empty, jumping through its delays.
pub(super) async fn drain_with_delays(world: &PushWorld, deps: &PushDeps) {
    for _ in 0..2_000 {
        drain(world, deps).await;
        if !world.jump_to_next() {
            return;
        }
    }
    panic!("the outbox never became empty");
}

pub(super) async fn phase(deps: &PushDeps, id: &str) -> OutboxPhase {
    let corp = CorpId::new("ding1").unwrap();
    let stored = deps
        .store
        .get_control::<Stored>(&corp, ControlKind::Message, id)
        .await
        .unwrap();
    stored.unwrap().body.phase
}
