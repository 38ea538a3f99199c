//! The callback against hostile and unlucky input. The other company is played by its own cipher.

mod hostile;
mod rotation;
mod stored;
mod vault;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use dingtalk::crypto::{CallbackCipher, SignedQuery};
use directory::{BindingId, CorpId};
use secrecy::SecretString;
use state::error::Cause;
use state::queue::messages::FromCallback;
use state::vault::{
    CallbackSecret, PreviousCallbackKeys, SecretStage, StagedSecretStore, StagedVault,
};
use state::{QueueError, QueueMessage, Vault, VaultError};

use super::*;

const NOW: Timestamp = Timestamp(1_763_800_000_000);
const KEY: &str = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij";
const OLD_KEY: &str = "1234567890123456789012345678901234567890123";
const CORP: &str = "ding241f334c339e175b";
const APP_KEY: &str = "dingeqqpkv3a1b2c3d4e";

/// How a fake behaves.
#[derive(Clone, Copy, PartialEq, Default)]
enum FakeMood {
    #[default]
    Well,
    Fails,
    Hangs,
}

#[derive(Default)]
struct CallbackWorld {
    sent: Mutex<Vec<QueueMessage>>,
    queue: Mutex<FakeMood>,
    secrets: Mutex<HashMap<String, SecretString>>,
    pending: Mutex<HashMap<String, SecretString>>,
    vault: Mutex<FakeMood>,
    vault_reads: AtomicUsize,
    names_read: Mutex<Vec<String>>,
}

struct CallbackWorldHandle(Arc<CallbackWorld>);

#[async_trait]
impl Queue for CallbackWorldHandle {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        let mood = *self.0.queue.lock().unwrap();
        match mood {
            FakeMood::Well => self.0.sent.lock().unwrap().push(message),
            FakeMood::Fails => return Err(QueueError::Unavailable(Cause::new("planted"))),
            FakeMood::Hangs => std::future::pending().await,
        }
        Ok(())
    }
}

#[async_trait]
impl Vault for CallbackWorldHandle {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        self.0.vault_reads.fetch_add(1, Ordering::SeqCst);
        self.0.names_read.lock().unwrap().push(name.to_owned());
        let mood = *self.0.vault.lock().unwrap();
        match mood {
            FakeMood::Well => self
                .0
                .secrets
                .lock()
                .unwrap()
                .get(name)
                .cloned()
                .ok_or(VaultError::NotFound),
            FakeMood::Fails => Err(VaultError::Unavailable(Cause::new("planted"))),
            FakeMood::Hangs => std::future::pending().await,
        }
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
        match stage {
            SecretStage::Current => self.get(name).await,
            SecretStage::Pending => self
                .0
                .pending
                .lock()
                .unwrap()
                .get(name)
                .cloned()
                .ok_or(VaultError::NotFound),
            SecretStage::Previous => Err(VaultError::NotFound),
        }
    }
}

#[async_trait]
impl StagedVault for CallbackWorldHandle {
    async fn create(&self, name: &str, value: SecretString) -> Result<bool, VaultError> {
        let absent = !self.0.secrets.lock().unwrap().contains_key(name);
        if absent {
            self.put(name, value).await?;
        }
        Ok(absent)
    }

    async fn remove(&self, name: &str) -> Result<(), VaultError> {
        let removed = self.0.secrets.lock().unwrap().remove(name);
        removed.map(|_| ()).ok_or(VaultError::NotFound)
    }

    async fn withdraw(&self, name: &str) -> Result<(), VaultError> {
        let removed = self.0.pending.lock().unwrap().remove(name);
        removed.map(|_| ()).ok_or(VaultError::NotFound)
    }

    async fn propose(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.0
            .pending
            .lock()
            .unwrap()
            .insert(name.to_owned(), value);
        Ok(())
    }

    async fn promote(&self, name: &str) -> Result<(), VaultError> {
        let pending = self
            .0
            .pending
            .lock()
            .unwrap()
            .remove(name)
            .ok_or(VaultError::NotFound)?;
        self.put(name, pending).await
    }
}

fn cipher(token: &str, key: &str) -> CallbackCipher {
    CallbackCipher::new(
        token,
        key,
        &[
            APP_KEY.to_owned(),
            CORP.to_owned(),
            "dingstranger".to_owned(),
        ],
    )
    .unwrap()
}

/// A binding `b1` with current and previous keys, and one `b2` of another corp.
async fn world() -> (Arc<CallbackWorld>, CallbackDeps) {
    let world = Arc::new(CallbackWorld::default());
    let secrets = SecretStore::new(Arc::new(CallbackWorldHandle(Arc::clone(&world))), "test/");
    for (id, corp, token) in [("b1", CORP, "token1"), ("b2", "dingother", "token2")] {
        let secret = CallbackSecret {
            corp_id: CorpId::new(corp).unwrap(),
            app_key: APP_KEY.into(),
            token: token.into(),
            aes_key: KEY.into(),
            previous: Some(PreviousCallbackKeys {
                token: "token0".into(),
                aes_key: OLD_KEY.into(),
                until: NOW.plus_millis(60 * 60 * 1_000),
            }),
            accepts_seconds: false,
        };
        secrets
            .put_callback(&BindingId::new(id).unwrap(), &secret)
            .await
            .unwrap();
    }
    let deps = CallbackDeps::new(secrets, Arc::new(CallbackWorldHandle(Arc::clone(&world))));
    (world, deps)
}

/// A push as DingTalk makes it.
struct Push {
    binding: &'static str,
    query: String,
    body: Vec<u8>,
}

fn push_from(cipher: &CallbackCipher, plaintext: &str, owner: &str, at: Timestamp) -> Push {
    let (query, body) = cipher.seal_push(plaintext, owner, at, [3; 32]);
    Push {
        binding: "b1",
        query: query_string(&query),
        body: body.into_bytes(),
    }
}

fn push(plaintext: &str) -> Push {
    push_from(&cipher("token1", KEY), plaintext, APP_KEY, NOW)
}

fn query_string(query: &SignedQuery) -> String {
    query
        .to_pairs()
        .map(|(key, value)| format!("{key}={value}"))
        .join("&")
}

async fn send_push(deps: &CallbackDeps, push: &Push, now: Timestamp) -> CallbackResponse {
    let request = CallbackRequest {
        binding: push.binding,
        query: &push.query,
        body: &push.body,
    };
    handle(deps, request, now, [9; 32]).await
}

/// What DingTalk reads in the answer.
fn decrypt_reply(response: &CallbackResponse) -> String {
    assert_eq!(response.status, 200, "{}", response.body);
    cipher("token1", KEY)
        .open_reply(response.body.as_bytes())
        .unwrap()
}

impl CallbackWorld {
    fn received_messages(&self) -> Vec<FromCallback> {
        self.sent
            .lock()
            .unwrap()
            .iter()
            .map(|message| FromCallback::decode(&message.body).unwrap())
            .collect()
    }

    fn set_moods(&self, queue: FakeMood, vault: FakeMood) {
        *self.queue.lock().unwrap() = queue;
        *self.vault.lock().unwrap() = vault;
    }
}

const LEAVES: &str = r#"{"CorpId":"ding241f334c339e175b","EventType":"user_leave_org","UserId":["li.na"],"TimeStamp":"1763799999000"}"#;
