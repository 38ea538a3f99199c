//! Events: what happened, the payload of a push, and the outcome of every push.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settings::Dialect;

/// An event about people or departments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEvent {
    /// Unique id, the same in every push of this event.
    pub id: String,
    /// Type, for example `user_add_org`.
    pub kind: String,
    /// When it happened, in milliseconds since 1970.
    pub born: i64,
    /// The people or departments of the event.
    pub about: EventSubject,
    /// The person who caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Whether an app caused it. The payload then names no operator.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_api: bool,
}

/// The people or departments of an event.
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

/// One delivery of one event. A duplicate is a second delivery of the same event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Number of the delivery.
    pub id: u64,
    /// The event that is delivered.
    pub event: ContactEvent,
    /// Spelling of the payload.
    pub dialect: Dialect,
    /// State of the delivery.
    pub state: DeliveryState,
    /// Every attempt so far.
    pub attempts: Vec<Attempt>,
}

/// State of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits until its push is due.
    Waiting {
        /// When the push is due, in milliseconds since 1970.
        due: i64,
    },
    /// The push is under way.
    InFlight,
    /// The receiver answered `success`.
    Delivered,
    /// Three pushes failed; it can be fetched from the failed list from `available`.
    Failed {
        /// When that is, in milliseconds since 1970.
        available: i64,
    },
    /// The app fetched it from the failed list.
    Collected,
    /// A fault dropped it.
    Swallowed,
    /// No subscription existed.
    Unsubscribed,
}

/// One attempt to push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended, in milliseconds since 1970.
    pub at: i64,
    /// Outcome of the push.
    pub outcome: PushOutcome,
}

/// Outcome of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PushOutcome {
    /// The reply decrypted to `success`.
    Accepted,
    /// There was a reply, but it was not `success`.
    Refused {
        /// HTTP status.
        status: u16,
        /// What was wrong with the reply.
        why: String,
    },
    /// There was no reply in time.
    Unreachable {
        /// The reason, without the address.
        why: String,
    },
}

impl PushOutcome {
    /// Whether the receiver accepted the event.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted)
    }
}

/// Address and keys of a subscription, as the console's page 事件订阅 holds them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSubscription {
    /// 请求网址.
    pub url: String,
    /// 签名 token (signature).
    pub token: String,
    /// 加密 aes_key (encryption), 43 characters.
    pub aes_key: String,
    /// Event types that are pushed; empty means all.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl fmt::Debug for EventSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscription({}, ..)", self.url)
    }
}

/// One push to make, without the transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPush {
    /// The delivery, for [`super::World::record_push`]; 0 for a `check_url`.
    pub delivery: u64,
    /// Address and keys of the receiver.
    pub subscription: EventSubscription,
    /// The plain text of the payload.
    pub plaintext: String,
    /// The key that ends the encrypted text.
    pub owner: String,
    /// Random bytes for the encryption.
    pub random: [u8; 32],
    /// Milliseconds that the receiver may take.
    pub deadline_ms: u64,
    /// Its timestamp is in seconds.
    pub seconds: bool,
}

impl ContactEvent {
    /// Returns the plain text of a push in this dialect.
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
                body[if pascal { "DeptId" } else { "deptId" }] = json!(ids);
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

    /// Returns the frame of a Stream connection that carries this event. What the event is about is in `data`, a JSON
    /// text in camel case.
    #[must_use]
    pub fn stream_frame(&self, corp_id: &str, message_id: &str, at: i64) -> String {
        let mut data = json!({"eventId": self.id, "timeStamp": self.born.to_string()});
        match &self.about {
            EventSubject::Users(ids) => data["userId"] = json!(ids),
            EventSubject::Departments(ids) => data["deptId"] = json!(ids),
            EventSubject::Nothing => {}
        }
        if let Some(operator) = &self.operator {
            data["optStaffId"] = json!(operator);
        }
        json!({
            "specVersion": "1.0",
            "type": "EVENT",
            "headers": {
                "topic": "*", "messageId": message_id, "contentType": "application/json", "time": at.to_string(),
                "eventType": self.kind, "eventId": self.id, "eventCorpId": corp_id,
                "eventBornTime": self.born.to_string(), "eventUnifiedAppId": "sandbox",
            },
            "data": data.to_string(),
        })
        .to_string()
    }

    /// Returns this event as an item of the failed list.
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
