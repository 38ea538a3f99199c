//! The callback keys and the AppSecret are changed while people come, go and are renamed: no event is refused or lost, and
//! the ledger follows all the time.

use std::time::Duration;

use sandbox::world::{Act, DeliveryState};
use serde_json::{Value, json};
use stories::DingTalk;
use stories::compare::{differences, list};
use stories::patience::until;
use stories::{Ledger, Ran, Running, Up};
use tempfile::TempDir;

const FOLLOWS: Duration = Duration::from_secs(20);
const AFTERWARDS: &str = "AnAppSecretOfTheTimeAfterTheChangeWithSixtyFourCharactersInIt000";

struct Company {
    dingtalk: DingTalk,
    home: TempDir,
    up: Running,
    binding: Value,
    renamed: usize,
}

impl Company {
    async fn begin() -> Self {
        let dingtalk = DingTalk::of(30, 5, 88).await;
        let home = tempfile::tempdir().unwrap();
        let mut up = dingtalk.up(home.path()).await.args(["--sweep-minutes", "1440"]).start();
        let binding = up.report().await["binding"].clone();
        dingtalk.subscribe(&binding).await;
        Self { dingtalk, home, up, binding, renamed: 0 }
    }

    /// Somebody is renamed, and the ledger knows.
    async fn follows(&mut self, when: &str) {
        self.renamed += 1;
        let userid = self.dingtalk.bystander(&[]).await.userid;
        self.dingtalk.act(Act::Rename { userid, name: format!("改名{}", self.renamed) }).await;
        until(FOLLOWS, when, async || {
            let ledger = Ledger::read(self.home.path()).await.expect("a binding");
            let found = differences(&self.dingtalk.truth().await, &ledger);
            if found.is_empty() { Ok(()) } else { Err(format!("{}\n{}", list(&found), self.up.stderr())) }
        })
        .await;
    }

    async fn rotate(&self, step: &str, secret: &str) -> Ran {
        let data = self.home.path().to_str().unwrap();
        Up::bare().args(["rotate", step, "--json", "--data", data]).secret(secret).run().await
    }

    /// The console's Save with these keys.
    async fn save(&self, keys: &Value) {
        let mut binding = self.binding.clone();
        binding["token"] = keys["token"].clone();
        binding["aes_key"] = keys["aes_key"].clone();
        self.dingtalk.subscribe(&binding).await;
    }

    /// Every event was acknowledged at its first push.
    async fn nothing_was_refused(&self) {
        let world = self.dingtalk.world().lock().await;
        for delivery in world.deliveries() {
            let done = matches!(delivery.state, DeliveryState::Delivered | DeliveryState::Unsubscribed);
            assert!(done && delivery.attempts.len() <= 1, "{delivery:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_secret_change_without_a_gap() {
    let mut company = Company::begin().await;
    company.follows("before").await;

    let staged = company.rotate("callback", "").await;
    assert_eq!(staged.code, Some(0), "{}", staged.stderr);
    company.follows("new keys wait, DingTalk uses the former").await;
    let again = company.rotate("callback", "").await;
    assert_eq!(again.object()["token"], staged.object()["token"], "begun twice, they are the same");
    company.save(&staged.object()).await;
    company.follows("DingTalk uses the new ones, which still wait").await;
    let promoted = company.rotate("promote", "").await;
    assert_eq!(promoted.code, Some(0), "{}", promoted.stderr);
    company.follows("they count").await;
    company.save(&company.binding).await;
    company.follows("somebody pasted the former ones again, within the day").await;
    company.save(&staged.object()).await;

    let refused = company.rotate("app-secret", "MistypedSecret").await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("AppSecret"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("MistypedSecret"));
    company.dingtalk.settings(json!({"expire_tokens": true})).await;
    company.follows("a mistyped secret waits, the former counts").await;
    company.dingtalk.world().lock().await.reset_app_secret(AFTERWARDS);
    let changed = company.rotate("app-secret", AFTERWARDS).await;
    assert_eq!(changed.code, Some(0), "{}", changed.stderr);
    company.dingtalk.settings(json!({"expire_tokens": true})).await;
    company.follows("all tokens ended, and the new secret gets the next one").await;
    let nothing = company.rotate("promote", "").await;
    assert_eq!(nothing.code, Some(1), "nothing waits any more");
    company.nothing_was_refused().await;
    assert!(company.up.is_running());
}

/// DingTalk's Reset comes first and the vault is told later: the pending secret is taken as soon as the current is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_waits_serves_once_dingtalk_refuses_the_current() {
    let mut company = Company::begin().await;
    let early = company.rotate("app-secret", AFTERWARDS).await;
    assert_eq!(early.code, Some(1), "DingTalk does not know it yet, so that it waits");
    company.dingtalk.world().lock().await.reset_app_secret(AFTERWARDS);
    company.dingtalk.settings(json!({"expire_tokens": true})).await;
    company.follows("the pending secret got the token").await;
    assert_eq!(company.rotate("promote", "").await.code, Some(0));
    company.dingtalk.settings(json!({"expire_tokens": true})).await;
    company.follows("it counts").await;
}
