//! Tokens against a DingTalk that says what a test wants, the real store on an embedded database, and a virtual clock.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use directory::{BindingId, CorpId, Timestamp};
use http::{Request, Response};
use outbound::TransportError;
use secrecy::{ExposeSecret, SecretString};
use state::store::{Condition, ControlKind, create_tables};
use state::vault::{BindingSecret, Stage, TokenSecret};
use state::{Binding, Tables, Vault, VaultError};

use super::*;

const START: i64 = 1_763_800_000_000;
const MINUTE: i64 = 60 * 1_000;

#[derive(Default)]
struct World {
    now: AtomicI64,
    secrets: Mutex<HashMap<String, SecretString>>,
    /// The same of the stages that are not current.
    staged: Mutex<HashMap<(String, &'static str), SecretString>>,
    /// What DingTalk says next; `token-N` afterwards, a new N for each question.
    says: Mutex<VecDeque<(u16, &'static str)>>,
    asked: Mutex<Vec<String>>,
}

struct Face(Arc<World>);

#[async_trait]
impl Clock for Face {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        // Rounded up: nobody may wait for nothing, again and again.
        self.0.now.fetch_add(i64::try_from(duration.as_micros().div_ceil(1_000)).unwrap().max(1), Ordering::SeqCst);
    }
}

#[async_trait]
impl Vault for Face {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        self.0.secrets.lock().unwrap().get(name).cloned().ok_or(VaultError::NotFound)
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.0.secrets.lock().unwrap().insert(name.to_owned(), value);
        Ok(())
    }

    async fn get_stage(&self, name: &str, stage: Stage) -> Result<SecretString, VaultError> {
        if stage == Stage::Current {
            return self.get(name).await;
        }
        let staged = self.0.staged.lock().unwrap();
        staged.get(&(name.to_owned(), stage.label())).cloned().ok_or(VaultError::NotFound)
    }
}

#[async_trait]
impl Transport for Face {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut asked = self.0.asked.lock().unwrap();
        asked.push(String::from_utf8(request.body().to_vec()).unwrap());
        let fresh = format!(r#"{{"accessToken":"token-{}","expireIn":7200}}"#, asked.len());
        let said = self.0.says.lock().unwrap().pop_front();
        let (status, body) = said.map_or((200, fresh), |(status, body)| (status, body.to_owned()));
        Ok(Response::builder().status(status).body(Bytes::from(body)).unwrap())
    }
}

async fn store() -> Store {
    let client = state::embedded::EmbeddedDynamoDb::in_memory().unwrap().client();
    let tables = Tables::with_prefix("test-");
    create_tables(&client, &tables).await.unwrap();
    Store::new(client, tables, 7)
}

async fn world(bindings: &[&str]) -> (Arc<World>, Deps) {
    let world = Arc::new(World { now: AtomicI64::new(START), ..World::default() });
    let face = || Arc::new(Face(Arc::clone(&world)));
    let secrets = Secrets::new(face(), "test/");
    let deps = Deps { store: store().await, secrets, transport: face(), clock: face(), jitter: Arc::new(|| 0) };
    for id in bindings {
        bind(&deps, id, "canary-secret").await;
        let binding = format!(r#"{{"id":"{id}","corp_id":"corp-{id}","app_key":"key-{id}"}}"#);
        let binding: Binding = serde_json::from_str(&binding).unwrap();
        deps.store.put_binding(&binding, Condition::New).await.unwrap();
    }
    (world, deps)
}

async fn bind(deps: &Deps, id: &str, app_secret: &str) {
    let secret = secret(id, app_secret);
    deps.secrets.put_binding(&BindingId::new(id).unwrap(), &secret).await.unwrap();
}

fn secret(id: &str, app_secret: &str) -> BindingSecret {
    BindingSecret {
        corp_id: CorpId::new(&format!("corp-{id}")).unwrap(),
        agent_id: 1,
        app_key: format!("key-{id}"),
        app_secret: app_secret.into(),
        callback_token: "t".into(),
        callback_aes_key: "k".into(),
        hash_key: [1; 32],
        seal_key: [2; 32],
        previous_callback: None,
    }
}

impl World {
    /// Puts another AppSecret of `a` into a stage.
    async fn stage(&self, deps: &Deps, stage: Stage, app_secret: &str) {
        let current = deps.secrets.binding(&BindingId::new("a").unwrap()).await.unwrap();
        bind(deps, "a", app_secret).await;
        let text = self.secrets.lock().unwrap()["test/binding/a"].clone();
        self.staged.lock().unwrap().insert(("test/binding/a".to_owned(), stage.label()), text);
        deps.secrets.put_binding(&BindingId::new("a").unwrap(), &current).await.unwrap();
    }

    fn after(&self, millis: i64) -> &Self {
        self.now.fetch_add(millis, Ordering::SeqCst);
        self
    }

    fn says(&self, status: u16, body: &'static str) {
        self.says.lock().unwrap().push_back((status, body));
    }

    fn calls(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn token(deps: &Deps, id: &str) -> Option<String> {
    let stored = deps.secrets.tokens(&BindingId::new(id).unwrap()).await.ok()?;
    Some(stored.token.expose_secret().to_owned())
}

async fn trouble(deps: &Deps, id: &str) -> Option<TokenTrouble> {
    let corp = CorpId::new(&format!("corp-{id}")).unwrap();
    deps.store.get_control(&corp, ControlKind::Quarantine, TROUBLE).await.unwrap().map(|stored| stored.body)
}

fn report(id: &str, binding: &str, token: &str) -> Item {
    let token_hash = TokenSecret::hash_of(token)[..16].to_owned();
    let message = TokenRefusedMessage { binding: BindingId::new(binding).unwrap(), token_hash }.to_message().unwrap();
    Item { id: id.to_owned(), group: message.group, body: message.body }
}

async fn reported(deps: &Deps, items: Vec<Item>) -> Vec<String> {
    let outcome = handle(deps, &Input::Refused(Batch { items })).await;
    outcome.failed().map(str::to_owned).collect()
}

const REFUSED: &str =
    r#"{"requestid":"r","code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret"}"#;

#[tokio::test]
async fn the_schedule_gives_every_binding_a_token_and_renews_it_at_four_fifths() {
    let (world, deps) = world(&["a", "b"]).await;
    handle(&deps, &Input::Schedule).await;
    assert_eq!(
        (token(&deps, "a").await.as_deref(), token(&deps, "b").await.as_deref()),
        (Some("token-1"), Some("token-2"))
    );
    world.after(95 * MINUTE);
    handle(&deps, &Input::Schedule).await;
    assert_eq!(world.calls(), 2, "an hour and a half of two is not four fifths");
    world.after(2 * MINUTE);
    handle(&deps, &Input::Schedule).await;
    assert_eq!(token(&deps, "a").await.as_deref(), Some("token-3"));
    let asked = world.asked.lock().unwrap();
    assert!(asked[0].contains("key-a") && asked[1].contains("key-b"), "each with its own credentials: {asked:?}");
}

#[tokio::test]
async fn a_burst_of_reports_makes_one_call_and_an_old_hash_makes_none() {
    let (world, deps) = world(&["a"]).await;
    handle(&deps, &Input::Schedule).await;
    let heard = runtime::Heard::default();
    let burst = (0..5).map(|n| report(&n.to_string(), "a", "token-1")).collect();
    assert!(reported(&deps, burst).await.is_empty());
    assert_eq!((world.calls(), token(&deps, "a").await.as_deref()), (2, Some("token-2")));
    assert!(reported(&deps, vec![report("9", "a", "token-1"), report("10", "a", "never-was")]).await.is_empty());
    assert_eq!(world.calls(), 2);
    assert_eq!(heard.of(metrics::TOKENS_REFUSED), [1.0], "one refusal, however often it is reported");
}

#[tokio::test]
async fn a_first_token_is_issued_for_whoever_asks() {
    let (_, deps) = world(&["a"]).await;
    assert!(reported(&deps, vec![report("1", "a", "there is none yet")]).await.is_empty());
    assert_eq!(token(&deps, "a").await.as_deref(), Some("token-1"));
}

#[tokio::test]
async fn refused_credentials_are_kept_with_their_reason_and_tried_daily() {
    let (world, deps) = world(&["a"]).await;
    world.says(400, REFUSED);
    assert!(reported(&deps, vec![report("1", "a", "none")]).await.is_empty(), "waiting in the queue would not help");
    let kept = trouble(&deps, "a").await.unwrap();
    assert_eq!((kept.reason.as_str(), kept.since), ("credentials_refused", Timestamp(START)));
    assert!(!serde_json::to_string(&kept).unwrap().contains("canary"), "no secret in the state");

    let heard = runtime::Heard::default();
    for _ in 0..20 {
        world.after(60 * MINUTE);
        handle(&deps, &Input::Schedule).await;
        reported(&deps, vec![report("1", "a", "none")]).await;
    }
    assert_eq!(world.calls(), 1, "not asked again on the same day");
    assert_eq!(heard.of(metrics::QUARANTINED), [1.0; 20], "and waits for a person all day");
    world.says(400, REFUSED);
    world.after(4 * 60 * MINUTE);
    handle(&deps, &Input::Schedule).await;
    assert_eq!(world.calls(), 2);
    assert_eq!(trouble(&deps, "a").await.unwrap().since, Timestamp(START), "it is the same trouble");
}

#[tokio::test]
async fn other_credentials_are_tried_at_once_and_a_success_ends_the_trouble() {
    let (world, deps) = world(&["a"]).await;
    world.says(400, REFUSED);
    handle(&deps, &Input::Schedule).await;
    assert!(trouble(&deps, "a").await.is_some());
    bind(&deps, "a", "another-secret").await;
    handle(&deps, &Input::Schedule).await;
    assert_eq!((world.calls(), token(&deps, "a").await.as_deref()), (2, Some("token-2")));
    assert!(trouble(&deps, "a").await.is_none());
}

#[tokio::test]
async fn refused_credentials_give_way_to_those_that_wait_and_then_to_those_before() {
    for (stage, word) in [(Stage::Pending, "after-secret"), (Stage::Previous, "before-secret")] {
        let (world, deps) = world(&["a"]).await;
        world.stage(&deps, stage, word).await;
        world.says(400, REFUSED);
        handle(&deps, &Input::Schedule).await;
        assert_eq!((world.calls(), token(&deps, "a").await.as_deref()), (2, Some("token-2")), "{word}");
        let asked = world.asked.lock().unwrap().clone();
        assert!(asked[0].contains("canary-secret") && asked[1].contains(word), "the current ones first: {asked:?}");
        assert!(trouble(&deps, "a").await.is_none());
    }
}

#[tokio::test]
async fn the_others_are_asked_only_when_the_current_ones_are_refused() {
    let (world, deps) = world(&["a"]).await;
    world.stage(&deps, Stage::Pending, "after-secret").await;
    world.says(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    world.says(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    world.says(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    handle(&deps, &Input::Schedule).await;
    assert!(world.asked.lock().unwrap().iter().all(|asked| asked.contains("canary-secret")));
    handle(&deps, &Input::Schedule).await;
    assert!(world.asked.lock().unwrap().iter().all(|asked| asked.contains("canary-secret")));
    assert!(token(&deps, "a").await.is_some());
}

#[tokio::test]
async fn all_refused_is_kept_as_one_and_new_pending_ones_are_tried_at_once() {
    let (world, deps) = world(&["a"]).await;
    world.stage(&deps, Stage::Previous, "before-secret").await;
    world.stage(&deps, Stage::Pending, "canary-secret").await;
    world.says(400, REFUSED);
    world.says(400, REFUSED);
    handle(&deps, &Input::Schedule).await;
    assert_eq!(world.calls(), 2, "the pending ones are the current ones: not asked twice");
    handle(&deps, &Input::Schedule).await;
    assert_eq!(world.calls(), 2, "not again today");
    world.stage(&deps, Stage::Pending, "after-secret").await;
    world.says(400, REFUSED);
    handle(&deps, &Input::Schedule).await;
    assert_eq!(token(&deps, "a").await.as_deref(), Some("token-4"));
    assert!(trouble(&deps, "a").await.is_none());
}

#[tokio::test]
async fn trouble_that_passes_goes_back_to_the_queue_and_leaves_no_mark() {
    let (world, deps) = world(&["a"]).await;
    for _ in 0..3 {
        world.says(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    }
    assert_eq!(reported(&deps, vec![report("1", "a", "none")]).await, ["1"]);
    assert!(trouble(&deps, "a").await.is_none() && token(&deps, "a").await.is_none());
    assert!(reported(&deps, vec![report("1", "a", "none")]).await.is_empty());
    assert_eq!(token(&deps, "a").await.as_deref(), Some("token-4"));
}

#[tokio::test]
async fn one_bindings_trouble_is_nobody_elses() {
    let (world, deps) = world(&["a", "b", "c"]).await;
    deps.secrets
        .put_tokens(
            &BindingId::new("c").unwrap(),
            &TokenSecret {
                token: "good".into(),
                issued_at: Timestamp(START),
                expires_at: Timestamp(START + 120 * MINUTE),
            },
        )
        .await
        .unwrap();
    world.says(400, REFUSED);
    handle(&deps, &Input::Schedule).await;
    assert_eq!(token(&deps, "a").await, None);
    assert_eq!(token(&deps, "b").await.as_deref(), Some("token-2"));
    assert_eq!(token(&deps, "c").await.as_deref(), Some("good"));
}

#[tokio::test]
async fn a_binding_that_is_gone_is_done_and_an_unreadable_report_goes_back() {
    let (_, deps) = world(&["a"]).await;
    let garbage = Item { id: "2".into(), group: None, body: "{}".into() };
    assert_eq!(reported(&deps, vec![report("1", "gone", "t"), garbage]).await, ["2"]);
}

#[test]
fn schedules_and_queues_are_told_apart() {
    let read = |wire| serde_json::from_str::<Input>(wire).unwrap();
    assert_eq!(read(r#"{"trigger":"schedule"}"#), Input::Schedule);
    assert_eq!(read(r#"{"version":"0","detail-type":"Scheduled Event","source":"aws.events"}"#), Input::Schedule);
    let Input::Refused(batch) =
        read(r#"{"Records":[{"messageId":"m1","body":"{}","attributes":{"MessageGroupId":"a"}}]}"#)
    else {
        panic!("a queue's event was taken for a schedule")
    };
    assert_eq!((batch.items[0].id.as_str(), batch.items[0].group.as_deref()), ("m1", Some("a")));
}

#[test]
fn a_batch_that_cannot_be_read_is_an_error_and_never_a_schedule() {
    for wire in [r#"{"Records":[{"body":"{}"}]}"#, r#"{"Records":{}}"#, r#"{"Records":null}"#] {
        assert!(serde_json::from_str::<Input>(wire).is_err(), "{wire}: answering it would delete its messages");
    }
}
