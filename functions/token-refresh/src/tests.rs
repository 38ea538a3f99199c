//! Tokens against a DingTalk that says what a test wants, the real store on an embedded database, and a virtual clock.

mod odd_answers;

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use directory::reason::ReasonCode;
use directory::{BindingId, CorpId, Timestamp};
use http::{Request, Response};
use outbound::TransportError;
use secrecy::{ExposeSecret, SecretString};
use state::store::{ControlKind, PutCondition, create_tables};
use state::vault::{BindingKeys, DingTalkCredentials, SecretStage, TokenSecret};
use state::{Binding, TableNames, Vault, VaultError};

use super::*;

const START: i64 = 1_763_800_000_000;
const MINUTE: i64 = 60 * 1_000;

#[derive(Default)]
struct RefreshWorld {
    now: AtomicI64,
    secrets: Mutex<HashMap<String, SecretString>>,
    /// The same of the stages that are not current.
    staged: Mutex<HashMap<(String, &'static str), SecretString>>,
    /// What DingTalk says next; `token-N` afterwards, a new N for each question.
    says: Mutex<VecDeque<(u16, &'static str)>>,
    asked: Mutex<Vec<String>>,
}

struct RefreshWorldHandle(Arc<RefreshWorld>);

#[async_trait]
impl Clock for RefreshWorldHandle {
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
impl Vault for RefreshWorldHandle {
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

    async fn get_stage(&self, name: &str, stage: SecretStage) -> Result<SecretString, VaultError> {
        if stage == SecretStage::Current {
            return self.get(name).await;
        }
        let staged = self.0.staged.lock().unwrap();
        staged
            .get(&(name.to_owned(), stage.label()))
            .cloned()
            .ok_or(VaultError::NotFound)
    }
}

#[async_trait]
impl Transport for RefreshWorldHandle {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut asked = self.0.asked.lock().unwrap();
        asked.push(String::from_utf8(request.body().to_vec()).unwrap());
        let fresh = format!(
            r#"{{"accessToken":"token-{}","expireIn":7200}}"#,
            asked.len()
        );
        let said = self.0.says.lock().unwrap().pop_front();
        let (status, body) = said.map_or((200, fresh), |(status, body)| (status, body.to_owned()));
        Ok(Response::builder()
            .status(status)
            .body(Bytes::from(body))
            .unwrap())
    }
}

async fn store() -> Store {
    let client = state::embedded::EmbeddedDynamoDb::in_memory()
        .unwrap()
        .client();
    let tables = TableNames::with_prefix("test-");
    create_tables(&client, &tables).await.unwrap();
    Store::new(client, tables, 7)
}

async fn world(bindings: &[&str]) -> (Arc<RefreshWorld>, RefreshDeps) {
    let world = Arc::new(RefreshWorld {
        now: AtomicI64::new(START),
        ..RefreshWorld::default()
    });
    let face = || Arc::new(RefreshWorldHandle(Arc::clone(&world)));
    let secrets = SecretStore::new(face(), "test/");
    let deps = RefreshDeps {
        store: store().await,
        secrets,
        transport: face(),
        clock: face(),
        jitter: Arc::new(|| 0),
    };
    for id in bindings {
        add_binding(&deps, id, "canary-secret").await;
        let binding = format!(r#"{{"id":"{id}","corp_id":"corp-{id}","app_key":"key-{id}"}}"#);
        let binding: Binding = serde_json::from_str(&binding).unwrap();
        deps.store
            .put_binding(&binding, PutCondition::New)
            .await
            .unwrap();
    }
    (world, deps)
}

async fn add_binding(deps: &RefreshDeps, id: &str, app_secret: &str) {
    let binding = BindingId::new(id).unwrap();
    let credentials = DingTalkCredentials {
        app_key: format!("key-{id}"),
        app_secret: app_secret.into(),
    };
    deps.secrets
        .put_credentials(&binding, &credentials)
        .await
        .unwrap();
    let keys = BindingKeys {
        hash_key: [1; 32],
        seal_key: [2; 32],
        endpoints: None,
    };
    deps.secrets.put_keys(&binding, &keys).await.unwrap();
}

impl RefreshWorld {
    /// Puts another AppSecret of `a` into a stage.
    async fn put_stage(&self, deps: &RefreshDeps, stage: SecretStage, app_secret: &str) {
        let current = deps
            .secrets
            .get_credentials(&BindingId::new("a").unwrap())
            .await
            .unwrap();
        add_binding(deps, "a", app_secret).await;
        let name = "test/credentials/dingtalk/a";
        let text = self.secrets.lock().unwrap()[name].clone();
        self.staged
            .lock()
            .unwrap()
            .insert((name.to_owned(), stage.label()), text);
        deps.secrets
            .put_credentials(&BindingId::new("a").unwrap(), &current)
            .await
            .unwrap();
    }

    fn advance_millis(&self, millis: i64) -> &Self {
        self.now.fetch_add(millis, Ordering::SeqCst);
        self
    }

    fn queue_answer(&self, status: u16, body: &'static str) {
        self.says.lock().unwrap().push_back((status, body));
    }

    fn count_calls(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn stored_token(deps: &RefreshDeps, id: &str) -> Option<String> {
    let stored = deps
        .secrets
        .get_token(&BindingId::new(id).unwrap())
        .await
        .ok()?;
    Some(stored.token.expose_secret().to_owned())
}

async fn stored_failure(deps: &RefreshDeps, id: &str) -> Option<TokenFailure> {
    let corp = CorpId::new(&format!("corp-{id}")).unwrap();
    deps.store
        .get_control(&corp, ControlKind::Quarantine, TOKEN_FAILURE_ID)
        .await
        .unwrap()
        .map(|stored| stored.body)
}

fn refused_item(id: &str, binding: &str, token: &str) -> QueueItem {
    let token_hash = TokenSecret::hash_token(token)[..16].to_owned();
    let message = TokenRefusedMessage {
        binding: BindingId::new(binding).unwrap(),
        token_hash,
    }
    .to_message()
    .unwrap();
    QueueItem {
        id: id.to_owned(),
        group: message.group,
        body: message.body,
    }
}

async fn report_refused(deps: &RefreshDeps, items: Vec<QueueItem>) -> Vec<String> {
    let outcome = handle(deps, &RefreshInput::Refused(QueueBatch { items })).await;
    outcome.failed_ids().map(str::to_owned).collect()
}

const REFUSED: &str = r#"{"requestid":"r","code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret"}"#;

#[tokio::test]
async fn the_schedule_gives_every_binding_a_token_and_renews_it_at_four_fifths() {
    let (world, deps) = world(&["a", "b"]).await;
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(
        (
            stored_token(&deps, "a").await.as_deref(),
            stored_token(&deps, "b").await.as_deref()
        ),
        (Some("token-1"), Some("token-2"))
    );
    world.advance_millis(95 * MINUTE);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(
        world.count_calls(),
        2,
        "an hour and a half of two is not four fifths"
    );
    world.advance_millis(2 * MINUTE);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(stored_token(&deps, "a").await.as_deref(), Some("token-3"));
    let asked = world.asked.lock().unwrap();
    assert!(
        asked[0].contains("key-a") && asked[1].contains("key-b"),
        "each with its own credentials: {asked:?}"
    );
}

#[tokio::test]
async fn a_burst_of_reports_makes_one_call_and_an_old_hash_makes_none() {
    let (world, deps) = world(&["a"]).await;
    handle(&deps, &RefreshInput::Schedule).await;
    let heard = runtime::MetricRecorder::default();
    let burst = (0..5)
        .map(|n| refused_item(&n.to_string(), "a", "token-1"))
        .collect();
    assert!(report_refused(&deps, burst).await.is_empty());
    assert_eq!(
        (
            world.count_calls(),
            stored_token(&deps, "a").await.as_deref()
        ),
        (2, Some("token-2"))
    );
    assert!(
        report_refused(
            &deps,
            vec![
                refused_item("9", "a", "token-1"),
                refused_item("10", "a", "never-was")
            ]
        )
        .await
        .is_empty()
    );
    assert_eq!(world.count_calls(), 2);
    assert_eq!(
        heard.values_of(metrics::TOKENS_REFUSED),
        [1.0],
        "one refusal, however often it is reported"
    );
}

#[tokio::test]
async fn a_first_token_is_issued_on_request() {
    let (_, deps) = world(&["a"]).await;
    assert!(
        report_refused(&deps, vec![refused_item("1", "a", "there is none yet")])
            .await
            .is_empty()
    );
    assert_eq!(stored_token(&deps, "a").await.as_deref(), Some("token-1"));
}

#[tokio::test]
async fn refused_credentials_are_kept_with_their_reason_and_tried_daily() {
    let (world, deps) = world(&["a"]).await;
    world.queue_answer(400, REFUSED);
    assert!(
        report_refused(&deps, vec![refused_item("1", "a", "none")])
            .await
            .is_empty(),
        "waiting in the queue would not help"
    );
    let kept = stored_failure(&deps, "a").await.unwrap();
    assert_eq!(
        (kept.reason.code(), kept.since),
        (
            Some(ReasonCode::DingTalkCredentialsRefused),
            Timestamp(START)
        )
    );
    assert!(
        !serde_json::to_string(&kept).unwrap().contains("canary"),
        "no secret in the state"
    );

    let heard = runtime::MetricRecorder::default();
    for _ in 0..20 {
        world.advance_millis(60 * MINUTE);
        handle(&deps, &RefreshInput::Schedule).await;
        report_refused(&deps, vec![refused_item("1", "a", "none")]).await;
    }
    assert_eq!(world.count_calls(), 1, "not asked again on the same day");
    assert_eq!(
        heard.values_of(metrics::QUARANTINED),
        [1.0; 20],
        "and waits for a person all day"
    );
    world.queue_answer(400, REFUSED);
    world.advance_millis(4 * 60 * MINUTE);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(world.count_calls(), 2);
    assert_eq!(
        stored_failure(&deps, "a").await.unwrap().since,
        Timestamp(START),
        "it is the same trouble"
    );
}

#[tokio::test]
async fn changed_credentials_are_tried_at_once_and_a_success_clears_the_failure() {
    let (world, deps) = world(&["a"]).await;
    world.queue_answer(400, REFUSED);
    handle(&deps, &RefreshInput::Schedule).await;
    assert!(stored_failure(&deps, "a").await.is_some());
    add_binding(&deps, "a", "another-secret").await;
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(
        (
            world.count_calls(),
            stored_token(&deps, "a").await.as_deref()
        ),
        (2, Some("token-2"))
    );
    assert!(stored_failure(&deps, "a").await.is_none());
}

#[tokio::test]
async fn pending_and_then_previous_credentials_are_tried_after_a_refusal() {
    for (stage, word) in [
        (SecretStage::Pending, "after-secret"),
        (SecretStage::Previous, "before-secret"),
    ] {
        let (world, deps) = world(&["a"]).await;
        world.put_stage(&deps, stage, word).await;
        world.queue_answer(400, REFUSED);
        handle(&deps, &RefreshInput::Schedule).await;
        assert_eq!(
            (
                world.count_calls(),
                stored_token(&deps, "a").await.as_deref()
            ),
            (2, Some("token-2")),
            "{word}"
        );
        let asked = world.asked.lock().unwrap().clone();
        assert!(
            asked[0].contains("canary-secret") && asked[1].contains(word),
            "the current ones first: {asked:?}"
        );
        assert!(stored_failure(&deps, "a").await.is_none());
    }
}

#[tokio::test]
async fn other_credentials_are_tried_only_after_a_refusal() {
    let (world, deps) = world(&["a"]).await;
    world
        .put_stage(&deps, SecretStage::Pending, "after-secret")
        .await;
    world.queue_answer(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    world.queue_answer(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    world.queue_answer(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    handle(&deps, &RefreshInput::Schedule).await;
    assert!(
        world
            .asked
            .lock()
            .unwrap()
            .iter()
            .all(|asked| asked.contains("canary-secret"))
    );
    handle(&deps, &RefreshInput::Schedule).await;
    assert!(
        world
            .asked
            .lock()
            .unwrap()
            .iter()
            .all(|asked| asked.contains("canary-secret"))
    );
    assert!(stored_token(&deps, "a").await.is_some());
}

#[tokio::test]
async fn one_failure_covers_all_refused_credentials_and_new_pending_ones_are_tried_at_once() {
    let (world, deps) = world(&["a"]).await;
    world
        .put_stage(&deps, SecretStage::Previous, "before-secret")
        .await;
    world
        .put_stage(&deps, SecretStage::Pending, "canary-secret")
        .await;
    world.queue_answer(400, REFUSED);
    world.queue_answer(400, REFUSED);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(
        world.count_calls(),
        2,
        "the pending ones are the current ones: not asked twice"
    );
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(world.count_calls(), 2, "not again today");
    world
        .put_stage(&deps, SecretStage::Pending, "after-secret")
        .await;
    world.queue_answer(400, REFUSED);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(stored_token(&deps, "a").await.as_deref(), Some("token-4"));
    assert!(stored_failure(&deps, "a").await.is_none());
}

#[tokio::test]
async fn a_transient_error_goes_back_to_the_queue_and_stores_no_failure() {
    let (world, deps) = world(&["a"]).await;
    for _ in 0..3 {
        world.queue_answer(503, r#"{"code":"serviceUnavailable","message":"busy"}"#);
    }
    assert_eq!(
        report_refused(&deps, vec![refused_item("1", "a", "none")]).await,
        ["1"]
    );
    assert!(stored_failure(&deps, "a").await.is_none() && stored_token(&deps, "a").await.is_none());
    assert!(
        report_refused(&deps, vec![refused_item("1", "a", "none")])
            .await
            .is_empty()
    );
    assert_eq!(stored_token(&deps, "a").await.as_deref(), Some("token-4"));
}

#[tokio::test]
async fn a_refusal_of_one_binding_does_not_stop_the_others() {
    let (world, deps) = world(&["a", "b", "c"]).await;
    deps.secrets
        .put_token(
            &BindingId::new("c").unwrap(),
            &TokenSecret {
                token: "good".into(),
                issued_at: Timestamp(START),
                expires_at: Timestamp(START + 120 * MINUTE),
            },
        )
        .await
        .unwrap();
    world.queue_answer(400, REFUSED);
    handle(&deps, &RefreshInput::Schedule).await;
    assert_eq!(stored_token(&deps, "a").await, None);
    assert_eq!(stored_token(&deps, "b").await.as_deref(), Some("token-2"));
    assert_eq!(stored_token(&deps, "c").await.as_deref(), Some("good"));
}

#[tokio::test]
async fn a_binding_that_is_gone_is_done_and_an_unreadable_report_goes_back() {
    let (_, deps) = world(&["a"]).await;
    let garbage = QueueItem {
        id: "2".into(),
        group: None,
        body: "{}".into(),
    };
    assert_eq!(
        report_refused(&deps, vec![refused_item("1", "gone", "t"), garbage]).await,
        ["2"]
    );
}

#[test]
fn a_schedule_and_a_queue_batch_are_told_apart() {
    let read = |wire| serde_json::from_str::<RefreshInput>(wire).unwrap();
    assert_eq!(read(r#"{"trigger":"schedule"}"#), RefreshInput::Schedule);
    assert_eq!(
        read(r#"{"version":"0","detail-type":"Scheduled Event","source":"aws.events"}"#),
        RefreshInput::Schedule
    );
    let RefreshInput::Refused(batch) =
        read(r#"{"Records":[{"messageId":"m1","body":"{}","attributes":{"MessageGroupId":"a"}}]}"#)
    else {
        panic!("a queue's event was taken for a schedule")
    };
    assert_eq!(
        (batch.items[0].id.as_str(), batch.items[0].group.as_deref()),
        ("m1", Some("a"))
    );
}

#[test]
fn an_unreadable_batch_is_an_error_and_not_a_schedule() {
    for wire in [
        r#"{"Records":[{"body":"{}"}]}"#,
        r#"{"Records":{}}"#,
        r#"{"Records":null}"#,
    ] {
        assert!(
            serde_json::from_str::<RefreshInput>(wire).is_err(),
            "{wire}: answering it would delete its messages"
        );
    }
}
