//! What can be set in the sandbox, by a test or on the page.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Settings of the world. As JSON every field may be left out; an unknown one is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Calls a second per app × interface, also the size of the burst; 0 is unlimited (`dingtalk-api.md` §9.2).
    pub qps: u32,
    /// How long every answer takes.
    pub latency_ms: u64,
    /// Life of an access token in seconds (§1.2).
    pub token_life_s: i64,
    /// Metered calls per calendar month; `None` is unlimited (§9.1).
    pub monthly_quota: Option<u64>,
    /// Whether `/auth/scopes` is metered: unconfirmed (§12.16).
    pub scopes_metered: bool,
    /// Granted permission points (§3.0); `fieldMobile` and `fieldEmail` are the field permissions.
    pub permissions: BTreeSet<String>,
    /// 通讯录授权范围.
    pub scope: Scope,
    /// Addresses that may call (服务器出口IP); empty is unrestricted.
    pub ip_allow: Vec<String>,
    /// Calls per 20 s and address before the ban page; `None` is never.
    pub ban_calls: Option<u32>,
    /// How long such a ban lasts.
    pub ban_ms: i64,
    /// Pauses before the second and the third push of an event (§5.5).
    pub retry_ms: [i64; 2],
    /// How long after the last push a failed event can be fetched.
    pub failed_after_ms: i64,
    /// Whether fetching takes failed events off the list: unconfirmed (§12.3).
    pub failed_consumes: bool,
    /// How long a receiver may take to answer a push (§5.4).
    pub push_deadline_ms: u64,
    /// Whose key ends the encrypted text of a push (§5.3).
    pub owner: Owner,
    /// How the payloads of events are spelled (§5.6).
    pub dialect: Dialect,
    /// How long a work notification takes to be delivered.
    pub message_ms: i64,
    /// How the ban page looks.
    pub ban_page: BanPage,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            qps: 20,
            latency_ms: 0,
            token_life_s: 7200,
            monthly_quota: Some(5000),
            scopes_metered: false,
            permissions: READ_PERMISSIONS.iter().map(|p| (*p).to_owned()).collect(),
            scope: Scope::whole(),
            ip_allow: Vec::new(),
            ban_calls: Some(10_000),
            ban_ms: 300_000,
            retry_ms: [10_000, 30_000],
            failed_after_ms: 180_000,
            failed_consumes: true,
            push_deadline_ms: 2500,
            owner: Owner::AppKey,
            dialect: Dialect::Rotating,
            message_ms: 200,
            ban_page: BanPage::Json,
        }
    }
}

/// What an app that only reads has been granted (`dingtalk-api.md` §3.0, §4).
pub const READ_PERMISSIONS: [&str; 8] = [
    "qyapi_base",
    "qyapi_get_department_list",
    "qyapi_get_department_member",
    "qyapi_get_member",
    "qyapi_get_member_by_mobile",
    "qyapi_hrm_read_user",
    "fieldMobile",
    "fieldEmail",
];

/// Which part of the company the app may see. The whole of it if `depts` contains 1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Departments, each with everything below it.
    pub depts: BTreeSet<i64>,
    /// Single people.
    pub users: BTreeSet<String>,
}

impl Scope {
    /// Everything.
    #[must_use]
    pub fn whole() -> Self {
        Self { depts: BTreeSet::from([1]), users: BTreeSet::new() }
    }

    /// These departments only, with everything below them.
    #[must_use]
    pub fn departments(ids: impl IntoIterator<Item = i64>) -> Self {
        Self { depts: ids.into_iter().collect(), users: BTreeSet::new() }
    }
}

/// Whose key ends the encrypted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// AppKey: a subscription in the developer console, the normal case.
    AppKey,
    /// CorpId: registered through the legacy API.
    CorpId,
}

/// Spelling of event payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// PascalCase, as captured from real pushes: `{"CorpId","EventType","UserId":[…],"TimeStamp":"…"}`.
    Captured,
    /// The documentation's samples of 2023: `{"EventType","EventTime","CorpId","eventId","userId":[…]}`.
    Documented,
    /// The Stream envelope and data in one object: `{"eventType","eventId","eventCorpId","userId":[…]}`.
    Stream,
    /// The three in turn.
    Rotating,
}

/// The two looks of the page that a banned address gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BanPage {
    /// `{"status":1111,"wait":5,…}`.
    Json,
    /// A page of HTML.
    Html,
}

/// A change of settings: `POST /__sandbox/settings`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SettingsChange {
    /// Permission points to grant.
    #[serde(default)]
    pub grant: Vec<String>,
    /// Permission points to take away.
    #[serde(default)]
    pub revoke: Vec<String>,
    /// Forget every token that was issued.
    #[serde(default)]
    pub expire_tokens: bool,
    /// Show every caller the ban page for this long from now.
    #[serde(default)]
    pub ban_for_ms: Option<i64>,
    /// Any field of [`Settings`].
    #[serde(flatten)]
    pub set: serde_json::Map<String, serde_json::Value>,
}

impl Settings {
    /// These settings with the change made.
    ///
    /// # Errors
    /// An unknown field, or a value of the wrong type.
    pub fn changed(&self, change: &SettingsChange) -> Result<Self, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        if let Some(fields) = value.as_object_mut() {
            fields.extend(change.set.clone());
        }
        let mut settings: Self = serde_json::from_value(value)?;
        settings.permissions.extend(change.grant.iter().cloned());
        settings.permissions.retain(|permission| !change.revoke.contains(permission));
        Ok(settings)
    }
}
