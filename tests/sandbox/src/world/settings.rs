//! Settings of the sandbox, changed by a test or on the page.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Settings of the world. In JSON every field may be left out; an unknown field is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Calls a second per app × interface, also the size of the burst; 0 is unlimited.
    pub qps: u32,
    /// Milliseconds that every answer takes.
    pub latency_ms: u64,
    /// Lifetime of an access token in seconds.
    pub token_life_s: i64,
    /// Metered calls per calendar month; `None` means unlimited.
    pub monthly_quota: Option<u64>,
    /// Whether `/auth/scopes` is metered: unconfirmed.
    pub scopes_metered: bool,
    /// Granted permission points; `fieldMobile` and `fieldEmail` are the field permissions.
    pub permissions: BTreeSet<String>,
    /// 通讯录授权范围.
    pub scope: Scope,
    /// Addresses that may call (服务器出口IP); empty means any.
    pub ip_allow: Vec<String>,
    /// Calls per 20 s and address before the ban page; `None` means never.
    pub ban_calls: Option<u32>,
    /// Duration of such a ban, in milliseconds.
    pub ban_ms: i64,
    /// Milliseconds before the second and the third push of an event.
    pub retry_ms: [i64; 2],
    /// Milliseconds after the last push until a failed event can be fetched.
    pub failed_after_ms: i64,
    /// Whether fetching takes failed events off the list: unconfirmed.
    pub failed_consumes: bool,
    /// Milliseconds that a receiver may take to answer a push.
    pub push_deadline_ms: u64,
    /// The key that ends the encrypted text of a push.
    pub owner: EnvelopeOwner,
    /// Spelling of event payloads.
    pub dialect: Dialect,
    /// Milliseconds until a work notification is delivered.
    pub message_ms: i64,
    /// Form of the ban page.
    pub ban_page: BanPage,
    /// Milliseconds that lists lag behind. Reads of one record are always fresh.
    pub list_lag_ms: i64,
    /// Whether a person that an app adds must accept first (40103).
    pub joining: JoinMode,
    /// Effect of a mobile number in `user/update`.
    pub mobile_update: MobileUpdate,
    /// Position management of Smart HR.
    pub smart_hr_positions: SmartHr,
    /// Whether the company has opened 智能人事. Otherwise calls of its roster are refused.
    pub smart_hr_open: bool,
    /// Whether the roster returns people who have left: unconfirmed.
    pub roster_keeps_leavers: bool,
    /// Which part of a roster value holds an id, of a manager or a department: unconfirmed.
    pub roster_ids: RosterIds,
    /// Milliseconds that the roster lags behind the contacts.
    pub roster_lag_ms: i64,
    /// People whom the roster does not know: those who were there before 智能人事 was opened.
    pub roster_missing: BTreeSet<String>,
    /// Managers that the roster names wrongly, by person.
    pub roster_lies: BTreeMap<String, String>,
    /// Whether the roster offers managers and departments at all: not in DingTalk's documentation.
    pub roster_deep: bool,
    /// Whether two people cannot share a job number: unconfirmed. DingTalk documents no such
    /// refusal.
    pub job_numbers_unique: bool,
    /// Whether the `userid` of a person who has left can be used again: unconfirmed.
    pub left_userids_return: bool,
    /// Whether a `userid` is found in another case too, and answered as it is: unconfirmed.
    pub userids_any_case: bool,
    /// Whether pushes carry their timestamp in seconds: unconfirmed, DingTalk's own examples show both.
    pub push_seconds: bool,
    /// Whether the company is registered abroad, so that mainland mobiles need `+86-`.
    pub registered_abroad: bool,
    /// Whether company mailboxes are open. If not, `org_email` is accepted and ignored.
    pub mailboxes: bool,
    /// Custom fields that the admin console knows. Others are accepted and ignored. `None` allows
    /// any.
    pub custom_fields: Option<BTreeSet<String>>,
    /// Greatest depth of departments below the root (60002). DingTalk does not publish the figure.
    pub department_depth_max: Option<usize>,
    /// Greatest number of direct members of one department (40023 in the table of error codes).
    pub department_people_max: Option<usize>,
    /// Words that a department's name must not contain (60022).
    pub sensitive_words: Vec<String>,
    /// Milliseconds that a ticket for a Stream connection can be used.
    pub ticket_life_ms: i64,
    /// Milliseconds that a Stream client may take to answer an event.
    pub stream_answer_ms: u64,
    /// Milliseconds between two pings over a Stream connection: unconfirmed.
    pub stream_ping_ms: u64,
    /// Milliseconds between the announcement that a Stream connection ends and its end.
    pub stream_leave_ms: u64,
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
            roster_ids: RosterIds::Value,
            roster_lag_ms: 0,
            roster_missing: BTreeSet::new(),
            roster_lies: BTreeMap::new(),
            roster_deep: true,
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
            ticket_life_ms: 90_000,
            stream_answer_ms: 3000,
            stream_ping_ms: 60_000,
            stream_leave_ms: 10_000,
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

/// The permission that an app needs to write people and departments. It is sensitive, so an app has
/// it only after it is granted.
pub const WRITE_PERMISSION: &str = "qyapi_manage_addresslist";

/// Every permission that the sandbox checks.
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

/// Whether people that an app adds join at once or must accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinMode {
    /// They join at once.
    AtOnce,
    /// A person who left less than 24 hours ago must accept.
    AgreeWithinADay,
    /// Every person must accept.
    Agree,
}

/// Which part of a roster value holds an id. The other one holds a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterIds {
    /// `value`.
    Value,
    /// `label`.
    Label,
    /// Both are the id.
    Both,
}

/// Effect of a mobile number in `user/update`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MobileUpdate {
    /// It is accepted and ignored: the present page does not list the parameter.
    Ignored,
    /// Refused with 41054, as the table of error codes says.
    Refused,
}

/// Effect of Smart HR's position management on title and departments in `user/update`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmartHr {
    /// It is switched off.
    Off,
    /// The update is refused with 12150.
    Refuses,
    /// Both are accepted and ignored.
    Ignores,
}

/// The part of the company that the app may see. It is the whole company if `depts` contains 1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Departments, each with everything below it.
    pub depts: BTreeSet<i64>,
    /// Single people.
    pub users: BTreeSet<String>,
}

impl Scope {
    /// The whole company.
    #[must_use]
    pub fn whole() -> Self {
        Self {
            depts: BTreeSet::from([1]),
            users: BTreeSet::new(),
        }
    }

    /// Only these departments, with everything below them.
    #[must_use]
    pub fn departments(ids: impl IntoIterator<Item = i64>) -> Self {
        Self {
            depts: ids.into_iter().collect(),
            users: BTreeSet::new(),
        }
    }
}

/// The key that ends the encrypted text.
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
    /// PascalCase, as captured from real pushes:
    /// `{"CorpId","EventType","UserId":[…],"TimeStamp":"…"}`.
    Captured,
    /// The documentation's samples of 2023: `{"EventType","EventTime","CorpId","eventId","userId":[…]}`.
    Documented,
    /// The Stream envelope and data in one object: `{"eventType","eventId","eventCorpId","userId":[…]}`.
    Stream,
    /// The three forms in turn.
    Rotating,
}

/// The two forms of the page that a banned address gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BanPage {
    /// `{"status":1111,"wait":5,…}`.
    Json,
    /// A page of HTML.
    Html,
}

/// A change of settings, as `POST /__sandbox/settings` takes it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SettingsChange {
    /// Permission points to grant.
    #[serde(default)]
    pub grant: Vec<String>,
    /// Permission points to revoke.
    #[serde(default)]
    pub revoke: Vec<String>,
    /// Whether to invalidate every token that was issued.
    #[serde(default)]
    pub expire_tokens: bool,
    /// Milliseconds from now for which every caller gets the ban page.
    #[serde(default)]
    pub ban_for_ms: Option<i64>,
    /// New values for any fields of [`Settings`].
    #[serde(flatten)]
    pub set: serde_json::Map<String, serde_json::Value>,
}

impl Settings {
    /// Returns these settings with the change applied.
    ///
    /// # Errors
    /// Fails for an unknown field or a value of the wrong type.
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
