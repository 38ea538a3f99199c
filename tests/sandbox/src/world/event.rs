//! Events: what happened, how it is told, and what became of the telling.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settings::Dialect;

/// Something happened to people or departments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEvent {
    /// Unique; the same in every push of it.
    pub id: String,
    /// `user_add_org` and so on.
    pub kind: String,
    /// When it happened, milliseconds.
    pub born: i64,
    /// Who or which.
    pub about: EventSubject,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Whether an app did it: no operator is told then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_api: bool,
}

/// Whom or what an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventSubject {
    /// People.
    Users(Vec<String>),
    /// Departments.
    Departments(Vec<i64>),
    /// Nothing: `check_url`, and `org_change`, which is about the company.
    Nothing,
}

/// One telling of one event. A duplicate is a second delivery of the same event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its number.
    pub id: u64,
    /// What is told.
    pub event: ContactEvent,
    /// In which words.
    pub dialect: Dialect,
    /// What became of it.
    pub state: DeliveryState,
    /// Every attempt so far.
    pub attempts: Vec<Attempt>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its moment.
    Waiting {
        /// Milliseconds.
        due: i64,
    },
    /// Is being pushed.
    InFlight,
    /// The receiver answered `success`.
    Delivered,
    /// Three pushes failed; it can be fetched from the failed list from `available`.
    Failed {
        /// Milliseconds.
        available: i64,
    },
    /// It was fetched from the failed list.
    Collected,
    /// A fault swallowed it.
    Swallowed,
    /// Nobody had subscribed.
    Unsubscribed,
}

/// One push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended, milliseconds.
    pub at: i64,
    /// What came of it.
    pub outcome: PushOutcome,
}

/// What came of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PushOutcome {
    /// The reply decrypted to `success`.
    Accepted,
    /// There was a reply, but not that one.
    Refused {
        /// HTTP status.
        status: u16,
        /// What was wrong with it.
        why: String,
    },
    /// There was no reply in time.
    Unreachable {
        /// The reason, without the address.
        why: String,
    },
}

impl PushOutcome {
    /// Whether the receiver has it.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted)
    }
}

/// Where and how events are pushed: what the console's page 事件订阅 holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSubscription {
    /// 请求网址.
    pub url: String,
    /// 签名 token.
    pub token: String,
    /// 加密 aes_key, 43 characters.
    pub aes_key: String,
    /// Types that are told; empty is all.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl fmt::Debug for EventSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscription({}, ..)", self.url)
    }
}

/// One push to be made: everything but the transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPush {
    /// The delivery, for [`super::World::pushed`]; 0 for a `check_url`.
    pub delivery: u64,
    /// Whereto, and with which keys.
    pub subscription: EventSubscription,
    /// Clear text.
    pub plaintext: String,
    /// Key that ends the encrypted text.
    pub owner: String,
    /// Randomness for the encryption.
    pub random: [u8; 32],
    /// How long the receiver may take.
    pub deadline_ms: u64,
    /// Its timestamp is in seconds.
    pub seconds: bool,
}

impl ContactEvent {
    /// The clear text of a push in this dialect.
    #[must_use]
    pub fn push_payload(&self, dialect: Dialect, corp_id: &str) -> String {
        let mut body = match dialect {
            Dialect::Documented => json!({
                "EventType": self.kind, "EventTime": self.born, "CorpId": corp_id, "BizId": self.born.to_string(),
                "eventId": self.id, "timeStamp": self.born.to_string(),
            }),
            Dialect::Stream => json!({
                "eventType": self.kind, "eventId": self.id, "eventCorpId": corp_id,
                "eventBornTime": self.born.to_string(), "timeStamp": self.born.to_string(),
            }),
            Dialect::Captured | Dialect::Rotating => json!({
                "EventType": self.kind, "CorpId": corp_id, "TimeStamp": self.born.to_string(),
            }),
        };
        let pascal = matches!(dialect, Dialect::Captured | Dialect::Rotating);
        match &self.about {
            EventSubject::Users(ids) => body[if pascal { "UserId" } else { "userId" }] = json!(ids),
            EventSubject::Departments(ids) => {
                body[if pascal { "DeptId" } else { "deptId" }] = json!(ids)
            }
            EventSubject::Nothing if self.kind == "check_url" => {
                return json!({"EventType": self.kind}).to_string();
            }
            EventSubject::Nothing => {}
        }
        if let Some(operator) = &self.operator {
            body[if pascal { "OptStaffId" } else { "optStaffId" }] = json!(operator);
        }
        body.to_string()
    }

    /// The item of the failed list.
    #[must_use]
    pub fn failed_item(&self, corp_id: &str) -> Value {
        let data = match &self.about {
            EventSubject::Users(ids) => json!({"userid": ids, "corpid": corp_id}),
            EventSubject::Departments(ids) => json!({"deptid": ids, "corpid": corp_id}),
            EventSubject::Nothing => json!({"corpid": corp_id}),
        };
        json!({"call_back_tag": self.kind, "event_time": self.born, self.kind.clone(): data})
    }
}
