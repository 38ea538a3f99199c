//! Tokens against a vault and a queue in memory, under virtual time.

use std::collections::HashMap;
use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use secrecy::SecretString;
use state::{QueueError, QueueMessage, Vault};

use super::*;

#[derive(Default)]
struct TokenWorld {
    now: AtomicI64,
    secrets: StdMutex<HashMap<String, SecretString>>,
    asked: StdMutex<Vec<QueueMessage>>,
    vault_reads: AtomicUsize,
    /// What a report leads to: the token and when it ends; and how long that takes.
    answer: StdMutex<Option<(&'static str, i64, i64)>>,
    due: StdMutex<Option<(i64, TokenSecret)>>,
    /// Whether what is due counts as issued when it was asked for, and not at 0.
    issues_at_send: AtomicBool,
}

struct TokenWorldHandle(Arc<TokenWorld>);

#[async_trait]
impl Clock for TokenWorldHandle {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        let now = self.0.now.fetch_add(
            i64::try_from(duration.as_millis()).unwrap(),
            Ordering::SeqCst,
        );
        let due = self.0.due.lock().unwrap().take_if(|(at, _)| *at <= now);
        if let Some((_, token)) = due {
            secrets(&self.0)
                .put_token(&binding(), &token)
                .await
                .unwrap();
        }
    }
}

#[async_trait]
impl Vault for TokenWorldHandle {
    async fn get(&self, name: &str) -> Result<SecretString, VaultError> {
        self.0.vault_reads.fetch_add(1, Ordering::SeqCst);
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
impl Queue for TokenWorldHandle {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        self.0.asked.lock().unwrap().push(message);
        let now = self.0.now.load(Ordering::SeqCst);
        let answer = self.0.answer.lock().unwrap().take();
        let issued_at = if self.0.issues_at_send.load(Ordering::SeqCst) {
            now
        } else {
            0
        };
        *self.0.due.lock().unwrap() = answer.map(|(token, life, wait)| {
            let issued = TokenSecret {
                issued_at: Timestamp(issued_at),
                ..secret(token, now + life)
            };
            (now + wait, issued)
        });
        Ok(())
    }
}

fn secret(token: &str, expires_at: i64) -> TokenSecret {
    TokenSecret {
        token: token.into(),
        issued_at: Timestamp(0),
        expires_at: Timestamp(expires_at),
    }
}

fn binding() -> BindingId {
    BindingId::new("b1").unwrap()
}

fn secrets(world: &Arc<TokenWorld>) -> SecretStore {
    SecretStore::new(Arc::new(TokenWorldHandle(Arc::clone(world))), "test/")
}

async fn world(stored: Option<(&str, i64)>) -> (Arc<TokenWorld>, VaultTokens) {
    let world = Arc::new(TokenWorld::default());
    if let Some((token, expires_at)) = stored {
        secrets(&world)
            .put_token(&binding(), &secret(token, expires_at))
            .await
            .unwrap();
    }
    let handle = || Arc::new(TokenWorldHandle(Arc::clone(&world)));
    let tokens = VaultTokens::new(binding(), secrets(&world), handle(), handle());
    (world, tokens)
}

fn hash(token: &str) -> TokenHash {
    AccessToken::new(token.into()).hash()
}

#[tokio::test]
async fn a_good_token_is_read_once() {
    let (world, tokens) = world(Some(("t1", 7_200_000))).await;
    for _ in 0..3 {
        assert_eq!(tokens.current_token().await.unwrap().expose(), "t1");
    }
    assert_eq!(world.vault_reads.load(Ordering::SeqCst), 1);
    assert!(world.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_token_that_was_already_replaced_is_not_reported() {
    let (world, tokens) = world(Some(("t2", 7_200_000))).await;
    assert_eq!(tokens.renew_token(hash("t1")).await.unwrap().expose(), "t2");
    assert!(world.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_token_is_reported_by_hash_and_awaited() {
    let (world, tokens) = world(Some(("t1", 7_200_000))).await;
    *world.answer.lock().unwrap() = Some(("t2", 7_200_000, 3_000));
    assert_eq!(tokens.current_token().await.unwrap().expose(), "t1");
    assert_eq!(tokens.renew_token(hash("t1")).await.unwrap().expose(), "t2");
    assert_eq!(
        tokens.renew_token(hash("t1")).await.unwrap().expose(),
        "t2",
        "the second caller finds it in memory"
    );
    let asked = world.asked.lock().unwrap();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].body.contains(&hash("t1").to_string()) && !asked[0].body.contains("t1\""));
}

#[tokio::test]
async fn a_missing_or_expired_token_is_requested() {
    for stored in [None, Some(("old", 10_000))] {
        let (world, tokens) = world(stored).await;
        world.now.store(9_500, Ordering::SeqCst);
        *world.answer.lock().unwrap() = Some(("t1", 7_200_000, 0));
        assert_eq!(tokens.current_token().await.unwrap().expose(), "t1");
        assert_eq!(world.asked.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn waiting_ends_after_ten_seconds_with_a_transient_error() {
    let (world, tokens) = world(None).await;
    let error = tokens.current_token().await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!((10_000..=10_250).contains(&world.now.load(Ordering::SeqCst)));
}

/// DingTalk's tokens live for five seconds: each serves for most of that, and the same token with a longer life is taken.
#[tokio::test]
async fn a_token_of_a_short_life_is_renewed_as_needed_and_not_at_every_call() {
    let (world, tokens) = world(Some(("t1", 5_000))).await;
    for at in [0, 1_000, 4_400] {
        world.now.store(at, Ordering::SeqCst);
        assert_eq!(tokens.current_token().await.unwrap().expose(), "t1");
    }
    assert!(
        world.asked.lock().unwrap().is_empty(),
        "it serves for most of its life"
    );
    world.now.store(4_600, Ordering::SeqCst);
    let renewed = TokenSecret {
        token: "t1".into(),
        issued_at: Timestamp(4_700),
        expires_at: Timestamp(9_700),
    };
    secrets(&world)
        .put_token(&binding(), &renewed)
        .await
        .unwrap();
    assert_eq!(
        tokens.current_token().await.unwrap().expose(),
        "t1",
        "the same token, issued later"
    );
    assert!(world.asked.lock().unwrap().is_empty());
}

/// The token is asked for again while it is valid: DingTalk answers with the same one.
#[tokio::test]
async fn the_same_token_issued_later_ends_the_waiting() {
    let (world, tokens) = world(Some(("t1", 5_000))).await;
    world.now.store(4_900, Ordering::SeqCst);
    *world.answer.lock().unwrap() = Some(("t1", 5_000, 300));
    world.issues_at_send.store(true, Ordering::SeqCst);
    assert_eq!(tokens.current_token().await.unwrap().expose(), "t1");
    assert_eq!(world.asked.lock().unwrap().len(), 1);
    assert!(
        world.now.load(Ordering::SeqCst) < 6_000,
        "it did not wait in vain"
    );
}
