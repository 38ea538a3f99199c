//! Tokens against a DingTalk that says what a test wants, the real store on an embedded database, and a virtual clock.

mod issuing;
mod odd_answers;
mod refused_credentials;
mod wire;

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
