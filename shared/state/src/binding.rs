//! A binding's configuration as it is stored: nothing in it is secret.

use directory::reason::{Reason, ReasonCode};
use directory::snapshot::AppScope;
use directory::{BindingId, CorpId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Where a corp's DingTalk answers. Both hosts of the real one by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DingTalkEndpoints {
    /// The newer API.
    pub api: String,
    /// The older one.
    pub oapi: String,
}

impl Default for DingTalkEndpoints {
    fn default() -> Self {
        Self {
            api: "https://api.dingtalk.com".to_owned(),
            oapi: "https://oapi.dingtalk.com".to_owned(),
        }
    }
}

impl DingTalkEndpoints {
    /// Both hosts at one address.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            api: url.to_owned(),
            oapi: url.to_owned(),
        }
    }

    /// Whether both are on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback_url(&self.api) && is_loopback_url(&self.oapi)
    }
}

/// Whether an address is on this machine: its host is `localhost` or an address of loopback, with or without a port.
#[must_use]
pub fn is_loopback_url(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    let name = if host.starts_with('[') {
        host.split(']').next().unwrap_or_default()
    } else {
        host.split(':').next().unwrap_or_default()
    };
    let name = name.trim_start_matches('[');
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
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
    /// Where the version before said that DingTalk answers. Nothing is sent there: the address stands in the binding's keys,
    /// and this one is read once, when the former secret is split.
    #[serde(default, rename = "endpoints", skip_serializing_if = "Option::is_none")]
    pub former_endpoints: Option<DingTalkEndpoints>,
    /// The eHR: `ledger` is the built-in one.
    #[serde(default = "ledger")]
    pub connector: String,
    /// Calls per second and interface that DingTalk grants the app (20 in the free edition).
    #[serde(default = "calls_per_second")]
    pub calls_per_second: u32,
    /// Metered calls a month that DingTalk grants the company, for all of its apps together (5,000 in the free edition):
    /// what the warning at four fifths is counted against.
    #[serde(default = "calls_per_month")]
    pub calls_per_month: u32,
    /// When it was made.
    #[serde(default)]
    pub created_at: Timestamp,
    /// Where DingTalk sends events, once known.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// What the app could see when a person accepted it; a snapshot is complete only against this.
    /// `None` before the first sweep, which accepts what it finds.
    #[serde(default)]
    pub accepted_scope: Option<AppScope>,
    /// Somebody whom the last complete sweep saw: must be found before anybody else's "not found" counts.
    #[serde(default)]
    pub canary: Option<UserId>,
    /// When DingTalk last verified the callback address.
    #[serde(default)]
    pub callback_verified_at: Option<Timestamp>,
    /// Minutes between two sweeps.
    #[serde(default = "sweep_minutes")]
    pub sweep_minutes: u32,
    /// Minutes between two looks at DingTalk's list of failed callbacks; 0 is never. A look may count against the monthly
    /// quota (unconfirmed): at 15 minutes that would be 2,880 calls a month.
    #[serde(default = "failed_callbacks_minutes")]
    pub failed_callbacks_minutes: u32,
    /// When the last sweep began.
    #[serde(default)]
    pub swept_at: Option<Timestamp>,
    /// Sweeps so far that deep-read their part of the corp; chooses the part of the next one.
    #[serde(default)]
    pub sweeps: u64,
    /// Where the eHR's change feed was read to.
    #[serde(default)]
    pub feed_cursor: Option<String>,
    /// The day (`2026-03-01`, in Asia/Shanghai) whose dated changes were applied in the eHR.
    #[serde(default)]
    pub settled_on: Option<String>,
    /// Somebody stopped all writes to either side.
    #[serde(default)]
    pub paused: Option<WritePause>,
    /// Plans are made and nothing is written, until somebody goes live.
    #[serde(default)]
    pub shadow: bool,
    /// The active policy's version, a control item of kind `policy`; 0 is *DingTalk is master*, what `up` binds with.
    #[serde(default)]
    pub policy: u64,
    /// The newest policy version whose preview was approved and applied: another one writes nothing before that.
    #[serde(default)]
    pub policy_applied: u64,
}

/// Who stopped the writes, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WritePause {
    /// Since when.
    pub since: Timestamp,
    /// Who.
    pub by: String,
}

/// Why nothing may be written to a corp now; each is ended by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteBlock {
    /// Paused.
    #[error("somebody paused all writes; `bangding resume` goes on")]
    Paused,
    /// In shadow mode.
    #[error(
        "it is in shadow mode: plans are made and nothing is written; `bangding shadow off` goes live"
    )]
    Shadow,
    /// A changed policy waits for its preview.
    #[error("policy version {0} has to be previewed first: make a plan, approve it and apply it")]
    Preview(u64),
}

impl From<WriteBlock> for Reason {
    fn from(block: WriteBlock) -> Self {
        match block {
            WriteBlock::Paused => Self::new(ReasonCode::GatePaused),
            WriteBlock::Shadow => Self::new(ReasonCode::GateShadow),
            WriteBlock::Preview(version) => {
                Self::new(ReasonCode::GatePreviewNeeded).number("version", version)
            }
        }
    }
}

impl Binding {
    /// A binding with the usual settings: the ledger, 20 calls a second, a sweep a day.
    #[must_use]
    pub fn new(id: BindingId, corp_id: CorpId) -> Self {
        Self {
            id,
            corp_id,
            agent_id: 0,
            app_key: String::new(),
            former_endpoints: None,
            connector: ledger(),
            calls_per_second: calls_per_second(),
            calls_per_month: calls_per_month(),
            created_at: Timestamp::default(),
            callback_url: None,
            accepted_scope: None,
            canary: None,
            callback_verified_at: None,
            sweep_minutes: sweep_minutes(),
            failed_callbacks_minutes: failed_callbacks_minutes(),
            swept_at: None,
            sweeps: 0,
            feed_cursor: None,
            settled_on: None,
            paused: None,
            shadow: false,
            policy: 0,
            policy_applied: 0,
        }
    }

    /// Why sweeps and wakes write nothing now; `None`: they do.
    #[must_use]
    pub fn write_block(&self) -> Option<WriteBlock> {
        let preview =
            (self.policy != self.policy_applied).then_some(WriteBlock::Preview(self.policy));
        self.plan_block().or(preview)
    }

    /// Why not even an approved plan is applied now. A plan under the active policy is the preview that the policy waits for.
    #[must_use]
    pub fn plan_block(&self) -> Option<WriteBlock> {
        match self {
            Self {
                paused: Some(_), ..
            } => Some(WriteBlock::Paused),
            Self { shadow: true, .. } => Some(WriteBlock::Shadow),
            _ => None,
        }
    }
}

fn ledger() -> String {
    "ledger".to_owned()
}

fn sweep_minutes() -> u32 {
    24 * 60
}

fn failed_callbacks_minutes() -> u32 {
    15
}

fn calls_per_second() -> u32 {
    20
}

fn calls_per_month() -> u32 {
    5_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_policy_blocks_writes_until_previewed_and_a_pause_blocks_plans() {
        let mut binding =
            Binding::new(BindingId::new("b1").unwrap(), CorpId::new("ding1").unwrap());
        assert_eq!(binding.write_block(), None);
        binding.policy = 2;
        assert_eq!(
            (binding.write_block(), binding.plan_block()),
            (Some(WriteBlock::Preview(2)), None)
        );
        binding.shadow = true;
        assert_eq!(
            (binding.write_block(), binding.plan_block()),
            (Some(WriteBlock::Shadow), Some(WriteBlock::Shadow))
        );
        binding.paused = Some(WritePause {
            since: Timestamp(1),
            by: "li".to_owned(),
        });
        assert_eq!(
            (binding.write_block(), binding.plan_block()),
            (Some(WriteBlock::Paused), Some(WriteBlock::Paused))
        );
    }

    #[test]
    fn a_binding_from_an_older_version_is_read() {
        let binding: Binding =
            serde_json::from_str(r#"{"id":"b1","corp_id":"ding1","later":true}"#).unwrap();
        assert_eq!(binding.connector, "ledger");
        assert_eq!(
            (binding.calls_per_second, binding.calls_per_month),
            (20, 5_000)
        );
        let text = serde_json::to_string(&binding).unwrap();
        assert_eq!(serde_json::from_str::<Binding>(&text).unwrap(), binding);
    }
}
