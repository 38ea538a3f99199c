//! The callback keys and the AppSecret change while people come, leave and are renamed. No event is
//! refused or lost, and the ledger follows all the time.

use std::time::Duration;

use sandbox::world::{Act, DeliveryState};
use serde_json::{Value, json};
use stories::SandboxCompany;
use stories::compare::{find_differences, format_differences};
use stories::polling::wait_until;
use stories::{FinishedProgram, LedgerSnapshot, ProgramCommand, RunningProgram};
use tempfile::TempDir;

const FOLLOWS: Duration = Duration::from_secs(20);
const NEW_APP_SECRET: &str = "AnAppSecretOfTheTimeAfterTheChangeWithSixtyFourCharactersInIt000";

struct RotationStory {
    dingtalk: SandboxCompany,
    home: TempDir,
    up: RunningProgram,
    binding: Value,
    renamed: usize,
}

impl RotationStory {
    async fn begin() -> Self {
        let dingtalk = SandboxCompany::start(100, 5, 88).await;
        let home = tempfile::tempdir().unwrap();
        let mut up = dingtalk
            .up_command(home.path())
            .await
            .args(["--sweep-minutes", "1440"])
            .start();
        let binding = up.first_object().await["binding"].clone();
        dingtalk.subscribe(&binding).await;
        Self {
            dingtalk,
            home,
            up,
            binding,
            renamed: 0,
        }
    }

    /// Renames a person and asserts that the ledger follows. Each time counts in the guard's budget of the day, a tenth of the
    /// company.
    async fn assert_follows(&mut self, when: &str) {
        self.renamed += 1;
        let userid = self.dingtalk.bystander(&[]).await.userid;
        self.dingtalk
            .act(Act::Rename {
                userid,
                name: format!("改名{}", self.renamed),
            })
            .await;
        wait_until(FOLLOWS, when, async || {
            let ledger = LedgerSnapshot::read_directory(self.home.path())
                .await
                .expect("a binding");
            let found = find_differences(&self.dingtalk.truth().await, &ledger);
            if found.is_empty() {
                Ok(())
            } else {
                Err(format!(
                    "{}\n{}",
                    format_differences(&found),
                    self.up.stderr()
                ))
            }
        })
        .await;
    }

    async fn rotate_keys(&self, step: &str, secret: &str) -> FinishedProgram {
        let data = self.home.path().to_str().unwrap();
        ProgramCommand::without_arguments()
            .args(["rotate", step, "--json", "--data", data])
            .secret(secret)
            .run_to_end()
            .await
    }

    /// Saves these keys like the console's button Save.
    async fn save_subscription(&self, keys: &Value) {
        let mut binding = self.binding.clone();
        binding["token"] = keys["token"].clone();
        binding["aes_key"] = keys["aes_key"].clone();
        self.dingtalk.subscribe(&binding).await;
    }

    /// Asserts that every event was acknowledged at its first push.
    async fn assert_no_push_refused(&self) {
        let world = self.dingtalk.world().lock().await;
        for delivery in world.deliveries() {
            let done = matches!(
                delivery.state,
                DeliveryState::Delivered | DeliveryState::Unsubscribed
            );
            assert!(done && delivery.attempts.len() <= 1, "{delivery:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_secret_change_without_a_gap() {
    let mut company = RotationStory::begin().await;
    company.assert_follows("before").await;

    let staged = company.rotate_keys("callback", "").await;
    assert_eq!(staged.code, Some(0), "{}", staged.stderr);
    company
        .assert_follows("new keys wait, DingTalk uses the former")
        .await;
    let again = company.rotate_keys("callback", "").await;
    assert_eq!(
        again.single_object()["token"],
        staged.single_object()["token"],
        "begun twice, they are the same"
    );
    let undone = company.rotate_keys("undo", "").await;
    assert_eq!(undone.code, Some(0), "{}", undone.stderr);
    let nothing = company.rotate_keys("undo", "").await;
    assert_eq!(nothing.code, Some(1), "nothing waits any more");
    company
        .assert_follows("the new keys were taken back, the former count")
        .await;
    let staged = company.rotate_keys("callback", "").await;
    assert_ne!(
        again.single_object()["token"],
        staged.single_object()["token"],
        "keys that were taken back do not come again"
    );
    company.save_subscription(&staged.single_object()).await;
    company
        .assert_follows("DingTalk uses the new ones, which still wait")
        .await;
    let promoted = company.rotate_keys("promote", "").await;
    assert_eq!(promoted.code, Some(0), "{}", promoted.stderr);
    company.assert_follows("they count").await;
    company.save_subscription(&company.binding).await;
    company
        .assert_follows("somebody pasted the former ones again, within the day")
        .await;
    company.save_subscription(&staged.single_object()).await;

    let refused = company.rotate_keys("app-secret", "MistypedSecret").await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("AppSecret"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("MistypedSecret"));
    company
        .dingtalk
        .change_settings(json!({"expire_tokens": true}))
        .await;
    company
        .assert_follows("a mistyped secret waits, the former counts")
        .await;
    company
        .dingtalk
        .world()
        .lock()
        .await
        .reset_app_secret(NEW_APP_SECRET);
    let changed = company.rotate_keys("app-secret", NEW_APP_SECRET).await;
    assert_eq!(changed.code, Some(0), "{}", changed.stderr);
    company
        .dingtalk
        .change_settings(json!({"expire_tokens": true}))
        .await;
    company
        .assert_follows("all tokens ended, and the new secret gets the next one")
        .await;
    let nothing = company.rotate_keys("promote", "").await;
    assert_eq!(nothing.code, Some(1), "nothing waits any more");
    company.assert_no_push_refused().await;
    assert!(company.up.is_running());
}

/// The secret is reset in DingTalk before it changes in the vault. The pending secret is used as
/// soon as the current one is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_pending_secret_is_used_when_the_current_one_is_refused() {
    let mut company = RotationStory::begin().await;
    let early = company.rotate_keys("app-secret", NEW_APP_SECRET).await;
    assert_eq!(
        early.code,
        Some(1),
        "DingTalk does not know it yet, so that it waits"
    );
    company
        .dingtalk
        .world()
        .lock()
        .await
        .reset_app_secret(NEW_APP_SECRET);
    company
        .dingtalk
        .change_settings(json!({"expire_tokens": true}))
        .await;
    company
        .assert_follows("the pending secret got the token")
        .await;
    assert_eq!(company.rotate_keys("promote", "").await.code, Some(0));
    company
        .dingtalk
        .change_settings(json!({"expire_tokens": true}))
        .await;
    company.assert_follows("it counts").await;
}
