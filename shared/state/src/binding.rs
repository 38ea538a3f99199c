//! A binding's configuration as it is stored: nothing in it is secret.

use directory::snapshot::Scope;
use directory::{BindingId, CorpId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Where a corp's DingTalk answers. Both hosts of the real one by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Endpoints {
    /// The newer API.
    pub api: String,
    /// The older one.
    pub oapi: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self { api: "https://api.dingtalk.com".to_owned(), oapi: "https://oapi.dingtalk.com".to_owned() }
    }
}

/// A corp's configuration: which app, which eHR, how fast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Its id, the `{binding}` of the callback path.
    pub id: BindingId,
    /// The tenant.
    pub corp_id: CorpId,
    /// The app's AgentId, which messages are sent from.
    #[serde(default)]
    pub agent_id: i64,
    /// AppKey (Client ID); not a secret.
    #[serde(default)]
    pub app_key: String,
    /// Where DingTalk answers.
    #[serde(default)]
    pub endpoints: Endpoints,
    /// The eHR: `ledger` is the built-in one.
    #[serde(default = "ledger")]
    pub connector: String,
    /// Calls per second and interface that DingTalk grants the app (20 in the free edition, `dingtalk-api.md`).
    #[serde(default = "calls_per_second")]
    pub calls_per_second: u32,
    /// When it was made.
    #[serde(default)]
    pub created_at: Timestamp,
    /// Where DingTalk sends events, once known.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// What the app could see when a person accepted it; a snapshot is complete only against this (`design.md` §4.7).
    /// `None` before the first sweep, which accepts what it finds.
    #[serde(default)]
    pub accepted_scope: Option<Scope>,
    /// Somebody whom the last complete sweep saw: must be found before anybody else's "not found" counts.
    #[serde(default)]
    pub canary: Option<UserId>,
    /// When DingTalk last verified the callback address.
    #[serde(default)]
    pub callback_verified_at: Option<Timestamp>,
    /// Minutes between two sweeps.
    #[serde(default = "sweep_minutes")]
    pub sweep_minutes: u32,
    /// When the last sweep began.
    #[serde(default)]
    pub swept_at: Option<Timestamp>,
    /// Sweeps so far that deep-read their part of the corp; chooses the part of the next one.
    #[serde(default)]
    pub sweeps: u64,
}

impl Binding {
    /// A binding with the usual settings: DingTalk's own hosts, the ledger, 20 calls a second, a sweep a day.
    #[must_use]
    pub fn new(id: BindingId, corp_id: CorpId) -> Self {
        Self {
            id,
            corp_id,
            agent_id: 0,
            app_key: String::new(),
            endpoints: Endpoints::default(),
            connector: ledger(),
            calls_per_second: calls_per_second(),
            created_at: Timestamp::default(),
            callback_url: None,
            accepted_scope: None,
            canary: None,
            callback_verified_at: None,
            sweep_minutes: sweep_minutes(),
            swept_at: None,
            sweeps: 0,
        }
    }
}

fn ledger() -> String {
    "ledger".to_owned()
}

fn sweep_minutes() -> u32 {
    24 * 60
}

fn calls_per_second() -> u32 {
    20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_of_an_older_writer_is_read() {
        let binding: Binding = serde_json::from_str(r#"{"id":"b1","corp_id":"ding1","later":true}"#).unwrap();
        assert_eq!(binding.connector, "ledger");
        assert_eq!(binding.calls_per_second, 20);
        let text = serde_json::to_string(&binding).unwrap();
        assert_eq!(serde_json::from_str::<Binding>(&text).unwrap(), binding);
    }
}
