//! What can be set in the sandbox, by a test or on the page.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Settings of the world. As JSON every field may be left out; an unknown one is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Calls a second per app × interface, also the size of the burst; 0 is unlimited.
    pub qps: u32,
    /// How long every answer takes.
    pub latency_ms: u64,
    /// Life of an access token in seconds.
    pub token_life_s: i64,
    /// Metered calls per calendar month; `None` is unlimited.
    pub monthly_quota: Option<u64>,
    /// Whether `/auth/scopes` is metered: unconfirmed.
    pub scopes_metered: bool,
    /// Granted permission points; `fieldMobile` and `fieldEmail` are the field permissions.
    pub permissions: BTreeSet<String>,
    /// 通讯录授权范围.
    pub scope: Scope,
    /// Addresses that may call (服务器出口IP); empty is unrestricted.
    pub ip_allow: Vec<String>,
    /// Calls per 20 s and address before the ban page; `None` is never.
    pub ban_calls: Option<u32>,
    /// How long such a ban lasts.
    pub ban_ms: i64,
    /// Pauses before the second and the third push of an event.
    pub retry_ms: [i64; 2],
    /// How long after the last push a failed event can be fetched.
    pub failed_after_ms: i64,
    /// Whether fetching takes failed events off the list: unconfirmed.
    pub failed_consumes: bool,
    /// How long a receiver may take to answer a push.
    pub push_deadline_ms: u64,
    /// Whose key ends the encrypted text of a push.
    pub owner: EnvelopeOwner,
    /// How the payloads of events are spelled.
    pub dialect: Dialect,
    /// How long a work notification takes to be delivered.
    pub message_ms: i64,
    /// How the ban page looks.
    pub ban_page: BanPage,
    /// How long lists show what was; reads of one record are always fresh.
    pub list_lag_ms: i64,
    /// Whether people whom an app adds have to agree first (40103).
    pub joining: JoinMode,
    /// What happens to a mobile number in `user/update`.
    pub mobile_update: MobileUpdate,
    /// Position management of Smart HR.
    pub smart_hr_positions: SmartHr,
    /// Whether the company has opened 智能人事; its roster is refused otherwise.
    pub smart_hr_open: bool,
    /// Whether the roster tells about people who have left: unconfirmed.
    pub roster_keeps_leavers: bool,
    /// Whether two people cannot have one job number: unconfirmed, DingTalk documents no such refusal.
    pub job_numbers_unique: bool,
    /// Whether the `userid` of who has left can be used again: unconfirmed.
    pub left_userids_return: bool,
    /// Whether a `userid` is found in another case too, and answered as it is: unconfirmed.
    pub userids_any_case: bool,
    /// Whether pushes carry their timestamp in seconds: unconfirmed, DingTalk's own examples show both.
    pub push_seconds: bool,
    /// Whether the company is registered abroad, so that mainland mobiles need `+86-`.
    pub registered_abroad: bool,
    /// Whether company mailboxes are open; if not, `org_email` is taken and ignored.
    pub mailboxes: bool,
    /// Custom fields that the admin console knows; others are taken and ignored. `None` is any.
    pub custom_fields: Option<BTreeSet<String>>,
    /// How deep departments may lie below the root (60002); DingTalk does not publish the figure.
    pub department_depth_max: Option<usize>,
    /// People directly in one department (40023 in the table of error codes).
    pub department_people_max: Option<usize>,
    /// Words that a department's name must not contain (60022).
    pub sensitive_words: Vec<String>,
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
            owner: EnvelopeOwner::AppKey,
            dialect: Dialect::Rotating,
            message_ms: 200,
            ban_page: BanPage::Json,
            list_lag_ms: 0,
            joining: JoinMode::AtOnce,
            mobile_update: MobileUpdate::Ignored,
            smart_hr_positions: SmartHr::Off,
            smart_hr_open: true,
            roster_keeps_leavers: false,
            job_numbers_unique: false,
            left_userids_return: true,
            userids_any_case: false,
            push_seconds: false,
            registered_abroad: false,
            mailboxes: true,
            custom_fields: None,
            department_depth_max: None,
            department_people_max: None,
            sensitive_words: Vec::new(),
        }
    }
}

/// What an app that only reads has been granted.
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

/// What an app needs to write people and departments; sensitive, so nobody has it unless it is granted.
pub const WRITE_PERMISSION: &str = "qyapi_manage_addresslist";

/// Every permission point that the sandbox asks for.
pub const PERMISSIONS: [&str; 9] = [
    READ_PERMISSIONS[0],
    READ_PERMISSIONS[1],
    READ_PERMISSIONS[2],
    READ_PERMISSIONS[3],
    READ_PERMISSIONS[4],
    READ_PERMISSIONS[5],
    READ_PERMISSIONS[6],
    READ_PERMISSIONS[7],
    WRITE_PERMISSION,
];

/// How people whom an app adds come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinMode {
    /// At once.
    AtOnce,
    /// Whoever left less than 24 hours ago has to agree.
    AgreeWithinADay,
    /// Everybody has to agree.
    Agree,
}

/// What happens to a mobile number in `user/update`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MobileUpdate {
    /// It is taken and ignored: the present page does not list the parameter.
    Ignored,
    /// 41054, as the table of error codes has it.
    Refused,
}

/// What position management of Smart HR does to title and departments in `user/update`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmartHr {
    /// It is switched off.
    Off,
    /// 12150.
    Refuses,
    /// They are taken and ignored.
    Ignores,
}

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
        Self {
            depts: BTreeSet::from([1]),
            users: BTreeSet::new(),
        }
    }

    /// These departments only, with everything below them.
    #[must_use]
    pub fn departments(ids: impl IntoIterator<Item = i64>) -> Self {
        Self {
            depts: ids.into_iter().collect(),
            users: BTreeSet::new(),
        }
    }
}

/// Whose key ends the encrypted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeOwner {
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
    pub fn with_change(&self, change: &SettingsChange) -> Result<Self, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        if let Some(fields) = value.as_object_mut() {
            fields.extend(change.set.clone());
        }
        let mut settings: Self = serde_json::from_value(value)?;
        settings.permissions.extend(change.grant.iter().cloned());
        settings
            .permissions
            .retain(|permission| !change.revoke.contains(permission));
        Ok(settings)
    }
}
