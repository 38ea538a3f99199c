//! Requests to the callback address: strangers learn nothing and change nothing, and DingTalk gets
//! its answer in time.

mod forgeries;
mod replays;

use dingtalk::crypto::CallbackCipher;
use directory::Timestamp;
use sandbox::world::CallRecord;
use serde_json::{Value, json};
use stories::company::http_client;
use stories::{LedgerSnapshot, RunningProgram, SandboxCompany};
use tempfile::{TempDir, tempdir};

struct CallbackStory {
    dingtalk: SandboxCompany,
    home: TempDir,
    up: RunningProgram,
    binding: Value,
    app_key: String,
}

impl CallbackStory {
    async fn begin(seed: u64) -> Self {
        let dingtalk = SandboxCompany::start(30, 5, seed).await;
        let home = tempdir().unwrap();
        let mut up = dingtalk
            .up_command(home.path())
            .await
            .args(["--sweep-minutes", "1440"])
            .start();
        let binding = up.first_object().await["binding"].clone();
        let app_key = dingtalk.credentials().await.app_key;
        dingtalk.clear_log().await;
        Self {
            dingtalk,
            home,
            up,
            binding,
            app_key,
        }
    }

    fn binding_text(&self, name: &str) -> &str {
        self.binding[name].as_str().expect("text")
    }

    fn callback_cipher(&self, token: &str, owner: &str) -> CallbackCipher {
        CallbackCipher::new(token, self.binding_text("aes_key"), &[owner.to_owned()])
            .expect("the keys that were printed")
    }

    /// Builds a push about a person as DingTalk sends it.
    fn user_event(&self, corp: &str, userid: &str) -> String {
        json!({"EventType": "user_modify_org", "CorpId": corp, "UserId": [userid], "TimeStamp": "1"}).to_string()
    }

    fn sign_push(
        &self,
        cipher: &CallbackCipher,
        owner: &str,
        event: &str,
        at: Timestamp,
    ) -> (String, String) {
        let (query, body) = cipher.seal_push(
            event,
            owner,
            at,
            runtime::random_bytes().expect("randomness"),
        );
        let pairs = query
            .to_pairs()
            .map(|(name, value)| format!("{name}={value}"));
        (pairs.join("&"), body)
    }

    async fn post_push(&self, query: &str, body: impl Into<Vec<u8>>) -> (u16, String) {
        self.post_push_to(self.binding_text("callback_url"), query, body)
            .await
    }

    async fn post_push_to(
        &self,
        url: &str,
        query: &str,
        body: impl Into<Vec<u8>>,
    ) -> (u16, String) {
        let answer = http_client()
            .post(format!("{url}?{query}"))
            .body(body.into())
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }

    /// Returns the calls about people since the beginning.
    async fn person_reads(&self) -> Vec<CallRecord> {
        self.dingtalk
            .log()
            .await
            .into_iter()
            .filter(|call| call.interface == "/topapi/v2/user/get")
            .collect()
    }

    async fn name_in_ledger(&self, userid: &str) -> String {
        let ledger = LedgerSnapshot::read_directory(self.home.path())
            .await
            .expect("a binding");
        let active = ledger.active_by_dingtalk_id(directory::Kind::Person);
        let name = active[userid][0].record.values.text(directory::Field::Name);
        name.unwrap_or_default().to_owned()
    }
}
