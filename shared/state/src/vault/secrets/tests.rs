//! Typed secrets, and the split of the former one.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use directory::{CorpId, Timestamp};

use super::*;
use crate::vault::StagedVault;
use crate::{DingTalkEndpoints, VaultError};

/// Values by name and stage.
#[derive(Default)]
struct MemoryVault(Mutex<HashMap<(String, &'static str), SecretString>>);

impl MemoryVault {
    fn take(&self, name: &str, stage: SecretStage) -> Result<SecretString, VaultError> {
        let mut kept = self.0.lock().unwrap();
        kept.remove(&(name.to_owned(), stage.label()))
            .ok_or(VaultError::NotFound)
    }

    fn insert(&self, name: &str, stage: SecretStage, value: SecretString) {
        let mut kept = self.0.lock().unwrap();
        kept.insert((name.to_owned(), stage.label()), value);
    }

    fn names(&self) -> Vec<String> {
        let kept = self.0.lock().unwrap();
        let mut names: Vec<String> = kept
            .keys()
            .map(|(name, stage)| format!("{name} {stage}"))
            .collect();
        names.sort();
        names
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        self.get_stage(name, SecretStage::Current).await
    }

    async fn get_stage(&self, name: &str, stage: SecretStage) -> Result<SecretString, VaultError> {
        let kept = self.0.lock().unwrap();
        let key = (name.to_owned(), stage.label());
        kept.get(&key).cloned().ok_or(VaultError::NotFound)
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        if let Ok(former) = self.take(name, SecretStage::Current) {
            self.insert(name, SecretStage::Previous, former);
        }
        self.insert(name, SecretStage::Current, value);
        Ok(())
    }
}

#[async_trait]
impl StagedVault for MemoryVault {
    async fn create(&self, name: &str, value: SecretString) -> Result<bool, VaultError> {
        let absent = self.get(name).await.is_err();
        if absent {
            self.insert(name, SecretStage::Current, value);
        }
        Ok(absent)
    }

    async fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.take(name, SecretStage::Current)?;
        _ = self.take(name, SecretStage::Pending);
        _ = self.take(name, SecretStage::Previous);
        Ok(())
    }

    async fn propose(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.insert(name, SecretStage::Pending, value);
        Ok(())
    }

    async fn promote(&self, name: &str) -> Result<(), VaultError> {
        let next = self.take(name, SecretStage::Pending)?;
        self.put(name, next).await
    }

    async fn withdraw(&self, name: &str) -> Result<(), VaultError> {
        self.take(name, SecretStage::Pending).map(|_| ())
    }
}

fn id() -> BindingId {
    BindingId::new("b1").unwrap()
}

fn stores() -> (Arc<MemoryVault>, StagedSecretStore) {
    let vault = Arc::new(MemoryVault::default());
    let store = StagedSecretStore::new(Arc::clone(&vault) as Arc<dyn StagedVault>, "t/");
    (vault, store)
}

fn credentials() -> DingTalkCredentials {
    DingTalkCredentials {
        app_key: "dingkey".into(),
        app_secret: "canary-secret".into(),
    }
}

fn keys() -> BindingKeys {
    BindingKeys {
        hash_key: [1; 32],
        seal_key: [2; 32],
        endpoints: None,
    }
}

fn callback() -> CallbackSecret {
    CallbackSecret {
        corp_id: CorpId::new("ding1").unwrap(),
        app_key: "dingkey".into(),
        token: "canary-token".into(),
        aes_key: "canary-aes".into(),
        previous: Some(PreviousCallbackKeys {
            token: "canary-t0".into(),
            aes_key: "canary-a0".into(),
            until: Timestamp(7),
        }),
        accepts_seconds: true,
    }
}

async fn split(store: &StagedSecretStore, at: Option<DingTalkEndpoints>) -> SplitOutcome {
    let id = id();
    let split = store.split_former(&id, at, AfterSplit::RemoveFormer);
    split.await.unwrap()
}

/// As the version before wrote it.
fn former(app_secret: &str, token: &str) -> SecretString {
    let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let text = serde_json::json!({
        "v": 1, "corp_id": "ding1", "agent_id": 7, "app_key": "dingkey", "app_secret": app_secret,
        "callback_token": token, "callback_aes_key": "aes", "hash_key": key, "seal_key": key,
        "previous_callback": {"token": "t0", "aes_key": "a0", "until": 7}, "callback_seconds": true,
    });
    text.to_string().into()
}

#[tokio::test]
async fn secrets_are_read_back_and_their_debug_shows_nothing() {
    let (vault, store) = stores();
    store
        .secrets
        .put_credentials(&id(), &credentials())
        .await
        .unwrap();
    let at = DingTalkEndpoints::at("https://dingtalk.example.com");
    let elsewhere = BindingKeys {
        endpoints: Some(at.clone()),
        ..keys()
    };
    store.secrets.put_keys(&id(), &elsewhere).await.unwrap();
    store
        .secrets
        .put_callback(&id(), &callback())
        .await
        .unwrap();
    let read = store.secrets.get_credentials(&id()).await.unwrap();
    assert_eq!(read.app_secret.expose_secret(), "canary-secret");
    let read_keys = store.secrets.get_keys(&id()).await.unwrap();
    assert_eq!((read_keys.hash_key, read_keys.seal_key), ([1; 32], [2; 32]));
    assert_eq!(read_keys.dingtalk_endpoints(), at);
    let read_callback = store.secrets.get_callback(&id()).await.unwrap();
    assert!(read_callback.has_same_keys(&callback()) && read_callback.accepts_seconds);
    assert_eq!(read_callback.previous.as_ref().unwrap().until, Timestamp(7));
    let shown = format!(
        "{read:?} {read_keys:?} {read_callback:?} {:?}",
        read_callback.previous
    );
    assert!(!shown.contains("canary"), "{shown}");
    assert_eq!(
        vault.names(),
        [
            "t/callback/b1 AWSCURRENT",
            "t/credentials/dingtalk/b1 AWSCURRENT",
            "t/keys/b1 AWSCURRENT"
        ]
    );
}

#[tokio::test]
async fn a_malformed_key_is_reported() {
    let (vault, store) = stores();
    let text = r#"{"v":1,"hash_key":"AQE=","seal_key":"AQE="}"#;
    vault.insert("t/keys/b1", SecretStage::Current, text.into());
    let why = "a key does not have 32 bytes";
    assert_eq!(
        store.secrets.get_keys(&id()).await.unwrap_err(),
        SecretError::Malformed { why }
    );
}

#[test]
fn a_token_is_reported_by_its_hash() {
    let token = TokenSecret {
        token: "abc".into(),
        issued_at: Timestamp(0),
        expires_at: Timestamp(1),
    };
    assert_eq!(
        token.hash(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert!(!format!("{token:?}").contains("abc"));
}

#[tokio::test]
async fn a_former_secret_is_split_and_removed_by_the_next_call() {
    let (vault, store) = stores();
    vault.insert("t/binding/b1", SecretStage::Current, former("s1", "t1"));
    let at = DingTalkEndpoints::at("http://127.0.0.1:7");
    let first = split(&store, Some(at.clone())).await;
    assert_eq!(first, SplitOutcome::Split);
    assert!(
        vault.get("t/binding/b1").await.is_ok(),
        "the version before goes on"
    );
    let read = store.secrets.get_callback(&id()).await.unwrap();
    assert_eq!(read.token.expose_secret(), "t1");
    assert!(read.accepts_seconds);
    assert_eq!(read.previous.unwrap().until, Timestamp(7));
    let read = store.secrets.get_keys(&id()).await.unwrap();
    assert_eq!((read.hash_key, read.endpoints), ([1; 32], Some(at)));
    // What changed since is not replaced.
    store
        .secrets
        .put_credentials(&id(), &credentials())
        .await
        .unwrap();
    let kept = store
        .split_former(&id(), None, AfterSplit::KeepFormer)
        .await;
    assert_eq!(kept, Ok(SplitOutcome::Kept));
    assert_eq!(split(&store, None).await, SplitOutcome::Removed);
    assert_eq!(split(&store, None).await, SplitOutcome::Nothing);
    let read = store.secrets.get_credentials(&id()).await.unwrap();
    assert_eq!(read.app_secret.expose_secret(), "canary-secret");
    assert!(vault.get("t/binding/b1").await.is_err());
}

#[tokio::test]
async fn what_waits_for_promotion_is_split_too_and_only_once() {
    let (vault, store) = stores();
    vault.insert("t/binding/b1", SecretStage::Current, former("s1", "t1"));
    vault.insert("t/binding/b1", SecretStage::Pending, former("s1", "t2"));
    let beside_former = store
        .split_former(&id(), None, AfterSplit::KeepFormer)
        .await;
    assert_eq!(beside_former, Ok(SplitOutcome::RotationWaits));
    assert!(store.secrets.get_keys(&id()).await.is_err());
    split(&store, None).await;
    let next = store.find_proposed::<CallbackSecret>(&id()).await.unwrap();
    assert_eq!(next.unwrap().token.expose_secret(), "t2");
    let unchanged = store.find_proposed::<DingTalkCredentials>(&id()).await;
    assert!(unchanged.unwrap().is_none(), "the AppSecret is the same");
    store.withdraw::<CallbackSecret>(&id()).await.unwrap();
    assert_eq!(split(&store, None).await, SplitOutcome::Removed);
    let next = store.find_proposed::<CallbackSecret>(&id()).await.unwrap();
    assert!(next.is_none(), "what was withdrawn stays withdrawn");
}

#[test]
fn an_address_in_control_is_taken_only_if_it_cannot_lead_elsewhere() {
    let own = DingTalkEndpoints::default();
    let here = DingTalkEndpoints::at("http://127.0.0.1:8080");
    let elsewhere = DingTalkEndpoints::at("https://dingtalk.example.com");
    assert_eq!(confirm_endpoints(None, None, false), Ok(None));
    assert_eq!(confirm_endpoints(Some(&own), None, false), Ok(None));
    assert_eq!(
        confirm_endpoints(Some(&here), None, true),
        Ok(Some(here.clone()))
    );
    assert!(confirm_endpoints(Some(&here), None, false).is_err());
    assert!(confirm_endpoints(Some(&elsewhere), None, true).is_err());
    assert_eq!(
        confirm_endpoints(Some(&elsewhere), Some(&here), false),
        Ok(Some(here)),
        "what a person names now"
    );
    assert_eq!(
        confirm_endpoints(Some(&elsewhere), Some(&own), false),
        Ok(None)
    );
}

#[test]
fn an_address_that_only_begins_like_loopback_is_not_loopback() {
    assert!(crate::is_loopback_url("http://[::1]:9/x"));
    assert!(!crate::is_loopback_url("http://127.0.0.1.evil.example"));
    let mixed = DingTalkEndpoints {
        api: "http://localhost:1".into(),
        oapi: "https://oapi.dingtalk.com".into(),
    };
    assert!(!mixed.is_loopback());
}
