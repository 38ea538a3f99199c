//! A DingTalk with a company in it: the sandbox in this process. Tests act on it and read it
//! without HTTP where that is possible.

use std::sync::Arc;

use runtime::SystemClock;
use sandbox::company::{AppCredentials, CompanySize, Person};
use sandbox::world::{Act, ActOutcome, CallRecord, Fault, SettingsChange, WorldTruth};
use sandbox::{RunningServer, Server, ServerConfig, Settings};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::program::ProgramCommand;

/// Calls per second in stories that do not test pace.
pub const QPS: u32 = 500;

/// A running sandbox with its company.
pub struct SandboxCompany {
    server: RunningServer,
}

impl SandboxCompany {
    /// Starts a company of this size, in memory, without latency and without the ban for many
    /// calls.
    pub async fn start(people: usize, departments: usize, seed: u64) -> Self {
        Self::start_sized(CompanySize {
            people,
            departments,
            seed,
            big_department: None,
        })
        .await
    }

    /// Like [`SandboxCompany::start`], with every choice.
    pub async fn start_sized(size: CompanySize) -> Self {
        let settings = Settings {
            qps: QPS * 2,
            ban_calls: None,
            ..Settings::default()
        };
        let config = ServerConfig {
            listener: None,
            port: 0,
            data: None,
            size,
            settings,
        };
        Self {
            server: Server::start(config).await.expect("the sandbox starts"),
        }
    }

    /// Returns the address of the sandbox.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// Returns the world itself.
    #[must_use]
    pub fn world(&self) -> &Arc<Mutex<sandbox::World>> {
        &self.server.world
    }

    /// Returns the credentials of the company and its app.
    pub async fn credentials(&self) -> AppCredentials {
        self.server.world.lock().await.company().credentials.clone()
    }

    /// Returns `bangding up` for this company, with its state in `data`.
    pub async fn up_command(&self, data: &std::path::Path) -> ProgramCommand {
        let keys = self.credentials().await;
        ProgramCommand::new(data).dingtalk(self.url(), &keys)
    }

    /// Returns the complete state of DingTalk.
    pub async fn truth(&self) -> WorldTruth {
        self.server.world.lock().await.truth()
    }

    /// Performs an act; its events are pushed at once.
    pub async fn act(&self, act: Act) -> ActOutcome {
        let what = format!("{act:?}");
        let acted = self.server.world.lock().await.act(SystemClock.now(), act);
        self.server.apply_changes().await;
        acted.unwrap_or_else(|refusal| panic!("{what}: {refusal}"))
    }

    /// Plans a fault; returns its number.
    pub async fn arm(&self, fault: Fault) -> u64 {
        self.server.world.lock().await.arm(fault)
    }

    /// Removes all faults; returns how often each of them happened.
    pub async fn disarm(&self) -> Vec<u64> {
        let mut world = self.server.world.lock().await;
        let fired = world.faults().iter().map(|armed| armed.fired).collect();
        world.disarm(None);
        fired
    }

    /// Changes settings like `POST /__sandbox/settings`.
    pub async fn change_settings(&self, change: Value) {
        let change: SettingsChange = serde_json::from_value(change).expect("a change of settings");
        self.server
            .world
            .lock()
            .await
            .change_settings(SystemClock.now(), &change)
            .expect("known settings");
    }

    /// Returns every call so far.
    pub async fn log(&self) -> Vec<CallRecord> {
        self.server.world.lock().await.log().cloned().collect()
    }

    /// Empties the log of calls.
    pub async fn clear_log(&self) {
        self.server.world.lock().await.clear_log();
    }

    /// Saves the subscription that `up` printed, like the console's button Save under 事件与回调. Fails
    /// if `check_url` is not answered.
    pub async fn subscribe(&self, binding: &Value) {
        let values = json!({"url": binding["callback_url"], "token": binding["token"], "aes_key": binding["aes_key"]});
        let (status, answer) =
            post_json(&format!("{}/__sandbox/subscription", self.url()), &values).await;
        assert_eq!(
            status, 200,
            "the callback address was not confirmed: {answer}"
        );
    }

    /// Waits until a call is held; returns whether one is.
    pub async fn wait_for_held(&self, wait_ms: u64) -> bool {
        let url = format!("{}/__sandbox/held?wait_ms={wait_ms}", self.url());
        let text = http_client()
            .get(url)
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("text");
        let held: Value = serde_json::from_str(&text).expect("JSON");
        held["held"].as_u64().expect("a number") > 0
    }

    /// Releases held calls.
    pub async fn release(&self) {
        post_json(&format!("{}/__sandbox/release", self.url()), &json!({})).await;
    }

    /// Returns a person without ties: no head, no manager of others, no administrator, no boss, a
    /// member of one department.
    pub async fn bystander(&self, not: &[&str]) -> Person {
        let truth = self.truth().await;
        let manages = |id: &str| {
            truth
                .people
                .iter()
                .any(|other| other.manager_userid.as_deref() == Some(id))
        };
        let plain = |person: &&Person| {
            !not.contains(&person.userid.as_str())
                && !person.boss
                && person.sys_level == 0
                && person.departments.len() == 1
                && person
                    .departments
                    .iter()
                    .all(|membership| !membership.leader)
                && !manages(&person.userid)
        };
        truth
            .people
            .iter()
            .find(plain)
            .expect("a company of some size has somebody like that")
            .clone()
    }
}

/// Posts JSON; returns status and body.
pub async fn post_json(url: &str, body: &Value) -> (u16, Value) {
    let request = http_client()
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_string());
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (
        status,
        serde_json::from_str(&answer.text().await.expect("text")).unwrap_or(Value::Null),
    )
}

/// Returns a client without a proxy that follows no redirects.
#[must_use]
pub fn http_client() -> reqwest::Client {
    // If another caller was first, it installed the same provider.
    _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}
